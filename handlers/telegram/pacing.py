"""Whose turn it is: calls that go to chats wait here, so that Telegram's limits on sending are kept.

Telegram allows about one message a second in a chat (a few at once are fine), 20 a minute in a group and 30
a second in all. The buckets are a little smaller, so that no second and no minute has more, whenever it is
taken to begin. Sends go before edits, of all chats; what has waited longest goes first.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiogram.exceptions import AiogramError
from aiogram.methods import (
    EditMessageCaption,
    EditMessageMedia,
    EditMessageReplyMarkup,
    EditMessageText,
    TelegramMethod,
)

CHAT_BURST, CHAT_PER_SECOND = 3, 1.0
GROUP_BURST, GROUP_PER_SECOND = 6, 14 / 60
ALL_BURST, ALL_PER_SECOND = 2, 28.0
WAITING = 100
"""Calls that wait in one chat; more are refused, so that one chat can't fill the memory."""

EDITS = (EditMessageText, EditMessageCaption, EditMessageMedia, EditMessageReplyMarkup)
AGAIN, SEND, EDIT = -1, 0, 1
"""Priorities: what Telegram has put off comes first."""


class OutboxFull(AiogramError):
    """Too much waits for this chat already."""


class Withdrawn(AiogramError):
    """It was not sent: something newer takes its place."""


@dataclass(slots=True)
class Bucket:
    """`burst` calls at once, then so many a second."""

    burst: float
    per_second: float
    left: float = field(init=False)
    filled_at: float = field(default=0.0)

    def __post_init__(self) -> None:
        self.left = self.burst

    def wait(self, now: float) -> float:
        """Seconds until a call is allowed."""
        self.left = min(self.burst, self.left + (now - self.filled_at) * self.per_second)
        self.filled_at = now
        return 0.0 if self.left >= 1 else (1 - self.left) / self.per_second

    def take(self) -> None:
        self.left -= 1


@dataclass(slots=True, eq=False)
class Waiting:
    """A call that waits for its turn."""

    method: TelegramMethod[Any]
    priority: int
    edits: tuple[Any, ...] | None
    """What an edit changes: a newer one of the same takes its place."""
    turn: asyncio.Future[None]
    result: asyncio.Future[Any]
    caller: asyncio.Task[Any] | None

    @classmethod
    def of(cls, method: TelegramMethod[Any]) -> "Waiting":
        loop = asyncio.get_running_loop()
        edits, turn, result = edited(method), loop.create_future(), loop.create_future()
        return cls(method, EDIT if edits else SEND, edits, turn, result, asyncio.current_task())

    def tell(self, result: Any = None, error: BaseException | None = None) -> None:
        """Those whose edit this one has taken along hear how it went."""
        if error is None:
            self.result.set_result(result)
            return
        cancelled = isinstance(error, asyncio.CancelledError)
        self.result.set_exception(Withdrawn("the edit that waited was dropped") if cancelled else error)
        self.result.exception()  # nobody else may wait for it


def edited(method: TelegramMethod[Any]) -> tuple[Any, ...] | None:
    if isinstance(method, EDITS) and method.message_id is not None:
        return type(method), method.message_id
    return None


@dataclass(slots=True)
class Chat:
    """The calls of one chat: one at a time, sends before edits."""

    buckets: list[Bucket]
    queue: list[tuple[int, int, Waiting]] = field(default_factory=list)
    busy: bool = False
    blocked_until: float = 0.0

    def wait(self, now: float) -> float:
        return max(self.blocked_until - now, *(bucket.wait(now) for bucket in self.buckets))

    def rested(self, now: float) -> bool:
        """Nothing has to be remembered of it."""
        full = all(bucket.left >= bucket.burst for bucket in self.buckets)
        return not self.queue and not self.busy and self.blocked_until <= now and full

    def older_edit(self, method: TelegramMethod[Any]) -> Waiting | None:
        """The edit of the same that still waits."""
        if (edits := edited(method)) is None:
            return None
        return next((one for _, _, one in self.queue if one.edits == edits and not one.turn.done()), None)

    def withdraw(self, caller: asyncio.Task[Any]) -> None:
        """Drop what this task still waits to send."""
        for _, _, one in self.queue:
            if one.caller is caller and not one.turn.done():
                one.turn.set_exception(Withdrawn("no longer wanted"))

    def push(self, waiting: Waiting, order: int) -> None:
        if len(self.queue) >= WAITING:
            self.queue = [entry for entry in self.queue if not entry[2].turn.done()]
            heapq.heapify(self.queue)
        if len(self.queue) >= WAITING:
            raise OutboxFull(f"{WAITING} calls wait for this chat")
        heapq.heappush(self.queue, (waiting.priority, order, waiting))

    def first(self) -> tuple[int, int] | None:
        """The priority and order of the next call; None where none waits or one is under way."""
        while self.queue and self.queue[0][2].turn.done():  # its caller is gone
            heapq.heappop(self.queue)
        return self.queue[0][:2] if self.queue and not self.busy else None

    def give_turn(self) -> None:
        _, _, waiting = heapq.heappop(self.queue)
        self.busy = True
        for bucket in self.buckets:
            bucket.take()
        waiting.turn.set_result(None)

    def end_turn(self, now: float) -> None:
        """Telegram counts a call when it arrives, as late as now maybe: nothing was refilled before."""
        self.busy = False
        for bucket in self.buckets:
            bucket.filled_at = now


def _buckets(chat: int) -> list[Bucket]:
    private = Bucket(CHAT_BURST, CHAT_PER_SECOND)
    return [private, Bucket(GROUP_BURST, GROUP_PER_SECOND)] if chat < 0 else [private]


class Turns:
    def __init__(self) -> None:
        self._chats: dict[int, Chat] = {}
        self._all = Bucket(ALL_BURST, ALL_PER_SECOND)
        self._order = itertools.count()
        self._wake = asyncio.Event()

    def chat(self, number: int) -> Chat:
        if number not in self._chats:
            self._chats[number] = Chat(_buckets(number))
        return self._chats[number]

    def known(self, number: int) -> Chat | None:
        return self._chats.get(number)

    async def run(self) -> None:
        """Give turns, until cancelled."""
        while True:
            pause = self._give(time.monotonic())
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()

    @asynccontextmanager
    async def turn(self, chat: Chat, waiting: Waiting) -> AsyncIterator[None]:
        """Wait for it; until the end of the block no other call of the chat has one. Raises OutboxFull, and
        Withdrawn."""
        turn = waiting.turn = asyncio.get_running_loop().create_future()
        chat.push(waiting, next(self._order))
        self._wake.set()
        try:
            await turn
            yield
        finally:
            # It had its turn, even if it was cancelled in the same moment.
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                chat.end_turn(time.monotonic())
                self._wake.set()

    def _give(self, now: float) -> float | None:
        """Let every chat go on that may; seconds until the next may, None if none waits."""
        ready, soonest = [], None
        for number, chat in list(self._chats.items()):
            wait, first = chat.wait(now), chat.first()
            if first is None:
                if chat.rested(now):
                    del self._chats[number]
            elif wait <= 0:
                ready.append((first, chat))
            else:
                soonest = wait if soonest is None else min(soonest, wait)
        for _, chat in sorted(ready, key=lambda one: one[0]):
            if (wait := self._all.wait(now)) > 0:
                return wait if soonest is None else min(soonest, wait)
            chat.give_turn()
            self._all.take()
        return soonest
