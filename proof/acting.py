"""What people, Telegram, the workers and the machine do to the books: one rule for each, with the model's
expectation beside the real function. Customers and jobs are picked by any number.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from billing.errors import NotEnoughTokens
from billing.ledger import GRANT, account_of, transfer
from billing.payments.reconciliation import StarTransaction
from bot import queue
from bot.clock import HOUR
from bot.customers import meet
from bot.operator import Operator
from bot.queue import Job
from bot.writer import Connection, StorageError
from proof.books import NOW, Books, empty, in_memory
from proof.model import Model, ModelPayment, Sold

T = TypeVar("T")

SECRET = b"a secret"
SIGNUP = 10_000
PEOPLE = 4

any_one = st.integers(0, 999)
amounts = st.integers(1, 60_000)


def person(number: int) -> int:
    """One of the customers."""
    return number % (PEOPLE - 1) + 1


class Direct:
    """Stands for Storage: writes at once."""

    def __init__(self, books: Books) -> None:
        self._books = books

    async def write(self, fn: Callable[..., T], *args: Any) -> T:
        result: T = self._books.write(fn, *args)
        return result


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError("it waited")


class Acting(RuleBasedStateMachine):
    """`steps` counts what was done, over all examples."""

    steps: ClassVar[int] = 0
    content: ClassVar[bytes] = b""

    @initialize()
    def open_books(self) -> None:
        type(self).content = type(self).content or empty()
        self.books = in_memory(self.content)
        self.operator = Operator(Direct(self.books), b"pepper", SIGNUP)  # type: ignore[arg-type]
        self.model = Model()
        self.now = NOW
        self.boot = 0
        self.number = 0
        self.payloads: list[Sold] = []
        self.plans: list[Sold] = []
        self.months: Counter[str] = Counter()
        """How many were paid of each plan."""
        self.untold: list[tuple[str, ModelPayment]] = []
        """Payments that Telegram has taken and not told of yet."""
        self.listed: list[StarTransaction] = []
        self.claimed: list[Job] = []
        for number in range(1, PEOPLE):
            self._arrive(number)

    def teardown(self) -> None:
        if hasattr(self, "books"):
            self.books.sqlite.close()

    def next(self) -> int:
        self.number += 1
        return self.number

    def _arrive(self, customer: int) -> None:
        assert self.books.write(meet, 1000 + customer, self.now, signup=SIGNUP).id == customer
        self.model.move(GRANT, account_of(customer), SIGNUP)

    # People

    @rule(who=any_one)
    def comes_again(self, who: int) -> None:
        customer = person(who)
        assert self.books.write(meet, 1000 + customer, self.now, name=f"{who}", signup=SIGNUP).id == customer

    @rule(who=any_one, to=any_one, amount=amounts)
    def gives(self, who: int, to: int, amount: int) -> None:
        source, destination = (person(n) for n in (who, to))
        if source == destination:
            return
        sides = (account_of(source), account_of(destination))
        key = f"moved:{self.next()}"
        if amount > self.model.available(source):
            with pytest.raises(NotEnoughTokens):
                self.books.write(transfer, key, "moved", *sides, amount, self.now)
            return
        assert self.books.write(transfer, key, "moved", *sides, amount, self.now)
        assert not self.books.write(transfer, key, "moved", *sides, amount, self.now + 1)
        self.model.move(*sides, amount)

    @rule(who=any_one, amount=st.integers(-30_000, 60_000).filter(bool), again=st.booleans())
    def operator_credits(self, who: int, amount: int, again: bool) -> None:
        customer, key = person(who), str(self.next())
        if -amount > self.model.available(customer):
            with pytest.raises(NotEnoughTokens):
                at_once(self.operator.credit(1000 + customer, amount, "why", key))
            return
        self.model.move(GRANT, account_of(customer), amount)
        for _ in range(1 + again):
            has = at_once(self.operator.credit(1000 + customer, amount, "why", key))
            assert has.available == self.model.available(customer)

    # The machine

    @rule(hours=st.integers(0, 40))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule(twice=st.booleans())
    def restarts(self, twice: bool) -> None:
        self.boot += 1
        left = len(self.model.in_state("running"))
        assert self.books.write(queue.recover, str(self.boot), self.now) == left
        self.model.recover(self.now)
        if twice:
            assert self.books.write(queue.recover, str(self.boot), self.now) == 0

    @rule(who=any_one, amount=amounts)
    def power_fails_before_commit(self, who: int, amount: int) -> None:
        """All that waited for it is told so, and nothing of it is there."""
        account = account_of(person(who))
        key = f"lost {self.next()}"
        batch = Books(_WithoutCommit(self.books.sqlite)).together(
            [
                lambda conn: transfer(conn, key, "grant", GRANT, account, amount, self.now),
                lambda conn: queue.recover(conn, "nobody", self.now),
            ]
        )
        assert all(isinstance(waiting.error, StorageError) for waiting in batch)

    @rule(who=any_one, amount=amounts)
    def neighbour_fails(self, who: int, amount: int) -> None:
        """Of those that share a COMMIT one fails, after it has written: it alone is undone."""
        account = account_of(person(who))
        first, second, third = (f"shared {self.next()}" for _ in range(3))

        def fail(conn: Connection) -> None:
            transfer(conn, second, "grant", GRANT, account, amount, self.now)
            raise ZeroDivisionError

        one, two, three = self.books.together(
            [
                lambda conn: transfer(conn, first, "grant", GRANT, account, amount, self.now),
                fail,
                lambda conn: transfer(conn, third, "grant", GRANT, account, 1, self.now),
            ]
        )
        assert (one.error, type(two.error), three.error) == (None, ZeroDivisionError, None)
        self.model.move(GRANT, account, amount + 1)


class _WithoutCommit:
    def __init__(self, sqlite: sqlite3.Connection) -> None:
        self._sqlite = sqlite

    @property
    def in_transaction(self) -> bool:
        return self._sqlite.in_transaction

    def execute(self, sql: str, *values: Any) -> Any:
        if sql == "COMMIT":
            raise sqlite3.OperationalError("disk I/O error")
        return self._sqlite.execute(sql, *values)
