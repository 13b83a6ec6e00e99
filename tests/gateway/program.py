"""A program that speaks plain HTTP with the gateway, and looks at its balance."""

import asyncio
from contextlib import suppress
from typing import Any, NamedTuple, Self

import aiohttp

from billing import Balance
from bot.wiring import App
from tests.world import ADA, balance, until


class Said(NamedTuple):
    status: int
    headers: Any
    body: bytes


class Program:
    def __init__(self, app: App) -> None:
        self.app = app
        self.url = app.address + "/v1"

    async def __aenter__(self) -> Self:
        self.code = await self.app.operator.issue(ADA, "tests")
        self.http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), headers={"Authorization": f"Bearer {self.code}"}
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    async def credit(self, tokens: float) -> None:
        await self.app.operator.credit(ADA, round(tokens * 1000), "for tests", f"tests:{tokens}")

    async def post(self, path: str, body: dict[str, Any] | None = None, **more: Any) -> Said:
        if body is not None:
            more["json"] = body
        async with self.http.post(self.url + path, **more) as answer:
            return Said(answer.status, answer.headers, await answer.read())

    async def chat(self, **more: Any) -> Said:
        return await self.post("/chat/completions", question(**more))

    async def balance(self) -> Balance:
        return await balance(self.app, ADA)

    async def settled(self) -> Balance:
        """The balance, once nothing is held."""

        async def done() -> Balance | None:
            now = await self.balance()
            return None if now.held else now

        found: Balance = await until(done, 15)
        return found

    async def relays(self) -> list[Any]:
        return list(await self.app.storage.fetch("SELECT * FROM relay ORDER BY id"))

    async def leave_after(self, events: int, **more: Any) -> list[bytes]:
        """Ask for a stream and hang up after so many events; 0: while nothing has come."""
        seen: list[bytes] = []
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {self.code}"}) as http:
            asking = http.post(self.url + "/chat/completions", json=question(stream=True, **more))
            if not events:
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.3), asking:
                        raise AssertionError("it answered")
                return seen
            async with asking as answer:
                async for piece, _ in answer.content.iter_chunks():
                    seen.append(piece)
                    if len(seen) >= events:
                        answer.close()
                        break
        return seen


def question(text: str = "What is 2 + 2?", model: str = "gpt-a", **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}
