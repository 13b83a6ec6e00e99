"""Where a long text may be cut into messages: between paragraphs and around code where possible, then
between lines, then between words. Lengths and offsets are Telegram's, in UTF-16 units.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from aiogram.types import MessageEntity

WHOLE = {"pre", "blockquote", "expandable_blockquote"}
"""Entities that are kept in one message if they fit in one."""
_PARAGRAPH = re.compile(r"\n\n+")
_CUTS = (
    re.compile(r"\n+(?=\S)"),  # a line that is not indented begins
    re.compile(r"\n"),
    re.compile(r"\s"),
)


class Part(NamedTuple):
    text: str
    entities: list[MessageEntity]


def split(text: str, entities: Sequence[MessageEntity], most: int) -> list[Part]:
    """The text in parts of at most `most` units, each with its share of the entities."""
    offsets = _offsets(text)
    spans = list(_spans(text, offsets, _borders(text, offsets, entities), most))
    return [_part(text, entities, offsets, *span) for span in spans if text[slice(*span)].strip()]


def units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _offsets(text: str) -> list[int]:
    """The offset of each character, and the length of all."""
    offsets, at = [0], 0
    for character in text:
        at += 2 if ord(character) > 0xFFFF else 1
        offsets.append(at)
    return offsets


def _borders(text: str, offsets: Sequence[int], entities: Sequence[MessageEntity]) -> list[int]:
    """Where the text falls into blocks, as indices of characters; the last is its end."""
    at = {offset: index for index, offset in enumerate(offsets)}
    whole = [
        (at[one.offset], at[one.offset + one.length])
        for one in entities
        if one.type in WHOLE and one.offset in at and one.offset + one.length in at
    ]
    borders = {match.end() for match in _PARAGRAPH.finditer(text)}
    borders = {border for border in borders if not any(start < border < end for start, end in whole)}
    return sorted(borders.union(*whole, {len(text)}) - {0})


def _spans(text: str, offsets: Sequence[int], borders: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """Blocks are put together as long as they fit; one that fits nowhere is cut where it has to be."""
    start = filled = 0
    for border in borders:
        if offsets[border] - offsets[start] <= most:
            filled = border
            continue
        if filled > start and offsets[border] - offsets[filled] <= most:
            yield start, filled
            start, filled = filled, border
            continue
        while offsets[border] - offsets[start] > most:
            cut = _cut(text, offsets, start, most)
            yield start, cut
            start = cut
        filled = border
    if filled > start:
        yield start, filled


def _cut(text: str, offsets: Sequence[int], start: int, most: int) -> int:
    """The best place to cut within `most` units, in the last two thirds of them if there is one."""
    end = start + 1
    while end < len(text) and offsets[end + 1] - offsets[start] <= most:
        end += 1
    least = start + (end - start) // 3
    for pattern in _CUTS:
        if found := [match.end() for match in pattern.finditer(text, least, end) if match.end() > least]:
            return found[-1]
    return end


def _part(text: str, entities: Sequence[MessageEntity], offsets: Sequence[int], start: int, end: int) -> Part:
    """Without the line ends around it, which Telegram would take away too."""
    while text[start] == "\n":
        start += 1
    while text[end - 1] == "\n":
        end -= 1
    first, last = offsets[start], offsets[end]
    share = []
    for one in entities:
        begin, close = max(one.offset, first), min(one.offset + one.length, last)
        if begin < close:
            share.append(one.model_copy(update={"offset": begin - first, "length": close - begin}))
    return Part(text[start:end], share)
