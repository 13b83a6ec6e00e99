"""T4: random acts on the real books, compared with a model after each.

The acts and what is expected of them are in acting.py, paying.py, renewing.py, asking.py and giving.py.
Here: what is compared, and how often. The controls are the same machine over broken code.
"""

import itertools
import math
import time
import traceback
from collections.abc import Callable
from dataclasses import astuple
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from billing import ledger
from billing.payments import stars
from bot import queue
from proof.acting import Acting
from proof.asking import Asking
from proof.giving import Giving
from proof.renewing import Renewing
from proof.result import Found, Task
from proof.together import in_processes

SIDE_BY_SIDE = 2
PLANS = (
    "SELECT invoice, customer, charge, first_at, paid_until, state, by_us, cancel_due"
    " FROM subscription ORDER BY invoice"
)
EXAMPLES = 60
"""Of 50 steps at most, before the clock is looked at."""
CONTROL = (4, 100_000, math.inf)
"""Of each control: a seed, steps, seconds. With this seed the slowest one is noticed after 7,000 steps."""


class Machine(Renewing, Asking, Giving):
    @invariant()
    def books_are_as_the_model_says(self) -> None:
        Acting.steps += 1
        model = self.model
        accounts = {
            id: (posted, held) for id, posted, held in self.books.rows("SELECT id, posted, held FROM account")
        }
        for id, (posted, held) in accounts.items():
            kind, _, number = id.partition(":")
            assert held == (model.held(int(number)) if kind == "customer" else 0), id
            assert posted == model.posted[id], id
        assert {id for id in model.posted if model.posted[id]} <= accounts.keys()
        jobs = self.books.rows("SELECT id, state, attempt, charged FROM job ORDER BY id")
        assert jobs == [(job.id, job.state, job.attempt, job.charged) for job in model.jobs.values()]
        payments = dict(self.books.rows("SELECT charge, state FROM payment"))
        assert payments == {charge: paid.state for charge, paid in model.payments.items()}
        assert self.books.rows(PLANS) == [(i, *astuple(plan)) for i, plan in sorted(model.plans.items())]
        assert self.books.wrong() == []


class Run(NamedTuple):
    seed: int
    steps: int
    seconds: float
    broken: str = ""


class Ran(NamedTuple):
    steps: int
    error: str


def prove(task: Task) -> Found:
    each = task.amount // SIDE_BY_SIDE
    right = [Run(task.seed * 1000 + n * 500, each, task.seconds) for n in range(SIDE_BY_SIDE)]
    controls = [Run(*CONTROL, broken) for broken in BREAKS]
    done = in_processes(run, [*right, *controls], SIDE_BY_SIDE)
    noticed = [broken for broken, ran in zip(BREAKS, done[len(right) :], strict=True) if ran.error]
    return Found(
        done=sum(ran.steps for ran in done[: len(right)]),
        violations=[ran.error for ran in done[: len(right)] if ran.error],
        control="; ".join(noticed) if len(noticed) == len(BREAKS) else "",
    )


def run(run: Run) -> Ran:
    """In a process of its own, which ends: what is broken here stays broken."""
    if run.broken:
        BREAKS[run.broken]()
    Acting.steps = 0
    end = time.monotonic() + run.seconds
    for round_ in itertools.count():
        if Acting.steps >= run.steps or time.monotonic() > end:
            return Ran(Acting.steps, "")
        try:
            _round(run.seed + round_, shrink=not run.broken)
        except Exception as error:
            said = "".join(traceback.format_exception(error))[-4_000:]
            return Ran(Acting.steps, f"(machine seed {run.seed + round_}) {said}")
    raise AssertionError


def _round(number: int, *, shrink: bool) -> None:
    machine = seed(number)(type("Machine", (Machine,), {}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=50, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        ),
    )  # fmt: skip


def _answers_without_a_fence() -> None:
    end = queue._end

    def broken(conn: Any, job: int, outcome: Any, now: int, still: str, **values: int) -> bool:
        return end(conn, job, outcome, now, still.replace("attempt = :attempt", ":attempt > 0"), **values)

    queue._end = broken


def _payments_without_a_key() -> None:
    credit, numbers = stars.credit, itertools.count()

    def broken(conn: Any, secret: bytes, payload: str, charge: str, *others: Any) -> Any:
        return credit(conn, secret, payload, f"{charge} {next(numbers)}", *others)

    stars.credit = broken  # type: ignore[assignment]


def _captures_without_a_key() -> None:
    record, numbers = ledger._record, itertools.count()

    def broken(conn: Any, key: str, kind: str, *others: Any) -> None:
        record(conn, f"{key} {next(numbers)}" if kind == "capture" else key, kind, *others)

    ledger._record = broken  # type: ignore[assignment]


BREAKS: dict[str, Callable[[], None]] = {
    "late answers taken": _answers_without_a_fence,
    "payments without a key": _payments_without_a_key,
    "captures without a key": _captures_without_a_key,
}
