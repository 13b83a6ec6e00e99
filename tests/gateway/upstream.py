"""An upstream that does what a test says, down to the bytes and the moment."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Self

from aiohttp import web

Act = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


def chat(text: str = "Hello there", usage: Any = (100, 50), **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        ],
    }  # fmt: skip
    if usage is not None:
        body["usage"] = {
            "prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)
        }  # fmt: skip
    return body | more


def chunk(content: str | None = None, finish: str | None = None, usage: Any = None) -> bytes:
    body: dict[str, Any] = {
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [
            {"index": 0, "delta": {} if content is None else {"content": content}, "finish_reason": finish}
        ],
    }  # fmt: skip
    if usage is not None:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
        if content is None and finish is None:
            body["choices"] = []
    return b"data: " + json.dumps(body).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


class Upstream:
    """Answers as OpenAI does unless told otherwise; `act` sees each POST first."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.raw: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.act: Act | None = None
        self.things: dict[str, tuple[bytes, str]] = {}
        """Files that it serves by GET, with their types."""
        self.events: list[bytes] = [
            chunk(""), *(chunk(f"w{n} ") for n in range(20)), chunk(finish="stop"),
            chunk(usage=(100, 50)), DONE
        ]  # fmt: skip
        self.gap = 0.0
        self.forbidden: dict[str, str] = {}
        """What its moderations find: a word, and the category."""
        self.open = 0
        """Requests that are being answered."""
        self.left = 0
        """Requests whose other side went away."""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/v1/{path:.*}", self._take)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/v1")
        if request.method == "GET" and path in self.things:
            data, media = self.things[path]
            return web.Response(body=data, content_type=media)
        if request.method == "GET":
            return web.json_response({"object": "list", "data": [{"id": "gpt-a"}, {"id": "org/b"}]})
        raw = await request.read()
        body = json.loads(raw) if request.content_type == "application/json" else {}
        self.raw.append(raw)
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        self.paths.append(path)
        self.open += 1
        try:
            return await self._answer(request, path, body)
        except (asyncio.CancelledError, ConnectionError):
            self.left += 1
            raise
        finally:
            self.open -= 1

    async def _answer(self, request: web.Request, path: str, body: dict[str, Any]) -> web.StreamResponse:
        if self.act is not None:
            return await self.act(request, body)
        return await self.usual(request, path, body)

    async def usual(self, request: web.Request, path: str, body: dict[str, Any]) -> web.StreamResponse:
        if body.get("stream"):
            return await self.stream(request, self.events)
        match path:
            case "/chat/completions":
                return web.json_response(chat())
            case "/completions":
                return web.json_response({"choices": [{"text": "Hi"}], "usage": {
                    "prompt_tokens": 10, "completion_tokens": 5}})  # fmt: skip
            case "/responses":
                return web.json_response({"id": "resp_1", "object": "response",
                    "output": [{"type": "message"}],
                    "usage": {"input_tokens": 20, "output_tokens": 10, "total_tokens": 30}})  # fmt: skip
            case "/embeddings":
                return web.json_response({"object": "list", "data": [{"object": "embedding", "index": 0,
                    "embedding": [0.5, 0.25]}], "usage": {"prompt_tokens": 7}})  # fmt: skip
            case "/moderations":
                return web.json_response({"id": "modr-1", "model": "m", "results": self.judged(body)})
            case "/images/generations" | "/images/edits":
                return web.json_response({"created": 1, "data": [{"b64_json": "aGk="}] * body.get("n", 1)})
            case "/audio/speech":
                return web.Response(body=b"ID3sound", content_type="audio/mpeg")
            case _:
                return web.json_response({"text": "Hello", "usage": {"type": "duration", "seconds": 30}})

    def judged(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """A result for each text, one for all parts, as OpenAI does."""
        given = body.get("input")
        inputs = given if isinstance(given, list) and all(isinstance(one, str) for one in given) else [given]
        return [self.result(json.dumps(one, ensure_ascii=False)) for one in inputs]

    def result(self, words: str) -> dict[str, Any]:
        found = {category for word, category in self.forbidden.items() if word in words}
        names = {*self.forbidden.values(), "hate"}
        return {"flagged": bool(found), "categories": {name: name in found for name in names}}

    async def stream(self, request: web.Request, events: list[bytes]) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        for event in events:
            await answer.write(event)
            await asyncio.sleep(self.gap)
        return answer
