"""/apicode: a customer's API codes, each with its card and buttons; asking for one, where that is allowed."""

from contextlib import suppress
from datetime import UTC, datetime

from aiogram import Bot, Router
from aiogram.exceptions import AiogramError
from aiogram.filters import BaseFilter, Command, CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from billing import Connection, Row, codes
from billing.errors import NotEnoughTokens
from billing.set_aside import set_aside, take_back
from bot import code_requests, customers
from bot.clock import HOUR, now
from bot.customers import Customer
from bot.operator import Operator, amount_of, end_code
from bot.settings import Settings
from bot.storage import Storage
from bot.texts import Say, Texts, closest, isolated, tokens
from handlers.telegram.admins import Admins, TappedByAdmin
from handlers.telegram.code_cards import (
    card,
    card_keyboard,
    line,
    list_keyboard,
    state_of,
    sure_keyboard,
    use_picture,
)
from handlers.telegram.filters import Button, Private
from handlers.telegram.people import People
from handlers.telegram.rendering import to_copy

router = Router(name="api codes")

AMOUNTS = ("budget_day", "budget_all", "aside")
NAME_MOST = 64


class AwaitsAmount(BaseFilter):
    """The next message of somebody who tapped on a button that needs an amount."""

    async def __call__(self, message: Message, customer: Customer) -> bool | dict[str, str]:
        act, _, code = (customer.awaiting or "").removeprefix("code:").partition(":")
        text = message.text or ""
        if message.chat.type != "private" or act not in AMOUNTS or not text or text.startswith("/"):
            return False
        return {"act": act, "code": code}


@router.message(Command("apicode"), Private())
async def apicode(
    message: Message, command: CommandObject, customer: Customer, say: Say, storage: Storage,
    settings: Settings,
) -> None:  # fmt: skip
    text, keyboard = await _list(customer, say, storage, settings)
    await message.answer(text, reply_markup=keyboard)


async def _list(
    customer: Customer, say: Say, storage: Storage, settings: Settings
) -> tuple[str, InlineKeyboardMarkup]:
    rows = await storage.write(codes.listed, customer.id, now())
    shown = [row for row in rows if state_of(row) != "revoked"][:20]
    may_ask = settings.api_codes_on_request
    lines = [say("apicode-list"), *(line(row, say) for row in shown)] if shown else [say("apicode-none")]
    lines.append(say("apicode-how", link=f"{settings.base_url}/docs"))
    if not may_ask and not shown:
        lines.append(say("apicode-by-operator"))
    return "\n".join(lines), list_keyboard(shown, say, may_ask=may_ask)


@router.callback_query(Button("code"))
async def tapped(
    query: CallbackQuery, rest: str, customer: Customer, say: Say, storage: Storage, settings: Settings,
    operator: Operator, people: People, admins: Admins, bot: Bot,
) -> None:  # fmt: skip
    act, _, number = rest.partition(":")
    if not number.isdigit() or len(number) > 15 or not isinstance(query.message, Message):
        await query.answer()
        return
    code = int(number)
    match act:
        case "list":
            text, keyboard = await _list(customer, say, storage, settings)
            await query.message.edit_text(text, reply_markup=keyboard)
        case "ask":
            await _ask(query, customer, say, storage, settings, admins, bot)
        case "pause" | "resume":
            at = now() if act == "pause" else None
            await storage.write(codes.pause, code, customer.id, at)
        case "rotate":
            await _rotate(query.message, code, customer, say, operator, settings)
        case "revoke_sure":
            await storage.write(end_code, code, customer.id, now())
        case "back":
            await storage.write(take_back, code, customer.id, now())
        case "use":
            await _use(query.message, code, customer, say, storage)
        case _ if act in AMOUNTS:
            await people.change(customers.await_message, customer, f"code:{act}:{code}")
            await query.message.answer(say("code-aside-ask" if act == "aside" else "code-budget-ask"))
    if act in ("show", "pause", "resume", "rotate", "revoke", "revoke_sure", "back"):
        await _show(query.message, code, customer, say, storage, sure=act == "revoke")
    await query.answer()


async def _show(
    message: Message, code: int, customer: Customer, say: Say, storage: Storage, *, sure: bool = False
) -> None:
    row = await storage.write(codes.look, code, customer.id, now())
    if row is not None:
        keyboard = sure_keyboard(code, say) if sure else card_keyboard(row, say)
        await message.edit_text(card(row, say), reply_markup=keyboard)


