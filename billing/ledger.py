"""The ledger: accounts, transfers between them, and holds.

Every function takes an open connection and never commits: the caller decides what else must happen
together with the money. Amounts are whole millitokens (1/1000 token). Every movement has a key that
its initiator chose: doing it twice is doing it once.
"""

from billing import Balance, Connection
from billing.errors import HoldEnded, KeyReused, NotEnoughTokens

MILLI = 1_000
"""Amounts of the ledger in a token."""

SALES = "sales"
STARS = "world:stars"
GRANT = "world:grant"


def account_of(customer: int) -> str:
    return f"customer:{customer}"


def open_account(conn: Connection, customer: int) -> str:
    """The customer's account; made if there is none."""
    account = account_of(customer)
    conn.run("INSERT INTO account (id, kind) VALUES (:id, 'customer') ON CONFLICT DO NOTHING", id=account)
    return account


def balance(conn: Connection, account: str) -> Balance:
    return Balance(*conn.only("SELECT posted, held FROM account WHERE id = :id", id=account))


def transfer(
    conn: Connection,
    key: str,
    kind: str,
    source: str,
    destination: str,
    amount: int,
    now: int,
    reason: str | None = None,
) -> bool:
    """Move `amount`; False where this key has done so before.

    Raises NotEnoughTokens where a customer's available balance is smaller, KeyReused where the key
    stands for another movement.
    """
    assert amount > 0, amount
    known = conn.one("SELECT kind, source, destination, amount FROM transfer WHERE key = :key", key=key)
    if known is not None:
        if known != (kind, source, destination, amount):
            raise KeyReused(key)
        return False
    taken = conn.run(
        "UPDATE account SET posted = posted - :amount"
        " WHERE id = :source AND (kind <> 'customer' OR posted - held >= :amount)",
        amount=amount, source=source,
    )  # fmt: skip
    if not taken:
        raise NotEnoughTokens(amount, balance(conn, source).available)
    _post(conn, destination, amount)
    _record(conn, key, kind, source, destination, amount, now, reason)
    return True


def hold(conn: Connection, key: str, account: str, amount: int, now: int) -> None:
    """Set `amount` aside, or raise NotEnoughTokens. The same hold twice is one hold."""
    assert amount > 0, amount
    made = conn.run(
        "INSERT INTO hold (key, account, amount, created_at) SELECT :key, id, :amount, :now FROM account"
        " WHERE id = :account AND posted - held >= :amount ON CONFLICT DO NOTHING",
        key=key, account=account, amount=amount, now=now,
    )  # fmt: skip
    if made:
        conn.run(
            "UPDATE account SET held = held + :amount WHERE id = :account", account=account, amount=amount
        )
        return
    known = conn.one("SELECT account, amount FROM hold WHERE key = :key", key=key)
    if known is None:
        raise NotEnoughTokens(amount, balance(conn, account).available)
    if known != (account, amount):
        raise KeyReused(key)


def capture(conn: Connection, key: str, amount: int, now: int) -> Balance:
    """End the hold by taking `amount` of it; the rest is free again. Raises HoldEnded."""
    assert amount > 0, amount
    ended = conn.one(
        "UPDATE hold SET state = 'captured', captured = :amount"
        " WHERE key = :key AND state = 'open' AND amount >= :amount RETURNING account, amount",
        key=key, amount=amount,
    )  # fmt: skip
    if ended is None:
        return _same_end(conn, key, "captured", amount)
    left = conn.only(
        "UPDATE account SET held = held - :held, posted = posted - :amount WHERE id = :account"
        " RETURNING posted, held",
        held=ended.amount, amount=amount, account=ended.account,
    )  # fmt: skip
    _post(conn, SALES, amount)
    _record(conn, f"capture:{key}", "capture", ended.account, SALES, amount, now)
    return Balance(*left)


def void(conn: Connection, key: str) -> Balance:
    """End the hold without taking anything. Raises HoldEnded."""
    ended = conn.one(
        "UPDATE hold SET state = 'voided' WHERE key = :key AND state = 'open' RETURNING account, amount",
        key=key,
    )
    if ended is None:
        return _same_end(conn, key, "voided", 0)
    left = conn.only(
        "UPDATE account SET held = held - :amount WHERE id = :account RETURNING posted, held",
        amount=ended.amount, account=ended.account,
    )  # fmt: skip
    return Balance(*left)


def refund(conn: Connection, key: str, now: int, reason: str) -> bool:
    """Give back all that the hold's capture took; False where that has been done. Raises HoldEnded."""
    taken = conn.one("SELECT account, state, captured FROM hold WHERE key = :key", key=key)
    if taken is None or taken.state != "captured":
        raise HoldEnded(key)
    return transfer(conn, f"refund:{key}", "refund", SALES, taken.account, taken.captured, now, reason)


def _post(conn: Connection, account: str, amount: int) -> None:
    known = conn.run("UPDATE account SET posted = posted + :amount WHERE id = :id", amount=amount, id=account)
    assert known, account


def _record(
    conn: Connection,
    key: str,
    kind: str,
    source: str,
    destination: str,
    amount: int,
    now: int,
    reason: str | None = None,
) -> None:
    conn.run(
        "INSERT INTO transfer (key, kind, source, destination, amount, reason, created_at)"
        " VALUES (:key, :kind, :source, :destination, :amount, :reason, :now)",
        key=key, kind=kind, source=source, destination=destination, amount=amount, reason=reason, now=now,
    )  # fmt: skip


def _same_end(conn: Connection, key: str, state: str, captured: int) -> Balance:
    known = conn.one("SELECT state, captured, account FROM hold WHERE key = :key", key=key)
    if known is None or (known.state, known.captured) != (state, captured):
        raise HoldEnded(key)
    return balance(conn, known.account)
