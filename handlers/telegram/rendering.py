"""An answer's Markdown as Telegram takes it: text and entities, in parts that fit, never half-parsed.

Parts end between paragraphs where possible; a code fence that must be cut is closed and opened again,
because each part carries its own entities.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from aiogram.types import MessageEntity
from telegramify_markdown import convert, split_entities, utf16_len
from telegramify_markdown.config import RenderConfig

PART = 4_096
CAPTION = 1_024
MANY = 4
"""An answer of more parts than this is offered as a file too."""


@cache
def _plain_headings() -> RenderConfig:
    """The library puts a picture before each heading; bold and underlined is enough."""
    config = RenderConfig.isolated()
    for level in range(1, 7):
        setattr(config.markdown_symbol, f"heading_level_{level}", "")
    return config


class Part(NamedTuple):
    text: str
    entities: list[MessageEntity]


def render(markdown: str, footer: str = "", most: int = PART) -> list[Part]:
    """The parts of an answer, each at most `most` long; the last ends with the footer, in italics."""
    text, entities = convert(markdown, config=_plain_headings())
    room = most - (utf16_len(footer) + 2 if footer else 0)
    pieces = split_entities(text.rstrip(), entities, room) or [("", [])]
    parts = [Part(piece.strip("\n") or piece, _ours(found, piece)) for piece, found in pieces]
    if footer:
        parts[-1] = _with_footer(parts[-1], footer)
    return parts


def plain(text: str) -> Part:
    return Part(text, [])


def to_copy(text: str, part: str) -> Part:
    """The text, in which a tap on `part` copies it."""
    start = utf16_len(text[: text.index(part)])
    return Part(text, [MessageEntity(type="code", offset=start, length=utf16_len(part))])


def growing(markdown: str, most: int = PART) -> Part:
    """A text that still grows; the end of it where it has outgrown a message. The answer brings all."""
    text, entities = convert(markdown, config=_plain_headings())
    if utf16_len(text) <= most:
        return Part(text.rstrip(), _ours(entities, text))
    last, found = split_entities(text, entities, most)[-1]
    return Part(last.rstrip(), _ours(found, last))


def _ours(entities: Sequence[object], piece: str) -> list[MessageEntity]:
    """The library's entities as aiogram's, moved by the line ends that were cut from the front."""
    cut = len(piece) - len(piece.lstrip("\n"))
    length = utf16_len(piece.strip("\n"))
    ours = []
    for entity in entities:
        found = MessageEntity.model_validate(entity.to_dict())  # type: ignore[attr-defined]
        start, end = max(0, found.offset - cut), min(length, found.offset - cut + found.length)
        if end > start:
            ours.append(found.model_copy(update={"offset": start, "length": end - start}))
    return ours


def _with_footer(part: Part, footer: str) -> Part:
    text = f"{part.text}\n\n{footer}" if part.text else footer
    offset = utf16_len(text) - utf16_len(footer)
    italic = MessageEntity(type="italic", offset=offset, length=utf16_len(footer))
    return Part(text, [*part.entities, italic])
