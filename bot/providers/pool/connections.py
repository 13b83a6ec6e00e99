"""The connections to upstreams, through a credential's proxy where it has one."""

import io
from contextlib import AsyncExitStack
from functools import lru_cache

import aiohttp
from aiohttp_socks import ProxyConnector

from bot.providers.pool.call import Call
from bot.providers.pool.credential import PROJECT, Credential

MOST = 2_000
AT_ONCE = 256 * 1024
"""Bytes of a body that are written at once."""
UNPACKED = {"Accept-Encoding": "identity", "User-Agent": "telegram-billing-bot"}


class Connections:
    def __init__(self) -> None:
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._stack = AsyncExitStack()

    async def close(self) -> None:
        await self._stack.aclose()

    async def request(self, credential: Credential, key: str, call: Call) -> aiohttp.ClientResponse:
        """The answer's head. Raises what aiohttp does."""
        project = {PROJECT: call.project} if call.project else {}
        headers = {**UNPACKED, **call.headers, **project, **credential.headers}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        wait = _timeout(min(call.connect_seconds, call.seconds), call.seconds)
        proxy = credential.proxy if credential.proxy.startswith("http") else None
        return await self._session("" if proxy else credential.proxy).request(
            call.method, credential.base_url + call.path, data=_payload(call.body), headers=headers,
            timeout=wait, proxy=proxy, allow_redirects=False,
        )  # fmt: skip

    def _session(self, socks: str) -> aiohttp.ClientSession:
        """Sessions don't share connections; only a SOCKS proxy needs one of its own."""
        session = self._sessions.get(socks)
        if session is None:
            connector = (
                ProxyConnector.from_url(socks, limit=MOST) if socks else aiohttp.TCPConnector(limit=MOST)
            )
            # Only what is configured counts: the environment's proxies would also catch a server nearby.
            session = self._sessions[socks] = aiohttp.ClientSession(
                connector=connector, trust_env=False, auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(), skip_auto_headers=("User-Agent",),
            )  # fmt: skip
            self._stack.push_async_callback(session.close)
        return session


@lru_cache
def _timeout(connect_seconds: float, silence_seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds, sock_read=silence_seconds)


def _payload(body: bytes) -> bytes | io.BytesIO | None:
    """A large body is written piece by piece, so that others have their turn."""
    return io.BytesIO(body) if len(body) > AT_ONCE else body or None
