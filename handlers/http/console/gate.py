"""Who may come into the console, and what a browser must prove before anything is changed.

The link's secret stands behind a `#`, which browsers send nowhere: a script hands it in by POST once the
admin has clicked, so that no log, no Referer and no preview of the link ever has it. The cookie holds the
session's secret; of both only digests are stored. Whatever changes something needs the session's own word in
the form, and must come from our own pages.
"""

import hmac
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web

from billing.errors import Refusal
from bot import console_sessions
from bot.blocks import Blocked, Blocks
from bot.clock import now
from bot.minutes import Minutes
from bot.operator import Operator
from bot.page_files import HEADERS
from bot.price_lists import PriceLists
from bot.providers.pool.pool import Pool
from bot.storage import Storage
from bot.watch import Watch
from handlers.http.auth import too_many
from handlers.http.bodies import BadBody, read_body
from handlers.http.console.browser import check_origin, check_place, cookie_name, csrf_of, is_script
from handlers.http.console.rendering import rendered

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Console:
    """What the pages show and change."""

    storage: Storage
    operator: Operator
    pool: Pool
    price_lists: PriceLists
    watch: Watch
    minutes: Minutes
    blocks: Blocks
    admin_ids: Collection[int]
    prefix: str = ""
    """Of every path here: API_PREFIX."""
    admin_secret: str = ""
    """With which scripts get at /tokens; "": none do."""


CONSOLE = web.AppKey("console", Console)


@dataclass(frozen=True, slots=True)
class Visit:
    """An admin, a page, and what was posted to it."""

    request: web.Request
    console: Console
    admin: int
    session: bytes
    """The digest."""
    csrf: str
    told: str
    given: dict[str, Any]

    def word(self, name: str) -> str:
        value = self.given.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """Raises 400."""
        word = self.word(name)
        if not word.isascii() or not word.isdigit() or len(word) > 15:
            raise web.HTTPBadRequest(reason=f"{name} is a number")
        return int(word)

    async def page(self, template: str, **values: Any) -> web.Response:
        """What came of the last act is said once."""
        if self.told:
            await self.console.storage.write(console_sessions.tell, self.session, "")
        shared: dict[str, Any] = {
            "base": self.console.prefix, "csrf": self.csrf, "told": self.told, "admin": self.admin,
            "wrong": self.console.watch.wrong, "at": now(),
        }  # fmt: skip
        return rendered(template, **(shared | values))

    async def back(self, path: str, told: str = "", act: str = "") -> web.Response:
        """On to a page, which says what was done."""
        if told:
            await self.console.storage.write(console_sessions.tell, self.session, told[:500])
        if act:
            log.info("console", admin=self.admin, act=act)
        raise web.HTTPSeeOther(self.console.prefix + path, headers=HEADERS)


Take = Callable[[Visit], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def for_admins(take: Take) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await take(await visit(request))
        except NotIn:
            if is_script(request):
                raise web.HTTPUnauthorized(reason="Ask the bot for a link with /console.") from None
            path = request.app[CONSOLE].prefix + "/console/login"
            raise web.HTTPSeeOther(path, headers=HEADERS) from None
        except Refusal as refusal:
            raise web.HTTPConflict(reason=str(refusal)) from None

    return said_to_people(handle)


def said_to_people(handler: Handler) -> Handler:
    """What goes wrong is a page for a browser that shows it, and JSON for all else."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Blocked as blocked:
            error: web.HTTPException = too_many(blocked)
        except web.HTTPException as raised:
            error = raised
        if error.status < 400 or is_script(request):
            raise error
        prefix = request.app[CONSOLE].prefix
        return rendered("wrong.html", error.status, base=prefix, reason=error.reason)

    return handle


class NotIn(Exception):
    """Nobody's session: it has run out or was ended, or there never was one."""


async def visit(request: web.Request) -> Visit:
    """Raises NotIn; 403 where it was not asked for by our own page; 400."""
    console = request.app[CONSOLE]
    check_place(request)
    secret = request.cookies.get(cookie_name(request), "")
    digest = console_sessions.digest(secret)
    row = await console.storage.fetch_one(console_sessions.FIND, digest=digest, now=now()) if secret else None
    if row is None or row.admin not in console.admin_ids:
        raise NotIn
    csrf, given = csrf_of(secret), {}
    if request.method not in ("GET", "HEAD"):
        check_origin(request)
        given = await posted(request)
        shown = request.headers.get("X-CSRF") or given.get("csrf")
        if not isinstance(shown, str) or not hmac.compare_digest(
            shown.encode(errors="replace"), csrf.encode()
        ):
            raise web.HTTPForbidden(reason="This page is too old. Load it again.")
    return Visit(request, console, row.admin, digest, csrf, row.told, given)


async def posted(request: web.Request) -> dict[str, Any]:
    try:
        return await read_body(request)
    except BadBody as bad:
        raise web.HTTPBadRequest(reason=str(bad)) from None
