"""Telegram Stars: packs and months, the credit after the payment, what Telegram gives back."""

from collections.abc import Mapping

import structlog
from aiogram import Bot, Router
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LabeledPrice,
    Message,
    SuccessfulPayment,
)

from billing.errors import PaymentRefused
from billing.payments import reconciliation, stars
from billing.payments.orders import Pack
from billing.payments.reconciliation import StarTransaction
from billing.payments.subscriptions import Month
from bot.clock import now
from bot.customers import Customer
from bot.jobs import Jobs
from bot.storage import Storage
from bot.texts import Say, tokens
from handlers.telegram import subscriptions
from handlers.telegram.admins import Admins
from handlers.telegram.filters import Button, Has
from handlers.telegram.payments import PaidIn, Rows, Shelf
from handlers.telegram.receipts import Receipts
from handlers.telegram.reconciliation import unmatched_alarm, went_back
from handlers.telegram.refunding import Refunding

log = structlog.get_logger()
router = Router(name="stars")


def offers(shelf: Shelf) -> Rows:
    say = shelf.say
    for pack in shelf.packs.values():
        if pack.trial and not shelf.for_admin:
            continue
        text = say(
            "plan-button" if pack.period else "pack-button", tokens=tokens(pack.amount), stars=pack.stars
        )  # fmt: skip
        yield [InlineKeyboardButton(text=text, callback_data=f"buy:{pack.name}")]


@router.callback_query(Button("buy"))
async def pack_chosen(
    query: CallbackQuery, rest: str, customer: Customer, say: Say, bot: Bot, storage: Storage,
    packs: Mapping[str, Pack], invoice_secret: bytes,
) -> None:  # fmt: skip
    pack = packs.get(rest)
    if pack is None:
        await query.answer(say("button-too-old"), show_alert=True)
        return
    if pack.period:
        await query.answer()
        await subscriptions.offer(bot, storage, invoice_secret, customer, say, pack)
        return
    payload = await storage.write(stars.open_invoice, invoice_secret, customer.id, pack, now())
    await query.answer()
    amount = tokens(pack.amount)
    pay = InlineKeyboardButton(text=say("pay-button", stars=pack.stars), pay=True)
    await bot.send_invoice(
        chat_id=customer.telegram_id,
        title=say("invoice-title", tokens=amount)[:32],
        description=say("invoice-description", tokens=amount)[:255],
        payload=payload,
        currency="XTR",
        prices=[LabeledPrice(label=say("invoice-title", tokens=amount), amount=pack.stars)],
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[[pay]]),
    )


@router.message(PaidIn(stars=True))
async def paid(
    message: Message, customer: Customer, say: Say, storage: Storage, invoice_secret: bytes, admins: Admins,
    receipts: Receipts,
) -> None:  # fmt: skip
    payment = message.successful_payment
    assert payment is not None
    charge = payment.telegram_payment_charge_id
    try:
        credit = await storage.write(
            stars.credit, invoice_secret, payment.invoice_payload, charge, customer.id, payment.total_amount,
            now(), _month(message, payment),
        )  # fmt: skip
    except PaymentRefused:
        odd = StarTransaction(
            charge, "in", payment.total_amount, 0, "invoice_payment", customer.telegram_id,
            payment.invoice_payload, int(message.date.timestamp() * 1000),
        )  # fmt: skip
        if await storage.write(reconciliation.note, odd, "unmatched", None):
            await admins.tell(unmatched_alarm([odd]))
        await message.answer(say("payment-unmatched"))
        return
    log.info("payment credited", customer=customer.id, amount=credit.amount, fresh=credit.fresh)
    await receipts.send(charge)


def _month(message: Message, payment: SuccessfulPayment) -> Month | None:
    if payment.subscription_expiration_date is None:
        return None
    return Month(int(message.date.timestamp() * 1000), payment.subscription_expiration_date * 1000)


@router.message(Has("refunded_payment"))
async def taken_back(
    message: Message, customer: Customer, storage: Storage, jobs: Jobs, refunding: Refunding
) -> None:
    """Telegram has given Stars back, at our wish or not."""
    payment = message.refunded_payment
    assert payment is not None
    charge = payment.telegram_payment_charge_id
    back = StarTransaction(
        charge, "out", payment.total_amount, 0, "invoice_payment", customer.telegram_id,
        payment.invoice_payload, int(message.date.timestamp() * 1000),
    )  # fmt: skip
    whose = await storage.write(reconciliation.hear_of_refund, back, now())
    if whose is not None:
        await went_back(storage, jobs, whose, charge)
        await refunding.end_subscriptions()
