"""Tokens that an owner sets aside for a code: on an account of the code's own, and back.

A code that has such an account spends from it alone, until its owner takes all back.
"""

from billing import Connection
from billing.debt import repay
from billing.ledger import account_of, balance, transfer


def account_of_code(code: int) -> str:
    return f"code:{code}"


def set_aside(conn: Connection, key: str, code: int, customer: int, amount: int, now: int) -> bool:
    """Move `amount` to the code, which spends from there from now on. The same key twice is one movement.

    False where it is revoked, or not theirs. Raises NotEnoughTokens.
    """
    mine = conn.run(
        "UPDATE api_code SET aside = 1 WHERE id = :code AND customer = :customer AND revoked_at IS NULL",
        code=code, customer=customer,
    )  # fmt: skip
    if not mine:
        return False
    account = account_of_code(code)
    conn.run("INSERT INTO account (id, kind) VALUES (:id, 'customer') ON CONFLICT DO NOTHING", id=account)
    transfer(conn, f"set_aside:{key}", "set_aside", account_of(customer), account, amount, now)
    return True


def take_back(conn: Connection, code: int, customer: int, now: int) -> int:
    """Move all that is available on the code's account back to its owner, on whose balance it draws again;
    how much that was. What jobs hold follows when they have ended."""
    mine = conn.run(
        "UPDATE api_code SET aside = 0 WHERE id = :code AND customer = :customer",
        code=code,
        customer=customer,
    )
    account = account_of_code(code)
    if not mine or not conn.one("SELECT 1 FROM account WHERE id = :id", id=account):
        return 0
    amount = balance(conn, account).available
    if amount:
        count = conn.only("SELECT count(*) AS n FROM transfer WHERE source = :id", id=account).n
        key = f"set_back:{code}:{count}"
        transfer(conn, key, "set_back", account, account_of(customer), amount, now)
        repay(conn, customer, key, now)
    return amount


def take_back_the_rest(conn: Connection, now: int) -> int:
    """What jobs held when their code's tokens were taken back, or it was revoked; how many codes had some."""
    rows = conn.all(
        "SELECT api_code.id, api_code.customer FROM account JOIN api_code"
        " ON api_code.id = CAST(substr(account.id, 6) AS INTEGER)"
        " WHERE account.id >= 'code:' AND account.id < 'code;' AND posted > held"
        " AND (aside = 0 OR revoked_at IS NOT NULL)"
    )
    return sum(take_back(conn, row.id, row.customer, now) > 0 for row in rows)
