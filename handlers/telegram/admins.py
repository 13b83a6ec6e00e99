"""Who administers, and the way to tell them."""

from collections.abc import Sequence

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.filters import BaseFilter
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

log = structlog.get_logger()


class Admins:
    """Who administers, and the way to tell them all."""

    def __init__(self, bot: Bot, ids: Sequence[int]) -> None:
        self.ids = frozenset(ids)
        self._bot = bot

    async def tell(self, text: str) -> None:
        log.error("alarm", text=text)
        for admin in self.ids:
            try:
                await self._bot.send_message(admin, f"⚠️ {text}")
            except AiogramError as error:
                log.warning("an admin could not be told", admin=admin, error=type(error).__name__)


class FromAdmin(BaseFilter):
    async def __call__(self, message: Message, admins: Admins) -> bool:
        return (
            message.chat.type == "private"
            and message.from_user is not None
            and message.from_user.id in admins.ids
            and message.forward_origin is None
        )


class TappedByAdmin(BaseFilter):
    async def __call__(self, query: CallbackQuery, admins: Admins) -> bool:
        return query.from_user.id in admins.ids


def decision(of: str, number: int) -> InlineKeyboardMarkup:
    """What an admin may tap: `<of>:yes:<number>` or `<of>:no:<number>`."""
    buttons = [
        InlineKeyboardButton(text=label, callback_data=f"{of}:{word}:{number}")
        for label, word in (("✅ Approve", "yes"), ("✖️ Reject", "no"))
    ]
    return InlineKeyboardMarkup(inline_keyboard=[buttons])
