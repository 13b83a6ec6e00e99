"""Which engines are well: one that failed is left alone for a while, each time twice as long."""

import time
from collections.abc import Callable

from bot.providers.errors import ContentRefused, NothingToSay, ProviderError

FIRST_SECONDS, LONGEST_SECONDS = 5.0, 300.0
NOT_ITS_FAULT = (ContentRefused, NothingToSay)
"""What the text is to blame for."""


class Health:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._pause: dict[str, float] = {}

    def well(self, engine: str) -> bool:
        return self._clock() >= self._until.get(engine, 0)

    def succeeded(self, engine: str) -> None:
        self._until.pop(engine, None)
        self._pause.pop(engine, None)

    def failed(self, engine: str, error: ProviderError) -> None:
        if isinstance(error, NOT_ITS_FAULT):
            return
        pause = min(LONGEST_SECONDS, self._pause.get(engine, FIRST_SECONDS / 2) * 2)
        self._pause[engine] = pause
        self._until[engine] = self._clock() + pause
