"""Speech understood: a recording in, its words out. The engines are tried in the configured order.

The recording is read as sound first, so what is no sound, silent or longer than it was said to be costs
nothing; a long one is heard in parts, cut where it is quiet, each with a time of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import nullcontext
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
QUIET_MS, STEP_MS = 300, 50
"""A pause between words; within a word it is quiet for a tenth of a second at most."""
LONG_SECONDS, LONG_AT_ONCE = 300, 2
"""So few of the longer recordings are in memory at a time: half an hour is 58 MB, for a moment thrice."""
SHORTEST_MS = 200
"""Of sound; less is a slip of the finger."""
ALLOWANCE = 3
"""Seconds that a recording may be longer than Telegram says, which rounds."""


class Transcriber(Protocol):
    name: str
    part_seconds: int
    """It is given no more at once."""

    async def hear(self, sound: audio.AudioSegment) -> str:
        """The words in it, "" where there are none. Within a time of its own; that begins when its turn has
        come, where it hears one after the other. Raises a ProviderError, nothing else."""


class Heard(NamedTuple):
    text: str
    engine: str


class Transcription:
    def __init__(
        self,
        engines: Sequence[Transcriber],
        read: Callable[[str], Awaitable[bytes]],
        *,
        health: Health | None = None,
    ) -> None:
        """`read` gives a recording's bytes by its name."""
        self._engines = engines
        self._read = read
        self._health = health or Health()
        self._long = asyncio.Semaphore(LONG_AT_ONCE)

    async def hear(self, recording: Recording) -> Heard:
        async with self._long if recording.seconds > LONG_SECONDS else nullcontext():
            sound, ends = await self._sound(recording)
            heard = [await self._part(part) async for part in parts(sound, PART_SECONDS, ends)]
        text = " ".join(one.text for one in heard if one.text)
        if not text:
            raise SilentRecording("No words were understood.")
        return Heard(text, "+".join(dict.fromkeys(one.engine for one in heard)))

    async def _sound(self, recording: Recording) -> tuple[audio.AudioSegment, tuple[int, int]]:
        """And between which milliseconds something is heard: it is long, so it is not copied without them."""
        try:
            data = await self._read(recording.name)
        except OSError:
            raise NoAnswer("The recording is not kept any more.") from None
        try:
            sound = await audio.decode(data, RATE, recording.seconds + ALLOWANCE + 1)
        except BadAnswer:
            raise NotASound("The recording is no sound.") from None
        if audio.seconds(sound) > recording.seconds + ALLOWANCE:
            raise RecordingLonger("The recording is longer than it was said to be.")
        first, last = await asyncio.to_thread(audio.ends, sound)
        if last - first < SHORTEST_MS:
            raise SilentRecording("The recording is silent.")
        return sound, (first, last)

    async def _part(self, sound: audio.AudioSegment) -> Heard:
        errors: list[ProviderError] = []
        for engine in sorted(self._engines, key=lambda one: not self._health.well(one.name)):
            try:
                texts = [await engine.hear(part) async for part in parts(sound, engine.part_seconds)]
                self._health.succeeded(engine.name)
                return Heard(" ".join(text.strip() for text in texts if text.strip()), engine.name)
            except ProviderError as error:
                errors.append(error)
            log.warning("transcription failed", engine=engine.name, detail=str(errors[-1]))
            self._health.failed(engine.name, errors[-1])
        raise _most_telling(errors)


def _most_telling(errors: Sequence[ProviderError]) -> ProviderError:
    """That nothing here can hear is of more use than why the upstream did not."""
    deaf = (error for error in errors if isinstance(error, CannotHear))
    return next(deaf, None) or (errors[0] if errors else CannotHear("No transcription is set up."))


async def parts(
    sound: audio.AudioSegment, most: float, ends: tuple[int, int] | None = None
) -> AsyncIterator[audio.AudioSegment]:
    """Of at most so many seconds each, cut in the quietest place of the last half minute of that; all of it,
    or what is between those milliseconds."""
    start, end = ends or (0, len(sound))
    while end - start > most * 1000:
        cut = await asyncio.to_thread(_quietest, sound, start, int(most * 1000))
        yield sound[start:cut]
        start = cut
    yield sound[start:end]


def _quietest(sound: audio.AudioSegment, start: int, most: int) -> int:
    """The middle of a pause, in milliseconds."""
    end = start + most - QUIET_MS
    places = range(end - min(QUIET_SECONDS * 1000, most // 2), end, STEP_MS)
    return min(places, key=lambda at: (sound[at : at + QUIET_MS].rms, -at)) + QUIET_MS // 2
