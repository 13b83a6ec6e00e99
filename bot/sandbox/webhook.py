"""Posts updates to the bot's webhook: with its secret, again with doubling delay until it says 2xx.

As at Telegram there is one queue for each chat and kind of update (messages, taps, payments), and the queues
know nothing of each other: only within one is the order kept. A method in the response is done; its result
is seen by nobody. Plain http addresses on this machine are served too, which the real one refuses.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from bot.sandbox.performing import Cut, Performer
from bot.sandbox.tasks import Tasks
from bot.sandbox.typed import MODELS
from bot.sandbox.updates import Pending
from bot.sandbox.wire import read_response
from bot.sandbox.world import World

Json = dict[str, Any]
Queue = tuple[int | None, str]

FIRST_DELAY_SECONDS = 0.2
DELAY_MAX_SECONDS = 60.0
RETRY_AFTER_MAX = 3_600
TIMEOUT_SECONDS = 60
GONE_SECONDS = 23 * 3_600
"""So long may a webhook say 410 before it is removed."""
SEEN_MAX = 1_000
"""So many pending updates are looked at for one whose queue is free."""
_NOT_IN_RESPONSE = ("get", "setwebhook", "deletewebhook", "close", "logout")


class _Failed(Exception):
    def __init__(self, words: str, retry_after: float = 0, *, gone: bool = False) -> None:
        super().__init__(words)
        self.retry_after, self.gone = retry_after, gone


class Webhook:
    def __init__(self, world: World, performer: Performer) -> None:
        self._world, self._performer = world, performer
        self._tasks = Tasks()
        self._busy: set[Queue] = set()
        self._gone_since: float | None = None

    async def run(self) -> None:
        updates = self._world.updates
        async with ClientSession(timeout=ClientTimeout(TIMEOUT_SECONDS)) as session:
            try:
                while True:
                    updates.arrived.clear()
                    if updates.webhook is not None:
                        await self._start_deliveries(session, updates.webhook)
                    await updates.arrived.wait()
            finally:
                await self._tasks.cancel()

    async def _start_deliveries(self, session: ClientSession, webhook: Json) -> None:
        seen = islice(self._world.updates.pending().values(), SEEN_MAX)
        pending = [one for one in seen if _queue(one) not in self._busy]
        if len(pending) > 1 and self._world.faults.take("reordered", "getUpdates", None) is not None:
            await self._deliver(session, webhook, pending.pop(1))
        for one in pending:
            if _queue(one) not in self._busy and len(self._busy) < webhook["max_connections"]:
                self._busy.add(_queue(one))
                self._tasks.start(self._deliver(session, webhook, one))

    async def _deliver(self, session: ClientSession, webhook: Json, pending: Pending) -> None:
        """Post one update until it is taken, too old, or the webhook is another."""
        updates, delay = self._world.updates, FIRST_DELAY_SECONDS
        try:
            while updates.webhook is webhook and updates.holds(pending):
                try:
                    await self._post(session, webhook, pending)
                    if self._world.faults.take("duplicated", "getUpdates", pending.chat) is not None:
                        await self._post(session, webhook, pending)
                    self._gone_since = None
                    updates.done(pending)
                    return
                except _Failed as failed:
                    self._note(webhook, failed)
                    await asyncio.sleep(max(delay, min(failed.retry_after, RETRY_AFTER_MAX)))
                    delay = min(delay * 2, DELAY_MAX_SECONDS)
        finally:
            self._busy.discard(_queue(pending))
            updates.arrived.set()

    def _note(self, webhook: Json, failed: _Failed) -> None:
        now = self._world.clock.now()
        webhook.update(last_error_date=int(now), last_error_message=str(failed))
        if not failed.gone:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now - self._gone_since > GONE_SECONDS:
            self._world.updates.webhook = None

    async def _post(self, session: ClientSession, webhook: Json, pending: Pending) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook["secret"]} if webhook["secret"] else {}
        try:
            async with session.post(webhook["url"], json=pending.update, headers=headers) as response:
                _check(response)
                raw, uploads = await read_response(response)
        except (OSError, ClientError, TimeoutError) as error:
            raise _Failed(f"Connection failed: {type(error).__name__}") from None
        model = MODELS.get(str(raw.pop("method", "")).lower())
        if model is None or model.__api_method__.lower().startswith(_NOT_IN_RESPONSE):
            return
        try:
            await self._performer.perform(model, raw, uploads)
        except Cut:
            return


def _queue(pending: Pending) -> Queue:
    kind = next(key for key in pending.update if key != "update_id")
    return pending.chat, kind if kind.endswith("_query") else "message"


def _check(response: ClientResponse) -> None:
    if response.status // 100 == 2:
        return
    wait = response.headers.get("Retry-After", "0")
    words = f"Wrong response from the webhook: {response.status} {response.reason}"
    raise _Failed(words, float(wait) if wait.isdecimal() else 0, gone=response.status == 410)
