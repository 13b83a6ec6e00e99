"""A long text in notes: what is written in each of them, and what is read out."""

import unicodedata
from typing import NamedTuple

from bot.providers.speech import ear
from bot.providers.speech.engine import place_to_cut

SPOKEN = ("L", "N", "Sc", "Sm")
"""Categories of characters that are read out: letters, digits, € and +."""
WHOLE = (ear.FORMULA, ear.SURROUNDED, ear.CODE)
"""A half of one of these would be read letter by letter."""
AHEAD = 4
"""Times a note's length: what is beyond is not read to find its end."""


class Note(NamedTuple):
    written: str
    read: str


def in_notes(text: str, language: str, most: int) -> list[Note]:
    """Each reads at most `most` characters where it can be cut so; none where nothing can be read out."""
    made: list[Note] = []
    rest = text.strip()
    while rest:
        note = _first(rest, language, most)
        rest = rest[len(note.written) :].lstrip()
        if made and not (_is_spoken(made[-1].read) and _is_spoken(note.read)):
            last = made.pop()
            note = Note(f"{last.written}\n{note.written}", f"{last.read}\n{note.read}".strip())
        made.append(note)
    return made if made and _is_spoken(made[0].read) else []


def _first(text: str, language: str, most: int) -> Note:
    at = len(text) if len(text) <= AHEAD * most else _place(text, AHEAD * most)
    read = _read(text[:at], language)
    while len(read) > most and (cut := _place(text, at * most // len(read))) < at:
        at, read = cut, _read(text[:cut], language)
    return Note(text[:at].rstrip(), read)


def _read(text: str, language: str) -> str:
    return ear.said(ear.prose(text), language)


def _place(text: str, most: int) -> int:
    """After a line or a sentence, not within what has to stay whole."""
    at = place_to_cut(text[: max(1, most)])
    for form in WHOLE:
        for found in form.finditer(text):
            if found.start() < at < found.end():
                at = found.start() or found.end()
    return at


def _is_spoken(read: str) -> bool:
    return any(unicodedata.category(character).startswith(SPOKEN) for character in read)
