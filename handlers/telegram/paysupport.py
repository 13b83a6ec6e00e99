"""/paysupport: who has paid can ask for their Stars back; an admin decides with one tap where we may not."""

from datetime import UTC, datetime

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import AiogramError
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from billing.errors import PaymentRefused
from billing.lots import Purchase
from billing.payments import refund_requests
from billing.payments.orders import STARS
from billing.payments.refund_requests import Decided
from bot.clock import now
from bot.customers import Customer
from bot.settings import Settings
from bot.storage import Storage
from bot.texts import Say, Texts, closest, money, tokens
from handlers.telegram.admins import Admins, FromAdmin, TappedByAdmin, decision
from handlers.telegram.refunding import Refunding

log = structlog.get_logger()
router = Router(name="paysupport")


@router.message(Command("paysupport"))
async def paysupport(message: Message, customer: Customer, say: Say, storage: Storage) -> None:
    keyboard = None
    if message.chat.type == "private":
        found = await storage.write(refund_requests.refundable, customer.id)
        buttons = [[_purchase_button(one, say)] for one in found]
        keyboard = InlineKeyboardMarkup(inline_keyboard=buttons) if buttons else None
    text = say("paysupport")
    await message.answer(f"{text}\n\n{say('paysupport-choose')}" if keyboard else text, reply_markup=keyboard)


def _purchase_button(purchase: Purchase, say: Say) -> InlineKeyboardButton:
    at = datetime.fromtimestamp(purchase.created_at / 1000, UTC)
    text = say(
        "paysupport-purchase", at=f"{at:%Y-%m-%d}", tokens=tokens(purchase.amount),
        money=money(purchase.price, purchase.currency),
    )  # fmt: skip
    return InlineKeyboardButton(text=text, callback_data=f"payback:{purchase.id}")


@router.callback_query(F.data.regexp(r"^payback:\d{1,15}$"))
async def asked(
    query: CallbackQuery, customer: Customer, say: Say, bot: Bot, storage: Storage, settings: Settings,
    refunding: Refunding, admins: Admins,
) -> None:  # fmt: skip
    payment = int((query.data or "").removeprefix("payback:"))
    try:
        asked = await storage.write(
            refund_requests.ask, customer.id, payment, settings.refund_tokens_at_once * 1000, now()
        )
        if asked.charge is not None:
            word = await _refund(refunding, asked.charge)
        else:
            word = "refund-asked-by-hand" if asked.by_hand else "refund-asked"
            if asked.fresh and asked.request is not None:
                await _show(storage, bot, admins.ids, asked.request)
    except PaymentRefused as refusal:
        word = refusal.word
    await query.answer()
    await bot.send_message(customer.telegram_id, say(word))


async def _refund(refunding: Refunding, charge: str) -> str:
    try:
        return "refund-done" if await refunding.ask(charge) else "refund-impossible"
    except AiogramError as error:
        log.error("refund failed, will be tried again", charge=charge, error=str(error))
        return "refund-under-way"


async def _show(storage: Storage, bot: Bot, admins: frozenset[int] | set[int], request: int) -> None:
    asker, purchase = await storage.write(refund_requests.shown, request)
    price = money(purchase.price, purchase.currency)
    text = (
        f"↩️ {asker.name} ({asker.telegram_id}) asks for a refund of {price}:"
        f" {tokens(purchase.amount)} tokens, {tokens(purchase.unspent)} of them unspent.\n{purchase.charge}"
    )
    for admin in admins:
        try:
            await bot.send_message(admin, text, reply_markup=decision("refund", request))
        except AiogramError as error:
            log.warning("an admin could not be asked", admin=admin, error=type(error).__name__)


@router.message(FromAdmin(), Command("refunds"))
async def waiting(message: Message, bot: Bot, storage: Storage) -> None:
    """The requests that wait, once more."""
    requests = await storage.write(refund_requests.open_requests)
    for request in requests:
        await _show(storage, bot, {message.chat.id}, request.id)
    if not requests:
        await message.answer("Nobody waits for a refund.")


@router.callback_query(F.data.regexp(r"^refund:(yes|no):\d{1,15}$"), TappedByAdmin())
async def decided(
    query: CallbackQuery, bot: Bot, storage: Storage, refunding: Refunding, texts: Texts
) -> None:
    _, word, request = (query.data or "").split(":")
    try:
        payment = await storage.write(
            refund_requests.decide, int(request), approve=word == "yes", admin=query.from_user.id, now=now()
        )
    except Decided as before:
        await query.answer(await _who_was_first(storage, before), show_alert=True)
        return
    told = "refund-rejected"
    if word == "yes":
        told = await _refund(refunding, payment.charge)
        if payment.currency != STARS:
            told = "refund-by-hand"
    await query.answer("Done.")
    if isinstance(query.message, Message):
        done = "Approved" if word == "yes" else "Rejected"
        await query.message.edit_text(f"{query.message.text}\n\n{done} by {query.from_user.full_name}.")
    row = await storage.fetch_one(
        "SELECT telegram_id, coalesce(language, spoken) AS language FROM customer WHERE id = :id",
        id=payment.customer,
    )
    assert row is not None
    await bot.send_message(row.telegram_id, texts.say(row.language or closest(None))(told))


async def _who_was_first(storage: Storage, before: Decided) -> str:
    row = await storage.fetch_one("SELECT name FROM customer WHERE telegram_id = :id", id=before.by)
    return f"Already {before.state} by {row.name if row else before.by}."
