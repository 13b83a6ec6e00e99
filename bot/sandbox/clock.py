"""The time of the sandbox's Telegram: the machine's, plus what tests have moved it forward."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable


class Timer:
    """Something to be done at a moment, unless cancelled."""

    def __init__(self, moment: float, act: Callable[[], None]) -> None:
        self.moment, self.act = moment, act
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """Seconds since 1970. Timers run when their moment comes, or when `forward` passes it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now, self._ahead = now, 0.0
        self.moved: Callable[[float], None] = lambda ahead: None
        """Called with how far ahead it is now."""
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._wake: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def now(self) -> float:
        return self._now() + self._ahead

    def date(self) -> int:
        return int(self._now() + self._ahead)

    def forward(self, seconds: float) -> None:
        """Move this Telegram's time; what falls due on the way happens in its order, at its own moment."""
        end = self.now() + seconds
        while self._timers and self._timers[0][0] <= end:
            self._ahead += max(0.0, self._timers[0][0] - self.now())
            self._run_due()
        self._ahead += max(0.0, end - self.now())
        self.moved(self._ahead)
        self._arm()

    def set_ahead(self, seconds: float) -> None:
        self._ahead = seconds

    def at(self, moment: float, act: Callable[[], None]) -> Timer:
        timer = Timer(moment, act)
        heapq.heappush(self._timers, (moment, next(self._order), timer))
        self._arm()
        return timer

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._arm()

    def stop(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
        self._loop = self._wake = None

    def _run_due(self) -> None:
        while self._timers and self._timers[0][0] <= self.now():
            _, _, timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                timer.act()

    def _tick(self) -> None:
        self._run_due()
        self._arm()

    def _arm(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        if self._loop is not None and self._timers:
            self._wake = self._loop.call_later(max(0.0, self._timers[0][0] - self.now()), self._tick)
