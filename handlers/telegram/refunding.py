"""Having Telegram give Stars back: asked after the tokens were taken, and again until it has answered."""

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest

from billing.payments import reconciliation, refunds
from bot.clock import now
from bot.storage import Storage
from handlers.telegram.admins import Admins

log = structlog.get_logger()

_DUE = (
    "SELECT charge, 1 AS ours FROM payment WHERE state = 'refund_requested'"
    " UNION ALL SELECT id, 0 FROM star_transaction WHERE state = 'returning' LIMIT 50"
)


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

    async def give_back(self, charge: str) -> bool:
        """The Stars of a payment that no order explains; False where there is no such payment."""
        payer = await self._storage.write(reconciliation.give_back, charge)
        if payer is None:
            return False
        try:
            await self._bot.refund_star_payment(user_id=payer, telegram_payment_charge_id=charge)
        except TelegramBadRequest as error:
            if "CHARGE_ALREADY_REFUNDED" not in error.message:
                raise
        return await self._storage.write(reconciliation.went_back, charge)

    async def repeat(self) -> None:
        """Refunds that were asked for and whose answer never came."""
        for row in await self._storage.fetch(_DUE):
            try:
                await (self.ask(row.charge) if row.ours else self.give_back(row.charge))
            except AiogramError as error:
                log.error("refund failed, will be tried again", charge=row.charge, error=str(error))

    async def _give_up(self, charge: str, reason: str) -> None:
        if await self._storage.write(refunds.failed, charge, now()):
            await self._admins.tell(f"Telegram refuses the refund of {charge}: {reason}")
