"""/gift: tokens from one customer to another, confirmed with a button and for a minute to be taken back."""

from aiogram import Bot, F, Router
from aiogram.exceptions import AiogramError
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from billing import Row
from billing.free import gifts
from bot.clock import now
from bot.customers import Customer
from bot.operator import amount_of
from bot.settings import Settings
from bot.storage import Storage
from bot.texts import Say, Texts, closest, tokens

router = Router(name="gifts")


@router.message(Command("gift"), F.chat.type == "private")
async def gift(
    message: Message, command: CommandObject, customer: Customer, say: Say, storage: Storage,
    settings: Settings,
) -> None:  # fmt: skip
    words = (command.args or "").split()
    try:
        amount = amount_of(words[0])
        if amount < 0 or len(words) != 2:
            raise ValueError
    except (ValueError, IndexError):
        await message.answer(say("gift-usage"))
        return
    person = await storage.write(gifts.find, words[1].removeprefix("@"))
    if person is None:
        await message.answer(say("gift-to-nobody", name=words[1]))
        return
    number = await storage.write(
        gifts.ask, f"tg:{message.chat.id}:{message.message_id}", customer.id, person.id, amount,
        settings.gift_tokens_per_day * 1000, now(),
    )  # fmt: skip
    await message.answer(
        say("gift-confirm", tokens=tokens(amount), name=person.name),
        reply_markup=_button(say("gift-button"), f"gift:give:{number}"),
    )


def _button(text: str, data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=text, callback_data=data)]])


@router.callback_query(F.data.regexp(r"^gift:give:\d{1,15}$"))
async def confirmed(
    query: CallbackQuery, customer: Customer, say: Say, bot: Bot, storage: Storage, settings: Settings,
    texts: Texts,
) -> None:  # fmt: skip
    number = _number(query)
    given, fresh = await storage.write(
        gifts.give, number, customer.id, settings.gift_tokens_per_day * 1000, now()
    )
    await query.answer()
    if isinstance(query.message, Message) and fresh:
        await query.message.edit_text(
            say("gift-given", tokens=tokens(given.amount)),
            reply_markup=_button(say("gift-back-button"), f"gift:back:{number}"),
        )
    if fresh:
        await _tell(bot, storage, texts, given, customer.name)


@router.callback_query(F.data.regexp(r"^gift:back:\d{1,15}$"))
async def regretted(query: CallbackQuery, customer: Customer, say: Say, storage: Storage) -> None:
    returned = await storage.write(gifts.take_back, _number(query), customer.id, now())
    await query.answer()
    if isinstance(query.message, Message):
        await query.message.edit_text(say("gift-returned", tokens=tokens(returned.amount)))


def _number(query: CallbackQuery) -> int:
    return int((query.data or "").rsplit(":", 1)[1])


async def _tell(bot: Bot, storage: Storage, texts: Texts, gift: Row, sender: str) -> None:
    """The receiver hears of it, if they can be reached; the tokens are theirs all the same."""
    row = await storage.fetch_one(
        "SELECT telegram_id, coalesce(language, spoken) AS language FROM customer WHERE id = :id",
        id=gift.receiver,
    )
    assert row is not None
    say = texts.say(row.language or closest(None))
    try:
        await bot.send_message(row.telegram_id, say("gift-got", tokens=tokens(gift.amount), name=sender))
    except AiogramError:
        return
