"""API codes: found, paused, resumed, revoked."""

from urllib.parse import quote

from aiohttp import web

from billing import codes
from bot.clock import now
from handlers.http.console.gate import Visit, for_admins

PATH = "/console/codes"
WORDS_MOST = 64


async def _page(visit: Visit) -> web.StreamResponse:
    asked = visit.request.query.get("q", "").strip()[:WORDS_MOST]
    found = await visit.console.storage.write(codes.searched, asked, now())
    return await visit.page("codes.html", page="codes", found=found, asked=asked, most=codes.SEARCHED_MOST)


async def _change(visit: Visit) -> web.StreamResponse:
    code, does = visit.number("code"), visit.word("does")
    storage = visit.console.storage
    match does:
        case "pause" | "resume":
            at = now() if does == "pause" else None
            done = await storage.write(codes.pause, code, None, at)
        case "revoke":
            done = await visit.console.operator.revoke(code)
        case _:
            raise web.HTTPBadRequest(reason="does is pause, resume or revoke")
    told = f"Code {code}: {does}d." if done else f"Code {code} has been revoked, or there is none."
    path = f"{PATH}?q={quote(visit.word('q')[:WORDS_MOST])}" if visit.word("q") else PATH
    return await visit.back(path, told, f"{does} code {code}")


page, change = for_admins(_page), for_admins(_change)
