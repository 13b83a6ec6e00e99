"""Sound as bytes: decode, join, change tempo and pitch, encode.

ffmpeg comes with imageio-ffmpeg, so no system package is needed. There is no ffprobe beside it, without
which pydub can't open MP3: ffmpeg decodes first, and pydub holds the samples.
"""

import asyncio
import io
import warnings
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterable
from functools import cache
from typing import Literal

import imageio_ffmpeg

from bot.providers.errors import BadAnswer, ProviderError

with warnings.catch_warnings():
    # It looks for a system ffmpeg and says that there is none.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

Format = Literal["mp3", "ogg", "wav"]
MEDIA: dict[Format, Literal["audio/mpeg", "audio/ogg", "audio/wav"]] = {
    "mp3": "audio/mpeg", "ogg": "audio/ogg", "wav": "audio/wav",
}  # fmt: skip

RATE = 48_000
"""What Telegram's voice notes want; all sound here is mono, 16 bit, at this rate."""
SECONDS_MOST = 1_800
FFMPEG_SECONDS = 60
ENCODERS: dict[Format, tuple[str, ...]] = {
    "mp3": ("-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3"),
    "ogg": ("-c:a", "libopus", "-b:a", "32k", "-application", "voip", "-f", "ogg"),
}
RAW = ("-f", "s16le", "-ar", str(RATE), "-ac", "1")
NEAR = 0.02
"""A tempo or pitch that is this near to the wanted one is left as it is."""


async def decode(data: bytes) -> AudioSegment:
    """Any sound file; BadAnswer where it is none."""
    samples = await _ffmpeg(("-i", "pipe:0", "-vn", "-t", str(SECONDS_MOST), *RAW), data)
    if not samples:
        raise BadAnswer("The speech that came is no sound.")
    return _segment(samples)


async def change(sound: AudioSegment, *, tempo: float = 1.0, pitch: float = 1.0) -> AudioSegment:
    """Tempo and pitch are factors, 1.0 is unchanged."""
    if abs(tempo - 1) < NEAR and abs(pitch - 1) < NEAR:
        return sound
    assert 0.1 <= tempo <= 10, tempo
    assert 0.1 <= pitch <= 10, pitch
    filters = [] if abs(pitch - 1) < NEAR else [f"rubberband=pitch={pitch:.4f}"]
    filters += [] if abs(tempo - 1) < NEAR else [f"atempo={tempo:.4f}"]
    return _segment(await _ffmpeg((*RAW, "-i", "pipe:0", "-af", ",".join(filters), *RAW), sound.raw_data))


async def encode(sound: AudioSegment, form: Format) -> bytes:
    """MP3, OGG/Opus or WAV."""
    if form == "wav":
        out = io.BytesIO()
        sound.export(out, format="wav")
        return out.getvalue()
    return await _ffmpeg((*RAW, "-i", "pipe:0", *ENCODERS[form]), sound.raw_data)


def join(sounds: Iterable[AudioSegment], pause_seconds: float = 0.2) -> AudioSegment:
    """One after the other with pauses between; there has to be one at least."""
    first, *others = sounds
    pause = AudioSegment.silent(int(pause_seconds * 1000), RATE)
    for sound in others:
        first = first + pause + sound
    return first


def seconds(sound: AudioSegment) -> float:
    return float(sound.frame_count()) / RATE


def wav(samples: bytes, rate: int) -> bytes:
    """Mono 16-bit samples as a WAV file."""
    out = io.BytesIO()
    AudioSegment(samples, sample_width=2, frame_rate=rate, channels=1).export(out, format="wav")
    return out.getvalue()


def _segment(samples: bytes) -> AudioSegment:
    return AudioSegment(samples[: len(samples) // 2 * 2], sample_width=2, frame_rate=RATE, channels=1)


async def _ffmpeg(arguments: tuple[str, ...], data: bytes) -> bytes:
    """What ffmpeg makes of the data; it is killed when the caller goes away."""
    process = await _started(
        _ffmpeg_program(), "-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1",
        *arguments, "pipe:1",
    )  # fmt: skip
    try:
        async with asyncio.timeout(FFMPEG_SECONDS):
            made, _ = await process.communicate(data)
    except TimeoutError:
        raise BadAnswer("The sound could not be converted in time.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise BadAnswer("The speech that came could not be read as sound.")
    return made


async def _started(*command: str) -> Process:
    try:
        return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    except OSError as error:
        raise ProviderError(f"ffmpeg can't be started here: {error.strerror}.") from error


@cache
def _ffmpeg_program() -> str:
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise ProviderError("ffmpeg is missing: reinstall imageio-ffmpeg, which brings it.") from error
