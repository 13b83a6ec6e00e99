"""Who looks on: the chat page, tests that wait for a message, the panel of the last calls."""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Any

Seen = tuple[str, dict[str, Any]]
SEEN_MAX = 1_000


class Watch:
    """`async with telegram.watch() as seen: async for kind, thing in seen`. Whoever reads too slowly
    misses the oldest, which `missed` counts: the queue holds `SEEN_MAX`."""

    def __init__(self, watches: set[Watch], chat: int | None) -> None:
        self._watches, self.chat = watches, chat
        self._seen: deque[Seen] = deque(maxlen=SEEN_MAX)
        self._wake = asyncio.Event()
        self.missed = 0

    def show(self, kind: str, thing: dict[str, Any]) -> None:
        self.missed += len(self._seen) == SEEN_MAX
        self._seen.append((kind, thing))
        self._wake.set()

    def catch_up(self) -> None:
        """Forget what is still queued: whoever missed something looks at the whole anew."""
        self._seen.clear()
        self.missed = 0

    async def __aenter__(self) -> Watch:
        self._watches.add(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watches.discard(self)

    def __aiter__(self) -> Watch:
        return self

    async def __anext__(self) -> Seen:
        while not self._seen:
            self._wake.clear()
            await self._wake.wait()
        return self._seen.popleft()


class Watches:
    """Everyone who looks on. Telling nobody costs nothing."""

    def __init__(self) -> None:
        self._watches: set[Watch] = set()

    def open(self, chat: int | None = None) -> Watch:
        return Watch(self._watches, chat)

    @property
    def any(self) -> bool:
        return bool(self._watches)

    def tell(self, kind: str, thing: dict[str, Any], chat: int | None = None) -> None:
        for watch in self._watches:
            if watch.chat is None or chat is None or watch.chat == chat:
                watch.show(kind, thing)
