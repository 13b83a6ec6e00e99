"""Getting to know each other: /start, /help, /language, /mode, /new, /cancel, and the papers."""

from collections.abc import Sequence

import structlog
from aiogram import Bot, Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    User,
)

from bot import conversations, customers
from bot.customers import Customer
from bot.jobs import Jobs
from bot.settings import Settings
from bot.storage import Storage
from bot.texts import LANGUAGES, Say, Texts
from handlers.telegram.filters import Button
from handlers.telegram.people import People
from handlers.telegram.place import Place

log = structlog.get_logger()
router = Router(name="menu")

COMMANDS = (
    "help", "new", "mode", "image", "voice", "voice_settings", "transcribe", "balance",
    "statement", "purchases", "notice", "buy",
    "subscription", "gift", "apicode", "deliveries", "language", "support", "paysupport", "cancel", "terms",
    "privacy",
)  # fmt: skip
GROUP_COMMANDS = ("help", "image", "voice", "new")
ADMIN_COMMANDS = (
    "issue", "codes", "revoke", "credit", "user", "refund", "refunds", "stars", "voucher", "vouchers",
    "books", "prices", "receipts", "reverse", "resume", "reconcile", "code", "blocks", "flagged",
    "upstreams", "console",
)  # fmt: skip
PAPERS = ("terms", "privacy")
INVITE = "inv"


@router.message(CommandStart())
async def start(
    message: Message, command: CommandObject, customer: Customer, say: Say, people: People, settings: Settings
) -> None:
    inviter = (command.args or "").removeprefix(INVITE)
    if (command.args or "").startswith(INVITE) and inviter.isdigit() and len(inviter) < 16:
        await people.change(customers.remember_inviter, customer, int(inviter))
    if customer.language is None and message.chat.type == "private":
        await message.answer(say("choose-language"), reply_markup=language_keyboard())
        return
    await message.answer(_welcome(message.from_user, say, settings))


def _welcome(user: User | None, say: Say, settings: Settings) -> str:
    name = user.first_name if user else ""
    return say("welcome", name=name, tokens=settings.signup_tokens)


@router.message(Command("help"))
async def help_(message: Message, say: Say, me: User, customer: Customer) -> None:
    link = f"https://t.me/{me.username}?start={INVITE}{customer.id}"
    # Clients take the marks that keep directions apart for a part of the address.
    await message.answer(say("help", link=link).replace(f"\u2068{link}\u2069", link))


@router.message(Command(*PAPERS))
async def paper(message: Message, command: CommandObject, say: Say) -> None:
    await message.answer(say(command.command))


@router.message(Command("language"))
async def language(message: Message, say: Say) -> None:
    await message.answer(say("choose-language"), reply_markup=language_keyboard())


def language_keyboard() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=name, callback_data=f"language:{code}")]
            for code, name in LANGUAGES.items()
        ]
    )


@router.callback_query(Button("language"))
async def language_chosen(
    query: CallbackQuery, rest: str, customer: Customer, people: People, texts: Texts, settings: Settings
) -> None:
    if rest not in LANGUAGES:
        await query.answer()
        return
    await people.change(customers.choose_language, customer, rest)
    say = texts.say(rest)
    await query.answer(say("language-chosen"))
    if isinstance(query.message, Message):
        first = customer.language is None
        text = _welcome(query.from_user, say, settings) if first else say("language-chosen")
        await query.message.edit_text(text)


@router.message(Command("mode"))
async def mode(message: Message, customer: Customer, say: Say, modes: Sequence[str]) -> None:
    await message.answer(say("choose-mode"), reply_markup=_mode_keyboard(customer.mode, modes, say))


def _mode_keyboard(chosen: str | None, modes: Sequence[str], say: Say) -> InlineKeyboardMarkup:
    buttons = [
        InlineKeyboardButton(
            text=("✓ " if name == chosen else "") + say(f"mode-{name or 'none'}"),
            callback_data=f"mode:{name or 'none'}",
        )
        for name in (None, *modes)
    ]
    return InlineKeyboardMarkup(inline_keyboard=[buttons[at : at + 2] for at in range(0, len(buttons), 2)])


@router.callback_query(Button("mode"))
async def mode_chosen(
    query: CallbackQuery, rest: str, customer: Customer, say: Say, people: People, modes: Sequence[str]
) -> None:
    if rest not in (*modes, "none"):
        await query.answer()
        return
    chosen = None if rest == "none" else rest
    await people.change(customers.choose_mode, customer, chosen)
    await query.answer(say("mode-chosen", mode=say(f"mode-{rest}")))
    if isinstance(query.message, Message):
        await query.message.edit_reply_markup(reply_markup=_mode_keyboard(chosen, modes, say))


@router.message(Command("new"))
async def new(message: Message, language: str, say: Say, storage: Storage) -> None:
    await storage.write(conversations.forget, Place.of(message, language).conversation)
    await message.answer(say("new-conversation"))


@router.message(Command("cancel"))
async def cancel(message: Message, customer: Customer, say: Say, people: People, jobs: Jobs) -> None:
    """Ends what is being asked for, and every request of this person that has not been answered."""
    if customer.awaiting:
        await people.change(customers.await_message, customer, None)
    cancelled = await jobs.cancel_all(customer.id, f"chat:{customer.id}")
    await message.answer(say("cancelled", count=cancelled) if cancelled else say("nothing-to-cancel"))


async def set_commands(bot: Bot, texts: Texts, admins: Sequence[int]) -> None:
    """The command menu, in every language that Telegram has a code for; the admins' is longer."""
    for code in LANGUAGES:
        say = texts.say(code)
        spoken = code.split("_")[0] if code not in ("en", "zh_TW") else None
        if code == "zh_TW":
            continue  # Telegram knows one "zh"
        await bot.set_my_commands(
            _commands(COMMANDS, say), scope=BotCommandScopeDefault(), language_code=spoken
        )
        await bot.set_my_commands(
            _commands(GROUP_COMMANDS, say), scope=BotCommandScopeAllGroupChats(), language_code=spoken
        )
    for admin in admins:
        commands = _commands((*COMMANDS, *ADMIN_COMMANDS), texts.say("en"))
        try:
            await bot.set_my_commands(commands, scope=BotCommandScopeChat(chat_id=admin))
        except TelegramBadRequest as error:  # who has never written to the bot has no chat with it
            log.warning("an admin gets no menu of commands", admin=admin, error=error.message)


def _commands(names: Sequence[str], say: Say) -> list[BotCommand]:
    return [BotCommand(command=name, description=say(f"command-{name}")) for name in names]
