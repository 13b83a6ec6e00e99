"""Buying tokens with Stars: packs, the invoice, the check before the payment, the credit after it."""

from collections.abc import Mapping

import structlog
from aiogram import Bot, Router
from aiogram.filters import Command
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LabeledPrice,
    Message,
    PreCheckoutQuery,
    SuccessfulPayment,
)

from billing.errors import PaymentRefused
from billing.payments import reconciliation, stars
from billing.payments.reconciliation import StarTransaction
from billing.payments.stars import Pack
from billing.payments.subscriptions import Month
from bot.clock import now
from bot.customers import Customer
from bot.jobs import Jobs
from bot.storage import Storage
from bot.texts import Say, tokens
from handlers.telegram import subscriptions
from handlers.telegram.admins import Admins
from handlers.telegram.filters import Button, Has
from handlers.telegram.receipts import Receipts
from handlers.telegram.reconciliation import unmatched_alarm, went_back

log = structlog.get_logger()
router = Router(name="shop")


@router.message(Command("buy"))
async def buy(
    message: Message, customer: Customer, say: Say, packs: Mapping[str, Pack], admins: Admins
) -> None:
    buttons = [
        [
            InlineKeyboardButton(
                text=say(
                    "plan-button" if pack.period else "pack-button",
                    tokens=tokens(pack.amount),
                    stars=pack.stars,
                ),
                callback_data=f"buy:{pack.name}",
            )
        ]
        for pack in packs.values()
        if not pack.trial or customer.telegram_id in admins.ids
    ]
    await message.answer(say("buy"), reply_markup=InlineKeyboardMarkup(inline_keyboard=buttons))


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


@router.pre_checkout_query()
async def pre_checkout(
    query: PreCheckoutQuery, customer: Customer, say: Say, storage: Storage, invoice_secret: bytes
) -> None:
    """Telegram waits ten seconds, then nobody is charged: so any doubt is a no."""
    try:
        await storage.write(
            stars.check, invoice_secret, query.invoice_payload, customer.id, query.currency,
            query.total_amount, now(),
        )  # fmt: skip
    except PaymentRefused as refusal:
        log.warning("payment declined", customer=customer.id, reason=refusal.word)
        await query.answer(ok=False, error_message=say(refusal.word))
    else:
        await query.answer(ok=True)


@router.message(Has("successful_payment"))
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
async def taken_back(message: Message, customer: Customer, storage: Storage, jobs: Jobs) -> None:
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
