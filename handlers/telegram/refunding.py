"""Having Telegram give Stars back: asked after the tokens were taken, and again until it has answered."""

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest

from billing.payments import refunds
from bot.clock import now
from bot.storage import Storage
from handlers.telegram.admins import Admins

log = structlog.get_logger()


class Refunding:
    def __init__(self, bot: Bot, storage: Storage, admins: Admins) -> None:
        self._bot = bot
        self._storage = storage
        self._admins = admins

    async def ask(self, charge: str) -> bool:
        """Ask for a refund that the books have; asking twice is asking once.

        False: Telegram says never, and the tokens are the customer's again. Raises AiogramError where it
        can't be said yet; then `repeat` asks again.
        """
        row = await self._storage.fetch_one(
            "SELECT customer.telegram_id FROM payment JOIN customer ON customer.id = payment.customer"
            " WHERE charge = :charge",
            charge=charge,
        )
        assert row is not None, charge
        try:
            await self._bot.refund_star_payment(user_id=row.telegram_id, telegram_payment_charge_id=charge)
        except TelegramBadRequest as error:
            if "CHARGE_ALREADY_REFUNDED" not in error.message:
                await self._give_up(charge, error.message)
                return False
        await self._storage.write(refunds.refunded, charge)
        return True

    async def repeat(self) -> None:
        """Refunds that were asked for and whose answer never came."""
        for row in await self._storage.fetch(
            "SELECT charge FROM payment WHERE state = 'refund_requested' LIMIT 50"
        ):
            try:
                await self.ask(row.charge)
            except AiogramError as error:
                log.error("refund failed, will be tried again", charge=row.charge, error=str(error))

    async def _give_up(self, charge: str, reason: str) -> None:
        if await self._storage.write(refunds.failed, charge, now()):
            await self._admins.tell(f"Telegram refuses the refund of {charge}: {reason}")
