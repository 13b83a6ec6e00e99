"""The providers, opened together: they share the pool of upstreams."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import NamedTuple

from bot.catalog.modes import read_modes
from bot.catalog.styles import read_styles
from bot.catalog.voices import read_voices
from bot.providers import SPEAKING_SECONDS
from bot.providers.errors import ProviderError
from bot.providers.image import ImageProvider
from bot.providers.language import read_model
from bot.providers.moderation import Moderation, Rules
from bot.providers.moderation.moderated import Moderated
from bot.providers.moderation.upstream import Judge
from bot.providers.moderation.words import ListError, read_lists
from bot.providers.pool.pool import Pool
from bot.providers.speech import SpeechProvider, audio
from bot.providers.speech.edge import EdgeSpeech
from bot.providers.speech.engine import Engine
from bot.providers.speech.espeak import Espeak
from bot.providers.speech.gtts import GoogleSpeech
from bot.providers.speech.openai import OpenAISpeech
from bot.providers.text import TextProvider
from bot.providers.transcription import Transcriber, Transcription
from bot.providers.transcription.openai import OpenAITranscription
from bot.providers.transcription.whisper import LocalWhisper
from bot.providers.upstream import OPENAI_URL, Upstream, over
from bot.settings import Settings, SettingsError

Recordings = Callable[[str], Awaitable[bytes]]
"""Gives what a person said, by its name."""


class Providers(NamedTuple):
    """Of the jobs, which ask only what the content rules allow; `speech` also says our own words."""

    text: Moderated
    image: Moderated
    voice: Moderated
    speech: SpeechProvider
    moderation: Moderation


@asynccontextmanager
async def open_providers(settings: Settings, pool: Pool, recordings: Recordings) -> AsyncIterator[Providers]:
    moderation = moderation_of(settings, pool)
    allow = partial(moderation.allow, closed="jobs" in settings.moderation_closed)
    async with over(pool, OPENAI_URL, settings.proxy_url) as upstream, local_whisper(settings) as whisper:
        speech = SpeechProvider(
            engines(settings, upstream), read_voices(), seconds=max(1.0, settings.voice_seconds * 0.4)
        )
        text = TextProvider(
            upstream, settings.text_model, read_modes(), stream=settings.telegram_stream,
            seconds=settings.text_seconds * 0.9, speech=speech.within(settings.text_seconds * 0.15),
            speech_seconds=settings.text_seconds * 0.3 + SPEAKING_SECONDS,
            transcription=Transcription(transcribers(settings, upstream, whisper), recordings),
            allow=allow,
        )  # fmt: skip
        image = ImageProvider(
            upstream, settings.image_model, read_styles(), seconds=settings.image_seconds * 0.9
        )
        _read_ahead()
        yield Providers(
            Moderated(text, allow), Moderated(image, allow), Moderated(speech, allow), speech, moderation
        )


def _read_ahead() -> None:
    """What the first who speaks would read or look for, while everybody else waits."""
    read_model()
    with suppress(ProviderError):  # who speaks is told
        audio.ffmpeg_program()


def moderation_of(settings: Settings, pool: Pool) -> Moderation:
    """Raises SettingsError where the operator's words can't be read."""
    rules = Rules(
        settings.moderation, frozenset(settings.moderation_review), settings.moderation_pictures,
        settings.moderation_seconds,
    )  # fmt: skip
    try:
        lists = read_lists(settings.moderation_file, refuse=settings.moderation_lists == "refuse")
    except (ListError, OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(f"MODERATION_FILE: {settings.moderation_file}: {reason}") from None
    return Moderation(rules, lists, Judge(pool, settings.moderation_model, settings.moderation_seconds))


def local_whisper(settings: Settings) -> LocalWhisper:
    """Its process is there from the first recording that it hears."""
    return LocalWhisper(settings.data_dir, seconds=settings.text_seconds * 0.75)


def transcribers(settings: Settings, upstream: Upstream, whisper: LocalWhisper) -> list[Transcriber]:
    """In the order of TRANSCRIPTION_ENGINES."""
    makers: dict[str, Callable[[], Transcriber]] = {
        "openai": lambda: OpenAITranscription(
            upstream, settings.transcription_model, seconds=settings.text_seconds * 0.5
        ),
        "whisper": lambda: whisper,
    }
    return [makers[name]() for name in settings.transcription_engines]


def engines(settings: Settings, upstream: Upstream) -> list[Engine]:
    """In the order of SPEECH_ENGINES."""
    makers: dict[str, Callable[[], Engine]] = {
        "openai": lambda: OpenAISpeech(upstream, settings.speech_model, seconds=settings.voice_seconds * 0.3),
        "edge": lambda: EdgeSpeech(settings.data_dir, settings.proxy_url),
        "gtts": GoogleSpeech,
        "espeak": Espeak,
    }
    return [makers[name]() for name in settings.speech_engines]
