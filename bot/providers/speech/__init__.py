"""Speech: words in, sound files out. The engines are tried in the configured order.

One that can't speak the language, fails, or takes too long hands over to the next, and is left alone for a
while. A text is made one for the ear, cut into runs of one language, each run is spoken, and the sounds are
joined. What an engine could not do itself (tempo, pitch, file format) is done to its sound afterwards.
"""

import asyncio
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import structlog

from bot.catalog.voices import Language, Voice, Voices
from bot.providers import Answer, ProducedFile, Progress, SpeechRequest, Turn
from bot.providers.errors import (
    BadAnswer,
    ContentRefused,
    LanguageUnknown,
    LanguageUnsupported,
    NoAnswer,
    NothingToSay,
    ProviderError,
    VoiceUnsupported,
)
from bot.providers.language import detect_language
from bot.providers.speech import audio, ear
from bot.providers.speech.engine import Engine, Spoken, Step, Words
from bot.providers.speech.health import Health
from bot.providers.speech.notes import Note, in_notes
from bot.providers.speech.runs import Run, runs, voice_for

log = structlog.get_logger()

SHORTEST = 0.05
"""Seconds; less is silence, as an engine makes of a text without a word."""
LETTERS_A_SECOND = 40
"""Nobody speaks so fast: a sound that is shorter than that breaks off."""
NOTE_CHARACTERS = 1_500
"""A long text becomes several notes, where they are wanted, each of about two minutes."""


SENTENCE_ENDS, SENTENCE_PAUSE = (".", "!", "?", "؟", "۔", "。", "！", "？", ":", "\n"), 0.2
"""Between two runs nothing is heard but this, in seconds at normal tempo."""


class _Part(NamedTuple):
    sound: audio.AudioSegment
    tempo: float
    """What is still to be done to it."""
    pitch: float
    pause: float
    """Seconds of silence after it, if more follows."""


class SpeechProvider:
    def __init__(
        self, engines: Sequence[Engine], voices: Voices, *, seconds: float = 45, health: Health | None = None
    ) -> None:
        """`seconds`: how long one engine may take before the next is asked."""
        self._engines = engines
        self._voices = voices
        self._seconds = seconds
        self._health = health or Health()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the engines, in their order."""
        return tuple(engine.name for engine in self._engines)

    def without(self, name: str) -> "SpeechProvider":
        """The same without that engine."""
        others = [engine for engine in self._engines if engine.name != name]
        return SpeechProvider(others, self._voices, seconds=self._seconds, health=self._health)

    def within(self, seconds: float) -> "SpeechProvider":
        """The same with so much time for each engine."""
        return SpeechProvider(self._engines, self._voices, seconds=seconds, health=self._health)

    def engine_for(self, language: str) -> str | None:
        """The name of the engine that is asked first for a language of voices.tsv; None: nobody speaks it."""
        return next((engine.name for engine in self._able(language)), None)

    def styles_for(self, voice: Voice) -> tuple[str, ...]:
        """The manners in which today's engine can speak with that voice."""
        return next((engine.styles(voice) for engine in self._able(voice.language)), ())

    async def answer(self, request: SpeechRequest, history: Sequence[Turn], progress: Progress) -> Answer:
        prose = ear.prose(request.text)
        language = self._language(request, prose)
        voice = _voice(language, request)
        able = self._able(language.code)
        if not able:
            raise LanguageUnsupported(f"No speech engine speaks {language.name}.")
        most = NOTE_CHARACTERS if request.notes else sys.maxsize
        # In a thread: the first number of all imports what spells numbers.
        notes = await asyncio.to_thread(in_notes, request.text, language.code, most)
        if not notes:
            raise NothingToSay("There is nothing in the text that can be spoken.")
        files: list[ProducedFile] = []
        spoke: dict[str, None] = {}
        for number, note in enumerate(notes):
            told = partial(_told, progress, number, len(notes))
            file, names = await self._note(note.read, language, voice, request, told)
            files.append(file)
            spoke |= dict.fromkeys(names)
            if len(files) < len(notes):
                progress(_answer(files, spoke, notes))
        return replace(_answer(files, spoke, notes), text=request.text)

    def _able(self, language: str) -> list[Engine]:
        """Those that speak it, in the order in which to ask them: the well ones first."""
        able = [engine for engine in self._engines if engine.speaks(language)]
        return sorted(able, key=lambda engine: not self._health.well(engine.name))

    def _language(self, request: SpeechRequest, prose: str) -> Language:
        code = request.language or detect_language(prose) or request.otherwise
        if code is None:
            raise LanguageUnknown("The language of the text could not be found out.")
        language = self._voices.language(code)
        if language is None:
            raise LanguageUnsupported("There are no voices for that language.")
        return language

    async def _note(
        self, text: str, language: Language, voice: Voice, request: SpeechRequest, step: Step
    ) -> tuple[ProducedFile, list[str]]:
        """One file, and the engines that spoke in it."""
        errors: list[ProviderError] = []
        for engine in self._able(language.code):
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._by(engine, text, language, voice, request, step)
            except ContentRefused:
                raise  # another engine would say what the first refused to
            except ProviderError as error:
                errors.append(error)
                self._note_failure(engine, error)
            except TimeoutError:
                errors.append(NoAnswer(f"The speech engine {engine.name} took too long."))
                self._note_failure(engine, errors[-1])
        raise errors[0]

    async def _by(
        self, engine: Engine, text: str, language: Language, voice: Voice, request: SpeechRequest, step: Step
    ) -> tuple[ProducedFile, list[str]]:
        """Spoken by this engine, runs of languages that it does not know by another."""
        cut = [Run(text, language)] if engine.reads_mixed else runs(text, language, self._voices)
        parts: list[_Part] = []
        names: dict[str, None] = {}
        for number, run in enumerate(cut):
            step(number, len(cut))
            by, run = self._speaker(engine, run, language)
            words = _words(run, voice, request, by)
            parts.append(await _part(await by.speak(words, step if len(cut) == 1 else _untold), words))
            self._health.succeeded(by.name)
            names[by.name] = None
        return await _finished(parts, request.format), list(names)

    def _speaker(self, engine: Engine, run: Run, language: Language) -> tuple[Engine, Run]:
        """This engine, or one that knows the run's language; where none does it is read as the text's own."""
        if engine.speaks(run.language.code):
            return engine, run
        others = self._able(run.language.code)
        return (others[0], run) if others else (engine, Run(run.text, language))

    def _note_failure(self, engine: Engine, error: ProviderError) -> None:
        log.warning("speech engine failed", engine=engine.name, error=type(error).__name__, detail=str(error))
        self._health.failed(engine.name, error)


