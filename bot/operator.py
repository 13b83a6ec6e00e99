"""What an operator may do to customers: issue a code, credit, look, audit. The same acts from a chat and
from the command line."""

from typing import NamedTuple

from billing import Balance, Connection, Row, set_aside
from billing import codes as api_codes
from billing.ledger import GRANT, MILLI, account_of, balance, transfer
from bot import customers
from bot.audit import Violation, audit
from bot.book_report import Report, report
from bot.catalog.upstream_prices import UpstreamPrices, read_upstream_prices
from bot.clock import DAY, now
from bot.customers import Customer
from bot.storage import Storage


class UnknownCustomer(Exception):
    """Nobody with this Telegram id has been here."""


class Profile(NamedTuple):
    customer: Customer
    balance: Balance
    jobs: int
    codes: list[Row]


class Operator:
    def __init__(
        self, storage: Storage, pepper: bytes, signup: int, upstream_prices: UpstreamPrices | None = None
    ) -> None:
        self._storage = storage
        self._upstream_prices = upstream_prices or read_upstream_prices()
        self._pepper = pepper
        self._signup = signup

    async def issue(self, telegram_id: int, name: str) -> str:
        """A new API code; makes the customer if there is none. The only time that the code is known."""

        def issue(conn: Connection) -> str:
            customer = customers.meet(conn, telegram_id, now(), signup=self._signup)
            return api_codes.issue(conn, self._pepper, customer.id, name, now())

        return await self._storage.write(issue)

    async def codes(self, telegram_id: int | None = None) -> list[Row]:
        def listed(conn: Connection) -> list[Row]:
            if telegram_id is None:
                return api_codes.listed(conn, None, now())
            return api_codes.listed(conn, _known(conn, telegram_id).id, now())

        return await self._storage.write(listed)

    async def rotate(self, code: int, customer: int | None, until: int) -> str | None:
        """A new code in its place, which is valid until `until` still; None where it is revoked, has
        expired or (`customer` given) is not theirs."""
        return await self._storage.write(api_codes.rotate, self._pepper, code, customer, until, now())

    async def revoke(self, code: int) -> bool:
        """Its tokens that were set aside go back to its owner."""

        def revoke(conn: Connection) -> bool:
            return end_code(conn, code, None, now())

        return await self._storage.write(revoke)

    async def credit(self, telegram_id: int, amount: int, reason: str, key: str) -> Balance:
        """Give (or, negative, take back) `amount` millitokens. The same key twice is one movement."""
        assert amount, "nothing to do"

        def credit(conn: Connection) -> Balance:
            customer = customers.meet(conn, telegram_id, now(), signup=self._signup)
            account = account_of(customer.id)
            sides = (GRANT, account) if amount > 0 else (account, GRANT)
            transfer(conn, f"admin:{key}", "grant", *sides, abs(amount), now(), reason)
            return balance(conn, account)

        return await self._storage.write(credit)

    async def profile(self, telegram_id: int) -> Profile:
        """Raises UnknownCustomer."""

        def profile(conn: Connection) -> Profile:
            customer = _known(conn, telegram_id)
            jobs = conn.only("SELECT count(*) AS jobs FROM job WHERE customer = :id", id=customer.id).jobs
            return Profile(
                customer, balance(conn, customer.account), jobs, api_codes.listed(conn, customer.id)
            )

        return await self._storage.write(profile)

    async def books(self, days: int) -> Report:
        """Of so many days, today the last."""
        return await report(self._storage, self._upstream_prices, (now() // DAY - days + 1) * DAY)

    async def books_between(self, begin: int, end: int) -> Report:
        whole = await report(self._storage, self._upstream_prices, begin)
        return whole.between(begin, end)

    async def audit(self) -> list[Violation]:
        return await audit(self._storage)


def end_code(conn: Connection, code: int, customer: int | None, at: int) -> bool:
    """Revoke a code for good (`customer` None: whosever it is); False where that has been done."""
    if not api_codes.revoke(conn, code, at, customer):
        return False
    owner = conn.only("SELECT customer FROM api_code WHERE id = :id", id=code).customer
    set_aside.take_back(conn, code, owner, at)
    return True


def _known(conn: Connection, telegram_id: int) -> Customer:
    if conn.one("SELECT 1 FROM customer WHERE telegram_id = :id", id=telegram_id) is None:
        raise UnknownCustomer(telegram_id)
    return customers.meet(conn, telegram_id, now())


def amount_of(words: str) -> int:
    """Tokens as an admin writes them, with at most three decimals, in millitokens. Raises ValueError."""
    whole, _, part = words.removeprefix("-").partition(".")
    if not whole.isdigit() or len(whole) > 12 or (part and not part.isdigit()) or len(part) > 3:
        raise ValueError(f"{words!r} is not a number of tokens")
    amount = int(whole) * MILLI + int(part.ljust(3, "0") or 0)
    if not amount:
        raise ValueError("the amount is zero")
    return -amount if words.startswith("-") else amount
