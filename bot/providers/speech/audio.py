"""Sound as bytes: decode, join, change tempo and pitch, encode.

ffmpeg comes with imageio-ffmpeg, so no system package is needed. There is no ffprobe beside it, without
which pydub can't open MP3: ffmpeg decodes first, and pydub holds the samples.
"""

import asyncio
import io
import warnings
import wave
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Literal

import imageio_ffmpeg

from bot.providers.errors import BadAnswer, ProviderError

with warnings.catch_warnings():
    # It looks for a system ffmpeg and says that there is none.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment as AudioSegment

Format = Literal["mp3", "ogg", "wav"]
MEDIA: dict[Format, Literal["audio/mpeg", "audio/ogg", "audio/wav"]] = {
    "mp3": "audio/mpeg", "ogg": "audio/ogg", "wav": "audio/wav",
}  # fmt: skip

RATE = 48_000
"""What Telegram's voice notes want; files have this rate, whatever rate the engine's sound has."""
SECONDS_MOST = 1_810
FFMPEG_SECONDS = 60
PIECE = 65_536
"""Bytes that go to ffmpeg or come from it at once, as much as a pipe holds."""
ENCODERS: dict[Format, tuple[str, ...]] = {
    "mp3": ("-c:a", "libmp3lame", "-ar", str(RATE), "-b:a", "64k", "-f", "mp3"),
    "ogg": (
        "-c:a",
        "libopus",
        "-ar",
        str(RATE),
        "-b:a",
        "32k",
        "-application",
        "voip",
        "-compression_level",
        "3",
        "-f",
        "ogg",
    ),
}
NEAR = 0.004
"""A tempo or pitch that is this near to the wanted one is left as it is."""
SILENCE = 150
"""Of 32,768: below it nothing is heard, -47 dB."""
WINDOW_MS, BREATH_MS = 10, 30
LOUDNESS, PEAK = -19.0, -1.0
"""dB below full scale: on the average, and at the loudest place."""


async def decode(data: bytes, rate: int = RATE, most: float = SECONDS_MOST) -> AudioSegment:
    """Any sound file as mono 16-bit samples, WAV at its own rate; BadAnswer where it is none.

    What comes after `most` seconds is left out.
    """
    if data.startswith(b"RIFF") and (read := await asyncio.to_thread(_plain_wav, data, most)) is not None:
        return read
    samples = await _made(("-i", "pipe:0", "-vn", "-t", str(most), *_raw(rate)), data)
    if not samples:
        raise BadAnswer("The speech that came is no sound.")
    return segment(samples, rate)


async def finish(sound: AudioSegment, form: Format, *, tempo: float = 1.0, pitch: float = 1.0) -> bytes:
    """A file of the sound with its tempo and pitch changed; both are factors, 1.0 is unchanged.

    Neither changes the other: rubberband moves the pitch and keeps the length (with its `formant=preserved`
    twice as many words are misheard at -30 %); atempo changes the length and keeps the pitch.
    """
    filters = _filters(tempo, pitch)
    chain = ("-af", ",".join(filters)) if filters else ()
    source = (*_raw(sound.frame_rate), "-i", "pipe:0", *chain)
    if form == "wav":
        samples = await _made((*source, *_raw(RATE)), sound.raw_data)
        return await asyncio.to_thread(wav, samples, RATE)
    return await ffmpeg((*source, *ENCODERS[form]), sound.raw_data)


async def change(sound: AudioSegment, *, tempo: float = 1.0, pitch: float = 1.0) -> AudioSegment:
    """The sound with its tempo and pitch changed."""
    if not _filters(tempo, pitch):
        return sound
    return await decode(await finish(sound, "wav", tempo=tempo, pitch=pitch))


async def encode(sound: AudioSegment, form: Format) -> bytes:
    """MP3, OGG/Opus or WAV."""
    return await finish(sound, form)


async def as_mp3(data: bytes) -> bytes:
    """Any sound file as MP3; BadAnswer where it is none."""
    return await ffmpeg(("-i", "pipe:0", "-vn", *ENCODERS["mp3"]), data)


def _filters(tempo: float, pitch: float) -> list[str]:
    assert 0.1 <= tempo <= 10, tempo
    assert 0.1 <= pitch <= 10, pitch
    filters = [] if abs(pitch - 1) < NEAR else [f"rubberband=pitch={pitch:.4f}"]
    while tempo < 0.5:  # atempo goes no lower at once
        filters.append("atempo=0.5")
        tempo *= 2
    return filters if abs(tempo - 1) < NEAR else [*filters, f"atempo={tempo:.4f}"]


