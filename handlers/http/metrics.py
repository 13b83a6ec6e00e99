"""/metrics, for Prometheus, at an address of its own: never on the door that customers' programs use."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, exposition

from bot.settings import Settings
from handlers.http.app import serve
from handlers.http.metric_families import MetricFamilies, Sources


@asynccontextmanager
async def open_metrics(settings: Settings, sources: Sources) -> AsyncIterator[str]:
    """Where they are; "" where no METRICS_PORT is set."""
    if settings.metrics_port is None:
        yield ""
        return
    app, host = make_metrics_app(sources), settings.metrics_host
    async with serve(app, host, settings.metrics_port, "METRICS_PORT") as port:
        yield f"http://{host}:{port}/metrics"


def make_metrics_app(sources: Sources) -> web.Application:
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    registry.register(MetricFamilies(sources))
    one_at_a_time = asyncio.Lock()

    async def show(request: web.Request) -> web.Response:
        encode, media = exposition.choose_encoder(request.headers.get("Accept", ""))
        async with one_at_a_time:
            await sources.books.read(sources.storage)
        return web.Response(body=encode(registry), headers={"Content-Type": media})

    app = web.Application()
    app.router.add_get("/metrics", show)
    return app
