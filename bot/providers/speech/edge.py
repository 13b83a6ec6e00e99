"""Speech by Microsoft Edge's read-aloud service, through edge-tts: free, good voices, most of ours by name.

The service is not an official one: it may end or change any day, so this engine is off unless
SPEECH_ENGINES names it, and its package is optional. The list of its voices comes over the network and is
kept on disk for a week.
"""

import asyncio
import importlib
import importlib.util
import json
import time
from pathlib import Path
from typing import Any

import aiohttp
import structlog

from bot.catalog.voices import Voice
from bot.providers.errors import (
    BadAnswer,
    NoAnswer,
    ProviderError,
    UpstreamBusy,
    UpstreamRefusesUs,
    UpstreamUnreachable,
)
from bot.providers.speech.engine import Spoken, Step, Words

log = structlog.get_logger()

MISSING = "edge-tts is not installed: pip install -r requirements/edge.txt"
CONNECT_SECONDS, READ_SECONDS = 5, 15
BYTES_MOST = 16 * 1024 * 1024
KEPT_SECONDS = 7 * 24 * 3600
SLOWEST, FASTEST = 0.5, 2.0
"""Its own range of tempo; the rest is done to its sound. Its pitch is in Hz, which is another change for
each voice, so pitch is always done to its sound."""


class EdgeSpeech:
    name = "edge"
    reads_mixed = False

    def __init__(self, folder: Path, proxy: str = "") -> None:
        """`folder` is where the list of voices is kept."""
        self._kept = folder / "edge_voices.json"
        self._proxy = proxy or None
        self._voices: list[dict[str, str]] | None = None
        self._fetching = asyncio.Lock()
        self._installed = importlib.util.find_spec("edge_tts") is not None
        if self._installed:
            importlib.import_module("edge_tts")  # takes 60 ms: not when people are being served
        else:
            log.warning("no voices of Edge", reason=MISSING)

    def speaks(self, language: str) -> bool:
        """Before the list is known all of voices.tsv's languages, for which it has had voices for years."""
        return self._installed and (self._voices is None or bool(_of_language(self._voices, language)))

    def stands_for(self, voice: Voice) -> str:
        of_language = _of_language(self._voices or (), voice.language)
        gender = [one for one in of_language if one["Gender"].lower() == voice.gender]
        named = [one for one in of_language if _name(one) == voice.name]
        found = next(iter((*named, *gender, *of_language)), None)
        return found["ShortName"] if found else ""

    def styles(self, voice: Voice) -> tuple[str, ...]:
        return ()

    async def speak(self, words: Words, step: Step) -> Spoken:
        if not self._installed:
            raise ProviderError(MISSING)
        try:
            voice = await self._voice(words.voice)
            tempo = round(min(FASTEST, max(SLOWEST, words.tempo)), 2)
            return Spoken(await self._sound(words.text, voice, tempo), tempo=tempo)
        except ProviderError:
            raise
        except Exception as error:
            raise _translated(error) from None

    async def _voice(self, voice: Voice) -> str:
        async with self._fetching:
            if self._voices is None:
                self._voices = await asyncio.to_thread(_read, self._kept) or await self._fetch()
        name = self.stands_for(voice)
        if not name:
            raise ProviderError("Edge has no voice for that language now.")
        return name

    async def _fetch(self) -> list[dict[str, str]]:
        from edge_tts import list_voices

        async with asyncio.timeout(READ_SECONDS):
            listed: list[Any] = list(await list_voices(proxy=self._proxy))
        voices = [{key: str(one[key]) for key in ("ShortName", "Locale", "Gender")} for one in listed]
        if not voices:
            raise BadAnswer("Edge lists no voices.")
        await asyncio.to_thread(_keep, self._kept, voices)
        return voices

    async def _sound(self, text: str, voice: str, tempo: float) -> bytes:
        """MP3."""
        from edge_tts import Communicate

        speech = Communicate(
            text, voice, rate=f"{round((tempo - 1) * 100):+d}%", proxy=self._proxy,
            connect_timeout=CONNECT_SECONDS, receive_timeout=READ_SECONDS,
        )  # fmt: skip
        heard = bytearray()
        async for part in speech.stream():
            if part["type"] == "audio":
                heard += part["data"]
            if len(heard) > BYTES_MOST:
                raise BadAnswer("Edge does not stop speaking.")
        return bytes(heard)


def _of_language(voices: Any, language: str) -> list[dict[str, str]]:
    """`bn-BD` is one of its locales, `fa` is every locale's that begins so."""
    return [one for one in voices if one["Locale"] == language or one["Locale"].partition("-")[0] == language]


def _name(voice: dict[str, str]) -> str:
    """`fa-IR-DilaraNeural` is our `dilara`."""
    return voice["ShortName"].rpartition("-")[2].removesuffix("Neural").lower()


def _read(kept: Path) -> list[dict[str, str]]:
    """The kept list; nothing where there is none, or it is old or broken."""
    try:
        if time.time() - kept.stat().st_mtime > KEPT_SECONDS:
            return []
        voices = json.loads(kept.read_text("utf-8"))
        return [{key: str(one[key]) for key in ("ShortName", "Locale", "Gender")} for one in voices]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _keep(kept: Path, voices: list[dict[str, str]]) -> None:
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(".part")
        part.write_text(json.dumps(voices), "utf-8")
        part.rename(kept)
    except OSError as error:
        log.warning("Edge's voices can't be kept", error=str(error))


def _translated(error: Exception) -> ProviderError:
    status = getattr(error, "status", None)
    if status == 429 or status == 503:
        return UpstreamBusy("Edge's speech asks to wait.")
    if status in (401, 403, 404):
        return UpstreamRefusesUs(f"Edge's speech answered {status}.")
    if isinstance(error, TimeoutError):
        return NoAnswer("Edge's speech answered nothing in time.")
    if isinstance(error, aiohttp.ClientConnectionError):
        return UpstreamUnreachable("Edge's speech could not be reached.")
    return BadAnswer(f"Edge's speech answered something strange ({type(error).__name__}).")
