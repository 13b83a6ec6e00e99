"""The one way out to Telegram: every call that goes to a chat waits here for its turn.

Telegram allows about one message a second in a chat (a few at once are fine), 20 a minute in a group and
30 a second in all. Sends go before edits; a newer edit replaces one that still waits; `retry_after` is
obeyed. It is the session's middleware, so that no handler can go round it.
"""

import asyncio
import heapq
import itertools
import time
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import (
    EditMessageCaption,
    EditMessageMedia,
    EditMessageReplyMarkup,
    EditMessageText,
    SendChatAction,
    TelegramMethod,
)

from handlers.telegram.groups import MovedChats

log = structlog.get_logger()

CHAT_BURST = 3
CHAT_SECONDS = 1.0
GROUP_MOST = 20
GROUP_SECONDS = 60.0
ALL_MOST = 30
ALL_SECONDS = 1.0
TRIES = 5
"""How often a call is made that fails for Telegram's or the network's reasons."""
PATIENCE = 600.0
"""Seconds that a call waits at most, floods included."""
WAITING = 100
"""Calls that wait in one chat; more are refused, so that one chat can't fill the memory."""

EDITS = (EditMessageText, EditMessageCaption, EditMessageMedia, EditMessageReplyMarkup)
PASSING = (TelegramServerError, TelegramNetworkError, ClientDecodeError)


class OutboxFull(Exception):
    """Too much waits for this chat already."""


@dataclass(slots=True)
class Bucket:
    """`most` calls at once, refilled evenly over `seconds`."""

    most: float
    seconds: float
    left: float = field(init=False)
    filled_at: float = field(default=0.0)

    def __post_init__(self) -> None:
        self.left = self.most

    def wait(self, now: float) -> float:
        """Seconds until a call is allowed."""
        self.left = min(self.most, self.left + (now - self.filled_at) * self.most / self.seconds)
        self.filled_at = now
        return 0.0 if self.left >= 1 else (1 - self.left) * self.seconds / self.most

    def take(self) -> None:
        self.left -= 1


@dataclass(slots=True)
class Waiting:
    """A call that waits for its turn."""

    method: TelegramMethod[Any]
    turn: asyncio.Future[None]
    edits: tuple[Any, ...] | None
    result: asyncio.Future[Any]


@dataclass(slots=True)
class Chat:
    """The calls of one chat: one at a time, sends before edits."""

    buckets: list[Bucket]
    queue: list[tuple[int, int, Waiting]] = field(default_factory=list)
    busy: bool = False
    blocked_until: float = 0.0

    def wait(self, now: float) -> float:
        waits = [bucket.wait(now) for bucket in self.buckets]
        return max(self.blocked_until - now, *waits)

    @property
    def idle(self) -> bool:
        return not self.queue and not self.busy

    def rested(self, now: float) -> bool:
        """Nothing has to be remembered of it."""
        return self.blocked_until <= now and all(bucket.left >= bucket.most for bucket in self.buckets)

    def give_turn(self) -> bool:
        """Let the first in the queue go on; False where only calls wait whose callers are gone."""
        while self.queue:
            _, _, waiting = heapq.heappop(self.queue)
            if not waiting.turn.done():
                self.busy = True
                for bucket in self.buckets:
                    bucket.take()
                waiting.turn.set_result(None)
                return True
        return False


def _buckets(chat: int) -> list[Bucket]:
    private = Bucket(CHAT_BURST, CHAT_BURST * CHAT_SECONDS)
    return [private, Bucket(GROUP_MOST, GROUP_SECONDS)] if chat < 0 else [private]


