"""Speech: words in, a voice note out; and the switch that makes every answer come as voice too."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot import customers, voice_choices
from bot.customers import Customer
from bot.providers import SpeechRequest
from bot.storage import Storage
from bot.texts import Say
from handlers.telegram.chat import Asking
from handlers.telegram.filters import Begins, Button
from handlers.telegram.people import People
from handlers.telegram.place import Place

router = Router(name="voice")


@router.message(Command("voice"))
async def voice_command(
    message: Message, command: CommandObject, customer: Customer, language: str, say: Say, asking: Asking,
    storage: Storage,
) -> None:  # fmt: skip
    replied = message.reply_to_message
    words = command.args or (replied and (replied.text or replied.caption)) or ""
    if not words.strip():
        await message.answer(say("voice-usage"), reply_markup=_switch(customer.speaks, say))
        return
    await _speak(message, words, customer, language, asking, storage)


@router.message(Begins("ویس", "صدا"))
async def voice_prefix(
    message: Message, rest: str, customer: Customer, language: str, asking: Asking, storage: Storage
) -> None:
    await _speak(message, rest, customer, language, asking, storage)


async def _speak(
    message: Message, words: str, customer: Customer, language: str, asking: Asking, storage: Storage
) -> None:
    asking.check_length(words)
    key = f"tg:{message.chat.id}:{message.message_id}"
    await asking.ask(
        key, await _request(words, customer, language, storage), Place.of(message, language), customer
    )


async def _request(words: str, customer: Customer, language: str, storage: Storage) -> SpeechRequest:
    manner = (await voice_choices.read(storage, customer.id)).manner
    return SpeechRequest(
        text=words, format="ogg", language=manner.language, otherwise=language.partition("_")[0],
        preferred=manner.voices, style=manner.style, speed=manner.speed, pitch=manner.pitch, notes=True,
    )  # fmt: skip


@router.callback_query(Button("speak"))
async def switch_speech(
    query: CallbackQuery, rest: str, customer: Customer, say: Say, people: People
) -> None:
    speaks = rest == "on"
    await people.change(customers.choose_speech, customer, speaks)
    await query.answer(say("voice-on" if speaks else "voice-off"))
    if isinstance(query.message, Message):
        await query.message.edit_reply_markup(reply_markup=_switch(speaks, say))


def _switch(speaks: bool, say: Say) -> InlineKeyboardMarkup:
    button = InlineKeyboardButton(
        text=say("voice-switch-off" if speaks else "voice-switch-on"),
        callback_data="speak:off" if speaks else "speak:on",
    )
    return InlineKeyboardMarkup(inline_keyboard=[[button]])
