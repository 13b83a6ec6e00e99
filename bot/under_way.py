"""What is being done right now, and what was last: jobs and relayed requests, as the operator sees them."""

from typing import NamedTuple

from billing import Row
from bot.storage import Storage

MOST = 100

_JOB = (
    "SELECT job.id, job.kind, job.door, job.state, job.price, job.charged, job.error, job.created_at,"
    " job.started_at, job.ended_at, job.code, customer.telegram_id FROM job"
    " JOIN customer ON customer.id = job.customer"
)
_RELAY = (
    "SELECT relay.id, relay.path, relay.model, relay.state, relay.held, relay.charged, relay.code,"
    " api_code.name, relay.credential, relay.started_at, relay.ended_at, customer.telegram_id FROM relay"
    " JOIN api_code ON api_code.id = relay.code JOIN customer ON customer.id = api_code.customer"
)


class UnderWay(NamedTuple):
    running: list[Row]
    queued: list[Row]
    relays: list[Row]
    ended_jobs: list[Row]
    ended_relays: list[Row]


async def under_way(storage: Storage, last: int = 15) -> UnderWay:
    """At most 100 of each that is under way, and the last that ended."""
    return UnderWay(
        await storage.fetch(_RUNNING, most=MOST),
        await storage.fetch(_QUEUED, most=MOST),
        await storage.fetch(_RELAYED, most=MOST),
        await storage.fetch(f"{_LAST_JOBS} LIMIT :last", last=last),
        await storage.fetch(f"{_LAST_RELAYS} LIMIT :last", last=last),
    )


# By these states there are indexes, which an order by the number alone would not use.
_RUNNING = f"{_JOB} WHERE job.id IN (SELECT id FROM job WHERE state = 'running') ORDER BY job.id LIMIT :most"
_QUEUED = f"{_JOB} WHERE job.id IN (SELECT id FROM job WHERE state = 'queued') ORDER BY job.id LIMIT :most"
_RELAYED = (
    f"{_RELAY} WHERE relay.id IN (SELECT id FROM relay WHERE state = 'running') ORDER BY relay.id LIMIT :most"
)
_LAST_JOBS = f"{_JOB} WHERE job.ended_at IS NOT NULL ORDER BY job.id DESC"
_LAST_RELAYS = f"{_RELAY} WHERE relay.state <> 'running' ORDER BY relay.id DESC"
