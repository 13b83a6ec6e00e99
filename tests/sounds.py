"""Sounds for tests: tones that can be measured."""

import asyncio
import math
import re
from array import array
from asyncio.subprocess import PIPE

from imageio_ffmpeg import get_ffmpeg_exe

from bot.providers.speech import audio


def tone(seconds: float, hertz: float = 200, rate: int = 24_000) -> bytes:
    """Mono 16-bit samples of a tone with overtones, as a vowel has."""
    return array(
        "h",
        (
            int(6000 * sum(math.sin(2 * math.pi * hertz * part * at / rate) / part for part in range(1, 6)))
            for at in range(int(seconds * rate))
        ),
    ).tobytes()


def tone_wav(seconds: float, hertz: float = 200, rate: int = 24_000) -> bytes:
    return audio.wav(tone(seconds, hertz, rate), rate)


async def probed(data: bytes) -> str:
    """What the file's sound is, as ffprobe would say it: `opus, 48000 Hz, mono …`."""
    process = await asyncio.create_subprocess_exec(
        get_ffmpeg_exe(), "-hide_banner", "-i", "pipe:0", "-f", "null", "-", stdin=PIPE, stderr=PIPE
    )
    _, said = await process.communicate(data)
    assert process.returncode == 0, said.decode()
    found = re.search(r"Stream #0:0.*?: Audio: (.*)", said.decode())
    assert found, said.decode()
    return re.sub(r" \(\[.*?\] / 0x[0-9A-F]+\)", "", found[1])


def pitch_of(sound: audio.AudioSegment) -> float:
    """The fundamental tone of its middle in Hz, by autocorrelation: the lag of one period, then of eight."""
    middle = sound.set_frame_rate(12_000)[int(len(sound) * 0.3) : int(len(sound) * 0.7)]
    samples = array("h", middle.raw_data)[:6_000]

    def likeness(lag: int) -> float:
        pairs = zip(samples[:2_000], samples[lag : lag + 2_000], strict=False)
        return float(sum(now * later for now, later in pairs))

    likely = {lag: likeness(lag) for lag in range(12_000 // 420, 12_000 // 70)}
    first = next(lag for lag in likely if likely[lag] > 0.85 * max(likely.values()))  # not a later period
    period = max(range(first, first + 12), key=lambda lag: likely.get(lag, 0))
    lags = range(8 * period - 5, 8 * period + 6)
    eight = max(lags, key=likeness)
    before, at, after = (likeness(eight + step) for step in (-1, 0, 1))
    exact = eight + 0.5 * (before - after) / (before - 2 * at + after)
    return float(12_000 / (exact / 8))


def cents(one: float, other: float) -> float:
    return float(1200 * math.log2(one / other))
