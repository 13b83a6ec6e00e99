"""What a customer owes: tokens that were spent before their payment was taken back.

A debt is the account `debt:<customer>`, below zero by what is owed. The next purchase repays it first, and
while there is one, no job is taken.
"""

from billing import Connection
from billing.ledger import account_of, balance, transfer


def debt_of(customer: int) -> str:
    return f"debt:{customer}"


def open_debt(conn: Connection, customer: int) -> str:
    """The account of the customer's debt; made, with nothing owed, if there is none."""
    account = debt_of(customer)
    conn.run("INSERT INTO account (id, kind) VALUES (:id, 'world') ON CONFLICT DO NOTHING", id=account)
    return account


def owed(conn: Connection, customer: int) -> int:
    """Millitokens."""
    row = conn.one("SELECT posted FROM account WHERE id = :id", id=debt_of(customer))
    return -int(row.posted) if row else 0


def repay(conn: Connection, customer: int, occasion: str, now: int) -> int:
    """Repay as much as is available. `occasion` is the key of the transfer that made it available: the
    same occasion repays once."""
    account = account_of(customer)
    amount = min(owed(conn, customer), balance(conn, account).available)
    key = f"repay:{occasion}"
    if amount <= 0 or conn.one("SELECT 1 FROM transfer WHERE key = :key", key=key):
        return 0
    transfer(conn, key, "repay", account, debt_of(customer), amount, now)
    return amount
