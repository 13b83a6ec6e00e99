"""Access tokens of OAuth 2.0 credentials: got once for all who need one, a minute before the last one ends.

While a new one can't be got, the old one serves until its end.
"""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple

import aiohttp

from bot.providers.errors import ProviderError, UpstreamRefusesUs, UpstreamUnreachable
from bot.providers.pool.credential import Credential, Grant

MARGIN_SECONDS = 60.0
AHEAD_SECONDS = 240.0
"""The sweep refreshes earlier, so that no request has to wait."""
LIFETIME_SECONDS = 3_600.0
"""Where the server doesn't say."""
PATIENCE = aiohttp.ClientTimeout(total=20)
ANSWER_MOST = 256 * 1024
FRESH_SECONDS = 5.0
"""Who was refused with a younger one is refused for another reason; a failure is not repeated sooner."""

Keep = Callable[[Credential, str], Awaitable[None]]


class _Access(NamedTuple):
    text: str
    got_at: float
    until: float


async def _forgetful(credential: Credential, refresh_token: str) -> None:
    """Nothing is kept."""


class Grants:
    def __init__(self, keep: Keep = _forgetful, clock: Callable[[], float] = time.monotonic) -> None:
        """`keep` is given a new refresh token, where the server hands one out."""
        self.keep = keep
        self._clock = clock
        self._known: dict[int, _Access] = {}
        self._newest: dict[int, str] = {}
        """Refresh tokens that have taken another's place."""
        self._failed: dict[int, tuple[float, ProviderError]] = {}
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def bearer(self, credential: Credential) -> str:
        """Raises ProviderError."""
        known = self._known.get(credential.id)
        if known is None or known.until - MARGIN_SECONDS <= self._clock():
            known = await self.refresh(credential, MARGIN_SECONDS)
        return known.text

    def forget_stale(self, credential: Credential) -> bool:
        """An upstream refuses it: True where it was an older one, and a new one may help."""
        known = self._known.get(credential.id)
        stale = known is not None and known.got_at + FRESH_SECONDS < self._clock()
        if stale:
            del self._known[credential.id]
        return stale

    async def refresh_all(self, credentials: Iterable[Credential], *, forced: bool = False) -> None:
        """Those that end soon, or all; what fails is tried again when it is needed."""
        ahead = float("inf") if forced else AHEAD_SECONDS
        for credential in credentials:
            if credential.grant is None:
                continue
            try:
                await self.refresh(credential, ahead)
            except ProviderError:
                continue

    async def refresh(self, credential: Credential, margin: float) -> _Access:
        """One that is valid for longer than `margin` seconds; whoever comes meanwhile waits for the same."""
        begun = self._clock()
        async with self._locks[credential.id]:
            known = self._known.get(credential.id)
            if known and (known.until - margin > self._clock() or known.got_at > begun):
                return known
            failed_at, error = self._failed.get(credential.id, (0.0, None))
            if error is None or failed_at + FRESH_SECONDS < self._clock():
                error = None
                try:
                    return await self._get(credential)
                except ProviderError as failed:
                    error = failed
                    self._failed[credential.id] = (self._clock(), failed)
            if known and known.until > self._clock():
                return known
            raise error

    async def _get(self, credential: Credential) -> _Access:
        grant = credential.grant
        assert grant is not None
        refresh_token = self._newest.get(credential.id, grant.refresh_token)
        answer = await _ask(credential, form_of(grant, refresh_token))
        text, seconds = answer.get("access_token"), answer.get("expires_in", LIFETIME_SECONDS)
        if not isinstance(text, str) or not text or not text.isprintable():
            raise UpstreamRefusesUs("The token server gave no access token.")
        at = self._clock()
        access = self._known[credential.id] = _Access(text, at, at + _lifetime(seconds))
        self._failed.pop(credential.id, None)
        newer = answer.get("refresh_token")
        if isinstance(newer, str) and newer and newer != refresh_token and refresh_token:
            self._newest[credential.id] = newer
            await self.keep(credential, newer)
        return access


def form_of(grant: Grant, refresh_token: str) -> dict[str, str]:
    """As RFC 6749 wants it, with the client's secret in the body."""
    kind = {"grant_type": "refresh_token", "refresh_token": refresh_token} if refresh_token else None
    form = kind or {"grant_type": "client_credentials"}
    return form | {
        name: value
        for name, value in (
            ("client_id", grant.client_id), ("client_secret", grant.client_secret), ("scope", grant.scope)
        )
        if value
    }  # fmt: skip


async def _ask(credential: Credential, form: dict[str, str]) -> dict[str, Any]:
    assert credential.grant is not None
    proxy = credential.proxy if credential.proxy.startswith("http") else None
    try:
        async with (
            aiohttp.ClientSession(trust_env=False, timeout=PATIENCE) as http,
            http.post(credential.grant.token_url, data=form, proxy=proxy, allow_redirects=False) as answer,
        ):
            if answer.status in (400, 401, 403):
                raise UpstreamRefusesUs(f"The token server answered {answer.status}.")
            if answer.status != 200:
                raise UpstreamUnreachable(f"The token server answered {answer.status}.")
            found = json.loads(await _read(answer))
    except (aiohttp.ClientError, OSError, ValueError):
        raise UpstreamUnreachable("The token server could not be reached.") from None
    return found if isinstance(found, dict) else {}


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    body = b""
    while piece := await answer.content.readany():
        body += piece
        if len(body) > ANSWER_MOST:
            raise ValueError("too long")
    return body


def _lifetime(seconds: Any) -> float:
    """Some servers send the number as text."""
    try:
        given = float(seconds)
    except (TypeError, ValueError):
        return LIFETIME_SECONDS
    return given if 0 < given < 1e9 else LIFETIME_SECONDS
