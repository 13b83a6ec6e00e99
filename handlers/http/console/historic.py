"""/tokens: the paths with which other proxies' credentials were kept, for scripts that know them.

"Tokens" are theirs, credentials here. An admin's session opens them, or ADMIN_SECRET as a Bearer.
"""

import hmac

from aiohttp import web

from bot.blocks import Blocked
from bot.providers.pool.credential import SETTINGS
from handlers.http.auth import too_many
from handlers.http.console.gate import CONSOLE, Console, Handler, NotIn, posted, visit
from handlers.http.console.overview import counted, credentials
from handlers.http.console.upstreams import add
from handlers.http.origin import client_address

NAME = "tokens"
"""Of the upstream that uploaded credentials belong to, unless the script gives another."""


def _for_scripts(take: Handler) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            await _admit(request)
            return await take(request)
        except Blocked as blocked:
            raise too_many(blocked) from None
        except NotIn:
            raise web.HTTPUnauthorized(
                reason="This is for admins: the console's session, or ADMIN_SECRET.",
                headers={"WWW-Authenticate": "Bearer"},
            ) from None

    return handle


async def _admit(request: web.Request) -> None:
    """Raises NotIn, Blocked; 403 for what a page elsewhere has made a browser send."""
    console = request.app[CONSOLE]
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        await visit(request)
        return
    address = client_address(request)
    await console.blocks.request(address)
    known = console.admin_secret.encode()
    if not known or not hmac.compare_digest(secret.strip().encode(errors="replace"), known):
        await console.blocks.bad_code(address)
        raise NotIn


async def _count(console: Console) -> web.Response:
    usable = counted(await credentials(console))["usable"]
    return web.json_response({"status": "success", "tokens_count": usable})


@_for_scripts
async def count(request: web.Request) -> web.StreamResponse:
    return await _count(request.app[CONSOLE])


@_for_scripts
async def upload(request: web.Request) -> web.StreamResponse:
    """`text`: one a line; `base_url` and `name` of the upstream, else the settings' server."""
    console, given = request.app[CONSOLE], await posted(request)
    servers = {one.row.name: one.row.base_url for one in await credentials(console)}
    name, base_url = given.get("name") or NAME, given.get("base_url") or servers[SETTINGS]
    told = await add(console, str(name), str(base_url), str(given.get("text", "")))
    if told.startswith("Nothing"):
        raise web.HTTPBadRequest(reason=told)
    return await _count(console)


@_for_scripts
async def clear(request: web.Request) -> web.StreamResponse:
    await request.app[CONSOLE].operator.upstreams.clear()
    return await _count(request.app[CONSOLE])


@_for_scripts
async def errors(request: web.Request) -> web.StreamResponse:
    """Those that are not used: refused, or switched off."""
    shown = await credentials(request.app[CONSOLE])
    wrong = [one.row.shown for one in shown if one.health not in ("usable", "cooling")]
    return web.json_response({"status": "success", "error_tokens": wrong})
