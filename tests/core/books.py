"""People with tokens in the books, and a gate before them."""

import threading

from billing import Balance, Connection
from billing.ledger import GRANT, MILLI, account_of, balance, open_account, transfer
from billing.payments.orders import Pack
from bot.customers import meet
from bot.storage import Storage

NOW = 1_700_000_000_000
"""A time of the tests', in milliseconds."""
ADA, BEN = 1001, 1002
SECRET = b"a secret"
"""Of the invoices."""


def tokens(count: float) -> int:
    return int(count * MILLI)


PACK = Pack("100", tokens(100), 50)


def person(conn: Connection, telegram_id: int = ADA, *, has: int = 0) -> int:
    """The customer with this Telegram id, who has these tokens."""
    customer = meet(conn, telegram_id, NOW).id
    if has:
        key = f"test:{customer}:{balance(conn, account_of(customer)).posted}"
        transfer(conn, key, "grant", GRANT, open_account(conn, customer), tokens(has), NOW)
    return customer


def has(conn: Connection, customer: int) -> Balance:
    return balance(conn, account_of(customer))


class Gate:
    """A function that keeps the writer busy until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.released = threading.Event()

    def wait(self, conn: Connection) -> None:
        self.entered.set()
        assert self.released.wait(10)


async def balance_of(storage: Storage, customer: int) -> Balance:
    row = await storage.fetch_one("SELECT posted, held FROM account WHERE id = :id", id=account_of(customer))
    assert row is not None
    return Balance(*row)
