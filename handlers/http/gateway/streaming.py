"""An answer event by event: each goes on as it came, and is looked at once for what it costs.

The program may leave at any time. The upstream is then left too, unless only its report is still to come;
what was produced by then is paid, and an answer of which nothing has arrived is free.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

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
        self, request: web.Request, line: Line, given: Given, kind: Kind, meter: Meter, deadline: float,
        broke_off: Callable[[ProviderError], None],
    ) -> None:  # fmt: skip
        """`deadline` by the loop's clock; `broke_off` hears of an upstream that failed in the middle."""
        self._request = request
        self._deadline = deadline
        self._broke_off = broke_off
        self._line = line
        self._given = given
        self._kind = kind
        self._meter = meter
        self._seen = StreamMeter(kind.stream_words, keep_usage=given.wants_usage)
        self._events = Events()

    async def run(self, reply: Reply, headers: dict[str, str]) -> web.StreamResponse:
        try:
            async with asyncio.timeout_at(self._deadline):
                await self._relay(reply, headers)
        except Left:
            await self._after_leaving(reply)
        except asyncio.CancelledError:
            if not self._line.take_leave():
                raise
            await self._after_leaving(reply)
        except (ProviderError, TimeoutError) as error:
            if self._line.response is None:
                raise
            await self._break_off(error)
        else:
            await self._meter.end("answered", self._units())
        response = self._line.response or web.Response(status=499)
        if not self._line.hung_up:
            await _finish(response)
        return response

    async def _relay(self, reply: Reply, headers: dict[str, str]) -> None:
        async for event in self._incoming(reply):
            if not self._seen.take(event):
                continue
            if self._line.response is None:
                await self._begin(reply, headers)
            await self._line.write(event)
        if self._seen.failed:
            raise _Failed("The upstream broke off its answer.")
        if not self._seen.ended:
            raise BadAnswer("The upstream's answer ended before its end.")

    async def _incoming(self, reply: Reply) -> AsyncIterator[bytes]:
        async for piece in reply.pieces(STREAM_MOST):
            for event in self._events.feed(piece):
                yield event
        for event in self._events.last():
            yield event

    async def _begin(self, reply: Reply, headers: dict[str, str]) -> None:
        response = web.StreamResponse(
            status=reply.status,
            headers={"Content-Type": "text/event-stream", **HEADERS, **headers, **self._meter.headers()},
        )
        try:
            await response.prepare(self._request)
        except ConnectionError:
            raise Left from None
        self._line.response = response

    async def _after_leaving(self, reply: Reply) -> None:
        if self._seen.ended and self._seen.usage is None:
            try:
                async with asyncio.timeout(REPORT_SECONDS):
                    async for event in self._incoming(reply):
                        self._seen.take(event)
            except (ProviderError, TimeoutError):
                pass
        arrived = self._line.response is not None and (self._seen.produced or self._seen.ended)
        self._request[ENDED] = "left"
        await self._meter.end("left", self._units() if arrived else None)

    async def _break_off(self, error: Exception) -> None:
        """The fault is not the program's: nothing is charged, and it is told where it has not been."""
        self._request[ENDED] = "failed"
        await self._meter.end("failed")
        ours = error if isinstance(error, ProviderError) else NoAnswer("The answer took too long.")
        self._broke_off(ours)
        if not isinstance(error, _Failed):
            told = said(ours)
            try:
                await self._line.write(told.event())
            except Left:
                return
        assert self._line.response is not None
        await _finish(self._line.response)

    def _units(self) -> Units:
        return self._seen.counted(self._kind.prompt(self._given))


class _Failed(BadAnswer):
    """The upstream has said so itself, and the program has read it."""


async def _finish(response: web.StreamResponse) -> None:
    try:
        await response.write_eof()
    except ConnectionError:
        log.info("a program left at the very end")
