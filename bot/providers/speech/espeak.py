"""espeak-ng in this process, through ctypes: 100 languages with Persian, no network; a robot's voice.

The library is one per process and knows one text at a time, so there is one lock. Its package
(espeakng-loader, GPL-3) is optional.
"""

import asyncio
import atexit
import ctypes
import importlib.util
import os
import shutil
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import Any

import structlog

from bot.catalog.voices import Voice, read_voices
from bot.providers.errors import BadAnswer, ProviderError
from bot.providers.speech import audio
from bot.providers.speech.engine import Spoken, Step, Words

log = structlog.get_logger()

MISSING = "espeak-ng is not installed: pip install -r requirements/local.txt"

NAMES = {"zh": "cmn", "en": "en-us", "bn-BD": "bn", "bn-IN": "bn"}
"""espeak-ng's names for languages that it knows by another; voices.tsv's code for the rest."""
FEMALE, MALE = ("f2", "f3", "f1", "f4"), ("m3", "m1", "m7", "m4")
"""Variants that change the voice; a voice of voices.tsv always has the same one."""

WORDS_A_MINUTE, SLOWEST, FASTEST = 165, 80, 500

PARAGRAPH = "\n\n"
"""It rests between paragraphs only: the lines of a list, or a title and what it is of, were one sentence."""

SYNCHRONOUS, UTF8, FROM_START = 2, 1, 1
RATE_PARAMETER = 1
DATA_PATH_BYTES = 150
"""espeak-ng copies the path into 160 bytes, and cuts a longer one without a word."""


class Espeak:
    name = "espeak"
    reads_mixed = False

    def __init__(self) -> None:
        """Opens the library, which takes 50 ms the first time: to be made before anybody is served."""
        self._languages: frozenset[str] = frozenset()
        try:
            self._languages = _library().languages
        except ProviderError as error:
            log.warning("no local voice", reason=str(error))

    def speaks(self, language: str) -> bool:
        return language in self._languages

    def stands_for(self, voice: Voice) -> str:
        """A variant of its one voice for the language."""
        variants = FEMALE if voice.gender == "female" else MALE
        variant = variants[sum(voice.name.encode()) % len(variants)]
        return f"{NAMES.get(voice.language, voice.language)}+{variant}"

    def styles(self, voice: Voice) -> tuple[str, ...]:
        return ()

    async def speak(self, words: Words, step: Step) -> Spoken:
        if not self._languages:
            raise ProviderError(MISSING)
        stopped = threading.Event()
        try:
            return await asyncio.to_thread(_speak, words, self.stands_for(words.voice), stopped)
        finally:
            stopped.set()


def _speak(words: Words, voice: str, stopped: threading.Event) -> Spoken:
    """Tempo is its own; its pitch is not proportional to what is asked for, so that is left to the filter."""
    library = _library()
    samples = library.speak(words.text, voice, _rate(words.tempo), stopped)
    # Its tempo is not quite proportional to the rate, so what it came to is measured: this takes 5 ms.
    normal = samples if words.tempo == 1 else library.speak(words.text, voice, _rate(1), stopped)
    if not samples or not normal:
        raise BadAnswer("The local voice could not speak that.")
    spoken, other = (audio.trimmed(audio.segment(one, library.rate)) for one in (samples, normal))
    tempo = len(other) / len(spoken) if len(spoken) else 1.0
    return Spoken(audio.wav(spoken.raw_data, library.rate), tempo=tempo)


def _rate(tempo: float) -> int:
    return min(FASTEST, max(SLOWEST, round(WORDS_A_MINUTE * tempo)))


class _Library:
    languages: frozenset[str]
    """Of voices.tsv, those that it speaks."""

    def __init__(self) -> None:
        import espeakng_loader

        self._lock = threading.Lock()
        self._heard = bytearray()
        self._stopped = threading.Event()
        self._espeak = ctypes.CDLL(espeakng_loader.get_library_path())
        folder = folder_of_data(Path(espeakng_loader.get_data_path()))
        self.rate = int(self._espeak.espeak_Initialize(SYNCHRONOUS, 0, os.fsencode(folder), 0))
        if self.rate <= 0:
            raise ProviderError("espeak-ng did not find its data.")
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
        self._callback = kind(self._hear)  # kept: the library calls it later
        self._espeak.espeak_SetSynthCallback(self._callback)
        # Asked for now, because later it may be busy with a text, and whoever asks would wait for its end.
        self.languages = frozenset(language.code for language in read_voices() if self._knows(language.code))

    def _knows(self, language: str) -> bool:
        return not self._espeak.espeak_SetVoiceByName(NAMES.get(language, language).encode())

    def speak(self, text: str, voice: str, rate: int, stopped: threading.Event) -> bytes:
        """Mono 16-bit samples; b"" where it was stopped."""
        data = text.replace("\0", " ").replace("\n", PARAGRAPH).encode()
        with self._lock:
            self._heard, self._stopped = bytearray(), stopped
            if self._espeak.espeak_SetVoiceByName(voice.encode()):
                raise BadAnswer("The local voice does not know that language.")
            self._espeak.espeak_SetParameter(RATE_PARAMETER, rate, 0)
            failed = self._espeak.espeak_Synth(
                data, ctypes.c_size_t(len(data) + 1), 0, FROM_START, 0, UTF8, None, None
            )
            return b"" if failed or stopped.is_set() else bytes(self._heard)

    def _hear(self, samples: Any, count: int, events: Any) -> int:
        """Called by the library with each piece; 1 makes it stop."""
        if samples and count > 0:
            self._heard += ctypes.string_at(samples, count * 2)
        return int(self._stopped.is_set() or len(self._heard) > audio.SECONDS_MOST * self.rate * 2)


def folder_of_data(data: Path) -> Path:
    """The folder that `data` is in; where its name is too long, a short one with a link to it."""
    if len(os.fsencode(data.parent)) <= DATA_PATH_BYTES:
        return data.parent
    folder = Path(tempfile.mkdtemp(prefix="espeak-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if len(os.fsencode(folder)) > DATA_PATH_BYTES:
        raise ProviderError("espeak-ng needs a temporary folder with a shorter name; set TMPDIR.")
    (folder / data.name).symlink_to(data, target_is_directory=True)
    return folder


_OPENING = threading.Lock()


def _library() -> _Library:
    with _OPENING:
        return _open_library()


@cache
def _open_library() -> _Library:
    if importlib.util.find_spec("espeakng_loader") is None:
        raise ProviderError(MISSING)
    try:
        return _Library()
    except OSError as error:
        raise ProviderError(f"espeak-ng can't be loaded here: {error}") from error
