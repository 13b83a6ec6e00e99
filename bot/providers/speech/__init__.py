"""Speech: words in, a sound file out. The engines are tried in the configured order.

One that can't speak the language, fails, or takes too long hands over to the next. What an engine could
not do itself (tempo, pitch, file format) is done to its sound afterwards.
"""

import asyncio
from collections.abc import Sequence

import structlog

from bot.catalog.voices import Language, Voice, Voices
from bot.providers import Answer, ProducedFile, Progress, SpeechRequest, Turn
from bot.providers.errors import (
    BadAnswer,
    ContentRefused,
    LanguageUnknown,
    LanguageUnsupported,
    NoAnswer,
    ProviderError,
    VoiceUnsupported,
)
from bot.providers.language import detect_language
from bot.providers.speech import audio
from bot.providers.speech.engine import Engine, Spoken, Words

log = structlog.get_logger()

SHORTEST = 0.05
"""Seconds; less is silence, as an engine makes of a text without a word."""


class SpeechProvider:
    def __init__(self, engines: Sequence[Engine], voices: Voices, *, seconds: float = 45) -> None:
        """`seconds`: how long one engine may take before the next is asked."""
        self._engines = engines
        self._voices = voices
        self._seconds = seconds

    def engine_for(self, language: str) -> str | None:
        """The name of the engine that is asked first for a language of voices.tsv; None: nobody speaks it."""
        return next((engine.name for engine in self._engines if engine.speaks(language)), None)

    async def answer(self, request: SpeechRequest, history: Sequence[Turn], progress: Progress) -> Answer:
        words = self._words(request)
        able = [engine for engine in self._engines if engine.speaks(words.voice.language)]
        if not able:
            raise LanguageUnsupported(f"No speech engine speaks {words.language_name}.")
        errors: list[ProviderError] = []
        for engine in able:
            try:
                file = await self._spoken(engine, words, request, progress)
            except ContentRefused:
                raise  # another engine would say what the first refused to
            except ProviderError as error:
                kind = type(error).__name__
                log.warning("speech engine failed", engine=engine.name, error=kind, detail=str(error))
                errors.append(error)
            else:
                return Answer(request.text, (file,), engine=engine.name)
        raise errors[0]

    def _words(self, request: SpeechRequest) -> Words:
        language = self._language(request)
        voice = _voice(language, request.voice)
        style = request.style if request.style in voice.styles else None
        tempo = 1 + request.speed / (100 if request.speed >= 0 else 200)
        return Words(request.text, voice, language.name, style, tempo, 1 + request.pitch / 100)

    def _language(self, request: SpeechRequest) -> Language:
        code = request.language or detect_language(request.text)
        if code is None:
            raise LanguageUnknown("The language of the text could not be found out.")
        language = self._voices.language(code)
        if language is None:
            raise LanguageUnsupported("There are no voices for that language.")
        return language

    async def _spoken(
        self, engine: Engine, words: Words, request: SpeechRequest, progress: Progress
    ) -> ProducedFile:
        def step(done: int, in_all: int) -> None:
            if in_all > 1:
                progress(f"{done}/{in_all}")

        try:
            async with asyncio.timeout(self._seconds):
                spoken = await engine.speak(words, step)
                return await finished(spoken, words, request.format)
        except TimeoutError:
            raise NoAnswer(f"The speech engine {engine.name} took too long.") from None


def _voice(language: Language, name: str | None) -> Voice:
    voice = language.voice(name) if name else language.voices[0]
    if voice is None:
        raise VoiceUnsupported(f"There is no such voice for {language.name}.")
    return voice


async def finished(spoken: Spoken, words: Words, form: audio.Format) -> ProducedFile:
    """The engine's sound with the tempo, the pitch and in the format asked for."""
    sound = await audio.decode(spoken.data)
    if audio.seconds(sound) < SHORTEST:
        raise BadAnswer("There is nothing in the text that can be spoken.")
    changed = await audio.change(sound, tempo=words.tempo / spoken.tempo, pitch=words.pitch / spoken.pitch)
    untouched = changed is sound and spoken.is_mp3 and form == "mp3"
    data = spoken.data if untouched else await audio.encode(changed, form)
    return ProducedFile(data, audio.MEDIA[form], round(audio.seconds(changed), 2))
