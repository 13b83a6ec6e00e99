"""/buy: what each way to pay offers; and the check before any payment that Telegram carries."""

from collections.abc import Mapping, Sequence

import structlog
from aiogram import Router
from aiogram.filters import Command
from aiogram.types import InlineKeyboardMarkup, Message, PreCheckoutQuery

from billing.errors import PaymentRefused
from billing.payments import orders
from billing.payments.orders import Pack
from bot.clock import now
from bot.customers import Customer
from bot.settings import Settings
from bot.storage import Storage
from bot.texts import Say
from handlers.telegram.admins import Admins
from handlers.telegram.payments import Method, Shelf

log = structlog.get_logger()
router = Router(name="shop")


@router.message(Command("buy"))
async def buy(
    message: Message, customer: Customer, say: Say, packs: Mapping[str, Pack], settings: Settings,
    admins: Admins, methods: Sequence[Method],
) -> None:  # fmt: skip
    shelf = Shelf(say, settings, packs, for_admin=customer.telegram_id in admins.ids)
    rows = [row for method in methods for row in method.offers(shelf)]
    await message.answer(say("buy"), reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))


@router.pre_checkout_query()
async def pre_checkout(
    query: PreCheckoutQuery, customer: Customer, say: Say, storage: Storage, invoice_secret: bytes
) -> None:
    """Telegram waits ten seconds, then nobody is charged: so any doubt is a no."""
    try:
        await storage.write(
            orders.check, invoice_secret, query.invoice_payload, customer.id, query.currency,
            query.total_amount, now(),
        )  # fmt: skip
    except PaymentRefused as refusal:
        log.warning("payment declined", customer=customer.id, reason=refusal.word)
        await query.answer(ok=False, error_message=say(refusal.word))
    else:
        await query.answer(ok=True)
