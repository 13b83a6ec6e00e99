"""What a customer is told of without having asked."""

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.storage import Storage
from bot.texts import Texts, closest

log = structlog.get_logger()


class Notices:
    def __init__(self, bot: Bot, storage: Storage, texts: Texts) -> None:
        self._bot = bot
        self._storage = storage
        self._texts = texts

    async def endpoint_paused(self, customer: int, job: int, address: str, why: str) -> None:
        """An address of theirs does not take the answers to their program's requests, as this job's."""
        row = await self._storage.fetch_one(
            "SELECT telegram_id, coalesce(language, spoken) AS language FROM customer WHERE id = :id",
            id=customer,
        )
        if row is None or row.telegram_id is None:
            return
        say = self._texts.say(row.language or closest(None))
        try:
            text = say("endpoint-paused", address=address, why=why)
            button = InlineKeyboardButton(
                text=say("delivery-resume-button", address=address)[:64],
                callback_data=f"delivery:resume:{job}",
            )
            keyboard = InlineKeyboardMarkup(inline_keyboard=[[button]])
            await self._bot.send_message(row.telegram_id, text, reply_markup=keyboard)
        except AiogramError as error:
            log.warning("a customer could not be told", customer=customer, error=type(error).__name__)
