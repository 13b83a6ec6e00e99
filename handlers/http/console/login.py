"""In and out."""

import structlog
from aiohttp import web

from bot import console_sessions
from bot.clock import now
from bot.page_files import HEADERS
from handlers.http.console.browser import check_origin, check_place, let_in, let_out
from handlers.http.console.gate import CONSOLE, Visit, for_admins, posted, said_to_people
from handlers.http.console.rendering import rendered
from handlers.http.origin import client_address

log = structlog.get_logger()


async def _page(request: web.Request) -> web.StreamResponse:
    check_place(request)
    return rendered("login.html", base=request.app[CONSOLE].prefix, refused=False)


async def _enter(request: web.Request) -> web.StreamResponse:
    """The link's secret for a session. Who guesses is blocked like one who guesses API codes."""
    console = request.app[CONSOLE]
    check_place(request)
    check_origin(request)
    address = client_address(request)
    await console.blocks.request(address)
    secret = (await posted(request)).get("link")
    entered = None
    if isinstance(secret, str) and 0 < len(secret) < 100:
        entered = await console.storage.write(console_sessions.enter, secret, now())
    if entered is None or entered.admin not in console.admin_ids:
        await console.blocks.bad_code(address)
        return rendered("login.html", 403, base=console.prefix, refused=True)
    log.info("console", admin=entered.admin, act="came in")
    response = web.Response(status=303, headers={**HEADERS, "Location": console.prefix + "/console"})
    let_in(request, response, entered.secret)
    return response


async def _leave(visit: Visit) -> web.StreamResponse:
    if visit.word("everywhere"):
        await visit.console.storage.write(console_sessions.leave_everywhere, visit.admin)
    else:
        await visit.console.storage.write(console_sessions.leave, visit.session)
    log.info("console", admin=visit.admin, act="left")
    path = visit.console.prefix + "/console/login"
    response = web.Response(status=303, headers={**HEADERS, "Location": path})
    let_out(visit.request, response)
    return response


page, enter, leave = said_to_people(_page), said_to_people(_enter), for_admins(_leave)
