"""Telegram's guide values for sending, enforced when a test asks for it: 1 a second in a chat (a burst of a
few), 20 a minute in a group, 30 a second overall."""

from __future__ import annotations

import math

from bot.sandbox.clock import Clock
from bot.sandbox.refusals import flood

BURST = 3
_PACED = ("send", "edit", "copy", "forward")


class _Bucket:
    """`size` at once, one more every `seconds`."""

    def __init__(self, size: float, seconds: float, now: float) -> None:
        self.size, self.seconds, self.left, self.at = size, seconds, size, now

    def wait(self, now: float) -> float:
        self.left = min(self.size, self.left + (now - self.at) / self.seconds)
        self.at = now
        return 0.0 if self.left >= 1 else (1 - self.left) * self.seconds


class Pacing:
    def __init__(self, clock: Clock) -> None:
        self.on = False
        self._clock = clock
        self._overall = _Bucket(30, 1 / 30, clock.now())
        self._chats: dict[int, list[_Bucket]] = {}

    def check(self, method: str, chat: int, *, group: bool) -> None:
        """Raise 429 if this call comes too soon."""
        if not self.on or not method.startswith(_PACED) or method in ("sendChatAction", "sendMessageDraft"):
            return
        now = self._clock.now()
        if chat not in self._chats:
            minute = [_Bucket(20, 3, now)] if group else []
            self._chats[chat] = [_Bucket(BURST, 1, now), *minute]
        buckets = [self._overall, *self._chats[chat]]
        wait = max(bucket.wait(now) for bucket in buckets)
        if wait > 0:
            raise flood(math.ceil(wait))
        for bucket in buckets:
            bucket.left -= 1
