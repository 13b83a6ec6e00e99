"""Keeps the pool and its rows the same: loads credentials, writes down what became of them, tells admins."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from bot.providers.pool.credential import Credential
from bot.providers.pool.grants import Grants
from bot.providers.pool.models import list_models
from bot.providers.pool.pool import News, Pool
from bot.sealed import WrongKey
from bot.upstreams import Upstreams

log = structlog.get_logger()

NEWS_MOST = 1_000
LISTED_AGAIN = 10
"""Rounds of `look` between two readings of the lists of models."""


class PoolKeeper:
    def __init__(self, pool: Pool, upstreams: Upstreams, grants: Grants) -> None:
        self.tell: Callable[[str], Awaitable[None]] = _tell_log
        """Tells the admins."""
        self._pool = pool
        self._upstreams = upstreams
        self._grants = grants
        grants.keep = self._keep_refresh_token
        self._news: asyncio.Queue[News] = asyncio.Queue(NEWS_MOST)
        self._round = 0
        pool.tell = self._hear
        upstreams.changed = self.reload
        upstreams.live = pool.states
        upstreams.test = self.test

    async def reload(self, enabled: int | None = None) -> None:
        """Take up what an operator has changed; `enabled`: of this one everything is forgiven."""
        loaded = await self._upstreams.load()
        self._pool.use(loaded.credentials)
        for credential in loaded.refused:
            self._pool.refuse(credential)
        if enabled is not None:
            self._pool.enable(enabled)

    async def run(self) -> None:
        """Write down what the pool learns, until cancelled."""
        while True:
            news = await self._news.get()
            try:
                await self._take(news)
            except Exception:
                log.exception("news of the pool lost", credential=news.credential.id)

    async def look(self) -> None:
        """Ask those that were refused whether they are well again, now and then all for their models.

        An operator may have mended it over there: a refused credential must have a way back."""
        refused = {state.credential.id for state in self._pool.states() if state.refused}
        everybody = self._round % LISTED_AGAIN == 0
        self._round += 1
        for credential in self._pool.credentials:
            if credential.id not in refused and not everybody:
                continue
            verdict = await list_models(self._pool, credential)
            if credential.id in refused and verdict is None:
                await self._upstreams.set_state(credential.id, "enabled")
                await self.tell(f"The upstream {credential.upstream} takes credential {credential.id} again.")

    async def test(self, credential: int) -> str | None:
        """Ask it, enabled or not, for its models, which costs nothing: what is wrong with it, or None. One
        that was refused, and is well, is enabled again."""
        try:
            found = await self._upstreams.credential(credential)
        except WrongKey as error:
            return str(error)
        if found is None:
            return "There is no such credential."
        verdict = await list_models(self._pool, found)
        if verdict is not None:
            await self._upstreams.note(credential, str(verdict.error))
            return str(verdict.error)
        if any(state.refused for state in self._pool.states() if state.credential.id == credential):
            await self._upstreams.set_state(credential, "enabled")
        await self._upstreams.note(credential, None)
        return None

    async def refresh(self, *, forced: bool = False) -> None:
        """Get new access tokens for those that end soon, or for all."""
        await self._grants.refresh_all(self._pool.credentials, forced=forced)

    async def _keep_refresh_token(self, credential: Credential, refresh_token: str) -> None:
        await self._upstreams.keep_refresh_token(credential.id, refresh_token)

    def _hear(self, news: News) -> None:
        with suppress(asyncio.QueueFull):
            self._news.put_nowait(news)

    async def _take(self, news: News) -> None:
        credential = news.credential
        await self._upstreams.note(credential.id, news.detail)
        if news.what == "refused":
            await self._upstreams.set_state(credential.id, "refused")
        if news.what in ("refused", "out of credit"):
            await self.tell(
                f"The upstream {credential.upstream} says of credential {credential.id}: {news.what}."
                f" {news.detail} /upstreams"
            )


async def _tell_log(text: str) -> None:
    log.error("alarm", text=text)
