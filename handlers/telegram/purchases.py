"""/purchases: what was bought, and the receipt of each purchase."""

from datetime import UTC, datetime

from aiogram import Bot, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from billing import lots
from billing.lots import Purchase
from bot.customers import Customer
from bot.storage import Storage
from bot.texts import Say, money, tokens
from handlers.telegram.filters import Button, Private
from handlers.telegram.rendering import to_copy

router = Router(name="purchases")

SHOWN = 10


@router.message(Command("purchases"), Private())
async def purchases(message: Message, customer: Customer, say: Say, storage: Storage) -> None:
    found = await storage.write(lots.purchases, customer.id)
    if not found:
        await message.answer(say("purchases-none"))
        return
    await message.answer(say("purchases"), reply_markup=_keyboard(found, say))


@router.callback_query(Button("purchases"))
async def turned(query: CallbackQuery, rest: str, customer: Customer, say: Say, storage: Storage) -> None:
    """The page of those before a purchase."""
    found = [one for one in await storage.write(lots.purchases, customer.id) if one.id < int(rest)]
    await query.answer()
    if found and isinstance(query.message, Message):
        await query.message.edit_reply_markup(reply_markup=_keyboard(found, say))


def _keyboard(found: list[Purchase], say: Say) -> InlineKeyboardMarkup:
    """The latest first, and the way to the earlier ones."""
    shown = found[: -SHOWN - 1 : -1]
    buttons = [(_line(one, say), f"purchase:{one.id}") for one in shown]
    if len(found) > SHOWN:
        buttons.append((say("balance-older"), f"purchases:{shown[-1].id}"))
    rows = [[InlineKeyboardButton(text=text, callback_data=data)] for text, data in buttons]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _line(purchase: Purchase, say: Say) -> str:
    at = _minute(purchase.created_at)[:10]
    return say("purchase-line", at=at, tokens=tokens(purchase.amount), money=_price(purchase))


@router.callback_query(Button("purchase"))
async def chosen(
    query: CallbackQuery, rest: str, bot: Bot, customer: Customer, say: Say, storage: Storage
) -> None:
    found = {str(one.id): one for one in await storage.write(lots.purchases, customer.id)}
    if rest not in found:
        await query.answer(say("button-too-old"), show_alert=True)
        return
    await query.answer()
    row = await storage.fetch_one("SELECT refund_at FROM payment WHERE id = :id", id=found[rest].id)
    assert row is not None
    part = to_copy(_receipt(found[rest], row.refund_at, say), found[rest].charge)
    await bot.send_message(customer.telegram_id, part.text, entities=part.entities)


def _receipt(purchase: Purchase, refund_at: int | None, say: Say) -> str:
    lines = [
        say(
            "purchase-receipt", at=_minute(purchase.created_at), tokens=tokens(purchase.amount),
            money=_price(purchase), left=tokens(purchase.unspent),
        )
    ]  # fmt: skip
    if purchase.state == "refund_requested":
        lines.append(say("purchase-going-back"))
    if purchase.state == "refunded" and refund_at:
        lines.append(say("purchase-back", at=_minute(refund_at)))
    return "\n".join([*lines, say("purchase-number", charge=purchase.charge)])


def _price(purchase: Purchase) -> str:
    return money(purchase.price, purchase.currency)


def _minute(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M}"
