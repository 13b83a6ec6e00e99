"""Having Telegram give Stars back: asked after the tokens were taken, and again until it has answered."""

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest

from billing import Row
from billing.payments import reconciliation, refunds, subscriptions
from billing.payments.orders import STARS
from bot.clock import now
from bot.storage import Storage
from bot.texts import Texts, closest, money
from handlers.telegram.admins import Admins

log = structlog.get_logger()

_DUE = (
    "SELECT charge, 1 AS ours FROM payment WHERE state = 'refund_requested'"
    " UNION ALL SELECT id, 0 FROM star_transaction WHERE state = 'returning' LIMIT 50"
)


class Refunding:
    def __init__(self, bot: Bot, storage: Storage, texts: Texts, admins: Admins) -> None:
        self._bot = bot
        self._storage = storage
        self._texts = texts
        self._admins = admins

    async def ask(self, charge: str) -> bool:
        """Ask for a refund that the books have; asking twice is asking once. Money is given back by hand.

        False: Telegram says never, and the tokens are the customer's again. Raises AiogramError where it
        can't be said yet; then `repeat` asks again.
        """
        row = await self._storage.fetch_one(
            "SELECT telegram_id, price, currency, provider_charge FROM payment"
            " JOIN customer ON customer.id = payment.customer"
            " WHERE charge = :charge",
            charge=charge,
        )
        assert row is not None, charge
        if row.currency != STARS:
            await self._leave_to_admins(charge, row)
            return True
        try:
            await self._bot.refund_star_payment(user_id=row.telegram_id, telegram_payment_charge_id=charge)
        except TelegramBadRequest as error:
            if "CHARGE_ALREADY_REFUNDED" not in error.message:
                await self._give_up(charge, error.message)
                return False
        await self._storage.write(refunds.refunded, charge)
        await self.end_subscriptions()
        return True

    async def _leave_to_admins(self, charge: str, row: Row) -> None:
        number = f", at the provider {row.provider_charge}" if row.provider_charge else ""
        await self._admins.tell(
            f"Please give {money(row.price, row.currency)} back to {row.telegram_id} by hand: payment"
            f" {charge}{number}. The tokens are taken back."
        )
        await self._storage.write(refunds.refunded, charge)

    async def end_subscriptions(self) -> None:
        """Have Telegram cancel those of which a month was given back."""
        for row in await self._storage.fetch(subscriptions.DUE):
            try:
                await self._bot.edit_user_star_subscription(
                    user_id=row.telegram_id, telegram_payment_charge_id=row.charge, is_canceled=True
                )
            except TelegramBadRequest as error:  # it is over, or Telegram knows nothing of it
                log.warning("subscription not cancelled", charge=row.charge, error=error.message)
            except AiogramError as error:
                log.error("subscription not cancelled yet", charge=row.charge, error=str(error))
                continue
            await self._storage.write(subscriptions.ended, row.id)
            await self._tell_ended(row)

    async def _tell_ended(self, row: Row) -> None:
        say = self._texts.say(row.language or closest(None))
        try:
            await self._bot.send_message(row.telegram_id, say("plan-given-back"))
        except AiogramError as error:
            log.warning("a customer could not be told", charge=row.charge, error=type(error).__name__)

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
        await self.end_subscriptions()

    async def _give_up(self, charge: str, reason: str) -> None:
        if await self._storage.write(refunds.failed, charge, now()):
            await self._admins.tell(f"Telegram refuses the refund of {charge}: {reason}")
