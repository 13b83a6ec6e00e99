"""What a speech engine is: it speaks some languages, and returns sound that the provider finishes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.catalog.voices import Voice

Step = Callable[[int, int], None]
"""Called with pieces done and pieces in all, where a text is spoken in pieces."""


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    voice: Voice
    """Its language is the language to speak."""
    language_name: str
    """As `persian`."""
    style: str | None = None
    tempo: float = 1.0
    """Factor; an engine that can't change it leaves it to the provider."""
    pitch: float = 1.0


@dataclass(frozen=True, slots=True)
class Spoken:
    data: bytes
    """A sound file."""
    is_mp3: bool = False
    tempo: float = 1.0
    """What has been done already of the wanted tempo and pitch."""
    pitch: float = 1.0


class Engine(Protocol):
    name: str

    def speaks(self, language: str) -> bool:
        """Whether it can speak that language of voices.tsv; False too where it is not installed."""

    async def speak(self, words: Words, step: Step) -> Spoken:
        """Raises a ProviderError, nothing else."""


def pieces(text: str, most: int) -> list[str]:
    """The text in pieces of at most `most` characters, cut after sentences, else words, where it can be."""
    rest, cut = text.strip(), []
    while len(rest) > most:
        at = _place_to_cut(rest[:most])
        cut.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [piece for piece in (*cut, rest) if piece]


def _place_to_cut(text: str) -> int:
    for marks in ("\n", ".!?。！？؟۔", " ،,;؛"):
        at = max(text.rfind(mark) for mark in marks)
        if at >= len(text) // 3:
            return at + 1
    return len(text)
