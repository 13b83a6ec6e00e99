"""Speech understood: a recording in, its words out. The engines are tried in the configured order.

The recording is read as sound first, so what is no sound, silent or longer than it was said to be costs
nothing; a long one is heard in parts, cut where it is quiet.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

import structlog

from bot.providers import Recording
from bot.providers.errors import (
    BadAnswer,
    CannotHear,
    NoAnswer,
    NotASound,
    ProviderError,
    RecordingLonger,
    SilentRecording,
)
from bot.providers.speech import audio
from bot.providers.speech.health import Health

log = structlog.get_logger()

RATE = 16_000
"""What the models hear at."""
PART_SECONDS, QUIET_SECONDS = 600, 30
"""How long a part is at most, and how far before its end a quiet place is looked for."""
SHORTEST = 0.2
"""Seconds of sound; less is a slip of the finger."""
ALLOWANCE = 3
"""Seconds that a recording may be longer than Telegram says, which rounds."""


class Transcriber(Protocol):
    name: str

    async def hear(self, sound: audio.AudioSegment) -> str:
        """The words in it, "" where there are none. Raises a ProviderError, nothing else."""


class Heard(NamedTuple):
    text: str
    engine: str


class Transcription:
    def __init__(
        self,
        engines: Sequence[Transcriber],
        read: Callable[[str], Awaitable[bytes]],
        *,
        seconds: float = 90,
        health: Health | None = None,
    ) -> None:
        """`read` gives a recording's bytes by its name; an engine may take `seconds` for a part."""
        self._engines = engines
        self._read = read
        self._seconds = seconds
        self._health = health or Health()

    async def hear(self, recording: Recording) -> Heard:
        sound = await self._sound(recording)
        texts: list[str] = []
        engines: dict[str, None] = {}
        for part in await asyncio.to_thread(parts, sound):
            heard = await self._part(part)
            texts.append(heard.text)
            engines[heard.engine] = None
        text = " ".join(filter(None, texts))
        if not text:
            raise SilentRecording("No words were understood.")
        return Heard(text, "+".join(engines))

    async def _sound(self, recording: Recording) -> audio.AudioSegment:
        try:
            data = await self._read(recording.name)
        except OSError:
            raise NoAnswer("The recording is not kept any more.") from None
        try:
            sound = await audio.decode(data, RATE)
        except BadAnswer:
            raise NotASound("The recording is no sound.") from None
        if audio.seconds(sound) > recording.seconds + ALLOWANCE:
            raise RecordingLonger("The recording is longer than it was said to be.")
        sound = await asyncio.to_thread(audio.trimmed, sound)
        if audio.seconds(sound) < SHORTEST:
            raise SilentRecording("The recording is silent.")
        return sound

    async def _part(self, sound: audio.AudioSegment) -> Heard:
        errors: list[ProviderError] = []
        for engine in sorted(self._engines, key=lambda one: not self._health.well(one.name)):
            try:
                async with asyncio.timeout(self._seconds):
                    text = await engine.hear(sound)
                self._health.succeeded(engine.name)
                return Heard(text.strip(), engine.name)
            except ProviderError as error:
                errors.append(error)
            except TimeoutError:
                errors.append(NoAnswer(f"The transcription by {engine.name} took too long."))
            log.warning("transcription failed", engine=engine.name, detail=str(errors[-1]))
            self._health.failed(engine.name, errors[-1])
        raise _most_telling(errors)


def _most_telling(errors: Sequence[ProviderError]) -> ProviderError:
    """That nothing here can hear is of more use than why the upstream did not."""
    deaf = (error for error in errors if isinstance(error, CannotHear))
    return next(deaf, None) or (errors[0] if errors else CannotHear("No transcription is set up."))


def parts(sound: audio.AudioSegment) -> list[audio.AudioSegment]:
    """Of at most PART_SECONDS each, cut in the quietest tenth of a second before that."""
    cut = []
    while audio.seconds(sound) > PART_SECONDS:
        end = PART_SECONDS * 1000
        quiet = min(range(end - QUIET_SECONDS * 1000, end, 100), key=lambda at: sound[at : at + 100].rms)
        cut.append(sound[: quiet + 50])
        sound = sound[quiet + 50 :]
    return [*cut, sound]
