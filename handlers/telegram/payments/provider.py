"""Money through a provider of Telegram Payments (PROVIDER_TOKEN); off by default.

Telegram asks that digital goods are sold for Stars only: what to sell so is for the operator to know.
"""

from collections.abc import Mapping

import structlog
from aiogram import Bot, Router
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LabeledPrice,
    Message,
)

from billing.errors import PaymentRefused
from billing.payments import provider
from billing.payments.orders import Pack, Paid
from bot.clock import now
from bot.customers import Customer
from bot.settings import Settings
from bot.storage import Storage
from bot.texts import Say, money, tokens
from handlers.telegram.admins import Admins
from handlers.telegram.filters import Button
from handlers.telegram.payments import PaidIn, Rows, Shelf
from handlers.telegram.receipts import Receipts

log = structlog.get_logger()
router = Router(name="provider")


def offers(shelf: Shelf) -> Rows:
    settings, say = shelf.settings, shelf.say
    if not settings.provider_token.get_secret_value():
        return
    for pack in shelf.priced(settings.provider_currency):
        price = money(pack.prices[settings.provider_currency], settings.provider_currency)
        text = say("provider-button", tokens=tokens(pack.amount), money=price)
        yield [InlineKeyboardButton(text=text, callback_data=f"provider:{pack.name}")]


@router.callback_query(Button("provider"))
async def pack_chosen(
    query: CallbackQuery, rest: str, customer: Customer, say: Say, bot: Bot, storage: Storage,
    packs: Mapping[str, Pack], settings: Settings, invoice_secret: bytes,
) -> None:  # fmt: skip
    pack, currency = packs.get(rest), settings.provider_currency
    secret = settings.provider_token.get_secret_value()
    if pack is None or currency not in pack.prices or not secret:
        await query.answer(say("button-too-old"), show_alert=True)
        return
    payload = await storage.write(
        provider.open_invoice, invoice_secret, customer.id, pack, currency, now()
    )  # fmt: skip
    await query.answer()
    amount, price = tokens(pack.amount), pack.prices[currency]
    pay = InlineKeyboardButton(text=say("provider-pay-button", money=money(price, currency)), pay=True)
    await bot.send_invoice(
        chat_id=customer.telegram_id,
        title=say("invoice-title", tokens=amount)[:32],
        description=say("invoice-description", tokens=amount)[:255],
        payload=payload,
        provider_token=secret,
        currency=currency,
        prices=[LabeledPrice(label=say("invoice-title", tokens=amount), amount=price)],
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[[pay]]),
    )


@router.message(PaidIn(stars=False))
async def paid(
    message: Message, customer: Customer, say: Say, storage: Storage, invoice_secret: bytes, admins: Admins,
    receipts: Receipts,
) -> None:  # fmt: skip
    payment = message.successful_payment
    assert payment is not None
    charge = payment.telegram_payment_charge_id
    taken = Paid(charge, payment.currency, payment.total_amount, payment.provider_payment_charge_id)
    try:
        credit = await storage.write(
            provider.credit, invoice_secret, payment.invoice_payload, customer.id, taken, now()
        )
    except PaymentRefused:
        await admins.tell(
            f"{customer.name} ({customer.telegram_id}) paid {money(taken.amount, taken.currency)}, which no"
            f" order explains. At the provider it is {taken.provider_charge}, in Telegram {charge}."
        )
        await message.answer(say("payment-unmatched"))
        return
    log.info("payment credited", customer=customer.id, amount=credit.amount, fresh=credit.fresh)
    await receipts.send(charge)
