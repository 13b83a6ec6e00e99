"""The openai package over the pool: its requests go to whichever credential is well."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx2

from bot.providers.errors import ProviderError
from bot.providers.pool.call import Call
from bot.providers.pool.pool import Pool
from bot.providers.pool.reply import Reply

BODY_MOST = 1 << 30
"""Providers bound an answer by its kind (bot/providers/upstream.py); this is beyond all of those."""


class PoolTransport(httpx2.AsyncBaseTransport):
    def __init__(self, pool: Pool, base_path: str) -> None:
        """`base_path`: what the requests' paths begin with, as `/v1`."""
        self._pool = pool
        self._base_path = base_path

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises a ProviderError, which the openai package lets through."""
        body = await request.aread()
        wait = request.extensions.get("timeout", {})
        call = Call(
            request.url.raw_path.decode().removeprefix(self._base_path), body, _model(body), request.method,
            {name: request.headers[name] for name in ("content-type", "accept") if name in request.headers},
            wait.get("read") or 120.0, wait.get("connect") or 10.0,
        )  # fmt: skip
        stack = AsyncExitStack()
        reply = await stack.enter_async_context(self._pool.send(call))
        headers = [(name.encode(), value.encode()) for name, value in reply.headers.items()]
        body_as_it_comes = _Body(self._pool, call, reply, stack)
        return httpx2.Response(reply.status, headers=headers, stream=body_as_it_comes, request=request)


class _Body(httpx2.AsyncByteStream):
    def __init__(self, pool: Pool, call: Call, reply: Reply, stack: AsyncExitStack) -> None:
        self._pool = pool
        self._call = call
        self._reply = reply
        self._stack = stack

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._reply.pieces(BODY_MOST):
                yield piece
        except ProviderError as error:
            self._pool.broke_off(self._reply, self._call, error)
            raise

    async def aclose(self) -> None:
        await self._stack.aclose()


def _model(body: bytes) -> str:
    try:
        return str(json.loads(body).get("model") or "")
    except (ValueError, AttributeError):
        return ""
