"""How measured values are spread over steps: cheap enough for what happens with every request.

A quarter of a microsecond a value, for prometheus_client's own takes a lock for each. One thread adds to one
Spread; others may look at it at any time.
"""

from bisect import bisect_left
from collections.abc import Sequence

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Of requests and answers."""
MOMENTS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
"""Of what must not take long."""
SIZES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)


class Spread:
    __slots__ = ("_counts", "_steps", "total")

    def __init__(self, steps: Sequence[float] = SECONDS) -> None:
        """`steps`: the upper bounds, growing."""
        self._steps = tuple(steps)
        self._counts = [0] * (len(self._steps) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        self._counts[bisect_left(self._steps, value)] += 1
        self.total += value

    @property
    def count(self) -> int:
        return sum(self._counts)

    def buckets(self) -> list[tuple[str, float]]:
        """For each step, and for `+Inf`, how many values were not above it."""
        names = [*map(str, self._steps), "+Inf"]
        so_far, found = 0, []
        for name, count in zip(names, tuple(self._counts), strict=True):
            so_far += count
            found.append((name, float(so_far)))
        return found
