"""/subscription: how long it is paid, cancelling it, allowing it again; and what Telegram tells of it."""

from datetime import UTC, datetime

import structlog
from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import (
    BotSubscriptionUpdated,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LabeledPrice,
    Message,
)

from billing import Row
from billing.payments import orders, stars, subscriptions
from billing.payments.orders import Pack
from bot.clock import now
from bot.customers import Customer
from bot.storage import Storage
from bot.texts import Say, Texts, closest, tokens

log = structlog.get_logger()
router = Router(name="subscriptions")

STATES = ("active", "canceled", "failed")


async def offer(bot: Bot, storage: Storage, secret: bytes, customer: Customer, say: Say, pack: Pack) -> None:
    """A link to subscribe by; Telegram sells subscriptions by links only."""
    if await storage.write(subscriptions.current, customer.id, now()):
        await bot.send_message(customer.telegram_id, say("plan-active-already"))
        return
    payload = await storage.write(stars.open_invoice, secret, customer.id, pack, now())
    amount = tokens(pack.amount)
    link = await bot.create_invoice_link(
        title=say("invoice-title", tokens=amount)[:32],
        description=say("plan-description", tokens=amount)[:255],
        payload=payload,
        currency="XTR",
        prices=[LabeledPrice(label=say("invoice-title", tokens=amount), amount=pack.stars)],
        subscription_period=pack.period,
    )
    button = InlineKeyboardButton(text=say("plan-pay-button", stars=pack.stars), url=link)
    await bot.send_message(
        customer.telegram_id, say("plan-description", tokens=amount),
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]),
    )  # fmt: skip


@router.message(Command("subscription"), F.chat.type == "private")
async def subscription(message: Message, customer: Customer, say: Say, storage: Storage) -> None:
    found = await storage.write(subscriptions.current, customer.id, now())
    if found is None:
        await message.answer(say("plan-none"))
        return
    await message.answer(_state(found, say), reply_markup=_keyboard(found, say))


def _state(found: Row, say: Say) -> str:
    at, amount = _day(found.paid_until), tokens(found.amount)
    if found.state == "active":
        return say("plan-renews", at=at, tokens=amount, stars=found.stars)
    return say("plan-ends", at=at, tokens=amount, stars=found.stars)


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}"


def _keyboard(found: Row, say: Say) -> InlineKeyboardMarkup | None:
    if found.state == "active":
        text, word = say("plan-cancel-button"), "cancel"
    elif found.by_us:
        text, word = say("plan-resume-button"), "resume"
    else:
        return None
    button = InlineKeyboardButton(text=text, callback_data=f"plan:{word}:{found.id}")
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


@router.callback_query(F.data.regexp(r"^plan:(cancel|resume):\d{1,15}$"))
async def edited(query: CallbackQuery, customer: Customer, say: Say, bot: Bot, storage: Storage) -> None:
    _, word, number = (query.data or "").split(":")
    found = await storage.write(subscriptions.current, customer.id, now())
    if found is None or found.id != int(number):
        await query.answer(say("button-too-old"), show_alert=True)
        return
    await bot.edit_user_star_subscription(
        user_id=customer.telegram_id, telegram_payment_charge_id=found.charge, is_canceled=word == "cancel"
    )
    await storage.write(subscriptions.edited, found.id, canceled=word == "cancel")
    await query.answer()
    found = await storage.write(subscriptions.current, customer.id, now())
    if isinstance(query.message, Message) and found is not None:
        text = _state(found, say) if word == "cancel" else say("plan-may-resume")
        await query.message.edit_text(text, reply_markup=_keyboard(found, say))


@router.subscription()
async def changed(
    event: BotSubscriptionUpdated, bot: Bot, storage: Storage, texts: Texts, invoice_secret: bytes
) -> None:
    """The person cancelled it or goes on, or a renewal failed."""
    invoice = await storage.write(orders.order_of, invoice_secret, event.invoice_payload)
    if invoice is None or event.state not in STATES:
        log.warning("news of a subscription that is not ours", state=event.state)
        return
    whose = await storage.write(subscriptions.heard, invoice, event.state)
    if whose is None or event.state != "failed":
        return
    row = await storage.fetch_one(
        "SELECT coalesce(language, spoken) AS language FROM customer WHERE id = :id", id=whose.customer
    )
    assert row is not None
    say = texts.say(row.language or closest(event.user.language_code))
    await bot.send_message(event.user.id, say("plan-failed"))