async def _rotate(
    message: Message, code: int, customer: Customer, say: Say, operator: Operator, settings: Settings
) -> None:
    until = now() + int(settings.api_rotation_hours * HOUR)
    new = await operator.rotate(code, customer.id, until)
    if new is not None:
        at = f"{datetime.fromtimestamp(until / 1000, UTC):%Y-%m-%d %H:%M}"
        text, entities = to_copy(say("code-rotated", code=new, at=at), new)
        await message.answer(text, entities=entities)


async def _use(message: Message, code: int, customer: Customer, say: Say, storage: Storage) -> None:
    row = await storage.write(codes.look, code, customer.id, now())
    if row is not None:
        picture, jobs, amount = await use_picture(storage, code)
        caption = say("code-use", name=row.name, count=jobs, tokens=tokens(amount))
        await message.answer_photo(picture, caption=caption)


@router.message(AwaitsAmount())
async def amount(
    message: Message, act: str, code: str, customer: Customer, say: Say, storage: Storage, people: People
) -> None:
    """The budget, 0 for none, or what is set aside."""
    try:
        words = _digits(message.text or "")
        value = 0 if words == "0" and act != "aside" else amount_of(words)
        if value < 0:
            raise ValueError
    except ValueError:
        await message.answer(say("code-amount-wrong"))
        return
    key = f"tg:{message.chat.id}:{message.message_id}"
    try:
        row = await storage.write(_settle, act, int(code), customer.id, value, key)
    except NotEnoughTokens as refusal:
        await message.answer(say("code-aside-too-much", tokens=tokens(refusal.available)))
        return
    await people.change(customers.await_message, customer, None)
    if row is not None:
        await message.answer(card(row, say), reply_markup=card_keyboard(row, say))


def _digits(words: str) -> str:
    """Persian and Arabic digits, and their decimal mark, are amounts too."""
    return words.strip().translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫", "01234567890123456789."))


def _settle(conn: Connection, act: str, code: int, customer: int, value: int, key: str) -> Row | None:
    if act == "aside":
        set_aside(conn, key, code, customer, value, now())
    else:
        codes.change(conn, code, customer, act, value or None)
    return codes.look(conn, code, customer, now())


async def _ask(
    query: CallbackQuery, customer: Customer, say: Say, storage: Storage, settings: Settings, admins: Admins,
    bot: Bot,
) -> None:  # fmt: skip
    """Every admin who can be reached gets the request, with a button for each decision."""
    if not settings.api_codes_on_request or not isinstance(query.message, Message):
        return
    request = await storage.write(code_requests.ask, customer.id, "API", now())
    if request is None:
        await query.message.answer(say("apicode-asked-already"))
        return
    keyboard = InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(text="Approve", callback_data=f"coderequest:approve:{request}"),
                InlineKeyboardButton(text="Decline", callback_data=f"coderequest:decline:{request}"),
            ]
        ]
    )
    for admin in admins.ids:
        try:
            who = f"{isolated(customer.name)} ({customer.telegram_id})"
            await bot.send_message(admin, f"{who} asks for an API code.", reply_markup=keyboard)
        except AiogramError:
            continue
    await query.message.answer(say("apicode-asked"))


@router.callback_query(Button("coderequest"), TappedByAdmin())
async def decided(
    query: CallbackQuery, rest: str, storage: Storage, texts: Texts, bot: Bot, invoice_secret: bytes
) -> None:
    act, _, number = rest.partition(":")
    await query.answer()
    if not number.isdigit() or len(number) > 15 or not isinstance(query.message, Message):
        return
    admin, request = query.from_user.id, int(number)
    if act == "approve":
        done = await _approve(storage, texts, bot, invoice_secret, request, admin)
    else:
        done = await _decline(storage, texts, bot, request, admin)
    await query.message.edit_text(f"{query.message.text}\n{done}")


async def _approve(storage: Storage, texts: Texts, bot: Bot, pepper: bytes, request: int, admin: int) -> str:
    approved = await storage.write(code_requests.approve, pepper, request, admin, now())
    if approved is None:
        return "Somebody has decided before."
    say = texts.say(approved.language or closest(None))
    text, entities = to_copy(say("apicode-issued", code=approved.code), approved.code)
    try:
        await bot.send_message(approved.telegram_id, text, entities=entities)
    except AiogramError:
        return "Approved, but they can't be reached. They may rotate the code with /apicode to see it."
    return "Approved; they have got their code."


async def _decline(storage: Storage, texts: Texts, bot: Bot, request: int, admin: int) -> str:
    whose = await storage.write(code_requests.refuse, request, admin)
    if whose is None:
        return "Somebody has decided before."
    with suppress(AiogramError):
        await bot.send_message(whose[0], texts.say(whose[1] or closest(None))("apicode-declined"))
    return "Declined."
