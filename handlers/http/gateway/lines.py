"""Who is still there: programs that hang up are noticed within a second, silence is filled for others.

One look at all lines each half second costs less than a timer for each event.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

LOOK_SECONDS = 0.5
KEEP_ALIVE_SECONDS = 10.0
STUCK_SECONDS = 60.0
"""A program that reads nothing for so long is as good as gone."""
KEEP_ALIVE = b": keep-alive\n\n"


class Left(Exception):
    """The program has hung up."""


class Line:
    """One request and its program."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._task = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        self.response: web.StreamResponse | None = None
        """Once it has begun to be streamed."""
        self.hung_up = False
        self._writing = False
        self._wrote_at = self._loop.time()

    async def write(self, event: bytes) -> None:
        """Raises Left."""
        assert self.response is not None
        self._writing = True
        self._wrote_at = self._loop.time()
        try:
            await self.response.write(event)
        except ConnectionError:
            raise Left from None
        finally:
            self._writing = False

    @property
    def gone(self) -> bool:
        transport = self._request.transport
        return transport is None or transport.is_closing()

    async def look(self) -> None:
        at = self._loop.time()
        stuck = self._writing and at - self._wrote_at > STUCK_SECONDS
        if self.gone or stuck:
            self._hang_up()
        elif self.response is not None and not self._writing and at - self._wrote_at > KEEP_ALIVE_SECONDS:
            self._wrote_at = at
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self.response.write(KEEP_ALIVE)
            except (ConnectionError, TimeoutError):
                pass

    def _hang_up(self) -> None:
        """Wake whoever waits for the upstream on behalf of a program that has gone."""
        if not self.hung_up:
            self.hung_up = True
            assert self._task is not None
            self._task.cancel()

    def take_leave(self) -> bool:
        """After a cancellation: True where the program has gone, False where ours ends."""
        assert self._task is not None
        if not self.hung_up or self._task.cancelling() > 1:
            return False
        self._task.uncancel()
        return True


class Lines:
    def __init__(self) -> None:
        self._open: set[Line] = set()
        self.none = asyncio.Event()
        """Set while nobody is there."""
        self.none.set()

    @contextmanager
    def open(self, request: web.Request) -> Iterator[Line]:
        line = Line(request)
        self._open.add(line)
        self.none.clear()
        try:
            yield line
        finally:
            self._open.discard(line)
            if not self._open:
                self.none.set()

    async def run(self) -> None:
        """Look at all of them, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for line in list(self._open):
                await line.look()
