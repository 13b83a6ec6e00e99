"""Jobs: asked for, claimed, settled in any order and again, cancelled, expired, given back."""

import sqlite3
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from billing.errors import HoldEnded, InDebt, KeyReused, NotEnoughTokens
from billing.ledger import SALES, account_of, refund
from bot import queue
from bot.clock import HOUR
from bot.providers import Answer, ImageRequest, Request, TextRequest
from bot.queue import Job, NewJob, Outcome, hold_key
from proof.acting import Acting, amounts, any_one, person
from proof.model import ModelJob

LANES = (None, None, "one", "two")
REQUESTS: dict[str, Request] = {"text": TextRequest(question="2 + 2?"), "image": ImageRequest(prompt="a cat")}

kinds = st.sampled_from(sorted(REQUESTS))


class Asking(Acting):
    def _job(self, number: int) -> ModelJob:
        return list(self.model.jobs.values())[number % len(self.model.jobs)]

    @rule(who=any_one, price=amounts, kind=kinds, lane=st.sampled_from(LANES))
    def asks(self, who: int, price: int, kind: str, lane: str | None) -> None:
        customer, key = person(who), f"job {self.next()}"
        lane = lane and f"{lane}:{customer}"
        new = NewJob(key, customer, "test", f"chat:{customer}", REQUESTS[kind], "{}", lane)
        if price > self.model.available(customer) or self.model.owed(customer):
            with pytest.raises(InDebt if self.model.owed(customer) else NotEnoughTokens):
                self.books.write(queue.submit, new, price, 10_000, self.now)
            return
        job = self.books.write(queue.submit, new, price, 10_000, self.now)
        assert job.id not in self.model.jobs
        self.model.jobs[job.id] = ModelJob(job.id, key, customer, kind, price, lane, self.now)

    @precondition(lambda self: self.model.jobs)
    @rule(which=any_one, stranger=st.booleans())
    def asks_again(self, which: int, stranger: bool) -> None:
        known = self._job(which)
        customer = person(known.customer) if stranger else known.customer
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
        customer = person(known.customer) if stranger else known.customer
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
