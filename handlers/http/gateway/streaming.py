"""An answer event by event: each goes on as it came, and is looked at once for what it costs.

The program may leave at any time. The upstream is then left too, unless only its report is still to come;
what was produced by then is paid, and an answer of which nothing has arrived is free.
"""

import asyncio
from collections.abc import Callable

import structlog
from aiohttp import web

from billing.model_prices import Units
from bot.providers.errors import BadAnswer, NoAnswer, ProviderError
from bot.providers.pool.reply import Reply
from handlers.http.gateway.asking import Given
from handlers.http.gateway.errors import said
from handlers.http.gateway.events import Events
from handlers.http.gateway.kinds import Kind
from handlers.http.gateway.lines import Left, Line
from handlers.http.gateway.metering import Meter
from handlers.http.gateway.usage import StreamMeter
from handlers.http.measured import ENDED

log = structlog.get_logger()

STREAM_MOST = 256 * 1024 * 1024
REPORT_SECONDS = 5.0
"""How long a report of usage is waited for after the answer's end, when the program has left."""
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class Relaying:
    """One stream. `run` raises only where nothing has been sent yet."""

    def __init__(
        self, line: Line, given: Given, kind: Kind, meter: Meter, broke_off: Callable[[ProviderError], None]
    ) -> None:
        """`broke_off` hears of an upstream that failed in the middle."""
        self._broke_off = broke_off
        self._line = line
        self._given = given
        self._kind = kind
        self._meter = meter
        self._seen = StreamMeter(kind.stream_words, keep_usage=given.wants_usage)
        self._events = Events()
        self._room = STREAM_MOST

    async def run(self, reply: Reply, headers: dict[str, str]) -> web.StreamResponse:
        reply.may_be_silent()
        self._line.heard()
        try:
            await self._relay(reply, headers)
        except Left:
            await self._after_leaving(reply)
        except asyncio.CancelledError:
            why = self._line.why()
            if why is None:
                raise
            await (self._after_leaving(reply) if isinstance(why, Left) else self._interrupted(why))
        except ProviderError as error:
            await self._interrupted(error)
        else:
            await self._meter.end("answered", self._units())
        if not await self._line.finish():
            log.info("a program left at the very end")
        return self._line.response or web.Response(status=499)

    async def _relay(self, reply: Reply, headers: dict[str, str]) -> None:
        piece = b"any"
        while piece:
            piece = await reply.more(self._room)
            wanted = self._seen.take(self._cut(piece))
            if wanted and self._line.response is None:
                await self._begin(reply, headers)
            if wanted and not self._line.wrote_at_once(wanted):
                await self._line.write(wanted)
        self._line.take_your_time()
        if self._seen.failed:
            raise _Failed("The upstream broke off its answer.")
        if not self._seen.ended:
            raise BadAnswer("The upstream's answer ended before its end.")

    def _cut(self, piece: bytes) -> list[bytes]:
        """The events that are whole with it; an empty one is the end."""
        if not piece:
            return self._events.last()
        self._line.heard()
        self._room -= len(piece)
        return self._events.feed(piece)

    async def _begin(self, reply: Reply, headers: dict[str, str]) -> None:
        media = {"Content-Type": "text/event-stream"}
        all_headers = {**media, **HEADERS, **headers, **self._meter.headers()}
        await self._line.begin(web.StreamResponse(status=reply.status, headers=all_headers))

    async def _after_leaving(self, reply: Reply) -> None:
        self._line.let_be()
        if self._seen.ended and self._seen.usage is None:
            try:
                async with asyncio.timeout(REPORT_SECONDS):
                    piece = b"any"
                    while piece:
                        piece = await reply.more(self._room)
                        self._seen.take(self._cut(piece))
            except (ProviderError, TimeoutError):
                pass
        arrived = self._line.response is not None and (self._seen.produced or self._seen.ended)
        self._line.request[ENDED] = "left"
        await self._meter.end("left", self._units() if arrived else None)

    async def _interrupted(self, error: Exception) -> None:
        """An upstream that says no more, or hangs up, after the end: nothing of the answer is missing."""
        if not self._seen.ended or self._seen.failed:
            return await self._break_off(error)
        self._line.take_your_time()
        return await self._meter.end("answered", self._units())

    async def _break_off(self, error: Exception) -> None:
        """The fault is not the program's: nothing is charged, and it is told where it has not been."""
        if self._line.response is None:
            raise error
        self._line.take_your_time()
        self._line.request[ENDED] = "failed"
        await self._meter.end("failed")
        ours = error if isinstance(error, ProviderError) else NoAnswer("The answer took too long.")
        self._broke_off(ours)
        if not isinstance(error, _Failed):
            try:
                await self._line.write([said(ours).event()])
            except Left:
                return

    def _units(self) -> Units:
        return self._kind.units_of_stream(self._given, self._seen)


class _Failed(BadAnswer):
    """The upstream has said so itself, and the program has read it."""
