"""/deliveries: how the last answers went to a customer's programs; one more try; paused addresses."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from billing import Row
from bot import deliveries
from bot.clock import now
from bot.customers import Customer
from bot.storage import Storage
from bot.texts import Say
from handlers.telegram.admins import Admins
from handlers.telegram.code_cards import moment
from handlers.telegram.filters import Button, Private

router = Router(name="deliveries")

ALL = "all"


@router.message(Command("deliveries"), Private())
async def deliveries_(
    message: Message, command: CommandObject, customer: Customer, say: Say, storage: Storage, admins: Admins
) -> None:
    """Admins see everybody's with `/deliveries all`."""
    everybody = command.args == ALL and customer.telegram_id in admins.ids
    text, keyboard = await _list(None if everybody else customer.id, say, storage)
    await message.answer(text, reply_markup=keyboard)


async def _list(customer: int | None, say: Say, storage: Storage) -> tuple[str, InlineKeyboardMarkup]:
    rows = await storage.write(deliveries.listed, customer)
    paused = await storage.write(deliveries.paused, customer, now())
    if not rows:
        return say("deliveries-none"), InlineKeyboardMarkup(inline_keyboard=[])
    lines = [say("deliveries-list"), *(_line(row, say, whose=customer is None) for row in rows)]
    lines += [say("delivery-paused", address=row.target, at=moment(row.paused_until)) for row in paused]
    again = [
        _button(say("delivery-again-button", turn=row.job), f"delivery:again:{row.job}")
        for row in rows
        if row.state != "done"
    ]
    keyboard = [again[at : at + 3] for at in range(0, len(again), 3)]
    keyboard += [
        [_button(say("delivery-resume-button", address=row.target), f"delivery:resume:{row.job}")]
        for row in paused
    ]
    return "\n".join(lines), InlineKeyboardMarkup(inline_keyboard=keyboard)


def _line(row: Row, say: Say, *, whose: bool) -> str:
    state = say(f"delivery-state-{row.state}")
    text = say("delivery-line", turn=row.job, address=row.target, what=state, count=row.attempts)
    if row.error:
        text += " " + say("delivery-error", why=row.error)
    if row.state == "pending":
        text += " " + say("delivery-next", at=moment(row.next_at))
    return f"{text} · {row.telegram_id}" if whose else text


def _button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text[:64], callback_data=data)


@router.callback_query(Button("delivery"))
async def tapped(
    query: CallbackQuery, rest: str, customer: Customer, say: Say, storage: Storage, admins: Admins
) -> None:
    act, _, number = rest.partition(":")
    if act not in ("again", "resume") or not number.isdigit() or len(number) > 15:
        await query.answer()
        return
    whose = None if customer.telegram_id in admins.ids else customer.id
    do = deliveries.repeat if act == "again" else deliveries.resume
    done = await storage.write(do, int(number), whose, now())
    await query.answer(say("delivery-trying" if done else "delivery-gone"))
