"""What the console's charts show: a row a minute of what has happened, made from numbers that cost nothing
to read, whatever the load."""

from collections.abc import Callable
from typing import Any, NamedTuple

from billing import Connection, Row
from billing.ledger import SALES
from bot.clock import DAY, MINUTE, now
from bot.storage import Storage

KEPT = 30 * DAY
SHOWN = 24 * 60
"""Minutes."""

_COUNT = (
    "SELECT (SELECT coalesce(max(id), 0) FROM job) AS jobs,"
    " (SELECT coalesce(max(id), 0) FROM relay) AS relays,"
    " (SELECT posted FROM account WHERE id = :sales) AS captured,"
    " (SELECT count(*) FROM job WHERE state = 'queued') AS queued"
)
"""Numbers of rows are never given twice, so that the highest counts them."""


class Counted(NamedTuple):
    """All that there ever was."""

    jobs: int
    relays: int
    captured: int
    failed: int


class Minutes:
    def __init__(self, storage: Storage, failed: Callable[[], int]) -> None:
        """`failed`: how many requests upstreams have failed so far, in this run of the program."""
        self._storage = storage
        self._failed = failed
        self._before: Counted | None = None

    async def take(self) -> None:
        """Write down what has happened since the last time; the first time only begins to count."""
        counted, queued = await self._count()
        before, self._before = self._before, counted
        if before is not None:
            await self._storage.write(_keep, now() // MINUTE, _since(before, counted), queued)

    async def shown(self) -> dict[str, Any]:
        """The minutes of the last day, oldest first, the last of them not over yet; those in which nothing
        was counted are missing."""
        at = now() // MINUTE
        rows = await self._storage.fetch(_SHOWN, since=at - SHOWN)
        counted, queued = await self._count()
        fresh = _since(self._before or counted, counted)
        minutes = [list(row) for row in rows]
        if minutes and minutes[-1][0] == at:
            last = minutes.pop()
            fresh = Counted(*(one + more for one, more in zip(fresh, last[1:5], strict=True)))
        return {"now": at, "minutes": [*minutes, [at, *fresh, queued]]}

    async def _count(self) -> tuple[Counted, int]:
        row: Row | None = await self._storage.fetch_one(_COUNT, sales=SALES)
        assert row is not None
        return Counted(row.jobs, row.relays, row.captured, self._failed()), row.queued


_SHOWN = (
    "SELECT minute, jobs, relays, captured, failed, queued FROM figure WHERE minute > :since ORDER BY minute"
)


def _since(before: Counted, counted: Counted) -> Counted:
    """Never below zero: what a removed credential had failed is not counted any more."""
    return Counted(*(max(0, new - old) for new, old in zip(counted, before, strict=True)))


def _keep(conn: Connection, minute: int, fresh: Counted, queued: int) -> None:
    conn.run(
        "INSERT INTO figure (minute, jobs, relays, captured, failed, queued)"
        " VALUES (:minute, :jobs, :relays, :captured, :failed, :queued)"
        " ON CONFLICT (minute) DO UPDATE SET jobs = figure.jobs + :jobs, relays = figure.relays + :relays,"
        " captured = figure.captured + :captured, failed = figure.failed + :failed, queued = :queued",
        minute=minute, queued=queued, **fresh._asdict(),
    )  # fmt: skip
    conn.run("DELETE FROM figure WHERE minute < :minute", minute=minute - KEPT // MINUTE)
