"""What anybody may see: what this is, whether it is well, and the files that jobs produced."""

import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.clock import now
from bot.files import EXTENSIONS, Files
from bot.watch import Watch
from handlers.http import documentation
from handlers.http.account import STORAGE


class State:
    """What /healthz and /readyz tell, kept by those who know."""

    def __init__(self, watch: Watch, *, sandbox: bool) -> None:
        self.sandbox = sandbox
        self.watch = watch


FILES = web.AppKey("files", Files)
STATE = web.AppKey("state", State)
ROUTES = web.RouteTableDef()

NAME = re.compile(r"[A-Za-z0-9_-]{43}\.(?:" + "|".join(EXTENSIONS.values()) + ")")
WHAT = "A Telegram bot with built-in billing, and an HTTP API over the same ledger."
PLACES = {
    "chat": "talk to the models, with an API code",
    "docs": "the API for programs; in Persian: docs/fa",
    "openapi.json": "the same for machines",
    "v1/models": "the OpenAI API, for programs that know it: set base_url to /v1",
    "api/v1/account": "your balance, with Authorization: Bearer and an API code",
    "healthz": "is it well?",
    "readyz": "does it take requests?",
}
SANDBOX = {"sandbox": "talk to the bot, as in Telegram"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=3600",
    "Referrer-Policy": "no-referrer",
}


@ROUTES.get("/")
async def front(request: web.Request) -> web.Response:
    """In the sandbox a browser is led to its page; all that there is stands here."""
    is_browser = "text/html" in request.headers.get("Accept", "")
    sandbox = request.app[STATE].sandbox
    if sandbox and is_browser:
        raise web.HTTPFound("sandbox")
    places = SANDBOX | PLACES if sandbox else PLACES
    if is_browser:
        return web.Response(text=_front_page(places), content_type="text/html", headers=documentation.HEADERS)
    lines = [f"/{path:<16} {what}" for path, what in places.items()]
    return web.Response(text="\n".join([WHAT, *lines, ""]))


def _front_page(places: Mapping[str, str]) -> str:
    """Links are told from here, wherever that is: a prefix may stand before."""
    rows = "".join(f"<tr><td><a href='{path}'><code>/{path}</code></a><td>{places[path]}" for path in places)
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Telegram bot</title>"
        "<meta name=viewport content='width=device-width'>"
        f"<style>{documentation.STYLE}</style><h1>{WHAT}</h1><table>{rows}</table>"
    )


@ROUTES.get("/healthz")
async def health(request: web.Request) -> web.Response:
    """200 while requests are answered and the books are right, else 503."""
    await request.app[STORAGE].fetch_one("SELECT 1")
    wrong = request.app[STATE].watch.wrong
    body: dict[str, Any] = {"status": "wrong" if wrong else "ok", "audit": wrong}
    return web.json_response(body, status=503 if wrong else 200)


@ROUTES.get("/readyz")
async def ready(request: web.Request) -> web.Response:
    """200 while new requests are taken, 503 while the audit's alarm stops them."""
    watch = request.app[STATE].watch
    body = {"status": "stopped" if watch.stops else "ready", "audit": watch.wrong}
    return web.json_response(body, status=503 if watch.stops else 200)


@ROUTES.get("/files/{name}")
async def file(request: web.Request) -> web.StreamResponse:
    """A produced file, until it expires; ranges are served."""
    name = request.match_info["name"]
    row = None
    if NAME.fullmatch(name):
        row = await request.app[STORAGE].fetch_one(
            "SELECT media FROM file WHERE name = :name AND expires_at > :now", name=name, now=now()
        )
    path = request.app[FILES].path(name)
    if row is None or not path.is_file():
        raise web.HTTPNotFound(reason="No such file, or it has expired.")
    return web.FileResponse(path, headers={**HEADERS, "Content-Type": row.media})
