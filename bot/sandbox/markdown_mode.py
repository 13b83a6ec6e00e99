"""parse_mode=MarkdownV2 and the old Markdown: what opens and closes, and the refusals in Telegram's words."""

from __future__ import annotations

from typing import Any

from bot.sandbox.utf16 import FormatError, bytes_before, units

Json = dict[str, Any]

_RESERVED = "_*[]()~`>#+-=|{}.!"
_TYPES = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "TextUrl": "text_link",
    "CustomEmoji": "custom_emoji",
    "BlockQuote": "blockquote",
}
_CLOSERS = {
    "Bold": "*",
    "Code": "`",
    "Pre": "```",
    "PreCode": "```",
    "TextUrl": "]",
    "CustomEmoji": "]",
    "Underline": "__",
    "Strikethrough": "~",
    "Spoiler": "||",
}
_OPENERS = [
    ("```", "Pre"),
    ("__", "Underline"),
    ("||", "Spoiler"),
    ("![", "CustomEmoji"),
    ("_", "Italic"),
    ("*", "Bold"),
    ("~", "Strikethrough"),
    ("`", "Code"),
    ("[", "TextUrl"),
]


class _Open:
    def __init__(self, kind: str, at: int, offset: int, start: int, language: str = "") -> None:
        self.kind, self.at, self.offset, self.start, self.language = kind, at, offset, start, language


class _Reader:
    def __init__(self, source: str) -> None:
        self.source, self.at = source, 0
        self.out: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            self._step()
        self._close_quote()
        if self.open:
            last = self.open[-1]
            at = bytes_before(self.source, last.at)
            raise FormatError(f"Can't find end of {last.kind} entity at byte offset {at}")
        return "".join(self.out), self.entities

    def _step(self) -> None:
        character = self.source[self.at]
        following = self.source[self.at + 1 : self.at + 2]
        if character == "\\" and following and ord(following) <= 126:
            self._write(following, 2)
        elif self.open and self.open[-1].kind in ("Code", "Pre", "PreCode"):
            self._close() if self._closes() else self._write(character, 1)
        elif character == ">" and self._starts_line():
            self._open_quote()
        elif character == "\n" and self._in_quote() and following != ">":
            self._close_quote()
            self._write(character, 1)
        elif self._closes():
            self._close()
        elif character in _RESERVED:
            self._begin(character)
        else:
            self._write(character, 1)

    def _write(self, text: str, consumed: int) -> None:
        self.out.append(text)
        self.offset += units(text)
        self.at += consumed

    def _starts_line(self) -> bool:
        return self.at == 0 or self.source[self.at - 1] == "\n"

    def _in_quote(self) -> bool:
        return any(one.kind == "BlockQuote" for one in self.open)

    def _open_quote(self) -> None:
        if not self._in_quote():
            self.open.append(_Open("BlockQuote", self.at, self.offset, len(self.out)))
        self.at += 1

    def _close_quote(self) -> None:
        """A quotation ends with its last line; a spoiler mark that closes nothing folds it."""
        if not self._in_quote():
            return
        folded = self.open[-1].kind == "Spoiler" and self.open[-1].offset == self.offset
        if folded:
            self.open.pop()
        if self.open[-1].kind == "BlockQuote":
            quote = self.open.pop()
            kind = "expandable_blockquote" if folded else "blockquote"
            self._add({"type": kind}, quote)

    def _closes(self) -> bool:
        if not self.open:
            return False
        kind = self.open[-1].kind
        if kind == "Italic":
            return self.source[self.at] == "_" and self.source[self.at + 1 : self.at + 2] != "_"
        return kind in _CLOSERS and self.source.startswith(_CLOSERS[kind], self.at)

    def _begin(self, character: str) -> None:
        found = [(mark, kind) for mark, kind in _OPENERS if self.source.startswith(mark, self.at)]
        if not found:
            raise FormatError(
                f"Character '{character}' is reserved and must be escaped with the preceding '\\'"
            )
        mark, kind = found[0]
        begin = self.at
        self.at += len(mark)
        language = self._language() if kind == "Pre" else ""
        self.open.append(_Open("PreCode" if language else kind, begin, self.offset, len(self.out), language))

    def _language(self) -> str:
        """What stands right after the fence, if a space or a new line follows; one new line is skipped."""
        end = self.at
        while end < len(self.source) and not self.source[end].isspace() and self.source[end] != "`":
            end += 1
        named = end < len(self.source) and self.source[end] != "`"
        language = self.source[self.at : end] if named else ""
        self.at += len(language)
        if self.source[self.at : self.at + 2] == "\r\n":
            self.at += 2
        elif self.source[self.at : self.at + 1] in ("\n", "\r"):
            self.at += 1
        return language

    def _close(self) -> None:
        one = self.open.pop()
        self.at += 1 if one.kind == "Italic" else len(_CLOSERS[one.kind])
        entity: Json = {"type": _TYPES[one.kind]}
        if one.language:
            entity["language"] = one.language
        if one.kind == "TextUrl":
            entity["url"] = self._address() or "".join(self.out[one.start :])
        elif one.kind == "CustomEmoji":
            entity["custom_emoji_id"] = self._emoji()
        self._add(entity, one)

    def _add(self, entity: Json, one: _Open) -> None:
        if self.offset > one.offset:
            self.entities.append({**entity, "offset": one.offset, "length": self.offset - one.offset})

    def _address(self) -> str:
        if self.source[self.at : self.at + 1] != "(":
            return ""
        self.at += 1
        begin, address = self.at, []
        while self.at < len(self.source) and self.source[self.at] != ")":
            if self.source[self.at] == "\\" and self.at + 1 < len(self.source):
                self.at += 1
            address.append(self.source[self.at])
            self.at += 1
        if self.at >= len(self.source):
            raise FormatError(f"Can't find end of a URL at byte offset {bytes_before(self.source, begin)}")
        self.at += 1
        return "".join(address)

    def _emoji(self) -> str:
        address = self._address()
        if not address.startswith("tg://emoji?id="):
            raise FormatError("Custom emoji entity must contain a tg://emoji URL")
        return address.removeprefix("tg://emoji?id=")


