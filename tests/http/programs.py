"""Programs of the callback API: what they send, and the servers at which they hear."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, NamedTuple, Self

import aiohttp
from aiohttp import web

from bot.wiring import App

HISTORIC = "/chatgpt_api/chatgpt_api.php"
PATH = "/api/v1/jobs"

Act = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Heard(NamedTuple):
    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.raw)
        return read


class Receiver:
    """Notes each request, and answers 204 unless told to act otherwise."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.act: Act | None = None
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._hear)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = int(self._runner.addresses[0][1])
        self.url = f"http://127.0.0.1:{self.port}/answers"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._runner.cleanup()

    async def _hear(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.heard.append(Heard(request.path, headers, await request.read()))
        async with self._news:
            self._news.notify_all()
        return await self.act(request) if self.act else web.Response(status=204)

    async def hears(self, count: int = 1, seconds: float = 10) -> list[Heard]:
        """Wait until so many requests have come."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: len(self.heard) >= count)
        return self.heard

    async def answer(self, job: str) -> dict[str, Any]:
        """Wait for the answer to this job."""
        async with asyncio.timeout(10), self._news:
            while True:
                for heard in self.heard:
                    if heard.body["id"] == int(job):
                        return heard.body
                await self._news.wait()


class Program:
    def __init__(self, app: App, code: str, receiver: Receiver) -> None:
        self.app = app
        self.code = code
        self.callback = receiver.url
        self.receiver = receiver

    async def __aenter__(self) -> Self:
        self.http = aiohttp.ClientSession(self.app.address, connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.close()

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.code}"}

    def form(self, which: str = "text", /, **parameters: Any) -> dict[str, Any]:
        given = {"api": self.code, "callback": self.callback, "which": which, "text": "What is 2 + 2?"}
        return {name: value for name, value in (given | parameters).items() if value is not None}

    async def post(self, which: str = "text", /, path: str = HISTORIC, **parameters: Any) -> dict[str, Any]:
        """As PHP does it: multipart."""
        body = aiohttp.FormData(default_to_multipart=True)
        for name, value in self.form(which, **parameters).items():
            body.add_field(name, value if isinstance(value, str) else json.dumps(value))
        return await self.send(path, data=body)

    async def post_json(self, which: str = "text", /, path: str = PATH, **parameters: Any) -> dict[str, Any]:
        return await self.send(path, json=self.form(which, **parameters))

    async def send(self, path: str, **request: Any) -> dict[str, Any]:
        async with self.http.post(path, **request) as answer:
            assert (answer.status, answer.content_type) == (200, "application/json")
            body: dict[str, Any] = await answer.json()
        assert isinstance(body["status"], bool)
        assert set(body) == ({"status", "code", "detail"} | ({"id", "turn"} if body["status"] else set()))
        return body

    async def row(self, reply: dict[str, Any]) -> Any:
        return await self.app.storage.fetch_one("SELECT * FROM job WHERE id = :id", id=int(reply["id"]))

    async def withdraw(self, *replies: dict[str, Any]) -> None:
        """Stop these jobs, wherever they are."""
        for reply in replies:
            await self.app.jobs.cancel(int(reply["id"]), (await self.row(reply)).customer)

    async def request_of(self, reply: dict[str, Any]) -> dict[str, Any]:
        """What the job was understood as."""
        read: dict[str, Any] = json.loads((await self.row(reply)).request)
        return read


def counted(values: list[Any]) -> dict[Any, int]:
    counts: dict[Any, int] = defaultdict(int)
    for value in values:
        counts[value] += 1
    return dict(counts)
