"""parse_mode=HTML: the tags, the refusals and their wording, as Telegram's server reads them.

Offsets in refusals are UTF-8 bytes, offsets of entities UTF-16 units. A bare `&` is accepted, and the
semicolon of `&lt` may be missing.
"""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.utf16 import FormatError, bytes_before, units

Json = dict[str, Any]

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ENTITY = re.compile(r"&(?:#(\d+)|#x([0-9a-fA-F]+)|(lt|gt|amp|quot)(?![a-zA-Z]));?")
_SPACE = " \t\r\n\v"
_ARGUMENTS = {"a": "href", "tg-emoji": "emoji-id", "code": "class", "span": "class", "tg-time": "unix"}


class _Open:
    """A tag that waits for its end."""

    def __init__(self, tag: str, argument: str, offset: int, start: int) -> None:
        self.tag, self.argument, self.offset, self.start = tag, argument, offset, start


class _Reader:
    def __init__(self, source: str) -> None:
        self.source, self.at = source, 0
        self.out: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        for piece in iter(self._plain, None):
            self._write(piece)
            if self.source[self.at : self.at + 2] == "</":
                self._end_tag()
            elif self.at < len(self.source):
                self._start_tag()
        if self.open:
            raise FormatError(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.out), self.entities

    def _plain(self) -> str | None:
        """The text up to the next tag; None at the end."""
        if self.at >= len(self.source):
            return None
        end = self.source.find("<", self.at)
        end = len(self.source) if end < 0 else end
        piece, self.at = self.source[self.at : end], end
        return _decoded(piece)

    def _write(self, piece: str) -> None:
        if piece:
            self.out.append(piece)
            self.offset += units(piece)

    def _error(self, words: str, at: int) -> FormatError:
        return FormatError(f"{words} at byte offset {bytes_before(self.source, at)}")

    def _skip(self, characters: str) -> None:
        while self.at < len(self.source) and self.source[self.at] in characters:
            self.at += 1

    def _until(self, characters: str) -> str:
        begin = self.at
        while self.at < len(self.source) and self.source[self.at] not in characters:
            self.at += 1
        return self.source[begin : self.at]

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self._until(_SPACE + ">").lower()
        if self.at >= len(self.source):
            raise self._error("Unclosed start tag", begin)
        if tag not in _TYPES:
            raise self._error(f'Unsupported start tag "{tag}"', begin)
        attributes = self._attributes(tag, begin)
        self.at += 1
        self.open.append(_Open(tag, self._argument(tag, attributes, begin), self.offset, len(self.out)))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        unclosed = self._error(f'Unclosed start tag "{tag}"', begin)
        while True:
            self._skip(_SPACE)
            if self.source[self.at : self.at + 1] == ">":
                return found
            name = self._until(_SPACE + "=>/\"'").lower()
            if self.at >= len(self.source):
                raise unclosed
            if not name:
                raise self._error(f'Empty attribute name in the tag "{tag}"', begin)
            self._skip(_SPACE)
            if self.source[self.at : self.at + 1] != "=":
                found[name] = "1"
                continue
            self.at += 1
            self._skip(_SPACE)
            found[name] = self._value()
            if self.at >= len(self.source):
                raise self._error("Unclosed start tag", begin)

    def _value(self) -> str:
        quote = self.source[self.at : self.at + 1]
        if quote in ('"', "'") and quote:
            self.at += 1
            value = self._until(quote)
            self.at += 1
            return _decoded(value)
        begin = self.at
        while self.at < len(self.source) and (self.source[self.at].isalnum() or self.source[self.at] in ".-"):
            self.at += 1
        if self.at < len(self.source) and self.source[self.at] not in _SPACE + ">":
            raise self._error("Unexpected end of name token", begin)
        return self.source[begin : self.at].lower()

    def _argument(self, tag: str, attributes: dict[str, str], begin: int) -> str:
        if tag == "blockquote":
            return attributes.get("expandable", "")
        argument = attributes.get(_ARGUMENTS.get(tag, ""), "")
        if tag == "span" and argument != "tg-spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        if tag == "code":
            return argument.removeprefix("language-") if argument.startswith("language-") else ""
        return argument

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise self._error("Unexpected end tag", begin)
        self.at += 2
        found = self._until(_SPACE + ">").lower()
        self._skip(_SPACE)
        if self.source[self.at : self.at + 1] != ">":
            raise self._error("Unclosed end tag", begin)
        tag = self.open.pop()
        if found and found != tag.tag:
            raise FormatError(
                f"Unmatched end tag at byte offset {bytes_before(self.source, begin)},"
                f' expected "</{tag.tag}>", found "</{found}>"'
            )
        self.at += 1
        if self.offset > tag.offset:
            self._add(tag)

    def _add(self, tag: _Open) -> None:
        entity: Json = {"type": _TYPES[tag.tag], "offset": tag.offset, "length": self.offset - tag.offset}
        if tag.tag == "a":
            entity["url"] = tag.argument or "".join(self.out[tag.start :])
        elif tag.tag == "tg-emoji":
            if not tag.argument.isdecimal():
                raise FormatError("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = tag.argument
        elif tag.tag == "tg-time":
            entity["unix_time"] = int(tag.argument) if tag.argument.isdecimal() else 0
        elif tag.tag == "blockquote" and tag.argument:
            entity["type"] = "expandable_blockquote"
        elif tag.tag == "code" and tag.argument:
            entity["language"] = tag.argument
        elif tag.tag == "pre":
            entity = self._with_code_inside(entity)
        self.entities.append(entity)

    def _with_code_inside(self, entity: Json) -> Json:
        """`<pre><code class="language-x">` is one entity with a language."""
        last = self.entities[-1] if self.entities else {}
        same = all(last.get(key) == entity[key] for key in ("offset", "length"))
        if last.get("type") != "code" or not same:
            return entity
        self.entities.pop()
        return {**entity, "language": last["language"]} if "language" in last else entity


def _decoded(text: str) -> str:
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    code = int(match[1]) if match[1] else int(match[2], 16)
    surrogate = 0xD800 <= code <= 0xDFFF
    return match[0] if not 0 < code <= 0x10FFFF or surrogate else chr(code)


def read_html(source: str) -> tuple[str, list[Json]]:
    """The text without its tags, and its entities (unsorted). Raises FormatError."""
    return _Reader(source).read()
