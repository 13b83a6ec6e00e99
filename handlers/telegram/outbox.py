"""The one way out to Telegram: every call that goes to a chat waits for its turn (pacing.py), and is made
again where the network or Telegram itself is the trouble.

A newer edit replaces one that still waits; `retry_after` is obeyed; a group that got a new id is followed.
It is the session's middleware, so that no handler can go round it.
"""

import asyncio
import itertools
import time
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import DeleteMessage, SendChatAction, TelegramMethod
from aiogram.types import Chat, Message

from handlers.telegram.groups import MovedChats
from handlers.telegram.pacing import AGAIN, EDITS, Turns, Waiting

log = structlog.get_logger()

MethodT = TypeVar("MethodT", bound=TelegramMethod[Any])

TRIES = 5
"""How often a call is made that fails for Telegram's or the network's reasons."""
PATIENCE = 600.0
"""Seconds: a flood that lasts longer is the caller's to sit out."""

PASSING = (TelegramServerError, TelegramNetworkError, ClientDecodeError)
DONE = ("message is not modified", "query is too old")
"""Refusals after which all is as it should be: the message has this text, nobody waits for the answer."""


class Outbox(BaseRequestMiddleware):
    def __init__(self, moved: MovedChats, *, pacing: bool) -> None:
        self.turns = Turns()
        self._moved = moved
        self._pacing = pacing

    async def __call__(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Any:
        if isinstance(method, SendChatAction):
            return await self._act(make_request, bot, method)
        if self._pacing and isinstance(getattr(method, "chat_id", None), int):
            return await self._in_turn(make_request, bot, method)
        return await self._obey(make_request, bot, method)

    def withdraw(self, chat: int, caller: asyncio.Task[Any]) -> None:
        """Drop what this task still waits to send there: something newer is known now."""
        if waiting := self.turns.known(self._moved.now_at(chat)):
            waiting.withdraw(caller)

    async def _act(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: SendChatAction
    ) -> Any:
        """A chat action is no message and not worth a pause or a second try."""
        method = self._readdressed(method)
        assert isinstance(method.chat_id, int)
        chat = self.turns.known(method.chat_id)
        if chat is not None and chat.blocked_until > time.monotonic():
            return True
        return await make_request(bot, method)

    async def _in_turn(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Any:
        chat = self.turns.chat(self._readdressed(method).chat_id)  # type: ignore[attr-defined]
        if older := chat.older_edit(method):
            older.method = method
            return await asyncio.shield(older.result)
        waiting = Waiting.of(method)
        deadline = time.monotonic() + PATIENCE
        try:
            while True:
                async with self.turns.turn(chat, waiting):
                    try:
                        result = await self._persist(make_request, bot, waiting.method)
                        break
                    except TelegramRetryAfter as flood:
                        log.warning("Telegram asks for a pause", seconds=flood.retry_after)
                        chat.blocked_until = time.monotonic() + flood.retry_after
                        waiting.priority = AGAIN
                        if chat.blocked_until > deadline:
                            raise
        except BaseException as error:
            waiting.tell(error=error)
            raise
        waiting.tell(result)
        return result

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
                return await make_request(bot, self._readdressed(method))
            except TelegramMigrateToChat as error:
                if failures >= TRIES:
                    raise
                await self._moved.note(method.chat_id, error.migrate_to_chat_id)  # type: ignore[attr-defined]
                continue
            except TelegramBadRequest as error:
                if any(words in error.message for words in DONE):
                    return True
                raise
            except TelegramEntityTooLarge:
                raise
            except PASSING as error:
                if (result := arrived(error)) is not None:
                    return result
                log.warning("Telegram failed", method=method.__api_method__, error=type(error).__name__)
                if failures >= TRIES:
                    raise
            await asyncio.sleep(min(0.25 * 2**failures, 5))
        raise AssertionError("unreachable")

    def _readdressed(self, method: MethodT) -> MethodT:
        """The call to where a group is now. The old group's messages have no ids there."""
        old = getattr(method, "chat_id", None)
        if not isinstance(old, int) or (new := self._moved.now_at(old)) == old:
            return method
        if isinstance(method, (*EDITS, DeleteMessage)):
            left_behind: Any = method
            raise TelegramBadRequest(left_behind, "Bad Request: message to edit not found")
        changes: dict[str, Any] = {"chat_id": new}
        if getattr(method, "reply_parameters", None) is not None:
            changes["reply_parameters"] = None
        return method.model_copy(update=changes)


def arrived(error: Exception) -> Any:
    """What came of a call that Telegram has done, but whose answer is newer than what aiogram can read.

    Making it again would send everything twice. The ids are all that is asked of it; None where it failed.
    """
    data = error.data if isinstance(error, ClientDecodeError) else None
    if not isinstance(data, dict) or data.get("ok") is not True:
        return None
    log.warning("an answer of Telegram can't be read in full", error=str(error)[:200])
    result = data.get("result")
    return [_as_message(one) for one in result] if isinstance(result, list) else _as_message(result)


def _as_message(result: Any) -> Any:
    if not isinstance(result, dict) or "message_id" not in result:
        return True
    chat = Chat.model_construct(id=result.get("chat", {}).get("id"), type="private")
    return Message.model_construct(message_id=result["message_id"], date=datetime.now(UTC), chat=chat)
