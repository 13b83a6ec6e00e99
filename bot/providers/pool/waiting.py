"""Calls that wait for a credential to be well."""

import asyncio
from contextlib import suppress

MOST = 1_000


class Waiting:
    def __init__(self) -> None:
        self.count = 0
        self._changed = asyncio.Event()
        """Set, and replaced, whenever a credential may have become usable."""

    @property
    def full(self) -> bool:
        return self.count >= MOST

    async def wait(self, seconds: float) -> None:
        """Until something has changed, at most that long."""
        self.count += 1
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
        finally:
            self.count -= 1

    def wake(self) -> None:
        """Something has changed."""
        if self.count:
            self._changed.set()
            self._changed = asyncio.Event()
