"""What API codes may spend, in a day and in all: counted in the transaction that holds the price.

Counted is what was charged and what is held; what a job did not cost after all is given back when it ends.
"""

from typing import NamedTuple

from billing import Connection, Row
from billing.errors import BudgetSpent, CodeUnusable, Refusal
from billing.ledger import account_of
from billing.set_aside import account_of_code

DAY = 24 * 3_600_000

_USABLE = "revoked_at IS NULL AND paused_at IS NULL AND (expires_at IS NULL OR expires_at > :now)"


class Purse(NamedTuple):
    """From where a code pays, what is there, and what its budgets leave: None, anything."""

    account: str
    available: int
    left: int | None
    banned: bool
    """Its customer is."""
    debt: int
    """What its customer owes, in millitokens."""


def purse(conn: Connection, code: int, now: int) -> Purse:
    """Raises CodeUnusable."""
    row = conn.one(
        "SELECT account.id AS account, account.posted - account.held AS available, committed, budget_all,"
        " budget_day, banned_at,"
        " (SELECT committed FROM code_day WHERE code = :code AND day = :day) AS today,"
        " (SELECT -posted FROM account WHERE id = 'debt:' || customer) AS debt"
        " FROM api_code JOIN customer ON customer.id = api_code.customer JOIN account"
        " ON account.id = CASE aside WHEN 1 THEN 'code:' || api_code.id ELSE 'customer:' || customer END"
        f" WHERE api_code.id = :code AND {_USABLE}",
        code=code, day=now // DAY, now=now,
    )  # fmt: skip
    if row is None:
        raise CodeUnusable
    lefts = [
        budget - (committed or 0)
        for budget, committed in ((row.budget_all, row.committed), (row.budget_day, row.today))
        if budget is not None
    ]
    left = min(lefts, default=None)
    return Purse(row.account, row.available, left, row.banned_at is not None, row.debt or 0)


def reserve(conn: Connection, code: int, price: int, now: int) -> str:
    """Count the price; which account pays it. Raises BudgetSpent or CodeUnusable."""
    row = conn.one(
        "UPDATE api_code SET committed = committed + :price, used_at = :now"
        f" WHERE id = :code AND {_USABLE} AND (budget_all IS NULL OR committed + :price <= budget_all)"
        " RETURNING customer, aside, budget_day",
        code=code, price=price, now=now,
    )  # fmt: skip
    if row is None:
        raise _why(conn, code, price, now)
    today = conn.only(
        "INSERT INTO code_day (code, day, jobs, committed) VALUES (:code, :day, 1, :price)"
        " ON CONFLICT (code, day) DO UPDATE SET jobs = jobs + 1, committed = committed + :price"
        " RETURNING committed",
        code=code, day=now // DAY, price=price,
    )  # fmt: skip
    if row.budget_day is not None and today.committed > row.budget_day:
        raise BudgetSpent(price, row.budget_day - (today.committed - price), daily=True)
    return account_of_code(code) if row.aside else account_of(row.customer)


def _why(conn: Connection, code: int, price: int, now: int) -> Refusal:
    row = conn.one(
        f"SELECT committed, budget_all FROM api_code WHERE id = :code AND {_USABLE}", code=code, now=now
    )
    return CodeUnusable() if row is None else BudgetSpent(price, row.budget_all - row.committed, daily=False)


def give_back(conn: Connection, code: int, asked_at: int, unspent: int) -> None:
    """A job of that time has ended, and cost so much less than was counted."""
    conn.run(
        "UPDATE api_code SET committed = committed - :unspent WHERE id = :code", unspent=unspent, code=code
    )
    conn.run(
        "UPDATE code_day SET committed = committed - :unspent WHERE code = :code AND day = :day",
        unspent=unspent, code=code, day=asked_at // DAY,
    )  # fmt: skip


def by_day(conn: Connection, code: int, since: int) -> list[Row]:
    """`day` (since 1970), `jobs` and `committed` millitokens of the days from `since` on, oldest first."""
    return conn.all(
        "SELECT day, jobs, committed FROM code_day WHERE code = :code AND day >= :since ORDER BY day",
        code=code, since=since // DAY,
    )  # fmt: skip
