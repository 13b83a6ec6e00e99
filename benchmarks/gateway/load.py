"""The programs that ask: `python -m benchmarks.gateway.load URL …` prints a line of JSON.

closed   each of `--at-once` connections asks again as soon as it has its answer, for `--seconds`
rate     `--rate` requests a second, each counted from when it was due: a slow server can't hide it
count    as `closed`, until `--count` answers have come

With `--stream` the answers are streams: `first` is the time to the first event, `events` how many came in
all, `late` how long after the upstream sent them, where it says when it did. No two requests ask the same.
"""

import argparse
import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count, cycle
from typing import Any, cast
from urllib.parse import urlsplit

import uvloop

SYSTEM = "You are a helpful assistant that answers briefly and to the point."
QUESTION = (
    "Explain in a few sentences how a bank keeps its books so that no money is lost when the power fails in"
    " the middle of a payment, please. No. "
)
SENT_AT = re.compile(rb"<(\d+\.\d+)>")
WAIT = 60.0


class Requests:
    """Bytes, each with another question, the codes in turn."""

    def __init__(self, url: str, asked: argparse.Namespace) -> None:
        self._path = urlsplit(url).path + "/chat/completions"
        self._host = urlsplit(url).netloc
        self._asked = asked
        self._codes = cycle(asked.key.split(","))
        self._numbers = count()
        self._base = time.time_ns() % 10**9
        more = {"stream": True} if asked.stream else {}
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION + "@"}]
        body = {"model": asked.model, **more, "max_tokens": 256, "messages": messages}
        self._start, self._end = json.dumps(body).split("@")

    def __next__(self) -> bytes:
        body = f"{self._start}{self._base:09}{next(self._numbers):09}{self._end}"
        lines = [
            f"POST {self._path} HTTP/1.1", f"Host: {self._host}", "Content-Type: application/json",
            f"Authorization: Bearer {next(self._codes)}", f"Content-Length: {len(body)}", *self._asked.header,
        ]  # fmt: skip
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


class Result:
    def __init__(self) -> None:
        self.waits: list[float] = []
        self.firsts: list[float] = []
        self.late: list[float] = []
        self.events = 0
        self.errors: Counter[str] = Counter()

    def said(self, seconds: float) -> dict[str, Any]:
        return {
            "answers": len(self.waits), "seconds": seconds, "wait": quantiles(self.waits),
            "first": quantiles(self.firsts), "late": quantiles(self.late), "events": self.events,
            "errors": dict(self.errors.most_common(5)),
        }  # fmt: skip


def quantiles(values: list[float]) -> dict[str, float] | None:
    """In milliseconds."""
    if not values:
        return None
    ordered = sorted(values)
    return {
        name: ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000
        for name, share in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("max", 1.0))
    }


class Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self, result: Result) -> None:
        self._result = result
        self._transport: asyncio.Transport | None = None
        self._done: asyncio.Future[None] | None = None
        self._data = b""
        self._head = b""
        self._left = 0
        self._began = self._due = 0.0
        self._first = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._end("closed before the answer's end")

    async def ask(self, request: bytes, due: float | None = None) -> bool:
        """False where the connection is of no more use."""
        if self._transport is None:
            return False
        self._data = self._head = b""
        self._first = True
        self._done = asyncio.get_running_loop().create_future()
        self._due = time.perf_counter() if due is None else due
        self._transport.write(request)
        try:
            async with asyncio.timeout(WAIT):
                await self._done
        except TimeoutError:
            self._result.errors["no answer in time"] += 1
            if self._transport is not None:
                self._transport.abort()
            return False
        return self._transport is not None

    def data_received(self, data: bytes) -> None:
        if not self._head:
            self._data += data
            self._head, end, rest = self._data.partition(b"\r\n\r\n")
            if not end:
                self._head = b""
                return
            self._head, self._data, data = self._head.lower(), b"", rest
            at = self._head.find(b"\r\ncontent-length:")
            self._left = int(self._head[at + 17 :].partition(b"\r\n")[0]) if at >= 0 else -1
        self._take(data)

    def _take(self, data: bytes) -> None:
        if self._left >= 0:
            self._left -= len(data)
            self._data += data if b" 200 " not in self._head[:16] else b""
            if self._left <= 0:
                self._end("" if b" 200 " in self._head[:16] else f"{self._head[9:12]!r} {self._data[:120]!r}")
            return
        self._count(data)
        self._data = (self._data + data)[-64:]
        if self._data.endswith(b"0\r\n\r\n"):
            whole = b"[DONE]" in self._data and b" 200 " in self._head[:16]
            self._end("" if whole else f"a stream without its end: {self._head[9:12]!r}")

    def _count(self, data: bytes) -> None:
        events = data.count(b"data: ")
        if events and self._first:
            self._first = False
            self._result.firsts.append(time.perf_counter() - self._due)
        self._result.events += events
        if b"<" in data:
            at = time.monotonic()
            self._result.late += [at - float(sent) for sent in SENT_AT.findall(data)]

    def _end(self, error: str) -> None:
        if self._done is None or self._done.done():
            return
        if error:
            self._result.errors[error] += 1
        else:
            self._result.waits.append(time.perf_counter() - self._due)
        self._done.set_result(None)


async def connection(url: str, result: Result) -> Connection:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    _, made = await asyncio.get_running_loop().create_connection(
        lambda: Connection(result), parts.hostname, parts.port
    )
    return made


async def closed(url: str, requests: Requests, asked: argparse.Namespace, result: Result) -> None:
    until = time.perf_counter() + asked.seconds
    numbers: Iterator[int] = iter(range(asked.count or 10**9))

    async def ask() -> None:
        line = await connection(url, result)
        for _ in numbers:
            if time.perf_counter() > until:
                return
            if not await line.ask(next(requests)):
                line = await connection(url, result)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(asked.at_once):
            tasks.create_task(ask())


async def rate(url: str, requests: Requests, asked: argparse.Namespace, result: Result) -> None:
    idle = [await connection(url, result) for _ in range(8)]
    began = time.perf_counter() + 0.1

    async def ask(due: float) -> None:
        line = idle.pop() if idle else await connection(url, result)
        if await line.ask(next(requests), due):
            idle.append(line)

    async with asyncio.TaskGroup() as tasks:
        for number in range(int(asked.rate * asked.seconds)):
            due = began + number / asked.rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.create_task(ask(due))


async def main(asked: argparse.Namespace) -> None:
    result = Result()
    way = {"closed": closed, "count": closed, "rate": rate}[asked.way]
    began = time.perf_counter()
    await way(asked.url, Requests(asked.url, asked), asked, result)
    print(json.dumps(result.said(time.perf_counter() - began)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--way", choices=("closed", "rate", "count"), default="closed")
    parser.add_argument("--key", default="none")
    parser.add_argument("--model", default="mock")
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=600)
    uvloop.run(main(parser.parse_args()))
