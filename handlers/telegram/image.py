"""Pictures: a description, then a style and how many, then a photo or an album."""

import secrets
from collections.abc import Sequence

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from billing import Connection, Row
from bot.clock import now
from bot.customers import Customer
from bot.jobs import Jobs
from bot.providers import ImageRequest
from bot.storage import Storage
from bot.texts import Say, tokens
from handlers.telegram.chat import Asking
from handlers.telegram.filters import Begins, Button
from handlers.telegram.place import Place

router = Router(name="image")

COUNTS = (1, 2, 4)
COLUMNS = 3


@router.message(Command("image"))
async def image_command(
    message: Message, command: CommandObject, customer: Customer, language: str, say: Say,
    storage: Storage, asking: Asking, styles: Sequence[str],
) -> None:  # fmt: skip
    replied = message.reply_to_message
    prompt = command.args or (replied and (replied.text or replied.caption)) or ""
    await choose_style(message, prompt, customer, language, say, storage, asking, styles)


@router.message(Begins("عکس", "تصویر"))
async def image_prefix(
    message: Message, rest: str, customer: Customer, language: str, say: Say, storage: Storage,
    asking: Asking, styles: Sequence[str],
) -> None:  # fmt: skip
    await choose_style(message, rest, customer, language, say, storage, asking, styles)


async def choose_style(
    message: Message, prompt: str, customer: Customer, language: str, say: Say, storage: Storage,
    asking: Asking, styles: Sequence[str],
) -> None:  # fmt: skip
    if not prompt.strip():
        await message.answer(say("image-usage"))
        return
    asking.check_length(prompt)
    place = Place.of(message, language)
    draft = secrets.token_urlsafe(9)
    await storage.write(_keep_draft, draft, customer.id, prompt, place, now())
    await message.answer(
        say("image-choose-style"),
        reply_markup=_style_keyboard(draft, styles, say),
        reply_parameters=place.reply,
    )


@router.callback_query(Button("style"))
async def style_chosen(
    query: CallbackQuery, rest: str, customer: Customer, say: Say, storage: Storage, jobs: Jobs,
    styles: Sequence[str],
) -> None:  # fmt: skip
    draft, _, number = rest.partition(":")
    style = styles[int(number)] if number.isdigit() and int(number) < len(styles) else None
    kept = await storage.write(_keep_style, draft, customer.id, style)
    if not kept or not isinstance(query.message, Message):
        await query.answer(say("button-too-old"), show_alert=True)
        return
    await query.answer()
    await query.message.edit_text(
        say("image-choose-count", style=style_name(style, say)),
        reply_markup=_count_keyboard(draft, jobs, say),
    )


@router.callback_query(Button("count"))
async def count_chosen(
    query: CallbackQuery, rest: str, customer: Customer, say: Say, storage: Storage, asking: Asking
) -> None:
    draft, _, number = rest.partition(":")
    row = await storage.fetch_one(_DRAFT, id=draft, customer=customer.id)
    if row is None or number not in map(str, COUNTS):
        await query.answer(say("button-too-old"), show_alert=True)
        return
    request = ImageRequest(prompt=row.prompt, style=row.style, count=int(number))
    shown = query.message.message_id if query.message else None
    # One job a draft: a second tap on the buttons is the same request. The message with the buttons is the
    # job's from now on: an edit from here could come after the answer and cover it.
    place = Place.load(row.place)._replace(shown=shown)
    await asking.ask(f"draft:{draft}", request, place, customer)
    await query.answer()


def style_name(style: str | None, say: Say) -> str:
    return say("style-" + (style or "none").replace(" ", "-"))


def _style_keyboard(draft: str, styles: Sequence[str], say: Say) -> InlineKeyboardMarkup:
    buttons = [
        InlineKeyboardButton(text=style_name(style, say), callback_data=f"style:{draft}:{number}")
        for number, style in enumerate(styles)
    ]
    plain = InlineKeyboardButton(text=style_name(None, say), callback_data=f"style:{draft}:none")
    rows = [buttons[at : at + COLUMNS] for at in range(0, len(buttons), COLUMNS)]
    return InlineKeyboardMarkup(inline_keyboard=[[plain], *rows])


def _count_keyboard(draft: str, jobs: Jobs, say: Say) -> InlineKeyboardMarkup:
    prices = {count: tokens(jobs.prices.of(ImageRequest(prompt="-", count=count))) for count in COUNTS}
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(
                    text=say("image-count", count=count, price=price), callback_data=f"count:{draft}:{count}"
                )
            ]
            for count, price in prices.items()
        ]
    )


_DRAFT = "SELECT prompt, place, style FROM picture_draft WHERE id = :id AND customer = :customer"


def _keep_draft(conn: Connection, draft: str, customer: int, prompt: str, place: Place, at: int) -> None:
    conn.run(
        "INSERT INTO picture_draft (id, customer, prompt, place, created_at)"
        " VALUES (:id, :customer, :prompt, :place, :at)",
        id=draft, customer=customer, prompt=prompt, place=place.dump(), at=at,
    )  # fmt: skip


def _keep_style(conn: Connection, draft: str, customer: int, style: str | None) -> Row | None:
    return conn.one(
        "UPDATE picture_draft SET style = :style WHERE id = :id AND customer = :customer RETURNING id",
        style=style, id=draft, customer=customer,
    )  # fmt: skip


def forget_drafts(conn: Connection, before: int) -> int:
    return conn.run("DELETE FROM picture_draft WHERE created_at < :before", before=before)
