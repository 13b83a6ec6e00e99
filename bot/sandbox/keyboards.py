"""Keyboards under messages: what Telegram refuses in them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.refusals import bad

Json = dict[str, Any]

DATA_BYTES_MAX = 64
COPY_TEXT_MAX = 256
MARKUP_BYTES_MAX = 10_240
_KEYBOARDS = {"keyboard", "remove_keyboard", "force_reply"}
_SAYS_NOTHING = {"text", "style", "icon_custom_emoji_id"}
_NO_ACTION = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"


def inline_keyboard(markup: Json | None, *, invoice: bool = False) -> Json | None:
    """The inline keyboard as the message will hold it, or None for the other kinds. Raises ApiError."""
    if not markup or "inline_keyboard" not in markup:
        return None
    rows = [row for row in markup["inline_keyboard"] if row]
    for place, button in enumerate(button for row in rows for button in row):
        _check(button, place, invoice=invoice)
    if len(rows) > 1 or len(rows[0] if rows else ()) > 8:
        _check_size(rows)
    return {"inline_keyboard": rows} if rows else None


def _check_size(rows: list[list[Json]]) -> None:
    if len(json.dumps(rows, ensure_ascii=False).encode()) > MARKUP_BYTES_MAX:
        raise bad("reply markup is too long")


def _check(button: Json, place: int, *, invoice: bool) -> None:
    if not button.get("text"):
        raise bad('can\'t parse inline keyboard button: Field "text" must be non-empty')
    if not set(button) - _SAYS_NOTHING:
        raise bad(_NO_ACTION)
    data = button.get("callback_data")
    if data is not None and not 0 < len(data.encode()) <= DATA_BYTES_MAX:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button:
        _check_address(button["url"])
    if "copy_text" in button and not 0 < len(button["copy_text"]["text"]) <= COPY_TEXT_MAX:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    if button.get("pay") and not (invoice and place == 0):
        raise bad("BUTTON_TYPE_INVALID")
    if invoice and place == 0 and not button.get("pay"):
        raise bad("REPLY_MARKUP_BUY_EMPTY")


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise bad("BUTTON_URL_INVALID") from None
    host = parts.netloc or ("." in parts.path and not parts.scheme)
    if parts.scheme not in ("http", "https", "tg", "ton", "") or not host or " " in address:
        raise bad("BUTTON_URL_INVALID")


def reply_keyboard(markup: Json | None) -> Json | None:
    """The keyboard instead of the person's own, or what takes it away; None if nothing changes."""
    if not markup or "inline_keyboard" in markup:
        return None
    if not _KEYBOARDS & set(markup):
        raise bad("can't parse reply keyboard markup JSON object")
    for row in markup.get("keyboard", ()):
        for button in row:
            if not (button if isinstance(button, str) else button.get("text")):
                raise bad(
                    "can't parse reply keyboard markup JSON object: keyboard button text must be non-empty"
                )
    return markup
