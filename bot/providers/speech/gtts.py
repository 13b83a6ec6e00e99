"""Speech by Google Translate, through gTTS: free, without a key, one voice a language, no Persian."""

import asyncio
import threading
from collections.abc import Callable

import requests
from gtts import gTTS
from gtts.lang import tts_langs

from bot.catalog.voices import Voice
from bot.providers.errors import BadAnswer, NothingToSay, ProviderError, UpstreamBusy, UpstreamUnreachable
from bot.providers.speech.engine import Spoken, Step, Words

CONNECT_SECONDS, READ_SECONDS = 5, 10
"""For each request; a text is about one request a hundred characters."""
BYTES_MOST = 16 * 1024 * 1024
NAMES = {"he": "iw", "jv": "jw", "fil": "tl", "nb": "no", "bn-BD": "bn", "bn-IN": "bn"}
"""gTTS's names for languages that it knows by another; voices.tsv's code for the rest."""
TOO_MANY = 429


class GoogleSpeech:
    name = "gtts"
    reads_mixed = False

    def __init__(self) -> None:
        self._languages = frozenset(tts_langs())  # a table of the package, no request

    def speaks(self, language: str) -> bool:
        return NAMES.get(language, language) in self._languages

    def stands_for(self, voice: Voice) -> str:
        """It has one voice a language, and does not say whether it is a man's or a woman's."""
        return NAMES.get(voice.language, voice.language)

    def styles(self, voice: Voice) -> tuple[str, ...]:
        return ()

    async def speak(self, words: Words, step: Step) -> Spoken:
        stopped, loop = threading.Event(), asyncio.get_running_loop()

        def told(done: int, in_all: int) -> None:
            loop.call_soon_threadsafe(step, done, in_all)

        try:
            return Spoken(
                await asyncio.to_thread(_speak, words.text, self.stands_for(words.voice), told, stopped)
            )
        finally:
            stopped.set()


def _speak(text: str, language: str, step: Callable[[int, int], None], stopped: threading.Event) -> bytes:
    """MP3. In a thread: gTTS blocks; it is left after the part that it is at."""
    heard = bytearray()
    try:
        speech = gTTS(text, lang=language, timeout=(CONNECT_SECONDS, READ_SECONDS))
        in_all = len(speech.get_bodies())
        for done, part in enumerate(speech.stream()):
            heard += part
            if stopped.is_set() or len(heard) > BYTES_MOST:
                break
            step(done + 1, in_all)
    except AssertionError:
        raise NothingToSay("There is nothing in the text that can be spoken.") from None
    except Exception as error:
        raise _translated(error) from None
    if not heard:
        raise BadAnswer("Google's speech answered without sound.")
    return bytes(heard)


def _translated(error: Exception) -> ProviderError:
    """gTTS raises its own error for what requests met, and lets what it did not expect through."""
    response = getattr(error, "rsp", None)
    if response is not None:
        if response.status_code == TOO_MANY:
            return UpstreamBusy("Google's speech asks to wait.")
        return BadAnswer(f"Google's speech answered {response.status_code} without sound.")
    if type(error).__name__ == "gTTSError" or isinstance(error, requests.RequestException):
        return UpstreamUnreachable("Google's speech could not be reached.")
    return BadAnswer(f"Google's speech answered something strange ({type(error).__name__}).")
