"""How often a code may ask in a minute, and how many requests it may have under way."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bot.clock import MINUTE, SECOND, now
from handlers.http.gateway.errors import too_many


class Limits:
    """0 of either: it is not looked at."""

    def __init__(self, per_minute: int, at_one_time: int) -> None:
        self._per_minute = per_minute
        self._at_one_time = at_one_time
        self._minute = 0
        self._asked: Counter[int] = Counter()
        """Of this minute."""
        self._open: Counter[int] = Counter()

    def count(self, code: int) -> dict[str, str]:
        """Note a request; the headers that tell how many are left. Raises ApiError 429."""
        if not self._per_minute:
            return {}
        at = now()
        if at // MINUTE != self._minute:
            self._minute = at // MINUTE
            self._asked.clear()
        wait = (MINUTE - at % MINUTE) / SECOND
        if self._asked[code] >= self._per_minute:
            raise too_many(f"At most {self._per_minute} requests a minute.", wait)
        self._asked[code] += 1
        return {
            "x-ratelimit-limit-requests": str(self._per_minute),
            "x-ratelimit-remaining-requests": str(self._per_minute - self._asked[code]),
            "x-ratelimit-reset-requests": f"{wait:.0f}s",
        }

    @contextmanager
    def under_way(self, code: int) -> Iterator[None]:
        """Raises ApiError 429 where too many are."""
        if self._at_one_time and self._open[code] >= self._at_one_time:
            raise too_many(f"At most {self._at_one_time} requests at one time.", 1)
        self._open[code] += 1
        try:
            yield
        finally:
            self._open[code] -= 1
            if not self._open[code]:
                del self._open[code]
