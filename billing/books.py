"""The operator's books: what was sold, used, given away and taken back, by day; what is outstanding and owed.

All of it follows from the transfers. On each day

    sold + free − used − refunded  =  what outstanding grew by  −  what owed grew by

because every transfer has two sides: what customers got came from somewhere.
"""

from collections.abc import Sequence
from typing import NamedTuple

from billing import Row

DAY = 24 * 3_600_000

_PAID = "side.%s LIKE 'world:%%' AND side.%s NOT IN ('world:grant', 'world:voucher')"
_FROM_PAYERS, _TO_PAYERS = (_PAID % (end, end) for end in ("source", "destination"))
_DAYS = (
    "SELECT side.created_at / :day AS day,"
    f" coalesce(sum(side.amount) FILTER (WHERE {_FROM_PAYERS} AND side.kind <> 'refund_failed'), 0) AS sold,"
    " coalesce(sum(CASE WHEN side.destination = 'sales' THEN side.amount"
    "   WHEN side.source = 'sales' THEN -side.amount END), 0) AS used,"
    " coalesce(sum(CASE WHEN side.source IN ('world:grant', 'world:voucher') THEN side.amount"
    "   WHEN side.destination IN ('world:grant', 'world:voucher') THEN -side.amount END), 0) AS free,"
    f" coalesce(sum(CASE WHEN {_TO_PAYERS} THEN side.amount"
    f"   WHEN {_FROM_PAYERS} AND side.kind = 'refund_failed' THEN -side.amount END), 0) AS refunded,"
    " coalesce(sum(CASE WHEN side.source LIKE 'debt:%' THEN side.amount"
    "   WHEN side.destination LIKE 'debt:%' THEN -side.amount END), 0) AS owed"
    " FROM transfer AS side WHERE side.created_at >= :since GROUP BY day"
)
_TOTALS = (
    "SELECT coalesce(sum(posted) FILTER (WHERE kind = 'customer'), 0) AS outstanding,"
    " coalesce(sum(held), 0) AS held,"
    " coalesce(sum(-posted) FILTER (WHERE id LIKE 'debt:%'), 0) AS debt,"
    " (SELECT coalesce(sum(stars), 0) FROM payment WHERE state IN ('credited', 'refund_failed')) AS stars"
    " FROM account"
)
BOOKS = (
    "SELECT moved.day, moved.sold, moved.used, moved.free, moved.refunded, moved.owed AS owed_more,"
    " total.outstanding, total.held, total.debt, total.stars"
    f" FROM ({_TOTALS}) AS total LEFT JOIN ({_DAYS}) AS moved ON 1 = 1 ORDER BY moved.day DESC"
)
"""The days from `since` on which anything moved, the latest first, and beside each what there is now: of one
instant. `day` is DAY."""

STARS = (
    "SELECT day, sum(got) AS got, sum(back) AS back FROM ("
    " SELECT created_at / :day AS day, stars AS got, 0 AS back FROM payment WHERE created_at >= :since"
    " UNION ALL SELECT refund_at / :day, 0, stars FROM payment WHERE refund_at >= :since"
    "   AND state IN ('refund_requested', 'refunded')) AS moved GROUP BY day"
)
"""Stars that came and went back, by day."""


MONEY = (
    "SELECT currency, sum(price) AS price FROM payment WHERE currency <> 'XTR' AND created_at >= :since"
    " AND state IN ('credited', 'refund_failed') GROUP BY currency ORDER BY currency"
)
"""What was paid in money and kept, in each currency's smallest unit."""


class Day(NamedTuple):
    """Millitokens of one day (UTC), `at` its beginning in milliseconds. What refunds cost the house is in
    `refunded` and in `free`; `outstanding` and `debt` are as at the day's end."""

    at: int
    sold: int
    used: int
    free: int
    refunded: int
    outstanding: int
    debt: int


class Totals(NamedTuple):
    """Millitokens as of now, and the Stars of all payments that were not refunded."""

    outstanding: int
    held: int
    debt: int
    stars: int


def books_of(rows: Sequence[Row]) -> tuple[list[Day], Totals]:
    """The rows of BOOKS; what there was at a day's end is what there is now, less what came after."""
    first = rows[0]
    totals = Totals(first.outstanding, first.held, first.debt, first.stars)
    days, outstanding, debt = [], totals.outstanding, totals.debt
    for row in rows if first.day is not None else ():
        moved = row.sold, row.used, row.free, row.refunded
        days.append(Day(row.day * DAY, *moved, outstanding, debt))
        outstanding -= row.sold + row.free - row.used - row.refunded + row.owed_more
        debt -= row.owed_more
    return days, totals
