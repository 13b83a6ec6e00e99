"""How many requests of one code may be under way at one time."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from handlers.http.gateway.errors import too_many


class Limits:
    def __init__(self, at_one_time: int) -> None:
        """0: any number."""
        self._at_one_time = at_one_time
        self._open: Counter[int] = Counter()

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
