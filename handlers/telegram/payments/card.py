"""Card to card: the customer transfers money and sends the bank's receipt, an admin approves it with one tap.

Off by default (CARD_NUMBER). Telegram asks that digital goods are sold for Stars only: what to sell so is for
the operator to know. billing/payments/receipts.py says how it is booked.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import AiogramError
from aiogram.filters import BaseFilter, Command, CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from billing.errors import PaymentRefused
from billing.ledger import MILLI
from billing.payments import receipts as books
from billing.payments import refunds
from billing.payments.orders import STARS, Pack
from billing.payments.receipts import Decided, NotForYou, Receipt, charge_of, reference_of
from bot import customers
from bot.clock import now
from bot.customers import Customer
from bot.jobs import Jobs
from bot.settings import Settings
from bot.storage import Storage
from bot.texts import Say, Texts, closest, isolated, money, tokens
from handlers.telegram.admins import Admins, FromAdmin, TappedByAdmin, decision
from handlers.telegram.filters import Button
from handlers.telegram.payments import Rows, Shelf
from handlers.telegram.people import People
from handlers.telegram.receipts import Receipts
from handlers.telegram.reconciliation import went_back
from handlers.telegram.rendering import to_copy

log = structlog.get_logger()
router = Router(name="card")

AWAITING = "card"
"""`card:<order>` or, when the photo has come and its number has not, `card:<order>:<file_id>`."""


def offers(shelf: Shelf) -> Rows:
    settings, say = shelf.settings, shelf.say
    if not settings.card_number:
        return
    for pack in shelf.priced(settings.card_currency):
        price = money(pack.prices[settings.card_currency], settings.card_currency)
        text = say("card-button", tokens=tokens(pack.amount), money=price)
        yield [InlineKeyboardButton(text=text, callback_data=f"card:{pack.name}")]


@router.callback_query(Button("card"))
async def pack_chosen(
    query: CallbackQuery, rest: str, customer: Customer, say: Say, bot: Bot, storage: Storage,
    people: People, packs: Mapping[str, Pack], settings: Settings, invoice_secret: bytes,
) -> None:  # fmt: skip
    pack, currency = packs.get(rest), settings.card_currency
    if pack is None or currency not in pack.prices or not settings.card_number:
        await query.answer(say("button-too-old"), show_alert=True)
        return
    order = await storage.write(books.open_order, invoice_secret, customer.id, pack, currency, now())
    await people.change(customers.await_message, customer, f"{AWAITING}:{order}")
    await query.answer()
    text = say(
        "card-pay", money=money(pack.prices[currency], currency), card=settings.card_number,
        holder=settings.card_holder, tokens=tokens(pack.amount),
    )  # fmt: skip
    part = to_copy(text, settings.card_number)
    await bot.send_message(customer.telegram_id, part.text, entities=part.entities)


class Awaited(BaseFilter):
    """What a customer sends after they have chosen a pack."""

    async def __call__(self, message: Message, customer: Customer) -> bool | dict[str, str]:
        purpose, _, rest = (customer.awaiting or "").partition(":")
        if purpose != AWAITING or message.chat.type != "private" or (message.text or "").startswith("/"):
            return False
        order, _, photo = rest.partition(":")
        return {"order": order, "photo": photo}


@router.message(Awaited())
async def sent(
    message: Message, order: str, photo: str, customer: Customer, say: Say, bot: Bot, storage: Storage,
    people: People, admins: Admins,
) -> None:  # fmt: skip
    """The photo with its number under it, or the one and then the other."""
    if message.photo:
        photo = message.photo[-1].file_id
    reference = reference_of((message.caption if message.photo else message.text) or "")
    if not photo:
        await message.answer(say("card-send-photo"))
        return
    if reference is None:
        await people.change(customers.await_message, customer, f"{AWAITING}:{order}:{photo}")
        await message.answer(say("card-send-reference"))
        return
    receipt = Receipt(int(order), reference, photo, await _digest(bot, photo))
    try:
        number = await storage.write(books.submit, customer.id, receipt, now())
    finally:  # what was refused is begun again with /buy
        await people.change(customers.await_message, customer, None)
    await message.answer(say("card-sent"))
    for admin in admins.ids:
        await _show(bot, storage, admin, number)


async def _digest(bot: Bot, photo: str) -> bytes:
    """Telegram's photos have at most 10 MB."""
    data = await bot.download(photo, BytesIO())
    assert data is not None
    return hashlib.sha256(data.read()).digest()


