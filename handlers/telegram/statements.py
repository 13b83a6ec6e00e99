"""/statement: a month's movements as a PDF with a picture of their use, or as a table for spreadsheets."""

import structlog
from aiogram import Bot, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)

from bot.clock import now
from bot.customers import Customer
from bot.statements.figures import Figures
from bot.statements.maker import NotDrawn, Statements
from bot.statements.months import Month, month_at, month_of
from bot.texts import PERSIAN, Say, tokens
from handlers.telegram.filters import Button, Private

log = structlog.get_logger()
router = Router(name="statements")

TABLE = "csv"
_MARKS = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069\u200e\u200f"))
"""What comes along where a line was copied."""


@router.message(Command("statement"), Private())
async def statement(
    message: Message, command: CommandObject, bot: Bot, customer: Customer, say: Say, language: str,
    statements: Statements,
) -> None:  # fmt: skip
    today = month_at(now(), persian=language == PERSIAN)
    words = (command.args or "").translate(_MARKS).casefold().split()
    table = words[-1:] == [TABLE]
    try:
        month = _asked(words[:-1] if table else words, today)
    except ValueError:
        await message.answer(say("statement-usage", month=str(today)))
        return
    await _try(bot, customer, say, language, statements, month, table=table)


def _asked(words: list[str], today: Month) -> Month:
    """Raises ValueError."""
    if not words:
        return today
    month = month_of("".join(words))
    if month.begin > now():
        raise ValueError("that month has not begun")
    return month


@router.callback_query(Button("statement"))
async def tapped(
    query: CallbackQuery, rest: str, bot: Bot, customer: Customer, say: Say, language: str,
    statements: Statements,
) -> None:  # fmt: skip
    """Another month, or the same as a table: `<month>` or `<month>:csv`."""
    word, _, form = rest.partition(":")
    await query.answer()
    await _try(bot, customer, say, language, statements, month_of(word), table=form == TABLE)


async def _try(
    bot: Bot, customer: Customer, say: Say, language: str, statements: Statements, month: Month, *,
    table: bool,
) -> None:  # fmt: skip
    try:
        await _send(bot, customer, say, language, statements, month, table=table)
    except NotDrawn as error:
        log.error("a statement could not be drawn", customer=customer.id, month=str(month), error=str(error))
        await bot.send_message(customer.telegram_id, say("error-internal"))


async def _send(
    bot: Bot,
    customer: Customer,
    say: Say,
    language: str,
    statements: Statements,
    month: Month,
    *,
    table: bool,
) -> None:
    name = month.name(language)
    if table:
        rows = await statements.table(customer, month, say, language)
        await bot.send_document(
            customer.telegram_id, BufferedInputFile(rows, f"statement-{month}.csv"),
            caption=say("statement-table-caption", month=name),
        )  # fmt: skip
        return
    made = await statements.document(customer, month, say, language)
    if not made.document:
        text = say("statement-empty", month=name, tokens=tokens(made.figures.opening))
        await bot.send_message(customer.telegram_id, text, reply_markup=_keyboard(month, say, table=False))
        return
    if made.picture:
        await bot.send_photo(
            customer.telegram_id, BufferedInputFile(made.picture, f"use-{month}.png"),
            caption=say("statement-picture-caption", month=name),
        )  # fmt: skip
    await bot.send_document(
        customer.telegram_id, BufferedInputFile(made.document, f"statement-{month}.pdf"),
        caption=_caption(made.figures, say, name), reply_markup=_keyboard(month, say, table=True),
    )  # fmt: skip


def _caption(figures: Figures, say: Say, name: str) -> str:
    return say(
        "statement-caption", month=name, opening=str(tokens(figures.opening)), came=str(tokens(figures.came)),
        went=str(tokens(figures.went)), closing=str(tokens(figures.closing)),
    )  # fmt: skip


def _keyboard(month: Month, say: Say, *, table: bool) -> InlineKeyboardMarkup:
    rows = [(say("statement-before-button"), f"statement:{month.moved(-1)}")]
    if table:
        rows.insert(0, (say("statement-table-button"), f"statement:{month}:{TABLE}"))
    buttons = [[InlineKeyboardButton(text=text, callback_data=data)] for text, data in rows]
    return InlineKeyboardMarkup(inline_keyboard=buttons)
