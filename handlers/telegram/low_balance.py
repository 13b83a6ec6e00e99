"""/notice: at which level a customer wants to hear that few tokens are left; then they hear it once."""

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import AiogramError
from aiogram.filters import Command, CommandObject
from aiogram.types import Message

from billing import Connection
from bot.customers import Customer
from bot.operator import amount_of
from bot.storage import Storage
from bot.texts import Say, Texts, closest, tokens
from handlers.telegram.trouble import is_shut_out

log = structlog.get_logger()
router = Router(name="low balance")

_MARKS = {ord("٫"): "."} | dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))
_LOW = (
    "SELECT customer.id, telegram_id, coalesce(language, spoken) AS language, posted FROM customer"
    " JOIN account ON account.id = 'customer:' || customer.id"
    " WHERE low_level IS NOT NULL AND low_told = 0 AND posted < low_level AND blocked_at IS NULL LIMIT 100"
)


@router.message(Command("notice"), F.chat.type == "private")
async def notice(
    message: Message, command: CommandObject, customer: Customer, say: Say, storage: Storage
) -> None:
    words = (command.args or "").translate(_MARKS).strip()
    try:
        level = 0 if words in ("0", "۰") else amount_of(words)
        if level < 0:
            raise ValueError
    except ValueError:
        row = await storage.fetch_one("SELECT low_level FROM customer WHERE id = :id", id=customer.id)
        known = say("notice-now", tokens=tokens(row.low_level)) if row and row.low_level else ""
        await message.answer(f"{say('notice-usage')}\n{known}".strip())
        return
    await storage.write(_set, customer.id, level)
    await message.answer(say("notice-set", tokens=tokens(level)) if level else say("notice-off"))


def _set(conn: Connection, customer: int, level: int) -> None:
    conn.run(
        "UPDATE customer SET low_level = :level, low_told = 0 WHERE id = :id",
        level=level or None, id=customer,
    )  # fmt: skip


async def tell_low(bot: Bot, storage: Storage, texts: Texts) -> None:
    """Tell those who have come below their level; who is above it again will be told the next time."""
    await storage.write(_rearm)
    for row in await storage.fetch(_LOW):
        say = texts.say(row.language or closest(None))
        try:
            await bot.send_message(row.telegram_id, say("notice-low", left=tokens(row.posted)))
        except AiogramError as error:
            log.warning("a notice could not be given", customer=row.id, error=type(error).__name__)
            if not is_shut_out(error):
                continue  # it is given later
        await storage.write(_told, row.id)


def _rearm(conn: Connection) -> None:
    conn.run(
        "UPDATE customer SET low_told = 0 WHERE low_level IS NOT NULL AND low_told = 1 AND low_level <="
        " (SELECT posted FROM account WHERE account.id = 'customer:' || customer.id)"
    )


def _told(conn: Connection, customer: int) -> None:
    conn.run("UPDATE customer SET low_told = 1 WHERE id = :id", id=customer)
