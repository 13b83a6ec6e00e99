"""What is being answered right now, what was last, and how answers go to programs' addresses."""

from aiohttp import web

from bot import deliveries
from bot.clock import now
from bot.under_way import under_way
from handlers.http.console.gate import Visit, for_admins

DELIVERIES = "/console/deliveries"


async def _page(visit: Visit) -> web.StreamResponse:
    seen = await under_way(visit.console.storage)
    return await visit.page("requests.html", page="requests", **seen._asdict())


async def _deliveries(visit: Visit) -> web.StreamResponse:
    storage = visit.console.storage
    waiting = await storage.fetch(deliveries.UNFINISHED, most=100)
    last = await storage.write(deliveries.listed, None, 20)
    paused = await storage.write(deliveries.paused, None, now(), 50)
    return await visit.page(
        "deliveries.html", page="deliveries", waiting=waiting, last=last, paused=paused, ours=deliveries.DOOR
    )


async def _repeat(visit: Visit) -> web.StreamResponse:
    job, does = visit.number("job"), visit.word("does")
    act = deliveries.resume if does == "resume" else deliveries.repeat
    done = await visit.console.storage.write(act, job, None, now())
    told = "It is tried again now." if done else "It is on its way, or there is no such delivery."
    return await visit.back(DELIVERIES, told, f"repeat delivery {job}")


page, deliveries_page, repeat = for_admins(_page), for_admins(_deliveries), for_admins(_repeat)
