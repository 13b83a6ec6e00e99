"""/prices: the tariff and the packs, changed by admins while the bot runs; the difference is shown first."""

from datetime import UTC, datetime

import structlog
from aiogram import Bot, Router
from aiogram.filters import BaseFilter, Command, CommandObject
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)

from billing.price_lists import Outdated, PriceList
from bot.price_lists import FILES, PriceLists, Proposal
from bot.price_words import WrongPrice
from handlers.telegram.admins import FromAdmin, TappedByAdmin
from handlers.telegram.filters import Button

log = structlog.get_logger()
router = Router(name="prices")

USAGE = (
    "/price text.800 2.5 changes a price, /price pack.100 120 110 a pack (tokens, Stars),"
    " /price plan.month 300 250 a plan; off instead of the numbers takes it away."
    " Prices in money follow, in cents or whole tomans: /price pack.100 120 110 USD=199 IRT=150000\n"
    "/prices files sends both files: change one and send it back.\n"
    "/prices history shows the last changes."
)
SIZE_MOST = 64 * 1024
LINES_MOST = 60


class PriceFile(BaseFilter):
    """A document with the name of one of the files: `kind` is which."""

    async def __call__(self, message: Message) -> bool | dict[str, str]:
        name = message.document.file_name if message.document else None
        return next(({"kind": kind} for kind, file in FILES.items() if file == name), False)


@router.message(FromAdmin(), Command("prices", "price"))
async def prices(message: Message, command: CommandObject, price_lists: PriceLists) -> None:
    match (command.args or "").split():
        case []:
            await message.answer("\n".join([*price_lists.lines(), "", USAGE])[:4000])
        case ["files"]:
            for kind, name in FILES.items():
                file = BufferedInputFile(price_lists.body(kind).encode(), name)
                await message.answer_document(file)
        case ["history"]:
            changes = [_change(*one) for one in await price_lists.history()]
            await message.answer("\n\n".join(changes)[:4000])
        case [address, *values]:
            try:
                await _ask(message, await price_lists.edit(address, values, message.chat.id))
            except WrongPrice as error:
                await message.answer(f"{error}.\n\n{USAGE}")


@router.message(FromAdmin(), PriceFile())
async def sent(message: Message, kind: str, bot: Bot, price_lists: PriceLists) -> None:
    document = message.document
    assert document is not None
    if (document.file_size or 0) > SIZE_MOST:
        await message.answer("The file is too long: 64 KB at most.")
        return
    content = await bot.download(document)
    assert content is not None
    try:
        body = content.read().decode("utf-8-sig").replace("\r\n", "\n")
        await _ask(message, await price_lists.propose(kind, body, message.chat.id))
    except UnicodeDecodeError:
        await message.answer("The file is no text in UTF-8. /prices files sends it as it should be.")
    except WrongPrice as error:
        await message.answer(f"{error}.\nNothing was changed. Mend it and send it again.")


async def _ask(message: Message, proposal: Proposal) -> None:
    lines = proposal.lines[:LINES_MOST]
    if len(proposal.lines) > LINES_MOST:
        lines.append(f"… and {len(proposal.lines) - LINES_MOST} more")
    buttons = [
        InlineKeyboardButton(text=text, callback_data=f"prices:{word}:{proposal.id}")
        for text, word in (("✅ Confirm", "yes"), ("✖️ Cancel", "no"))
    ]
    text = "\n".join(["What would change:", "", *lines])
    await message.answer(text[:4000], reply_markup=InlineKeyboardMarkup(inline_keyboard=[buttons]))


@router.callback_query(Button("prices"), TappedByAdmin())
async def decided(query: CallbackQuery, rest: str, price_lists: PriceLists) -> None:
    word, _, number = rest.partition(":")
    try:
        if word == "yes":
            await price_lists.confirm(int(number), query.from_user.id)
            done = "Confirmed: it holds from now on."
        else:
            done = (
                "Cancelled." if await price_lists.drop(int(number), query.from_user.id) else "Decided before."
            )
    except Outdated:
        done = "The prices have been changed, or this was decided, since then. Ask for it again."
    await query.answer(done)
    if isinstance(query.message, Message):
        await query.message.edit_text(f"{query.message.text}\n\n{done}")


def _change(new: PriceList, lines: list[str]) -> str:
    at = f"{datetime.fromtimestamp((new.decided_at or new.made_at) / 1000, UTC):%Y-%m-%d %H:%M}"
    who = f"admin {new.made_by}" if new.made_by else "the operator's file"
    if new.decided_by not in (None, new.made_by):
        who += f", confirmed by admin {new.decided_by}"
    return "\n".join([f"{at} · {new.kind} · {who}", *(lines or ["the first"])])
