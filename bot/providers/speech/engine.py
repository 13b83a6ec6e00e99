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
    """One of the engine's own `styles`."""
    tempo: float = 1.0
    """Factor; an engine that can't change it leaves it to the provider."""
    pitch: float = 1.0


@dataclass(frozen=True, slots=True)
class Spoken:
    data: bytes
    """A sound file."""
    tempo: float = 1.0
    """What has been done already of the wanted tempo and pitch."""
    pitch: float = 1.0


class Engine(Protocol):
    name: str
    reads_mixed: bool
    """Speaks a text of several languages in one breath; else it gets the runs of each one by one."""

    def speaks(self, language: str) -> bool:
        """Whether it can speak that language of voices.tsv; False too where it is not installed."""

    def stands_for(self, voice: Voice) -> str:
        """Its own name for the voice that it speaks with in the place of ours: of the same language and
        gender where it has one, the same voice where it is one of its own."""

    def styles(self, voice: Voice) -> tuple[str, ...]:
        """The manners in which it can speak with that voice."""

    async def speak(self, words: Words, step: Step) -> Spoken:
        """Raises a ProviderError, nothing else."""


def pieces(text: str, most: int) -> list[str]:
    """The text in pieces of at most `most` characters, cut after sentences, else words, where it can be."""
    rest, cut = text.strip(), []
    while len(rest) > most:
        at = place_to_cut(rest[:most])
        cut.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [piece for piece in (*cut, rest) if piece]


def place_to_cut(text: str) -> int:
    """Behind its last line, sentence or word, in the last two thirds of it if there is one."""
    for marks in ("\n", ".!?。！？؟۔", " ،,;؛"):
        at = max(text.rfind(mark) for mark in marks)
        if at >= len(text) // 3:
            return at + 1
    return len(text)
