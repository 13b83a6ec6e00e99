"""The bot's queue of updates: kept until confirmed or too old, read by getUpdates or posted by a webhook."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.refusals import conflict
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
        self._queue: deque[Pending] = deque()
        self.next_id = 1
        self.allowed: list[str] | None = None
        self.webhook: Json | None = None
        self.arrived = asyncio.Event()
        self._poll = 0
        self._ended = ""
        self._stopped = False

    def load(self, rows: list[Json]) -> None:
        rows.sort(key=lambda row: int(row["update"]["update_id"]))
        self._queue.extend(Pending(row["expires"], row["chat"], row["update"]) for row in rows)

    def wants(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in _UNASKED

    def push(self, kind: str, thing: Json, chat: int | None) -> None:
        """Queue an update, unless the bot did not ask for its kind, now, as it is created."""
        if not self.wants(kind) or self._faults.take("dropped", "getUpdates", chat) is not None:
            return
        update = {"update_id": self.next_id, kind: thing}
        if self._validate:
            check_update(update)
        self.next_id += 1
        pending = Pending(self._clock.now() + KEPT_SECONDS.get(kind, DAY), chat, update)
        self._queue.append(pending)
        self._keep(pending)
        if len(self._queue) > PENDING_MAX:
            self._forget(self._queue.popleft())
        self.arrived.set()

    def _keep(self, pending: Pending) -> None:
        if self._store.on:
            body = {"expires": pending.expires, "chat": pending.chat, "update": pending.update}
            self._store.put("update", pending.update["update_id"], body)
            self._store.put("counter", "update_id", self.next_id)

    def _forget(self, pending: Pending) -> None:
        self._store.drop("update", pending.update["update_id"])

    def pending(self) -> deque[Pending]:
        """What is still to be delivered; what is too old goes now."""
        now = self._clock.now()
        if any(one.expires <= now for one in self._queue):
            for one in [one for one in self._queue if one.expires <= now]:
                self._queue.remove(one)
                self._forget(one)
        return self._queue

    def confirm(self, offset: int) -> None:
        """Forget what is below `offset`; below zero it counts from the end."""
        if offset < 0:
            keep = min(-offset, len(self._queue))
            while len(self._queue) > keep:
                self._forget(self._queue.popleft())
            return
        while self._queue and self._queue[0].update["update_id"] < offset:
            self._forget(self._queue.popleft())

    def done(self, pending: Pending) -> None:
        if pending in self._queue:
            self._queue.remove(pending)
            self._forget(pending)

    def clear(self) -> None:
        while self._queue:
            self._forget(self._queue.popleft())

    def end_poll(self, words: str) -> None:
        """Whoever polls now gets 409 with these words."""
        self._poll += 1
        self._ended = words
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
        self.confirm(offset)
        loop = asyncio.get_running_loop()
        end = loop.time() + min(max(timeout, 0), WAIT_MAX_SECONDS)
        while not self.pending() and loop.time() < end and not self._stopped:
            await self._wait(end - loop.time())
            if mine != self._poll:
                raise conflict(self._ended)
        return self._batch(min(max(limit, 1), LIMIT_MAX))

    async def _wait(self, seconds: float) -> None:
        self.arrived.clear()
        try:
            await asyncio.wait_for(self.arrived.wait(), seconds)
        except TimeoutError:
            return

    def _batch(self, limit: int) -> list[Json]:
        queue = list(self.pending())[:limit] if len(self._queue) > limit else list(self.pending())
        batch: list[Json] = []
        for one in queue:
            batch.append(one.update)
            if self._faults.take("duplicated", "getUpdates", one.chat) is not None:
                batch.append(one.update)
        if len(batch) > 1 and self._faults.take("reordered", "getUpdates", None) is not None:
            batch.reverse()
        return batch
