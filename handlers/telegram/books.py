"""/books: the operator's books in the chat, Telegram's Star balance beside ours; a month of them as CSV."""

from aiogram import Bot, Router
from aiogram.exceptions import AiogramError
from aiogram.filters import Command, CommandObject
from aiogram.types import BufferedInputFile, Message

from billing.payments import reconciliation
from billing.payments.reconciliation import NANO
from bot.clock import now
from bot.operator import Operator
from bot.statements.months import month_at, month_of
from bot.storage import Storage
from handlers.telegram.admins import FromAdmin

router = Router(name="books")

USAGE = "Use it as: /books [1 to 60 days], or /books csv [year-month]"


@router.message(FromAdmin(), Command("books"))
async def books(
    message: Message, command: CommandObject, bot: Bot, operator: Operator, storage: Storage
) -> None:
    match (command.args or "").split():
        case []:
            await message.answer(await _text(bot, operator, storage, 7))
        case [days] if days.isascii() and days.isdigit() and len(days) < 4 and 1 <= int(days) <= 60:
            await message.answer(await _text(bot, operator, storage, int(days)))
        case ["csv", *words] if len(words) < 2:
            await _table(message, operator, words)
        case _:
            await message.answer(USAGE)


async def _text(bot: Bot, operator: Operator, storage: Storage, days: int) -> str:
    report = await operator.books(days)
    return report.text(await _balance(bot, storage))[:4000]


async def _balance(bot: Bot, storage: Storage) -> str:
    """Telegram's, and what its list of transactions adds up to as far as we have read it."""
    row = await storage.fetch_one(reconciliation.BALANCE)
    assert row is not None
    ours = f"{row.nanostars / NANO:g}"
    try:
        balance = await bot.get_my_star_balance()
    except AiogramError:
        return f"Telegram's Star balance can't be asked for now; its list adds up to {ours}."
    theirs = f"{balance.amount + (balance.nanostar_amount or 0) / NANO:g}"
    return f"Telegram's Star balance: {theirs}; its list, as we have read it, adds up to {ours}."


async def _table(message: Message, operator: Operator, words: list[str]) -> None:
    try:
        month = month_of(words[0]) if words else month_at(now(), persian=False)
    except ValueError as error:
        await message.answer(f"{str(error).capitalize()}. {USAGE}")
        return
    report = await operator.books_between(month.begin, month.end)
    await message.answer_document(BufferedInputFile(report.table(), f"books-{month}.csv"))