def read_markdown_v2(source: str) -> tuple[str, list[Json]]:
    """The text without its marks, and its entities (unsorted). Raises FormatError."""
    return _Reader(source).read()


_OLD_TYPES = {"_": "italic", "*": "bold", "`": "code", "[": "text_link"}


class _OldReader(_Reader):
    """The first Markdown: no nesting, and only `_*`[` can be escaped."""

    def read(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            character = self.source[self.at]
            following = self.source[self.at + 1 : self.at + 2]
            if character == "\\" and following and following in _OLD_TYPES:
                self._write(following, 2)
            elif character in _OLD_TYPES:
                self._entity(character)
            else:
                self._write(character, 1)
        return "".join(self.out), self.entities

    def _entity(self, mark: str) -> None:
        begin = self.at
        fence = self.source.startswith("```", begin)
        closer = "```" if fence else "]" if mark == "[" else mark
        self.at += 3 if fence else 1
        language = self._language() if fence else ""
        end = self.source.find(closer, self.at)
        if end < 0:
            at = bytes_before(self.source, begin)
            raise FormatError(f"Can't find end of the entity starting at byte offset {at}")
        one = _Open("", begin, self.offset, len(self.out))
        self._write(self.source[self.at : end], 0)
        self.at = end + len(closer)
        entity: Json = {"type": "pre" if fence else _OLD_TYPES[mark]}
        if language:
            entity["language"] = language
        if mark == "[":
            entity["url"] = self._address()
        if mark != "[" or entity["url"]:
            self._add(entity, one)


def read_markdown(source: str) -> tuple[str, list[Json]]:
    return _OldReader(source).read()
