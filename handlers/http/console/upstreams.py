"""The pool's credentials: seen, added many at once, tested, switched off and on, forgotten."""

from aiohttp import web

from bot.credential_lines import BadLine, read_lines
from bot.providers.pool.credential import SETTINGS
from handlers.http.console.gate import Console, Visit, for_admins
from handlers.http.console.overview import counted, credentials
from handlers.upstream_lines import change

PATH = "/console/upstreams"


async def _page(visit: Visit) -> web.StreamResponse:
    shown = await credentials(visit.console)
    known = {one.row.name: one.row.base_url for one in shown if one.row.name != SETTINGS}
    return await visit.page(
        "upstreams.html", page="upstreams", shown=shown, counts=counted(shown), known=known, settings=SETTINGS
    )


async def _add(visit: Visit) -> web.StreamResponse:
    told = await add(visit.console, visit.word("name"), visit.word("base_url"), visit.word("text"))
    return await visit.back(PATH, told, "added credentials")


async def add(console: Console, name: str, base_url: str, text: str) -> str:
    """What came of it, in a sentence; raises nothing: nothing of the text is repeated."""
    try:
        new = read_lines(text)
        added = await console.operator.upstreams.add(name, base_url, new)
    except (BadLine, ValueError) as error:
        return f"Nothing was added: {error}."
    return f"{added} added." + (f" {len(new) - added} were there already." if added < len(new) else "")


async def _change(visit: Visit) -> web.StreamResponse:
    """One credential: `does` is test, enable, disable or remove."""
    does, credential = visit.word("does"), visit.number("credential")
    upstreams = visit.console.operator.upstreams
    if does == "test":
        wrong = await upstreams.test(credential)
        told = f"Credential {credential}: {wrong or 'it is well.'}"
    elif does in ("enable", "disable", "remove"):
        told = await change(upstreams, does, credential)
    else:
        raise web.HTTPBadRequest(reason="does is test, enable, disable or remove")
    return await visit.back(PATH, told, f"{does} credential {credential}")


async def _clear(visit: Visit) -> web.StreamResponse:
    cleared = await visit.console.operator.upstreams.clear()
    told = f"{cleared} removed. What the settings give can only be disabled."
    return await visit.back(PATH, told, "removed all credentials")


page, add_many, change_one, clear = (
    for_admins(_page), for_admins(_add), for_admins(_change), for_admins(_clear)
)  # fmt: skip
