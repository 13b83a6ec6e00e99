"""An answer at once: read whole, looked at for what it was, charged, and handed on as it came."""

from aiohttp import web

from bot.providers.pool.reply import Reply
from handlers.http.gateway.asking import Given
from handlers.http.gateway.kinds import Kind
from handlers.http.gateway.lines import Left, Line
from handlers.http.gateway.metering import Meter


async def answer(
    line: Line, given: Given, kind: Kind, meter: Meter, reply: Reply, headers: dict[str, str]
) -> web.Response:
    """Raises a ProviderError where it is no answer."""
    body = await reply.read(kind.answer_most)
    line.take_your_time()
    if line.gone:
        raise Left  # an answer of which nothing arrives is free
    if reply.status >= 400:  # the request's own mistake, in the upstream's words
        await meter.end("refused")
    else:
        await meter.end("answered", kind.units(given, body))
    media = reply.headers.get("Content-Type", "application/json")
    return web.Response(
        body=body, status=reply.status, headers={"Content-Type": media, **headers, **meter.headers()}
    )