def _answer(files: Sequence[ProducedFile], spoke: Iterable[str], notes: Sequence[Note]) -> Answer:
    written = tuple(note.written for note in notes[: len(files)])
    return Answer("\n".join(written), tuple(files), engine="+".join(spoke), notes=written)


def _voice(language: Language, request: SpeechRequest) -> Voice:
    preferred = (name.partition("/") for name in request.preferred)
    liked = (language.voice(name) for code, _, name in preferred if code == language.code)
    voice = language.voice(request.voice) if request.voice else next(liked, None) or language.voices[0]
    if voice is None:
        raise VoiceUnsupported(f"There is no such voice for {language.name}.")
    return voice


def _words(run: Run, voice: Voice, request: SpeechRequest, engine: Engine) -> Words:
    voice = voice_for(run, voice)
    style = request.style if request.style in engine.styles(voice) else None
    tempo = 1 + request.speed / (100 if request.speed >= 0 else 200)
    return Words(run.text, voice, run.language.name, style, tempo, 1 + request.pitch / 100)


async def _part(spoken: Spoken, words: Words) -> _Part:
    """A run's sound without the silence at its ends, as loud as all others, and what it still needs."""
    decoded = await audio.decode(spoken.data)
    sound = await asyncio.to_thread(lambda: audio.evened(audio.trimmed(decoded)))
    heard = audio.seconds(sound) * spoken.tempo
    letters = sum(character.isalpha() for character in words.text)
    if letters > 1 and heard <= SHORTEST:
        raise BadAnswer("The speech that came is silent.")
    if heard > SHORTEST and letters / heard > LETTERS_A_SECOND:
        raise BadAnswer("The speech that came breaks off.")
    pause = SENTENCE_PAUSE if words.text.rstrip(" ").endswith(SENTENCE_ENDS) else 0.0
    return _Part(sound, words.tempo / spoken.tempo, words.pitch / spoken.pitch, pause / words.tempo)


async def _finished(parts: Sequence[_Part], form: audio.Format) -> ProducedFile:
    """One file of all, with the tempo and the pitch asked for."""
    heard = [part for part in parts if audio.seconds(part.sound) >= SHORTEST]
    if not heard:
        raise NothingToSay("There is nothing in the text that can be spoken.")
    if len(heard) == 1:
        sound, tempo, pitch, _pause = heard[0]
    else:
        changed = [await audio.change(one.sound, tempo=one.tempo, pitch=one.pitch) for one in heard]
        pauses = [part.pause for part in heard]
        sound, tempo, pitch = await asyncio.to_thread(audio.join, changed, pauses), 1.0, 1.0
    data = await audio.finish(sound, form, tempo=tempo, pitch=pitch)
    return ProducedFile(data, audio.MEDIA[form], round(audio.seconds(sound) / tempo, 2))


def _told(progress: Progress, note: int, notes: int, done: int, in_all: int) -> None:
    """Pieces of this note, or of all notes where there are several."""
    if notes > 1:
        progress(f"{note}/{notes}")
    elif in_all > 1:
        progress(f"{done}/{in_all}")


def _untold(done: int, in_all: int) -> None:
    """Runs are counted, not their pieces."""
