"""Who has little is refilled up to a level, some hours after their last use; once for each last use."""

from billing import Connection, Row
from billing.ledger import GRANT, account_of, transfer

DUE = (
    "SELECT customer.id AS customer, account.posted + coalesce(aside.posted, 0) AS posted, used.id AS use"
    " FROM account"
    " JOIN customer ON account.id = 'customer:' || customer.id"
    " JOIN transfer AS used ON used.id = (SELECT id FROM transfer"
    "   WHERE source = account.id AND kind = 'capture' ORDER BY id DESC LIMIT 1)"
    " LEFT JOIN account AS debt ON debt.id = 'debt:' || customer.id"
    # What is set aside for codes is had too: else setting it aside would bring a refill.
    " LEFT JOIN (SELECT customer, sum(posted) AS posted FROM api_code JOIN account"
    "   ON account.id = 'code:' || api_code.id GROUP BY customer) AS aside ON aside.customer = customer.id"
    " WHERE account.kind = 'customer' AND account.posted + coalesce(aside.posted, 0) < :level"
    " AND account.held = 0"
    " AND used.created_at <= :before AND banned_at IS NULL AND blocked_at IS NULL"
    " AND coalesce(debt.posted, 0) = 0"
    " AND NOT EXISTS (SELECT 1 FROM transfer AS refill"
    "   WHERE refill.key = 'refill:' || customer.id || ':' || used.id)"
)
"""Whose last use was before `before`, and who has less than `level`."""


def due(conn: Connection, level: int, before: int, most: int = 500) -> list[Row]:
    return conn.all(f"{DUE} LIMIT :most", level=level, before=before, most=most)


def refill(conn: Connection, level: int, before: int, now: int, most: int = 500) -> int:
    """Refill those who are due, up to `level`; how many."""
    rows = due(conn, level, before, most)
    for row in rows:
        key = f"refill:{row.customer}:{row.use}"
        transfer(conn, key, "refill", GRANT, account_of(row.customer), level - row.posted, now)
    return len(rows)
