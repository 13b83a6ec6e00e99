"""The operator's books: what was sold, used, given away and taken back, by day; what is outstanding."""

from typing import NamedTuple

from billing import Connection
from billing.ledger import SALES

DAY = 24 * 3_600_000

_DAYS = (
    "SELECT created_at / :day AS day,"
    " coalesce(sum(amount) FILTER (WHERE source = 'world:stars' AND kind = 'stars'), 0) AS sold,"
    " coalesce(sum(CASE WHEN destination = :sales THEN amount WHEN source = :sales THEN -amount END), 0)"
    "   AS used,"
    " coalesce(sum(CASE WHEN source IN ('world:grant', 'world:voucher') THEN amount"
    "   WHEN destination IN ('world:grant', 'world:voucher') THEN -amount END), 0) AS free,"
    " coalesce(sum(CASE WHEN destination = 'world:stars' THEN amount"
    "   WHEN source = 'world:stars' AND kind <> 'stars' THEN -amount END), 0) AS refunded"
    " FROM transfer WHERE created_at >= :since GROUP BY day ORDER BY day DESC"
)
_TOTALS = (
    "SELECT coalesce(sum(posted) FILTER (WHERE kind = 'customer'), 0) AS outstanding,"
    " coalesce(sum(held), 0) AS held,"
    " coalesce(sum(-posted) FILTER (WHERE substr(id, 1, 5) = 'debt:'), 0) AS debt,"
    " (SELECT coalesce(sum(stars), 0) FROM payment WHERE state IN ('credited', 'refund_failed')) AS stars"
    " FROM account"
)


class Day(NamedTuple):
    """Millitokens of one day (UTC), `at` its beginning in milliseconds. What refunds cost the house is in
    `refunded` and in `free`."""

    at: int
    sold: int
    used: int
    free: int
    refunded: int


class Totals(NamedTuple):
    """Millitokens as of now, and the Stars of all payments that were not refunded."""

    outstanding: int
    held: int
    debt: int
    stars: int


def days(conn: Connection, since: int) -> list[Day]:
    """The days on which anything moved, the latest first; `since` a day's beginning."""
    rows = conn.all(_DAYS, day=DAY, sales=SALES, since=since)
    return [Day(row.day * DAY, row.sold, row.used, row.free, row.refunded) for row in rows]


def totals(conn: Connection) -> Totals:
    return Totals(*conn.only(_TOTALS))
