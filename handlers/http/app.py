"""Every HTTP door on one address: health, files, the account, Telegram's webhook; in the sandbox its page.

API_PREFIX puts every path below a prefix.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from bot.settings import AddressTaken
from handlers.http import account, callback_api, chat, documentation, openapi, pages, polling, voices, webhook
from handlers.http.console import routes as console
from handlers.http.errors import errors_as_json
from handlers.http.gateway import routes as gateway
from handlers.http.measured import REQUESTS, Requests, measured

log = structlog.get_logger()

BODY_MOST = 1 << 20
"""Bytes of a request's body; doors that take more say so themselves."""


def make_app() -> web.Application:
    app = web.Application(client_max_size=BODY_MOST, middlewares=[measured, errors_as_json])
    app[REQUESTS] = Requests()
    for door in (pages, chat, account, callback_api, openapi, documentation, polling, voices, webhook):
        app.add_routes(door.ROUTES)
    app.add_routes(gateway.ROUTES)
    app.add_routes(console.ROUTES)
    return app


def below(prefix: str, app: web.Application) -> web.Application:
    """All of it under a prefix, as `/secret`; whatever is asked for beside it is not found."""
    if not prefix:
        return app
    outer = web.Application(client_max_size=BODY_MOST, middlewares=[errors_as_json])
    outer.add_subapp(prefix, app)
    return outer


@asynccontextmanager
async def serve(app: web.Application, host: str, port: int, setting: str = "HTTP_PORT") -> AsyncIterator[int]:
    """Listen; the port, which the system chose where `port` is 0. `setting`: which gives it."""
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=30, handle_signals=False)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise AddressTaken(f"{host}:{port}: {reason}. Set another {setting}.") from None
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
