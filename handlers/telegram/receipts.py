"""Receipts: the payer of each payment is told once what it brought, also where no update told us of it."""

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramForbiddenError

from billing import Connection
from billing.debt import debt_of
from billing.ledger import account_of
from billing.payments.orders import STARS
from bot.clock import MINUTE, now
from bot.storage import Storage
from bot.texts import Texts, closest, money, tokens
from handlers.telegram.rendering import to_copy

log = structlog.get_logger()


class Receipts:
    def __init__(self, bot: Bot, storage: Storage, texts: Texts) -> None:
        self._bot = bot
        self._storage = storage
        self._texts = texts

    async def send(self, charge: str) -> None:
        """Send it unless it has been sent. May be sent twice if we die meanwhile: better than not at all."""
        row = await self._storage.fetch_one(_DUE, charge=charge)
        if row is None:
            return
        account = await self._storage.fetch_one(
            "SELECT posted - held AS available, (SELECT posted FROM account WHERE id = :debt) AS debt"
            " FROM account WHERE id = :id",
            id=account_of(row.customer), debt=debt_of(row.customer),
        )  # fmt: skip
        assert account is not None
        say = self._texts.say(row.language or closest(None))
        amount, left = tokens(row.amount), tokens(account.available)
        if row.currency == STARS:
            text = say("receipt", tokens=amount, stars=row.stars, charge=charge, left=left)
        else:
            price = money(row.price, row.currency)
            text = say("receipt-of-money", tokens=amount, money=price, charge=charge, left=left)
        if account.debt:
            text += "\n\n" + say("balance-debt", tokens=tokens(-account.debt))
        try:
            part = to_copy(text, charge)
            await self._bot.send_message(row.telegram_id, part.text, entities=part.entities)
        except TelegramForbiddenError:
            log.info("the payer has blocked the bot", customer=row.customer)
        await self._storage.write(_told, charge, now())

    async def send_due(self) -> None:
        """Those whose sending was cut off."""
        for row in await self._storage.fetch(
            "SELECT charge FROM payment WHERE told_at IS NULL AND created_at < :before LIMIT 50",
            before=now() - MINUTE,
        ):
            try:
                await self.send(row.charge)
            except AiogramError as error:
                log.warning("receipt not sent, will be tried again", error=type(error).__name__)


_DUE = (
    "SELECT customer.id AS customer, customer.telegram_id, coalesce(language, spoken) AS language,"
    " amount, stars, price, currency FROM payment"
    " JOIN customer ON customer.id = payment.customer WHERE charge = :charge AND told_at IS NULL"
)


def _told(conn: Connection, charge: str, now: int) -> None:
    conn.run("UPDATE payment SET told_at = :now WHERE charge = :c AND told_at IS NULL", c=charge, now=now)
