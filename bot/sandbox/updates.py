"""The bot's queue of updates: kept until confirmed or too old, read by getUpdates or posted by a webhook."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.refusals import conflict, flood
from bot.sandbox.store import Store
from bot.sandbox.typed import check_update

Json = dict[str, Any]

KEPT_SECONDS = {
    "callback_query": 150,
    "pre_checkout_query": 150,
    "shipping_query": 150,
    "inline_query": 30,
    "chosen_inline_result": 600,
}
DAY = 86_400
PENDING_MAX = 100_000
LIMIT_MAX = 100
WAIT_MAX_SECONDS = 50
_UNASKED = {"chat_member", "message_reaction", "message_reaction_count"}
"""What only a bot that names it in allowed_updates gets."""

TWO_POLLERS = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


@dataclass(slots=True, eq=False)
class Pending:
    expires: float
    chat: int | None
    update: Json


class Updates:
    def __init__(self, clock: Clock, store: Store, faults: Faults, *, validate: bool) -> None:
        self._clock, self._store, self._faults, self._validate = clock, store, faults, validate
        self._queue: OrderedDict[int, Pending] = OrderedDict()
        self._expires_next = math.inf
        self.next_id = 1
        self.allowed: list[str] | None = None
        self.webhook: Json | None = None
        self.arrived = asyncio.Event()
        self._poll = 0
        self._ended = ""
        self._stopped = False
        self.down = False
        """The bot is down, or cut off from Telegram: none of its calls gets through."""
        self.hurried = False
        """Whether polls that come too soon are held up, as Telegram's server does."""
        self._last_offset, self._last_poll, self._last_webhook = -1, 0.0, -1.0
        self._last_conflict = -3.0

    def load(self, rows: list[Json]) -> None:
        rows.sort(key=lambda row: int(row["update"]["update_id"]))
        for row in rows:
            self._add(Pending(row["expires"], row["chat"], row["update"]))

    def wants(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in _UNASKED

    def push(self, kind: str, thing: Json, chat: int | None, *, checked: bool = True) -> None:
        """Queue an update, unless the bot did not ask for its kind, now, as it is created."""
        paid = isinstance(thing, dict) and "successful_payment" in thing
        named = "successful_payment" if paid else kind
        if not self.wants(kind) or self._faults.take("dropped", named, chat) is not None:
            return
        update = {"update_id": self.next_id, kind: thing}
        if self._validate and checked:
            check_update(update)
        self.next_id += 1
        pending = Pending(self._clock.now() + KEPT_SECONDS.get(kind, DAY), chat, update)
        self._add(pending)
        self._keep(pending)
        if len(self._queue) > PENDING_MAX:
            self._forget(next(iter(self._queue)))
        self.arrived.set()

    def _add(self, pending: Pending) -> None:
        self._queue[pending.update["update_id"]] = pending
        self._expires_next = min(self._expires_next, pending.expires)

    def _keep(self, pending: Pending) -> None:
        if self._store.on:
            body = {"expires": pending.expires, "chat": pending.chat, "update": pending.update}
            self._store.put("update", pending.update["update_id"], body)
            self._store.put("counter", "update_id", self.next_id)

    def _forget(self, update_id: int) -> None:
        del self._queue[update_id]
        self._store.drop("update", update_id)

    def pending(self) -> OrderedDict[int, Pending]:
        """What is still to be delivered, by update_id; what is too old goes now."""
        now = self._clock.now()
        if now >= self._expires_next:
            for update_id in [key for key, one in self._queue.items() if one.expires <= now]:
                self._forget(update_id)
            self._expires_next = min((one.expires for one in self._queue.values()), default=math.inf)
        return self._queue

    def holds(self, pending: Pending) -> bool:
        return pending.update["update_id"] in self.pending()

    def confirm(self, offset: int) -> None:
        """Forget what is below `offset`; below zero it counts from the end."""
        if offset < 0:
            keep = min(-offset, len(self._queue))
            while len(self._queue) > keep:
                self._forget(next(iter(self._queue)))
        while self._queue and next(iter(self._queue)) < offset:
            self._forget(next(iter(self._queue)))

    def done(self, pending: Pending) -> None:
        if self.holds(pending):
            self._forget(pending.update["update_id"])

    def clear(self) -> None:
        while self._queue:
            self._forget(next(iter(self._queue)))

    def end_poll(self, words: str) -> None:
        """Whoever polls now gets 409 with these words."""
        self._poll += 1
        self._ended = words
        self.arrived.set()

    def start(self) -> None:
        self._stopped = False

    def cut_off(self, down: bool) -> None:
        self.down = down
        self.arrived.set()

    def stop(self) -> None:
        """Nobody waits any longer: this Telegram goes down."""
        self._stopped = True
        self.arrived.set()

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Json]:
        """getUpdates. A second poll ends the first, which gets the 409."""
        if self.webhook is not None:
            raise conflict(WEBHOOK_ACTIVE)
        self.end_poll(TWO_POLLERS)
        mine = self._poll
        limit, timeout = self._held_up(offset, limit, timeout)
        self.confirm(offset)
        loop = asyncio.get_running_loop()
        end = loop.time() + min(max(timeout, 0), WAIT_MAX_SECONDS)
        while not self.pending() and loop.time() < end and not self._stopped and not self.down:
            await self._wait(end - loop.time())
            if mine != self._poll:
                await self._hold_up_conflict()
                raise conflict(self._ended)
        return self._batch(min(max(limit, 1), LIMIT_MAX))

    async def _hold_up_conflict(self) -> None:
        now = asyncio.get_running_loop().time()
        since, self._last_conflict = now - self._last_conflict, now
        if self.hurried and since < 3:
            await asyncio.sleep(3)

    def check_webhook_pace(self) -> None:
        """Setting it twice within a second is too fast."""
        now = asyncio.get_running_loop().time()
        since, self._last_webhook = now - self._last_webhook, now
        if self.hurried and since < 1:
            raise flood(1)

    def _held_up(self, offset: int, limit: int, timeout: float) -> tuple[int, float]:
        now, same = asyncio.get_running_loop().time(), offset == self._last_offset
        since, self._last_poll, self._last_offset = now - self._last_poll, now, offset
        if self.hurried and same and since < 3:
            timeout = max(timeout, 3)
        if self.hurried and same and since < 0.5:
            limit = 1
        return limit, timeout

    async def _wait(self, seconds: float) -> None:
        # Not wait_for, which begins to wait a moment later: the webhook could clear what was set meanwhile.
        self.arrived.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.arrived.wait()

    def _batch(self, limit: int) -> list[Json]:
        batch: list[Json] = []
        for one in islice(self.pending().values(), limit):
            batch.append(one.update)
            if self._faults.take("duplicated", "getUpdates", one.chat) is not None:
                batch.append(one.update)
        if len(batch) > 1 and self._faults.take("reordered", "getUpdates", None) is not None:
            batch.reverse()
        return batch
