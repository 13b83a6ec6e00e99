"""Invites: both sides are paid when the invited person's first job was paid from bought tokens.

Not before, so that made-up people bring nothing. An inviter is paid for so many a day; for more they get
nothing, the invited person always does. That nobody invites themselves is seen to where the inviter is
remembered.
"""

from billing import Connection, Row
from billing.ledger import GRANT, account_of, transfer
from billing.lots import spent_of_bought

DAY = 24 * 3_600_000

WAITING = (
    "SELECT id, invited_by FROM customer WHERE invited_by IS NOT NULL AND banned_at IS NULL"
    " AND EXISTS (SELECT 1 FROM payment WHERE customer = customer.id)"
    " AND NOT EXISTS (SELECT 1 FROM transfer WHERE key = 'invited:' || customer.id)"
    " AND EXISTS (SELECT 1 FROM transfer WHERE source = 'customer:' || customer.id AND kind = 'capture')"
)


def pay(conn: Connection, amount: int, per_day: int, now: int) -> int:
    """Pay what is due for invites; how many people's."""
    due = [row for row in conn.all(WAITING) if spent_of_bought(conn, row.id)]
    for row in due:
        _pay(conn, row, amount, per_day, now)
    return len(due)


def _pay(conn: Connection, invited: Row, amount: int, per_day: int, now: int) -> None:
    transfer(conn, f"invited:{invited.id}", "invited", GRANT, account_of(invited.id), amount, now)
    if _paid_today(conn, invited.invited_by, now) < per_day:
        inviter = account_of(invited.invited_by)
        transfer(conn, f"invite:{invited.id}", "invite", GRANT, inviter, amount, now)


def _paid_today(conn: Connection, inviter: int, now: int) -> int:
    row = conn.only(
        "SELECT count(*) AS paid FROM transfer"
        " WHERE destination = :account AND kind = 'invite' AND created_at > :since",
        account=account_of(inviter), since=now - DAY,
    )  # fmt: skip
    return int(row.paid)
