"""What becomes of a text that is sent: parse mode or given entities, trimming, links found by the server,
and the limits, which count what is left after parsing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.sandbox.html_mode import read_html
from bot.sandbox.markdown_mode import read_markdown, read_markdown_v2
from bot.sandbox.refusals import bad
from bot.sandbox.utf16 import FormatError, bytes_before, units

Json = dict[str, Any]
Formatted = tuple[str, list[Json]]

TEXT_MAX = 4_096
CAPTION_MAX = 1_024
RAW_BYTES_MAX = 32_768
ENTITIES_MAX = 100
"""More are dropped without a word."""

_MODES: dict[str, Callable[[str], Formatted]] = {
    "html": read_html,
    "markdownv2": read_markdown_v2,
    "markdown": read_markdown,
}
_FOUND = re.compile(
    r"(?P<url>(?:https?://|tg://)[^\s<>\"']+[^\s<>\"'.,:;!?)\]}»]|(?<![\w@./-])(?:[a-z0-9-]+\.)+"
    r"(?:com|org|net|io|me|ir|ru|cn|dev|app|info)(?:/[^\s<>\"']*)?(?![\w.@-]))"
    r"|(?<![\w.+-])(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w/@])(?P<mention>@[A-Za-z]\w{3,31})"
    r"|(?<![\w/<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{2,31})?)(?![\w/])"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
    r"|(?<!\w)(?P<cashtag>\$[A-Z]{3,8})(?!\w)",
    re.IGNORECASE,
)
_MAY_HOLD_LINKS = re.compile(r"[/@#$.]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e]")
_OPAQUE = {"code", "pre", "text_link", "text_mention", "custom_emoji"}


def formatted(
    text: str, parse_mode: str | None, entities: list[Json] | None, *, limit: int, caption: bool = False
) -> Formatted:
    """The text and the entities that a message with it has. Raises ApiError as Telegram would."""
    if len(text) > RAW_BYTES_MAX // 4 and len(text.encode()) > RAW_BYTES_MAX:
        raise bad("text is too long")
    text, found = _parsed(text, parse_mode) if parse_mode else (text, _checked(text, entities or []))
    text, found = _cleaned(text, found)
    if not text and not caption:
        raise bad("text must be non-empty")
    if len(text) > limit:
        raise bad("message caption is too long" if caption else "message is too long")
    return text, with_links(text, found)


def _parsed(text: str, parse_mode: str) -> Formatted:
    read = _MODES.get(parse_mode.lower())
    if read is None:
        raise bad("unsupported parse_mode")
    try:
        return read(text)
    except FormatError as error:
        raise bad(f"can't parse entities: {error}") from None


def _checked(text: str, entities: list[Json]) -> list[Json]:
    """Entities that the bot gave itself: they must begin and end between characters, inside the text."""
    if not entities:
        return []
    end = units(text)
    inside = _middles(text)
    for entity in entities:
        offset, last = entity["offset"], entity["offset"] + entity["length"]
        if offset < 0 or entity["length"] < 0:
            raise bad("can't parse MessageEntity: entity has negative offset or length")
        if offset > end:
            raise bad(f"entity begins after the end of the text at UTF-16 offset {offset}")
        if last > end:
            raise bad(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text"
                f" at UTF-16 offset {last}"
            )
        if offset in inside:
            at = bytes_before(text, inside[offset])
            raise bad(f"entity begins in a middle of a UTF-16 symbol at byte offset {at}")
        if last in inside:
            raise bad(
                f"entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol"
                f" at byte offset {bytes_before(text, inside[last])}"
            )
    return [dict(entity) for entity in entities if entity["length"] > 0]


def _middles(text: str) -> dict[int, int]:
    """The UTF-16 offsets that fall into the middle of a character, with the character's index."""
    middles: dict[int, int] = {}
    if text.isascii():
        return middles
    offset = 0
    for index, character in enumerate(text):
        if ord(character) > 0xFFFF:
            middles[offset + 1] = index
            offset += 1
        offset += 1
    return middles


def _cleaned(text: str, entities: list[Json]) -> Formatted:
    """Without carriage returns, control characters as spaces, trimmed; entities moved along."""
    if _CONTROL.search(text):
        if "\r" in text and not entities:
            text = text.replace("\r", "")
        text = _CONTROL.sub(" ", text)
    shorn = text.strip()
    if shorn == text:
        return text, entities
    start = units(text[: len(text) - len(text.lstrip())])
    end = start + units(shorn)
    moved = []
    for entity in entities:
        begin = max(entity["offset"], start)
        length = min(entity["offset"] + entity["length"], end) - begin
        if length > 0:
            moved.append({**entity, "offset": begin - start, "length": length})
    return shorn, moved


def with_links(text: str, entities: list[Json]) -> list[Json]:
    """Add the links, mentions, commands and tags that the server finds by itself; sort as it does."""
    if _MAY_HOLD_LINKS.search(text):
        taken = [(one["offset"], one["offset"] + one["length"]) for one in entities if one["type"] in _OPAQUE]
        for match in _FOUND.finditer(text):
            offset = units(text[: match.start()])
            end = offset + units(match[0])
            if not any(begin < end and offset < last for begin, last in taken):
                entities.append({"type": match.lastgroup, "offset": offset, "length": end - offset})
    entities.sort(key=lambda one: (one["offset"], -one["length"]))
    return entities[:ENTITIES_MAX]
