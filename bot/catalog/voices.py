"""Voices: who can speak which language, and in which styles. The names are the callback API's."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

VOICES_FILE = Path(__file__).with_name("voices.tsv")

SHORT_CODES = {"bn": "bn-BD", "no": "nb", "nn": "nb", "iw": "he", "in": "id", "jw": "jv", "tl": "fil"}
"""Codes that others use for languages of ours; plain `bn` means bangla (callback_api.md)."""


@dataclass(frozen=True, slots=True)
class Voice:
    name: str
    """As `dilara`; unique within its language."""
    language: str
    """The code of its language, as `fa`."""
    gender: Literal["female", "male"]
    styles: tuple[str, ...]
    """Beside the default one; mostly none."""


@dataclass(frozen=True, slots=True)
class Language:
    name: str
    """As `persian`."""
    code: str
    """As `fa`; `bn-BD` and `bn-IN` are the two that have a region."""
    voices: tuple[Voice, ...]

    def voice(self, name: str) -> Voice | None:
        return next((voice for voice in self.voices if voice.name == name.strip().lower()), None)


class Voices:
    def __init__(self, languages: Iterable[Language]) -> None:
        self._languages = tuple(languages)
        self._by_word = {language.name: language for language in self._languages}
        self._by_word |= {language.code.lower(): language for language in self._languages}
        self._by_word |= {
            short: self._by_word[code.lower()]
            for short, code in SHORT_CODES.items()
            if code.lower() in self._by_word
        }

    def __iter__(self) -> Iterator[Language]:
        return iter(self._languages)

    def language(self, word: str) -> Language | None:
        """By name (`persian`), code (`fa`) or BCP 47 (`fa-IR`, `zh_CN`)."""
        word = word.strip().lower().replace("_", "-")
        return self._by_word.get(word) or self._by_word.get(word.partition("-")[0])


def read_voices(path: Path = VOICES_FILE) -> Voices:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    voices: dict[tuple[str, str], list[Voice]] = {}
    for row in rows:
        voices.setdefault((row["lang"], row["code"]), []).append(_voice(row))
    return Voices(Language(name, code, tuple(of_it)) for (name, code), of_it in voices.items())


def _voice(row: dict[str, str]) -> Voice:
    gender = cast(Literal["female", "male"], row["gender"])
    assert gender in ("female", "male"), row
    styles = tuple(style for style in (row["styles"] or "").split(",") if style)
    return Voice(row["who"], row["code"], gender, styles)
