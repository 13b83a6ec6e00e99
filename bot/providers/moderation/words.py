"""Word lists: which of their words are in a text, however its letters are dressed up.

Words count as whole words, so that none is found inside another; where a language writes no spaces, anywhere.
A text goes through one table and is split, and its words are compared with one set: that takes about ten
microseconds for 300 bytes, however long the lists are.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, cast

SHIPPED = Path(__file__).parents[2] / "catalog" / "content_rules.txt"
OWN = "own"
"""The category where a section names none."""
APART = " \x01 "
"""Between two texts: no phrase reaches across."""

Does = Literal["refuse", "review", "allow"]


class ListError(ValueError):
    """A list can't be used: which line, and why."""


class Entry(NamedTuple):
    words: str
    """As `read` gives them, with single spaces."""
    category: str
    does: Does


class Found(NamedTuple):
    """What a text has in it."""

    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """As the list has them, never as the text does."""
    refused: bool = False


NOTHING = Found()

_SECTION = re.compile(r"\[(refuse|review|allow)(?:\s+([\w/.-]{1,60}))?\]")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
"""Kana, Han, Thai: no spaces between words."""
_SPELT = re.compile(r" (\S(?: \S){2,})(?= )")
"""A word letter by letter."""
_DRESSED_ASCII = re.compile(r"[0134579@$](?:(?=[a-z])|(?<=[a-z].))")
"""What `_DRESSED` finds in ASCII, begun at the few marks and not at each letter."""
_DRESSED = re.compile(r"[a-z][0134579@$а-яі]|[0134579@$а-яі][a-z]|[а-я][0346][а-я]")
_LETTERS = str.maketrans("013457@$", "oieastas")
_CYRILLIC, _LATIN = "аеорсхукмтнвіз0346", "aeopcxykmthbiзoзчб"
_TO_LATIN = str.maketrans(_CYRILLIC[:13], _LATIN[:13])
_TO_CYRILLIC = str.maketrans(_LATIN[:13] + _CYRILLIC[14:], _CYRILLIC[:13] + _LATIN[14:])

_DELETED = (
    "'’‘`´\u00ad\u061c\u0640\u0670\ufe0e\ufe0f\ufeff"  # soft hyphen, tatweel, variants
    + "".join(map(chr, [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)]))
    + "".join(map(chr, [*range(0x300, 0x370), *range(0x64B, 0x660)]))  # accents, Arabic vowels
)
_BORDERS = '!"#%&()*+,-./:;<=>?[\\]^_{|}~«»،؛؟٪٫٬“”„…–—―•·。！？：；、，（）【】《》「」『』〈〉'
_FOLDED = {
    "ي": "ی", "ى": "ی", "ئ": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "ہ": "ه",
    "أ": "ا", "إ": "ا", "ٱ": "ا", "آ": "ا", "ؤ": "و", "ё": "е", **{chr(0x660 + n): str(n) for n in range(10)},
    **{chr(0x6F0 + n): str(n) for n in range(10)},
}  # fmt: skip
_TABLE = str.maketrans({
    **dict.fromkeys(_DELETED), **dict.fromkeys(_BORDERS, " "), **_FOLDED,
})  # fmt: skip


def read(text: str) -> str:
    """As lists and texts are compared: small letters, one form of each, words apart; nothing invisible."""
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return text.lower().translate(_TABLE)


def read_entries(text: str) -> list[Entry]:
    """A line is a word or a phrase; `[refuse]`, `[review]` or `[allow]`, with a category if wanted, says what
    the lines below it do. Raises ListError."""
    entries: list[Entry] = []
    section: re.Match[str] | None = None
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = _SECTION.fullmatch(line)
            if section is None:
                raise ListError(f"line {number}: a section is [refuse], [review] or [allow]")
            continue
        words = " ".join(read(line).split())
        if section is None or not words:
            raise ListError(f"line {number}: it needs a word, below [refuse], [review] or [allow]")
        entries.append(Entry(words, section[2] or OWN, cast(Does, section[1])))
    return entries


def read_lists(own: str = "", *, refuse: bool = True) -> "WordLists":
    """The shipped list with the operator's over it. `refuse` False: what is in the shipped one is only noted.
    Raises ListError, or OSError."""
    shipped = read_entries(SHIPPED.read_text("utf-8"))
    if not refuse:
        shipped = [entry._replace(does="review") for entry in shipped]
    return WordLists([*shipped, *(read_entries(Path(own).read_text("utf-8")) if own else ())])


class WordLists:
    def __init__(self, entries: Iterable[Entry]) -> None:
        """Of several entries with the same words the last counts."""
        known = {entry.words: entry for entry in entries}
        kept = [entry for entry in known.values() if entry.does != "allow"]
        self._anywhere: dict[str, Entry] = {}
        self._whole: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in kept:
            if _UNSPACED.search(entry.words):
                self._anywhere[entry.words.replace(" ", "")] = entry
            else:
                self._whole[entry.words.partition(" ")[0]].append(entry)
        self._heads = frozenset(self._whole)
        longest_first = sorted(self._anywhere, key=len, reverse=True)
        self._unspaced = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def look(self, *texts: str) -> Found:
        text = read(texts[0] if len(texts) == 1 else APART.join(texts))
        words = text.split()
        found = self._whole_words(words)
        line = f" {' '.join(words)} "
        if _SPELT.search(line):
            for joined in (_joined, _joined_but_the_first):  # "a b o m b" is a bomb
                found += self._whole_words(_SPELT.sub(joined, line).split())
        if text.isascii():
            if _DRESSED_ASCII.search(text):
                found += self._whole_words(text.translate(_LETTERS).split())
        else:
            found += self._beyond_ascii(line)
        return _summed(found) if found else NOTHING

    def _beyond_ascii(self, line: str) -> list[Entry]:
        found: list[Entry] = []
        if _DRESSED.search(line):
            for table in (_LETTERS, _TO_LATIN, _TO_CYRILLIC):
                found += self._whole_words(line.translate(table).split())
        if _UNSPACED.search(line):
            found += (self._anywhere[one] for one in self._unspaced.findall(line.replace(" ", "")))
        return found

    def _whole_words(self, words: Sequence[str]) -> list[Entry]:
        if self._heads.isdisjoint(words):
            return []
        line = f" {' '.join(words)} "
        return [
            entry
            for head in self._heads.intersection(words)
            for entry in self._whole[head]
            if f" {entry.words} " in line
        ]


def _joined(spelt: re.Match[str]) -> str:
    return " " + spelt[1].replace(" ", "")


def _joined_but_the_first(spelt: re.Match[str]) -> str:
    first, _, others = spelt[1].partition(" ")
    return f" {first} " + others.replace(" ", "")


def _summed(found: Iterable[Entry]) -> Found:
    found = sorted(found, key=lambda entry: (entry.does != "refuse", entry.words))
    return Found(
        tuple(dict.fromkeys(entry.category for entry in found)),
        tuple(dict.fromkeys(entry.words for entry in found)),
        any(entry.does == "refuse" for entry in found),
    )
