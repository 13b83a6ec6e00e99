"""Sounds for tests: tones that can be measured."""

import math
from array import array

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
