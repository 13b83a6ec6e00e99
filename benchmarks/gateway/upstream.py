"""An upstream with the OpenAI API that costs almost nothing: answers made beforehand, a protocol by hand.

`python -m benchmarks.gateway.upstream` prints its port. What an answer used differs from one to the next;
`GET /report` says how many were asked for and what they used: prompt tokens, completion tokens, how often.
`PUT /pace {"gap": seconds, "stamp": true}` sets how far apart the events of a stream are, and whether they
say when they were sent. It is a silent Telegram too.
"""

import asyncio
import json
import time
from collections import Counter
from itertools import cycle
from typing import Any, cast

import uvloop

EVENTS = 50
VARIANTS = 64
CREATED = 1_700_000_000
WORDS = (
    "the clerk writes what was taken into the book before the next customer is allowed to speak".split()  # noqa: SIM905
)
ANSWER = " ".join(WORDS[number % len(WORDS)] for number in range(96))
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


def answer(body: object) -> bytes:
    content = json.dumps(body, separators=(",", ":")).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def event(body: object) -> bytes:
    return chunk(b"data: " + json.dumps(body, separators=(",", ":")).encode() + b"\n\n")


def usage(prompt: int, completion: int) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 0},
    }  # fmt: skip


def completion(prompt: int, completion: int) -> bytes:
    message = {"role": "assistant", "content": ANSWER, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return answer(
        {**_OBJECT, "object": "chat.completion", "choices": [choice], "usage": usage(prompt, completion)}
    )


def piece(delta: dict[str, Any], finish: str | None = None) -> bytes:
    return event(
        {**_OBJECT, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}
    )


_OBJECT = {
    "id": "chatcmpl-mock", "object": "chat.completion.chunk", "created": CREATED, "model": "mock",
    "system_fingerprint": "fp_mock",
}  # fmt: skip
USED = [(100 + number % 50, 40 + number % 7) for number in range(VARIANTS)]
ANSWERS = [completion(*used) for used in USED]
REPORTS = [event({**_OBJECT, "choices": [], "usage": usage(*used)}) for used in USED]
BEGIN = STREAM_HEAD + piece({"role": "assistant", "content": "", "refusal": None})
PIECES = [piece({"content": WORDS[number % len(WORDS)] + " "}) for number in range(EVENTS)]
STOP, DONE = piece({}, "stop"), chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
MODELS = answer(
    {"object": "list", "data": [{"id": "mock", "object": "model", "created": CREATED, "owned_by": "mock"}]}
)
HARMLESS = {"flagged": False, "categories": {}, "category_scores": {}}


def judged(body: bytes) -> bytes:
    """Nothing is wrong with any of the inputs."""
    results = [HARMLESS] * len(json.loads(body)["input"])
    return answer({"id": "modr-mock", "model": "omni-moderation-latest", "results": results})


NOTHING_NEW = answer({"ok": True, "result": []})
TELEGRAM = {
    b"getMe": answer(
        {"ok": True, "result": {"id": 1, "is_bot": True, "first_name": "B", "username": "b_bot"}}
    ),
    b"getStarTransactions": answer({"ok": True, "result": {"transactions": []}}),
    b"getMyStarBalance": answer({"ok": True, "result": {"amount": 0}}),
}
TELEGRAM_DONE = answer({"ok": True, "result": True})


class World:
    """What all connections share."""

    def __init__(self) -> None:
        self.next_variant = cycle(range(VARIANTS))
        self.asked: Counter[str] = Counter()
        self.variants_asked = Counter[int]()
        self.gap = 0.001
        self.stamp = False

    def variant(self, kind: str) -> int:
        number = next(self.next_variant)
        self.asked[kind] += 1
        self.variants_asked[number] += 1
        return number

    def report(self) -> bytes:
        used = [[*USED[number], times] for number, times in self.variants_asked.items()]
        return answer({"asked": self.asked, "used": used})

    def pace(self, body: bytes) -> bytes:
        given = json.loads(body)
        self.gap, self.stamp = given["gap"], given.get("stamp", False)
        return answer({})


class Upstream(asyncio.Protocol):
    def __init__(self, world: World) -> None:
        self._world = world
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiting = b""
        self._streaming: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._streaming is not None:
            self._streaming.cancel()
            self._world.asked["hung up"] += 1

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        self._take()

    def _take(self) -> None:
        while self._transport is not None and self._streaming is None and self._waiting:
            request, rest = whole(self._waiting)
            if request is None:
                return
            self._waiting = rest
            self._serve(*request)

    def _serve(self, path: bytes, body: bytes) -> None:
        assert self._transport is not None
        world = self._world
        if path.endswith(b"/chat/completions"):
            if b'"stream":true' in body or b'"stream": true' in body:
                return self._stream(b"include_usage" in body)
            self._transport.write(ANSWERS[world.variant("chat")])
        elif path.endswith(b"/moderations"):
            world.asked["moderation"] += 1
            self._transport.write(judged(body))
        elif path.endswith(b"/models"):
            self._transport.write(MODELS)
        elif path == b"/report":
            self._transport.write(world.report())
        elif path == b"/pace":
            self._transport.write(world.pace(body))
        elif path.endswith(b"/getUpdates"):
            self._streaming = self._loop.call_later(2, self._late, NOTHING_NEW)
        else:
            self._transport.write(TELEGRAM.get(path.rpartition(b"/")[2], TELEGRAM_DONE))
        return None

    def _late(self, out: bytes) -> None:
        self._streaming = None
        if self._transport is not None:
            self._transport.write(out)
            self._take()

    def _stream(self, reports: bool) -> None:
        assert self._transport is not None
        variant = self._world.variant("stream")
        self._transport.write(BEGIN)
        self._next(0, self._loop.time(), REPORTS[variant] if reports else b"")

    def _next(self, number: int, due: float, report: bytes) -> None:
        """By a clock, not a sum of sleeps."""
        if self._transport is None:
            return
        if number == EVENTS:
            self._late(STOP + report + DONE)
            return
        due += self._world.gap
        self._streaming = self._loop.call_at(due, self._send, number, due, report)

    def _send(self, number: int, due: float, report: bytes) -> None:
        if self._transport is not None:
            stamped = piece({"content": f"<{time.monotonic():.6f}>"}) if self._world.stamp else PIECES[number]
            self._transport.write(stamped)
            self._next(number + 1, due, report)


def whole(data: bytes) -> tuple[tuple[bytes, bytes] | None, bytes]:
    """The first request's path and body, if it is all there, and what comes after."""
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        return None, data
    path = head.split(b" ", 2)[1]
    lower = head.lower()
    at = lower.find(b"\r\ncontent-length:")
    if at >= 0:
        size = int(lower[at + 17 :].partition(b"\r\n")[0])
        return ((path, rest[:size]), rest[size:]) if len(rest) >= size else (None, data)
    if b"\r\ntransfer-encoding:" not in lower:
        return (path, b""), rest
    body = b""
    while True:
        size_line, end, rest = rest.partition(b"\r\n")
        size = int(size_line or b"0", 16) if end else 0
        if not end or len(rest) < size + 2:
            return None, data
        if not size:
            return (path, body), rest[2:]
        body += rest[:size]
        rest = rest[size + 2 :]


async def main() -> None:
    world = World()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Upstream(world), "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