class Outbox(BaseRequestMiddleware):
    def __init__(self, moved: MovedChats, *, pacing: bool) -> None:
        self._moved = moved
        self._pacing = pacing
        self._chats: dict[int, Chat] = {}
        self._all = Bucket(ALL_MOST, ALL_SECONDS)
        self._order = itertools.count()
        self._wake = asyncio.Event()

    async def __call__(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Any:
        chat = getattr(method, "chat_id", None)
        if not isinstance(chat, int):
            return await self._obey(make_request, bot, method)
        if not self._pacing:
            return await self._obey(make_request, bot, self._readdressed(method))
        return await self._in_turn(make_request, bot, method, chat)

    async def run(self) -> None:
        """Give turns, until cancelled."""
        while True:
            pause = self._give_turns(time.monotonic())
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()

    def _give_turns(self, now: float) -> float | None:
        """Let every chat go on that may; seconds until the next may, None if none waits."""
        soonest: float | None = None
        for number, chat in list(self._chats.items()):
            wait = chat.wait(now)
            if chat.idle and chat.rested(now):
                del self._chats[number]
            elif chat.busy or not chat.queue:
                continue
            elif wait > 0:
                soonest = wait if soonest is None else min(soonest, wait)
            elif (wait := self._all.wait(now)) > 0:
                return wait
            elif chat.give_turn():
                self._all.take()
                self._chats[number] = self._chats.pop(number)  # the others first, next time
        return soonest

    async def _in_turn(
        self,
        make_request: NextRequestMiddlewareType[Any],
        bot: Bot,
        method: TelegramMethod[Any],
        number: int,
    ) -> Any:
        chat = self._chats.get(number)
        if chat is None:
            chat = self._chats[number] = Chat(_buckets(number))
        if older := _older_edit(chat, method):
            older.method = method
            return await asyncio.shield(older.result)
        if len(chat.queue) >= WAITING:
            raise OutboxFull(f"{WAITING} calls wait for chat {number}")
        loop = asyncio.get_running_loop()
        waiting = Waiting(method, loop.create_future(), _edits(method), loop.create_future())
        try:
            result = await self._when_it_is_its_turn(make_request, bot, chat, waiting)
        except BaseException as error:
            _tell(waiting.result, error=error)
            raise
        _tell(waiting.result, result=result)
        return result

    async def _when_it_is_its_turn(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, chat: Chat, waiting: Waiting
    ) -> Any:
        priority = 2 if isinstance(waiting.method, SendChatAction) else 1 if waiting.edits else 0
        deadline = time.monotonic() + PATIENCE
        while True:
            heapq.heappush(chat.queue, (priority, next(self._order), waiting))
            self._wake.set()
            turn = waiting.turn
            try:
                await turn
                return await self._persist(make_request, bot, self._readdressed(waiting.method))
            except TelegramRetryAfter as flood:
                chat.blocked_until = time.monotonic() + flood.retry_after
                if chat.blocked_until > deadline:
                    raise
                log.warning("Telegram asks for a pause", seconds=flood.retry_after)
                priority, waiting.turn = -1, asyncio.get_running_loop().create_future()
            finally:
                if turn.done() and not turn.cancelled():  # it had its turn, even if it was cancelled then
                    chat.busy = False
                    self._wake.set()

    def _readdressed(self, method: TelegramMethod[Any]) -> TelegramMethod[Any]:
        chat = self._moved.now_at(method.chat_id)  # type: ignore[attr-defined]
        return method if chat == method.chat_id else method.model_copy(update={"chat_id": chat})  # type: ignore[attr-defined]

    async def _obey(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Any:
        """Make a call that waits for no turn, with the pauses that Telegram asks for."""
        for floods in itertools.count(1):
            try:
                return await self._persist(make_request, bot, method)
            except TelegramRetryAfter as flood:
                if floods >= TRIES or flood.retry_after > PATIENCE:
                    raise
                log.warning("Telegram asks for a pause", seconds=flood.retry_after)
                await asyncio.sleep(flood.retry_after)
        raise AssertionError("unreachable")

    async def _persist(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Any:
        """Make the call; again after a pause where the network or Telegram itself is the trouble.

        A send whose connection was cut may have arrived: a second copy is better than none.
        """
        for failures in itertools.count(1):
            try:
                return await make_request(bot, method)
            except TelegramMigrateToChat as error:
                if failures >= TRIES:
                    raise
                await self._moved.note(method.chat_id, error.migrate_to_chat_id)  # type: ignore[attr-defined]
                method = method.model_copy(update={"chat_id": error.migrate_to_chat_id})
            except TelegramBadRequest as error:
                if "message is not modified" in error.message:
                    return True
                raise
            except PASSING as error:
                log.warning("Telegram failed", method=method.__api_method__, error=type(error).__name__)
                if failures >= TRIES or isinstance(method, SendChatAction):
                    raise
            await asyncio.sleep(min(0.25 * 2**failures, 5))
        raise AssertionError("unreachable")


def _edits(method: TelegramMethod[Any]) -> tuple[Any, ...] | None:
    """What an edit changes: a newer one of the same takes its place."""
    if isinstance(method, EDITS) and method.message_id is not None:
        return type(method), method.message_id
    return None


def _older_edit(chat: Chat, method: TelegramMethod[Any]) -> Waiting | None:
    edits = _edits(method)
    if edits is None:
        return None
    return next((w for _, _, w in chat.queue if w.edits == edits and not w.turn.done()), None)


def _tell(future: asyncio.Future[Any], *, result: Any = None, error: BaseException | None = None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        cancelled = isinstance(error, asyncio.CancelledError)
        future.set_exception(OutboxFull("the edit that waited was dropped") if cancelled else error)
        future.exception()
