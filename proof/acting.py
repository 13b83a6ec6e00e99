"""What people, Telegram, the workers and the machine do to the books: one rule for each, with the model's
expectation beside the real function. Customers and jobs are picked by any number.
"""

import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from billing.errors import HoldEnded, KeyReused, NotEnoughTokens, PaymentRefused
from billing.ledger import GRANT, SALES, STARS, account_of, refund, transfer
from billing.payments import stars
from bot import queue
from bot.clock import HOUR
from bot.customers import meet
from bot.operator import Operator
from bot.providers import Answer, ImageRequest, Request, TextRequest
from bot.queue import Job, NewJob, Outcome, hold_key
from bot.writer import Connection, StorageError
from proof.books import NOW, Books, empty, in_memory
from proof.model import Model, ModelJob, ModelPayment

T = TypeVar("T")

SECRET = b"a secret"
SIGNUP = 10_000
PEOPLE = 4
LANES = (None, None, "one", "two")
REQUESTS: dict[str, Request] = {"text": TextRequest(question="2 + 2?"), "image": ImageRequest(prompt="a cat")}

any_one = st.integers(0, 999)
amounts = st.integers(1, 60_000)
kinds = st.sampled_from(sorted(REQUESTS))


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
        self.payloads: list[tuple[str, int, int, int]] = []
        self.claimed: list[Job] = []
        for number in range(1, PEOPLE):
            self._arrive(number)

    def teardown(self) -> None:
        if hasattr(self, "books"):
            self.books.sqlite.close()

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _arrive(self, customer: int) -> None:
        assert self.books.write(meet, 1000 + customer, self.now, signup=SIGNUP).id == customer
        self.model.move(GRANT, account_of(customer), SIGNUP)

    def _job(self, number: int) -> ModelJob:
        return list(self.model.jobs.values())[number % len(self.model.jobs)]

    def _payment(self, number: int) -> tuple[str, ModelPayment]:
        return list(self.model.payments.items())[number % len(self.model.payments)]

    # People

    @rule(who=any_one)
    def comes_again(self, who: int) -> None:
        customer = who % (PEOPLE - 1) + 1
        assert self.books.write(meet, 1000 + customer, self.now, name=f"{who}", signup=SIGNUP).id == customer

    @rule(who=any_one, to=any_one, amount=amounts)
    def gives(self, who: int, to: int, amount: int) -> None:
        source, destination = (n % (PEOPLE - 1) + 1 for n in (who, to))
        if source == destination:
            return
        sides = (account_of(source), account_of(destination))
        key = f"gift:{self._next()}"
        if amount > self.model.available(source):
            with pytest.raises(NotEnoughTokens):
                self.books.write(transfer, key, "gift", *sides, amount, self.now)
            return
        assert self.books.write(transfer, key, "gift", *sides, amount, self.now)
        assert not self.books.write(transfer, key, "gift", *sides, amount, self.now + 1)
        self.model.move(*sides, amount)

    @rule(who=any_one, amount=st.integers(-30_000, 60_000).filter(bool), again=st.booleans())
    def operator_credits(self, who: int, amount: int, again: bool) -> None:
        customer, key = who % (PEOPLE - 1) + 1, str(self._next())
        if -amount > self.model.available(customer):
            with pytest.raises(NotEnoughTokens):
                at_once(self.operator.credit(1000 + customer, amount, "why", key))
            return
        self.model.move(GRANT, account_of(customer), amount)
        for _ in range(1 + again):
            has = at_once(self.operator.credit(1000 + customer, amount, "why", key))
            assert has.available == self.model.available(customer)

    # Stars

    @rule(who=any_one, amount=amounts, price=st.integers(1, 500))
    def opens_invoice(self, who: int, amount: int, price: int) -> None:
        customer = who % (PEOPLE - 1) + 1
        pack = stars.Pack("a pack", amount, price)
        payload = self.books.write(stars.open_invoice, SECRET, customer, pack, self.now)
        self.payloads.append((payload, customer, amount, price))

    @precondition(lambda self: self.payloads)
    @rule(which=any_one, again=st.integers(0, 2))
    def pays(self, which: int, again: int) -> None:
        """Telegram tells of one payment up to three times; another charge is another payment."""
        payload, customer, amount, price = self.payloads[which % len(self.payloads)]
        charge = f"charge {self._next()}"
        self.model.payments[charge] = ModelPayment(payload, customer, amount, price)
        self.model.move(STARS, account_of(customer), amount)
        for time in range(1 + again):
            credit = self.books.write(stars.credit, SECRET, payload, charge, customer, price, self.now)
            assert credit == (amount, time == 0)

    @precondition(lambda self: self.model.payments)
    @rule(which=any_one)
    def payment_is_told_again(self, which: int) -> None:
        charge, paid = self._payment(which)
        credit = self.books.write(
            stars.credit, SECRET, paid.payload, charge, paid.customer, paid.stars, self.now
        )
        assert credit == (paid.amount, False)

    @precondition(lambda self: self.payloads)
    @rule(which=any_one, how=st.integers(0, 4))
    def forges_payment(self, which: int, how: int) -> None:
        payload, customer, _, price = self.payloads[which % len(self.payloads)]
        other = self.payloads[(which + 1) % len(self.payloads)][0].split(".")[0]
        number, tag = payload.split(".")
        forged, payer, paid = (
            (payload, customer % (PEOPLE - 1) + 1, price),
            (payload, customer, price + 1),
            (f"{number}.{'0' * len(tag)}", customer, price),
            (f"{int(other) + 1000}.{tag}", customer, price),
            ("", customer, price),
        )[how]
        with pytest.raises(PaymentRefused):
            self.books.write(stars.credit, SECRET, forged, f"f{self._next()}", payer, paid, self.now)

    @precondition(lambda self: self.model.payments)
    @rule(which=any_one, payer=st.booleans())
    def charge_comes_as_another_payment(self, which: int, payer: bool) -> None:
        charge, paid = self._payment(which)
        customer = paid.customer % (PEOPLE - 1) + 1 if payer else paid.customer
        price = paid.stars + (not payer)
        with pytest.raises(KeyReused):
            self.books.write(stars.credit, SECRET, paid.payload, charge, customer, price, self.now)

    @precondition(lambda self: self.model.payments)
    @rule(which=any_one)
    def asks_stars_back(self, which: int) -> None:
        charge, paid = self._payment(which)
        if paid.state == "credited" and self.model.available(paid.customer) < paid.amount:
            with pytest.raises(PaymentRefused):
                self.books.write(stars.request_refund, charge, self.now)
            return
        assert self.books.write(stars.request_refund, charge, self.now).state == paid.state
        if paid.state == "credited":
            paid.state = "refund_requested"
            self.model.move(account_of(paid.customer), STARS, paid.amount)

    @precondition(lambda self: self.model.payments)
    @rule(which=any_one)
    def telegram_gave_stars_back(self, which: int) -> None:
        charge, paid = self._payment(which)
        self.books.write(stars.refunded, charge)
        if paid.state == "refund_requested":
            paid.state = "refunded"

    # Jobs

    @rule(who=any_one, price=amounts, kind=kinds, lane=st.sampled_from(LANES))
    def asks(self, who: int, price: int, kind: str, lane: str | None) -> None:
        customer, key = who % (PEOPLE - 1) + 1, f"job {self._next()}"
        lane = lane and f"{lane}:{customer}"
        new = NewJob(key, customer, "test", f"chat:{customer}", REQUESTS[kind], "{}", lane)
        if price > self.model.available(customer):
            with pytest.raises(NotEnoughTokens):
                self.books.write(queue.submit, new, price, 10_000, self.now)
            return
        job = self.books.write(queue.submit, new, price, 10_000, self.now)
        assert job.id not in self.model.jobs
        self.model.jobs[job.id] = ModelJob(job.id, key, customer, kind, price, lane, self.now)

    @precondition(lambda self: self.model.jobs)
    @rule(which=any_one, stranger=st.booleans())
    def asks_again(self, which: int, stranger: bool) -> None:
        known = self._job(which)
        customer = known.customer % (PEOPLE - 1) + 1 if stranger else known.customer
        new = NewJob(known.key, customer, "test", f"chat:{customer}", REQUESTS[known.kind], "{}")
        if stranger:
            with pytest.raises(KeyReused):
                self.books.write(queue.submit, new, known.price, 10_000, self.now)
        else:
            assert self.books.write(queue.submit, new, known.price + 1, 10_000, self.now).id == known.id

    @rule(kind=kinds, most=st.integers(1, 4), per_customer=st.integers(1, 3))
    def workers_claim(self, kind: str, most: int, per_customer: int) -> None:
        jobs = self.books.write(queue.claim, kind, most, per_customer, str(self.boot), self.now)
        for job in jobs:
            known = self.model.jobs[job.id]
            assert known in self.model.may_run(kind, per_customer), job
            known.state, known.attempt = "running", known.attempt + 1
            assert known.attempt == job.attempt
        assert len(jobs) <= most
        assert len(jobs) == most or not self.model.may_run(kind, per_customer)
        self.claimed += jobs

    @precondition(lambda self: self.claimed)
    @rule(
        which=any_one,
        part=st.integers(1, 60_000),
        end=st.sampled_from(("answered",) * 3 + ("failed", "expired")),
    )
    def workers_settle(self, which: int, part: int, end: Any) -> None:
        """In any order, again and again, and late: of an attempt that a restart has taken over."""
        job = self.claimed[which % len(self.claimed)]
        known = self.model.jobs[job.id]
        mine = known.state == "running" and known.attempt == job.attempt
        charged = min(part, job.price) if end == "answered" else 0
        outcome = Outcome(end, charged, Answer("4") if charged else None)
        assert self.books.write(queue.settle, job, outcome, self.now) == mine
        self.model.unknown.pop((job.id, job.attempt), None)
        if mine:
            self.model.end(known, end, charged, self.now)

    @precondition(lambda self: self.model.in_state("running"))
    @rule(which=any_one)
    def workers_overcharge(self, which: int) -> None:
        running = [job for job in self.claimed if self._is_mine(job)]
        job = running[which % len(running)]
        with pytest.raises(sqlite3.IntegrityError):
            self.books.write(queue.settle, job, Outcome("answered", job.price + 1, Answer("4")), self.now)

    def _is_mine(self, job: Job) -> bool:
        known = self.model.jobs[job.id]
        return known.state == "running" and known.attempt == job.attempt

    @precondition(lambda self: self.model.jobs)
    @rule(which=any_one, stranger=st.booleans())
    def cancels(self, which: int, stranger: bool) -> None:
        known = self._job(which)
        customer = known.customer % (PEOPLE - 1) + 1 if stranger else known.customer
        state = self.books.write(queue.cancel, known.id, customer, self.now)
        if stranger or known.state not in ("queued", "running"):
            assert state is None
        elif known.state == "running":
            assert state == "running"
        else:
            assert state == "cancelled"
            self.model.end(known, "cancelled", 0, self.now)

    @rule(hours=st.integers(0, 30))
    def old_jobs_expire(self, hours: int) -> None:
        before = self.now - hours * HOUR
        old = [job for job in self.model.in_state("queued") if job.created < before]
        assert sorted(self.books.write(queue.expire, before, self.now)) == [job.id for job in old]
        for job in old:
            self.model.end(job, "expired", 0, self.now)

    @precondition(lambda self: self.model.jobs)
    @rule(which=any_one)
    def answer_cannot_be_delivered(self, which: int) -> None:
        known = self._job(which)
        if known.state != "answered":
            with pytest.raises(HoldEnded):
                self.books.write(refund, hold_key(known.id), self.now, "undeliverable")
            return
        given = self.books.write(refund, hold_key(known.id), self.now, "undeliverable")
        assert given != known.given_back
        if given:
            known.given_back = True
            self.model.move(SALES, account_of(known.customer), known.charged)

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
        account = account_of(who % (PEOPLE - 1) + 1)
        key = f"lost {self._next()}"
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
        account = account_of(who % (PEOPLE - 1) + 1)
        first, second, third = (f"shared {self._next()}" for _ in range(3))

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
