"""/flagged: what the content rules have found, for an admin; with a number, what came before it."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message

from billing import Row
from bot.flagged import latest
from bot.storage import Storage
from bot.texts import isolated
from handlers.telegram.admins import FromAdmin
from handlers.telegram.code_cards import moment
from handlers.telegram.rendering import plain

router = Router(name="flagged")
MOST = 4_000
"""Letters of one message."""


@router.message(FromAdmin(), Command("flagged"))
async def flagged(message: Message, command: CommandObject, storage: Storage) -> None:
    words = (command.args or "").strip()
    if words and not (words.isascii() and words.isdigit() and len(words) < 16):
        await message.answer("Use it as: /flagged, or /flagged 120 for what came before number 120")
        return
    rows = await storage.write(latest, int(words) if words else None)
    text, entities = plain(_listed([_line(row) for row in rows]) or "Nothing was found.")
    await message.answer(text, entities=entities)


def _line(row: Row) -> str:
    who = f"code {row.code} of {row.telegram_id}" if row.code is not None else str(row.telegram_id)
    what = ": ".join(filter(None, (row.found_by, row.words and isolated(row.words), row.categories)))
    where = f"{row.door}{f' job {row.job}' if row.job is not None else ''}"
    begins = " ".join(row.excerpt.split())
    return (
        f"{row.id}. {'Refused' if row.refused else 'Noted'} · {moment(row.at)} · {who} · {where}\n{what}"
        + (f"\n{isolated(begins)}" if begins else "")
    )


def _listed(lines: list[str]) -> str:
    """As many as a message holds."""
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + 2 * len(kept) + len(line) > MOST:
            break
        kept.append(line)
    return "\n\n".join(kept)