async def _show(bot: Bot, storage: Storage, admin: int, receipt: int) -> None:
    found = await storage.write(books.shown, receipt)
    caption = (
        f"💳 {isolated(found.name)} ({found.telegram_id}) has paid {money(found.price, found.currency)} for"
        f" {tokens(found.amount)} tokens.\nThe bank's number: {found.reference}\nReceipt {charge_of(receipt)}"
    )
    try:
        await bot.send_photo(admin, found.photo, caption=caption, reply_markup=decision("receipt", receipt))
    except AiogramError as error:
        log.warning("an admin could not be asked", admin=admin, error=type(error).__name__)


@router.callback_query(F.data.regexp(r"^receipt:(yes|no):\d{1,15}$"), TappedByAdmin())
async def decided(
    query: CallbackQuery, bot: Bot, storage: Storage, settings: Settings, texts: Texts, receipts: Receipts
) -> None:
    _, word, number = (query.data or "").split(":")
    approve, receipt = word == "yes", int(number)
    try:
        found = await storage.write(
            books.decide, receipt, approve=approve, admin=query.from_user.id,
            most=settings.card_tokens_per_admin * MILLI, now=now(),
        )  # fmt: skip
    except NotForYou as refusal:
        await query.answer(f"No: {refusal.why}.", show_alert=True)
        return
    except Decided as before:
        first = await _who_was_first(storage, before)
        await query.answer(first, show_alert=True)
        await _close(query, first)
        return
    log.info("receipt decided", receipt=receipt, approved=approve, admin=query.from_user.id)
    await query.answer("Done.")
    await _close(query, f"{'Approved' if approve else 'Rejected'} by {query.from_user.full_name}.")
    if approve:
        await receipts.send(charge_of(receipt))
    else:
        await _tell_rejected(bot, storage, texts, found.customer)


async def _close(query: CallbackQuery, how: str) -> None:
    """The admin's message says what came of it, and has no buttons any more."""
    if isinstance(query.message, Message):
        await query.message.edit_caption(caption=f"{query.message.caption}\n\n{how}")


async def _who_was_first(storage: Storage, before: Decided) -> str:
    row = await storage.fetch_one("SELECT name FROM customer WHERE telegram_id = :id", id=before.by)
    at = datetime.fromtimestamp(before.at / 1000, UTC)
    return f"Already {before.state} by {row.name if row else before.by}, {at:%Y-%m-%d %H:%M:%S} UTC."


async def _tell_rejected(bot: Bot, storage: Storage, texts: Texts, customer: int) -> None:
    row = await storage.fetch_one(
        "SELECT telegram_id, coalesce(language, spoken) AS language FROM customer WHERE id = :id", id=customer
    )
    assert row is not None
    say = texts.say(row.language or closest(None))
    await bot.send_message(row.telegram_id, say("card-rejected"))


@router.message(FromAdmin(), Command("receipts"))
async def waiting(message: Message, bot: Bot, storage: Storage) -> None:
    """The receipts that wait, once more."""
    found = await storage.write(books.waiting)
    for receipt in found:
        await _show(bot, storage, message.chat.id, receipt)
    if not found:
        await message.answer("No receipt waits.")


@router.message(FromAdmin(), Command("reverse"))
async def reverse(message: Message, command: CommandObject, storage: Storage, jobs: Jobs) -> None:
    """Take a payment's tokens back by the opposite transfer: a receipt that was none, money that the
    provider took back. What is spent of it is owed."""
    charge, _, reason = (command.args or "").partition(" ")
    if not charge or not reason.strip():
        await message.answer("Use it as: /reverse <receipt's number> <reason>")
        return
    row = await storage.fetch_one("SELECT currency FROM payment WHERE charge = :charge", charge=charge)
    if row is not None and row.currency == STARS:
        await message.answer("That was paid in Stars, which Telegram gives back: /refund")
        return
    try:
        why = f"{reason.strip()[:200]} ({message.chat.id})"
        whose = await storage.write(refunds.returned, charge, now(), why)
    except PaymentRefused:
        await message.answer("There is no such payment.")
        return
    if whose is None:
        await message.answer("It was taken back before.")
        return
    await went_back(storage, jobs, whose, charge)
    await message.answer("Reversed: the tokens are taken back; what was spent of them is owed.")
