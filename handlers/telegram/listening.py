"""Voice in. Voice messages, audio files, video notes: understood and answered, or written down."""

import asyncio
from io import BytesIO
from typing import NamedTuple

import structlog
from aiogram import Bot, Router
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.filters import BaseFilter, Command
from aiogram.types import Message
from aiohttp import ClientError

from bot import voice_choices
from bot.customers import Customer
from bot.files import Files
from bot.providers import Recording, TextRequest
from bot.providers.errors import ProviderError
from bot.providers.speech import audio
from bot.providers.transcription import RATE
from bot.settings import Settings
from bot.storage import Storage
from bot.texts import Say
from handlers.telegram.chat import Asking, ForTheBot
from handlers.telegram.errors import RecordingGone, RecordingNoSound, RecordingTooBig, RecordingTooLong
from handlers.telegram.place import Place

log = structlog.get_logger()
router = Router(name="listening")

BYTES_MOST = 20 * 1024 * 1024
"""What Telegram lets a bot fetch."""
FETCH_SECONDS = 60


class Sound(NamedTuple):
    file_id: str
    size: int
    seconds: int


class HasSound(BaseFilter):
    async def __call__(self, message: Message) -> bool | dict[str, Sound]:
        sound = sound_of(message)
        return {"sound": sound} if sound else False


@router.message(Command("transcribe"))
async def transcribe(
    message: Message, bot: Bot, customer: Customer, language: str, say: Say, asking: Asking, files: Files,
    settings: Settings,
) -> None:  # fmt: skip
    sound = sound_of(message.reply_to_message) if message.reply_to_message else None
    if sound is None:
        await message.answer(say("transcribe-usage"))
        return
    recording = await fetch(bot, sound, files, settings.recording_minutes)
    request = TextRequest(question="", recording=recording, only_transcript=True)
    await asking.ask(_key(message), request, Place.of(message, language), customer)


@router.message(HasSound(), ForTheBot())
async def listen(
    message: Message, sound: Sound, words: str, bot: Bot, customer: Customer, language: str, asking: Asking,
    files: Files, settings: Settings, storage: Storage,
) -> None:  # fmt: skip
    asking.check_length(words)
    place = Place.of(message, language)
    recording = await fetch(bot, sound, files, settings.recording_minutes)
    choice = await voice_choices.read(storage, customer.id)
    request = TextRequest(
        question=words,
        recording=recording,
        mode=customer.mode,
        speak=customer.speaks or choice.replies,
        speech_format="ogg",
        manner=choice.manner,
        conversation=place.conversation,
    )
    await asking.ask(_key(message), request, place, customer)


def sound_of(message: Message) -> Sound | None:
    """Its voice message, audio file or video note; a file that says that it is sound, too."""
    if found := message.voice or message.audio or message.video_note:
        return Sound(found.file_id, found.file_size or 0, found.duration)
    document = message.document
    if document and (document.mime_type or "").startswith("audio/"):
        return Sound(document.file_id, document.file_size or 0, 0)
    return None


async def fetch(bot: Bot, sound: Sound, files: Files, minutes_most: int) -> Recording:
    """The recording, kept for its job. Raises a Refusal."""
    if sound.size > BYTES_MOST:
        raise RecordingTooBig
    if sound.seconds > minutes_most * 60:
        raise RecordingTooLong(minutes_most)
    data = BytesIO()
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            await bot.download(sound.file_id, data)
    except TelegramBadRequest as error:
        raise (RecordingTooBig if "too big" in error.message else RecordingGone) from None
    except (AiogramError, ClientError, TimeoutError, OSError) as error:
        log.warning("recording not fetched", error=type(error).__name__)
        raise RecordingGone from None
    seconds = sound.seconds or await measured(data.getvalue(), minutes_most)
    return Recording(name=await files.keep(data.getvalue()), seconds=seconds)


async def measured(data: bytes, minutes_most: int) -> int:
    """How long a file is of which Telegram does not say it. Raises a Refusal."""
    try:
        sound = await audio.decode(data, RATE, minutes_most * 60 + 1)
    except ProviderError as error:
        raise RecordingNoSound from error
    if (seconds := audio.seconds(sound)) > minutes_most * 60:
        raise RecordingTooLong(minutes_most)
    return round(seconds)


def _key(message: Message) -> str:
    return f"tg:{message.chat.id}:{message.message_id}"
