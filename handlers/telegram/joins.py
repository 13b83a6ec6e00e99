"""Which updates of a lane are one act: a long paste that the app cut, an album, a forward and its word.

They become one request with one price. Only a part that is nearly as long as a message can be, or belongs
to an album, is waited for.
"""

import asyncio
from collections import deque
from typing import Any, NamedTuple

from aiogram.types import Message

NEARLY_FULL = 4_000
"""Characters: a message of at least so many may be the beginning of a longer paste."""
MOST = 50


class Received(NamedTuple):
    id: int
    lane: str
    body: dict[str, Any]


class Joins:
    def __init__(self, seconds: float = 0.8) -> None:
        self._seconds = seconds

    async def next_group(self, lane: deque[Received]) -> list[Received]:
        waited = 0.0
        while True:
            group = _belonging(list(lane))
            if len(group) < len(lane) or waited >= self._seconds or not _may_go_on(group[-1]):
                return group
            await asyncio.sleep(0.1)
            waited = 0.0 if len(_belonging(list(lane))) > len(group) else waited + 0.1


def _may_go_on(update: Received) -> bool:
    message = update.body.get("message", {})
    return "media_group_id" in message or len(message.get("text", "")) >= NEARLY_FULL


def _belonging(lane: list[Received]) -> list[Received]:
    group = lane[:1]
    for update in lane[1:MOST]:
        if not _belongs(group[-1].body.get("message"), update.body.get("message")):
            break
        group.append(update)
    return group


def _belongs(before: dict[str, Any] | None, after: dict[str, Any] | None) -> bool:
    if not before or not after or before.get("from") != after.get("from"):
        return False
    if before.get("media_group_id") is not None:
        return bool(before["media_group_id"] == after.get("media_group_id"))
    if "text" not in before or "text" not in after or after["text"].startswith("/"):
        return False
    close = abs(after.get("date", 0) - before.get("date", 0)) <= 1
    forwarded = "forward_origin" in after and "forward_origin" not in before
    return close and (len(before["text"]) >= NEARLY_FULL or forwarded)


def joined(messages: list[Message]) -> Message:
    """One message with the text of all; of an album the first, with the caption that one of them has."""
    first = messages[0]
    if first.text is not None and len(messages) > 1:
        return first.model_copy(update={"text": "\n".join(message.text or "" for message in messages)})
    return next((message for message in messages if message.caption), first)
