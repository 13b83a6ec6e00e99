"""How it all goes: the first page, and the numbers that its charts are drawn from."""

from collections import Counter
from typing import NamedTuple

from aiohttp import web

from billing import Row
from bot.page_files import HEADERS
from bot.providers.pool.pool import State
from handlers.http.console.gate import Console, Visit, for_admins

_WAITING = (
    "SELECT (SELECT count(*) FROM job WHERE state = 'running') AS running,"
    " (SELECT count(*) FROM job WHERE state = 'queued') AS queued,"
    " (SELECT count(*) FROM relay WHERE state = 'running') AS relays,"
    " (SELECT count(*) FROM delivery WHERE state = 'pending') AS pending,"
    " (SELECT count(*) FROM delivery WHERE state = 'dead') AS dead"
)


class Shown(NamedTuple):
    """A credential, and how it does."""

    row: Row
    live: State | None

    @property
    def health(self) -> str:
        if self.row.state != "enabled":
            return str(self.row.state)
        if self.live is None:
            return "unreadable"
        return "refused" if self.live.refused else "cooling" if self.live.cooling else "usable"


async def credentials(console: Console) -> list[Shown]:
    live = {state.credential.id: state for state in console.operator.upstreams.live()}
    return [Shown(row, live.get(row.id)) for row in await console.operator.upstreams.listed()]


def counted(shown: list[Shown]) -> dict[str, int]:
    """Of usable, cooling and disabled ones; who can't be used for whatever reason is disabled."""
    counts = Counter(one.health for one in shown)
    usable, cooling = counts["usable"], counts["cooling"]
    return {"usable": usable, "cooling": cooling, "disabled": len(shown) - usable - cooling}


async def _page(visit: Visit) -> web.StreamResponse:
    waiting = await visit.console.storage.fetch_one(_WAITING)
    counts = counted(await credentials(visit.console))
    return await visit.page("overview.html", page="overview", waiting=waiting, counts=counts)


async def _figures(visit: Visit) -> web.StreamResponse:
    """Minutes since 1970, jobs, relayed requests, millitokens, failures and the queue of each."""
    console = visit.console
    waiting = await console.storage.fetch_one(_WAITING)
    assert waiting is not None
    shown = await console.minutes.shown() | {
        "waiting": waiting._asdict(), "credentials": counted(await credentials(console)),
        "audit": console.watch.wrong, "stops": console.watch.stops,
    }  # fmt: skip
    return web.json_response(shown, headers={**HEADERS, "Cache-Control": "no-store"})


page, figures = for_admins(_page), for_admins(_figures)
