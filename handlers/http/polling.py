"""Jobs as their programs see them: asked after, and cancelled."""

from typing import Any

from aiohttp import web

from billing import Row
from bot.clock import now
from bot.jobs import Jobs
from handlers.http.account import STORAGE
from handlers.http.answers import COLUMNS, FILES, answer_of
from handlers.http.auth import DOORKEEPER
from handlers.http.codes import when
from handlers.http.site import SITE

JOBS = web.AppKey("jobs", Jobs)
ROUTES = web.RouteTableDef()
ONE = r"/api/v1/jobs/{id:\d{1,18}}"

_JOB = (
    f"SELECT {COLUMNS}, job.customer, delivery.state AS delivery, delivery.attempts, delivery.status,"
    " delivery.error AS trouble, delivery.next_at,"
    " (SELECT count(*) FROM job AS before WHERE before.state = 'queued' AND before.kind = job.kind"
    "   AND before.id <= job.id AND job.state = 'queued') AS turn"
    " FROM job LEFT JOIN delivery ON delivery.job = job.id WHERE job.id = :id AND job.code = :code"
)


@ROUTES.get(ONE)
async def look(request: web.Request) -> web.Response:
    """The job's state and place in the queue, and its answer once there is one."""
    row = await _row(request)
    return web.json_response(await _seen(request, row), headers={"Cache-Control": "no-store"})


@ROUTES.delete(ONE)
async def cancel(request: web.Request) -> web.Response:
    """Cancel a job that has not been begun; its tokens return."""
    row = await _row(request)
    if not await request.app[JOBS].withdraw(row.id, row.customer):
        raise web.HTTPConflict(reason="This job has been begun already; it can't be cancelled any more.")
    return web.json_response(await _seen(request, await _row(request)))


async def _row(request: web.Request) -> Row:
    """Raises 404 for jobs of other codes, as for those that there are not."""
    caller = await request.app[DOORKEEPER].caller(request)
    number = int(request.match_info["id"])
    row = await request.app[STORAGE].fetch_one(_JOB, id=number, code=caller.code)
    if row is None:
        raise web.HTTPNotFound(reason="There is no such job of this code.")
    return row


async def _seen(request: web.Request, row: Row) -> dict[str, Any]:
    answer = None
    if row.state not in ("queued", "running"):
        files = await request.app[STORAGE].fetch(FILES, job=row.id, now=now())
        answer = answer_of(row, files, request.app[SITE])
    return {"id": row.id, "state": row.state, "turn": row.turn, "answer": answer, "delivery": _delivery(row)}


def _delivery(row: Row) -> dict[str, Any] | None:
    """How it went with the callback; null without one, or before there is an answer."""
    if row.delivery is None:
        return None
    waits = row.delivery == "pending"
    return {
        "state": row.delivery, "tries": row.attempts, "status": row.status, "error": row.trouble,
        "next_at": when(row.next_at) if waits else None,
    }  # fmt: skip
