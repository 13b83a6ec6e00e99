"""Who is still there: programs that hang up are noticed within a second, silence is filled for others.

One look at all lines each half second costs less than timers for each request and each event.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Sequence

from aiohttp import web

from bot.providers.errors import NoAnswer
from handlers.http.gateway.errors import too_many

LOOK_SECONDS = 0.5
KEEP_ALIVE_SECONDS = 10.0
STUCK_SECONDS = 60.0
"""A program that reads nothing for so long is as good as gone."""
KEEP_ALIVE = b": keep-alive\n\n"


class Left(Exception):
    """The program has hung up."""


class Line:
    """One request and its program; opened by `with`."""

    def __init__(self, lines: "Lines", request: web.Request, code: int) -> None:
        self.response: web.StreamResponse | None = None
        """Once it has begun to be streamed."""
        self.request = request
        self._lines = lines
        self._code = code
        self._task = asyncio.current_task()
        self._wrote_at = lines.time()
        self._deadline = self._wrote_at + lines.seconds
        self._heard_at = math.inf
        self._why: Exception | None = None
        self._writing = False
        self._framed = False

    def __enter__(self) -> "Line":
        self._lines.add(self, self._code)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Raises NoAnswer where it took too long before anybody was asked, as where the books are slow."""
        self._lines.remove(self, self._code)
        if kind is asyncio.CancelledError and isinstance(why := self.why(), NoAnswer):
            raise why from None

    async def begin(self, response: web.StreamResponse) -> None:
        """Raises Left."""
        try:
            await response.prepare(self.request)
        except ConnectionError:
            raise Left from None
        self.response = response
        self._framed = "Transfer-Encoding" in response.headers

    def heard(self) -> None:
        """The upstream is at work; from now on it may not be silent for too long."""
        self._heard_at = self._lines.time()

    def wrote_at_once(self, events: Sequence[bytes]) -> bool:
        """Each in a chunk of its own, all in one call of the system; False where the program is slow or gone:
        they have to be written with patience."""
        transport = self.request.transport
        if not self._framed or transport is None or transport.is_closing():
            return False
        if transport.get_write_buffer_size():
            return False
        transport.write(b"".join([b"%x\r\n%b\r\n" % (len(event), event) for event in events]))
        self._wrote_at = self._lines.time()
        return True

    async def write(self, events: Sequence[bytes]) -> None:
        """Each in a chunk of its own. Raises Left."""
        assert self.response is not None
        self._writing = True
        self._wrote_at = self._lines.time()
        try:
            for event in events:
                await self.response.write(event)
        except ConnectionError:
            raise Left from None
        finally:
            self._writing = False

    async def finish(self) -> bool:
        """End the stream, where there is one and its program; False where it left at the very end."""
        if self.response is None or isinstance(self._why, Left):
            return True
        try:
            await self.response.write_eof()
        except ConnectionError:
            return False
        return True

    @property
    def gone(self) -> bool:
        transport = self.request.transport
        return transport is None or transport.is_closing()

    def take_your_time(self) -> None:
        """The answer is there: what is left to do is ours."""
        self._deadline = self._heard_at = math.inf

    def let_be(self) -> None:
        """Nothing wakes its task any more: what it still waits for is the books, or a last report."""
        self._why = Left()

    async def look(self, at: float) -> None:
        stuck = self._writing and at - self._wrote_at > STUCK_SECONDS
        if self.gone or stuck:
            self._interrupt(Left())
        elif at > self._deadline and self._why is None:
            self._interrupt(NoAnswer("The answer took too long."))
        elif at - self._heard_at > self._lines.silence_seconds and not self._writing and self._why is None:
            self._interrupt(NoAnswer("The upstream fell silent."))
        elif self.response is not None and not self._writing and at - self._wrote_at > KEEP_ALIVE_SECONDS:
            self._wrote_at = at
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self.response.write(KEEP_ALIVE)
            except (ConnectionError, TimeoutError):
                pass

    def _interrupt(self, why: Exception) -> None:
        """Wake whoever waits for the upstream on behalf of this program."""
        if not isinstance(self._why, Left):
            self._why = why
            assert self._task is not None
            self._task.cancel()

    def why(self) -> Exception | None:
        """After a cancellation: Left where the program has gone, NoAnswer where it took too long, None where
        ours ends."""
        assert self._task is not None
        if self._why is None or self._task.cancelling() > 1:
            return None
        self._task.uncancel()
        return self._why


class Lines:
    def __init__(self, at_one_time: int, seconds: float, silence_seconds: float) -> None:
        """`at_one_time`: of one code, 0 any number; `seconds`: how long an answer may take, and its upstream
        be silent in the middle."""
        self.seconds = seconds
        self.silence_seconds = silence_seconds
        self.none = asyncio.Event()
        """Set while nobody is there."""
        self.none.set()
        self.time = asyncio.get_running_loop().time
        self._at_one_time = at_one_time
        self._open: set[Line] = set()
        self._of_code: Counter[int] = Counter()

    def add(self, line: Line, code: int) -> None:
        """Raises ApiError 429 where too many of the code are under way."""
        if self._at_one_time and self._of_code[code] >= self._at_one_time:
            raise too_many(f"At most {self._at_one_time} requests at one time.", 1)
        self._of_code[code] += 1
        self._open.add(line)
        self.none.clear()

    def remove(self, line: Line, code: int) -> None:
        self._open.discard(line)
        self._of_code[code] -= 1
        if not self._of_code[code]:
            del self._of_code[code]
        if not self._open:
            self.none.set()

    def of_code(self, code: int) -> int:
        return self._of_code[code]

    async def run(self) -> None:
        """Look at all of them, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            at = self.time()
            for line in list(self._open):
                await line.look(at)