def join(sounds: Sequence[AudioSegment], pauses: Sequence[float]) -> AudioSegment:
    """One after the other; `pauses` are the seconds of silence after each, the last one's is left out."""
    first, *others = sounds
    for sound, pause in zip(others, pauses, strict=False):
        if pause:
            first = first + AudioSegment.silent(int(pause * 1000), first.frame_rate)
        first = first + sound
    return first


def trimmed(sound: AudioSegment) -> AudioSegment:
    """Without the silence at its ends, but for a breath; nothing of it where all is silent."""
    first, last = ends(sound)
    return sound[first:last]


def ends(sound: AudioSegment) -> tuple[int, int]:
    """Between which milliseconds something is heard, and a breath; (0, 0) where all is silent."""
    windows = range(0, len(sound), WINDOW_MS)
    first = next((at for at in windows if _heard(sound, at)), None)
    if first is None:
        return 0, 0
    last = next(at for at in reversed(windows) if _heard(sound, at))
    return max(0, first - BREATH_MS), min(len(sound), last + WINDOW_MS + BREATH_MS)


def _heard(sound: AudioSegment, at: int) -> bool:
    return bool(sound[at : at + WINDOW_MS].max > SILENCE)


def evened(sound: AudioSegment) -> AudioSegment:
    """As loud as all others, and nowhere too loud."""
    if sound.rms == 0:
        return sound
    gain = min(LOUDNESS - sound.dBFS, PEAK - sound.max_dBFS)
    return sound.apply_gain(gain) if abs(gain) > 0.5 else sound


def seconds(sound: AudioSegment) -> float:
    return float(sound.frame_count()) / float(sound.frame_rate)


def wav(samples: bytes | bytearray, rate: int) -> bytes:
    """Mono 16-bit samples as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples)
    return out.getvalue()


def segment(samples: bytes | bytearray, rate: int) -> AudioSegment:
    whole = samples[:-1] if len(samples) % 2 else samples
    return AudioSegment(whole, sample_width=2, frame_rate=rate, channels=1)


def _plain_wav(data: bytes, most: float) -> AudioSegment | None:
    """What an engine in this process gives; any other WAV is for ffmpeg."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            rate = file.getframerate()
            ours = file.getnchannels() == 1 and file.getsampwidth() == 2 and 8_000 <= rate <= RATE
            return segment(file.readframes(int(most * rate)), rate) if ours else None
    except (wave.Error, EOFError):
        return None


def _raw(rate: int) -> tuple[str, ...]:
    return ("-f", "s16le", "-ar", str(rate), "-ac", "1")


async def ffmpeg(arguments: tuple[str, ...], data: bytes) -> bytes:
    """What ffmpeg makes of the data; it is killed when the caller goes away."""
    return bytes(await _made(arguments, data))


async def _made(arguments: tuple[str, ...], data: bytes | bytearray) -> bytearray:
    process = await _started(
        ffmpeg_program(), "-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1",
        *arguments, "pipe:1",
    )  # fmt: skip
    try:
        async with asyncio.timeout(FFMPEG_SECONDS):
            made = await _through(process, data)
            await process.wait()
    except TimeoutError:
        raise BadAnswer("The sound could not be converted in time.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise BadAnswer("The speech that came could not be read as sound.")
    return made


async def _through(process: Process, data: bytes | bytearray) -> bytearray:
    """Piece by piece: half an hour is 58 MB, of which a copy at once would hold the event loop for 30 ms."""
    assert process.stdin
    assert process.stdout
    made = bytearray()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_fed(process.stdin, memoryview(data)))
        while piece := await process.stdout.read(PIECE):
            made += piece
    return made


async def _fed(pipe: asyncio.StreamWriter, data: memoryview) -> None:
    # It may end before it has read all: of a long recording it takes only so many seconds.
    with suppress(BrokenPipeError, ConnectionResetError):
        for at in range(0, len(data), PIECE):
            pipe.write(data[at : at + PIECE])
            await pipe.drain()
    pipe.close()  # not waited for: who is cancelled while waiting breaks the process's end for asyncio


async def _started(*command: str) -> Process:
    try:
        return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    except OSError as error:
        raise ProviderError(f"ffmpeg can't be started here: {error.strerror}.") from error


@cache
def ffmpeg_program() -> str:
    """Where it is; the first time it is also run, to see whether it can be."""
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise ProviderError("ffmpeg is missing: reinstall imageio-ffmpeg, which brings it.") from error
