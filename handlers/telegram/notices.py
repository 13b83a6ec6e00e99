"""What a customer is told of without having asked."""

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError

from bot.storage import Storage
from bot.texts import Texts, closest

log = structlog.get_logger()


class Notices:
    def __init__(self, bot: Bot, storage: Storage, texts: Texts) -> None:
        self._bot = bot
        self._storage = storage
        self._texts = texts

    async def endpoint_paused(self, customer: int, address: str, why: str) -> None:
        """An address of theirs does not take the answers to their program's requests."""
        row = await self._storage.fetch_one(
            "SELECT telegram_id, language FROM customer WHERE id = :id", id=customer
        )
        if row is None or row.telegram_id is None:
            return
        say = self._texts.say(closest(row.language))
        try:
            text = say("endpoint-paused", address=address, why=why)
            await self._bot.send_message(row.telegram_id, text)
        except AiogramError as error:
            log.warning("a customer could not be told", customer=customer, error=type(error).__name__)
