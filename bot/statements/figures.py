"""What moved in a month, from the ledger alone: opening balance, movements, closing balance, and their sums.

Movements are read in pages: somebody's program may have made a hundred thousand in a month.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from billing import Row
from billing.ledger import account_of
from bot.clock import DAY
from bot.statements.months import Month
from bot.storage import Storage

PAGE = 5_000
"""Rows that are read at a time."""

_SIDES = (
    "(SELECT id, key, kind, amount, created_at FROM transfer WHERE destination = :account"
    " UNION ALL SELECT id, key, kind, -amount, created_at FROM transfer WHERE source = :account) AS side"
)
_IN_MONTH = "side.created_at >= :begin AND side.created_at < :end AND side.id <= :last"
_LAST = "SELECT coalesce(max(id), 0) AS id FROM transfer"
_BEFORE = f"SELECT coalesce(sum(amount), 0) AS amount FROM {_SIDES} WHERE created_at < :begin AND id <= :last"
_MOVEMENTS = (
    f"SELECT id, kind, amount, created_at FROM {_SIDES} WHERE id > :after AND {_IN_MONTH}"
    " ORDER BY id LIMIT :most"
)
_BY_KIND = (
    "SELECT kind, count(*) AS times, sum(amount) AS amount, amount > 0 AS came"
    f" FROM {_SIDES} WHERE {_IN_MONTH} GROUP BY kind, amount > 0 ORDER BY came DESC, abs(sum(amount)) DESC"
)
_BY_DAY = (
    "SELECT created_at / :day AS day, kind, count(*) AS times, sum(amount) AS amount, max(id) AS id"
    f" FROM {_SIDES} WHERE {_IN_MONTH} GROUP BY day, kind, amount > 0 ORDER BY day, id"
)
_USE = (
    "SELECT side.created_at / :day AS day, job.kind, sum(-side.amount) AS amount"
    f" FROM {_SIDES} JOIN job ON job.id = CAST(substr(side.key, 13) AS INTEGER)"
    " WHERE side.kind = 'capture' AND substr(side.key, 1, 12) = 'capture:job:'"
    f" AND {_IN_MONTH} GROUP BY day, job.kind"
)


class Movement(NamedTuple):
    """Millitokens, `amount` with its sign; `balance` is what it left. `times` of them in one line."""

    at: int
    kind: str
    amount: int
    balance: int
    times: int = 1


class Total(NamedTuple):
    """All of one kind, in one direction."""

    kind: str
    times: int
    amount: int


class Use(NamedTuple):
    """What answers of a kind (`text`, `image`, `voice`) cost on a day, counted from the month's first."""

    day: int
    kind: str
    amount: int


class Figures(NamedTuple):
    """Millitokens. `opening` and the totals' amounts are `closing`."""

    opening: int
    totals: list[Total]
    use: list[Use]

    @property
    def came(self) -> int:
        return sum(total.amount for total in self.totals if total.amount > 0)

    @property
    def went(self) -> int:
        return -sum(total.amount for total in self.totals if total.amount < 0)

    @property
    def closing(self) -> int:
        return self.opening + self.came - self.went

    @property
    def movements(self) -> int:
        return sum(total.times for total in self.totals)


class Account:
    """One customer's side of the ledger in one month, as of one instant though it is read piece by piece."""

    def __init__(self, storage: Storage, customer: int, month: Month, last: int) -> None:
        self._storage = storage
        self._bounds = {
            "account": account_of(customer), "begin": month.begin, "end": month.end, "last": last,
        }  # fmt: skip
        self._first_day = month.begin // DAY

    @classmethod
    async def as_of_now(cls, storage: Storage, customer: int, month: Month) -> "Account":
        row = await storage.fetch_one(_LAST)
        assert row is not None
        return cls(storage, customer, month, row.id)

    async def figures(self) -> Figures:
        before = await self._storage.fetch(_BEFORE, **self._bounds)
        totals = await self._storage.fetch(_BY_KIND, **self._bounds)
        use = await self._storage.fetch(_USE, day=DAY, **self._bounds)
        return Figures(
            int(before[0].amount),
            [Total(row.kind, row.times, row.amount) for row in totals],
            [Use(row.day - self._first_day, row.kind, row.amount) for row in use],
        )

    async def movements(self, opening: int) -> AsyncIterator[list[Movement]]:
        """All of them in their order, a page at a time."""
        after, balance = 0, opening
        while rows := await self._storage.fetch(_MOVEMENTS, after=after, most=PAGE, **self._bounds):
            page = await asyncio.to_thread(_balanced, rows, balance)
            yield page
            after, balance = rows[-1].id, page[-1].balance

    async def by_day(self, opening: int) -> list[Movement]:
        """A line for each kind and day; `balance` is that after the line."""
        lines, balance = [], opening
        for row in await self._storage.fetch(_BY_DAY, day=DAY, **self._bounds):
            balance += row.amount
            lines.append(Movement(row.day * DAY, row.kind, row.amount, balance, row.times))
        return lines


def _balanced(rows: Sequence[Row], balance: int) -> list[Movement]:
    movements = []
    for row in rows:
        balance += row.amount
        movements.append(Movement(row.created_at, row.kind, row.amount, balance))
    return movements
