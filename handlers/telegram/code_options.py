"""/code for admins: look at an API code, restrict it, pause, rotate, see its use. /blocks: who is blocked."""

import ipaddress
import json
from collections.abc import Callable
from datetime import UTC, datetime

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from billing import Row, codes
from bot.blocks import Blocks, active
from bot.clock import DAY, HOUR, now
from bot.operator import Operator, amount_of
from bot.settings import Settings
from bot.storage import Storage
from bot.texts import Texts, tokens
from handlers.telegram.admins import FromAdmin, TappedByAdmin
from handlers.telegram.code_cards import card, moment, use_picture
from handlers.telegram.filters import Button
from handlers.telegram.rendering import to_copy

router = Router(name="code options")

KINDS = ("text", "image", "voice")
USAGE = (
    "Use it as: /code <number>, or /code <number> and one of\n"
    "name <words>\nbudget-day <tokens, 0: any>\nbudget-all <tokens, 0: any>\n"
    "expires <year-month-day, never>\n"
    "kinds <text,image,voice, all>\nmodels <with commas between, all>\n"
    "networks <as 192.0.2.0/24, with commas between, all>\naddresses <a day, 0: any>\n"
    "limits <text/image/voice at one time, default>\npause\nresume\nrotate\nuse"
)


class Misused(ValueError):
    """What is off about the words."""


@router.message(FromAdmin(), Command("code"))
async def code(
    message: Message, command: CommandObject, storage: Storage, operator: Operator, settings: Settings,
    texts: Texts,
) -> None:  # fmt: skip
    number, act, words = [*(command.args or "").split(maxsplit=2), "", "", ""][:3]
    if not number.isascii() or not number.isdigit() or len(number) > 15:
        await message.answer(USAGE)
        return
    try:
        await _act(message, int(number), act, words, storage, operator, settings)
    except ValueError as error:
        await message.answer(f"{str(error)[:1].upper()}{str(error)[1:]}. {USAGE}")
        return
    row = await storage.write(codes.look, int(number), None, now())
    text = card(row, texts.say("en")) if row else "There is no such code. /codes"
    await message.answer(text)


async def _act(
    message: Message, number: int, act: str, words: str, storage: Storage, operator: Operator,
    settings: Settings,
) -> None:  # fmt: skip
    if act in OPTIONS:
        option, read = OPTIONS[act]
        await storage.write(codes.change, number, None, option, read(words.strip()))
    elif act in ("pause", "resume"):
        await storage.write(codes.pause, number, None, now() if act == "pause" else None)
    elif act == "rotate":
        until = now() + int(settings.api_rotation_hours * HOUR)
        if new := await operator.rotate(number, None, until):
            text, entities = to_copy(f"The new code, shown this once:\n{new}", new)
            await message.answer(text, entities=entities)
    elif act == "use":
        picture, jobs, amount = await use_picture(storage, number)
        await message.answer_photo(picture, caption=f"{jobs} requests, {tokens(amount)} tokens")
    elif act:
        raise Misused(f"{act!r} is not an option")


def _name(words: str) -> str:
    if not words:
        raise Misused("a name is needed")
    return words[:64]


def _budget(words: str) -> int | None:
    if words == "0":
        return None
    if (amount := amount_of(words)) < 0:
        raise Misused("a budget is not below zero")
    return amount


def _expiry(words: str) -> int | None:
    """The end of that day (UTC)."""
    if words == "never":
        return None
    return int(datetime.strptime(words, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000) + DAY


def _several(words: str) -> list[str]:
    parts = [part.strip() for part in words.split(",") if part.strip()]
    if not parts:
        raise Misused("something is needed, or the word all")
    return parts


def _kinds(words: str) -> str | None:
    if words == "all":
        return None
    if strange := set(_several(words)) - set(KINDS):
        raise Misused(f"{', '.join(sorted(strange))}: there are {', '.join(KINDS)}")
    return json.dumps(_several(words))


def _models(words: str) -> str | None:
    return None if words == "all" else json.dumps(_several(words))


def _networks(words: str) -> str | None:
    if words == "all":
        return None
    return json.dumps([str(ipaddress.ip_network(part, strict=False)) for part in _several(words)])


def _addresses(words: str) -> int:
    if not words.isascii() or not words.isdigit() or len(words) > 6:
        raise Misused(f"{words!r} is not a number of addresses")
    return int(words)


def _limits(words: str) -> str | None:
    if words == "default":
        return None
    parts = words.split("/")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        raise Misused(f"{words!r} is not three numbers, as 30/20/20")
    return json.dumps(dict(zip(KINDS, map(int, parts), strict=True)))


OPTIONS: dict[str, tuple[str, Callable[[str], str | int | None]]] = {
    "name": ("name", _name),
    "budget-day": ("budget_day", _budget),
    "budget-all": ("budget_all", _budget),
    "expires": ("expires_at", _expiry),
    "kinds": ("kinds", _kinds),
    "models": ("models", _models),
    "networks": ("networks", _networks),
    "addresses": ("addresses_most", _addresses),
    "limits": ("limits", _limits),
}
"""The words of an admin: which of a code's options they set, and how the value is read."""


@router.message(FromAdmin(), Command("blocks"))
async def blocked(message: Message, storage: Storage) -> None:
    text, keyboard = _blocks(await storage.write(active, now()))
    await message.answer(text, reply_markup=keyboard)


def _blocks(rows: list[Row]) -> tuple[str, InlineKeyboardMarkup]:
    lines = [
        f"{row.id}. {row.subject} · {row.why} · until {moment(row.until)}"
        f"{f' · {row.times} times' if row.times > 1 else ''}"
        for row in rows
    ]
    buttons = [
        [InlineKeyboardButton(text=f"Lift {row.subject}"[:60], callback_data=f"block:{row.id}")]
        for row in rows[:20]
    ]
    return "\n".join(lines) or "Nobody is blocked.", InlineKeyboardMarkup(inline_keyboard=buttons)


@router.callback_query(Button("block"), TappedByAdmin())
async def lifted(query: CallbackQuery, rest: str, storage: Storage, blocks: Blocks) -> None:
    done = rest.isdigit() and len(rest) < 16 and await blocks.lift(int(rest))
    await query.answer("Lifted." if done else "It is over already.")
    if isinstance(query.message, Message):
        text, keyboard = _blocks(await storage.write(active, now()))
        await query.message.edit_text(text, reply_markup=keyboard)
