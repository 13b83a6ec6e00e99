"""An answer's Markdown as Telegram takes it: text and entities, in parts that fit, never half-parsed.

What is no Markdown is shown as it was written, tags of HTML too: they may be what was asked for.
"""

import re
from urllib.parse import urlsplit

import structlog
from aiogram.types import MessageEntity
from telegramify_markdown import convert
from telegramify_markdown.config import RenderConfig

from handlers.telegram.splitting import Part, split, units

log = structlog.get_logger()

PART = 4_096
CAPTION = 1_024
MANY = 4
"""An answer of more parts than this is offered as a file too."""

_LESS = "\ue000"
"""Stands for `<` while Markdown is read, so that nothing is taken for HTML and left out."""
_ESCAPED_LESS = re.compile(r"\\?<")


def _look() -> RenderConfig:
    """Headings are told by their weight, not by little pictures."""
    look = RenderConfig.isolated()
    for level in range(1, 5):
        setattr(look.markdown_symbol, f"heading_level_{level}", "")
    look.markdown_symbol.unordered_list_item = "•"
    return look


_LOOK = _look()


def render(markdown: str, footer: str = "", most: int = PART) -> list[Part]:
    """The parts of an answer, each at most `most` long; the last ends with the footer, in italics."""
    text, entities = _converted(markdown)
    room = most - (units(footer) + 2 if footer else 0)
    parts = split(text, entities, room) or [Part("", [])]
    if footer:
        parts[-1] = _with_footer(parts[-1], footer)
    return parts


def plain(text: str) -> Part:
    return Part(text, [])


def to_copy(text: str, part: str) -> Part:
    """The text, in which a tap on `part` copies it."""
    start = units(text[: text.index(part)])
    return Part(text, [MessageEntity(type="code", offset=start, length=units(part))])


def growing(markdown: str, most: int = PART) -> Part:
    """A text that still grows; the end of it where it has outgrown a message. The answer brings all."""
    return render(markdown, most=most)[-1]


def _converted(markdown: str) -> tuple[str, list[MessageEntity]]:
    try:
        text, found = convert(_ESCAPED_LESS.sub(_LESS, markdown), config=_LOOK)
    except Exception:
        log.exception("an answer's Markdown can't be read; it is sent as it is")
        text, found = markdown, []
    if not text.strip():
        return markdown, []
    entities = [MessageEntity.model_validate(entity.to_dict()) for entity in found]
    return text.replace(_LESS, "<"), [entity for entity in entities if _leads_somewhere(entity)]


def _leads_somewhere(entity: MessageEntity) -> bool:
    """Of links only those that Telegram can open: it refuses a message for one that it can't."""
    if entity.type != "text_link":
        return True
    try:
        parts = urlsplit(entity.url or "")
    except ValueError:
        return False
    return parts.scheme in ("http", "https", "tg", "ton") and bool(parts.netloc)


def _with_footer(part: Part, footer: str) -> Part:
    text = f"{part.text}\n\n{footer}" if part.text else footer
    length = units(footer)
    italic = MessageEntity(type="italic", offset=units(text) - length, length=length)
    return Part(text, [*part.entities, italic])
