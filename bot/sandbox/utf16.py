"""Telegram counts a text in three ways: limits in code points, entities in UTF-16 units, errors in bytes."""

from __future__ import annotations


class FormatError(Exception):
    """A text that can't be parsed, in Telegram's words."""


def units(text: str) -> int:
    """UTF-16 units: an emoji is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def bytes_before(text: str, at: int) -> int:
    """The UTF-8 byte offset of the character at index `at`."""
    return len(text[:at].encode())


def cut(text: str, offset: int, length: int) -> str:
    """The part of `text` between two UTF-16 offsets."""
    if text.isascii():
        return text[offset : offset + length]
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")
