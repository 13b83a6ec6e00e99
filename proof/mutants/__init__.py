"""Mistakes that somebody could make in the money's code: each must turn a test of the core red.

A mutant is a text of a file and what stands there instead; the text must be there exactly once. The modules
here have them by subject: a name, the text, what replaces it. With a file go the tests (of tests/core) that
are run.
"""

from collections.abc import Iterator
from typing import NamedTuple

from proof.mutants.books import AUDIT, DEBT, LEDGER, LOTS, MONEY, SCHEMA
from proof.mutants.jobs import INSISTING, JOBS, PRICES, QUEUE, TARIFF
from proof.mutants.payments import ORDERS, RECEIPTS, RECONCILIATION, REFUNDS, STARS, VOUCHERS
from proof.mutants.people import BUDGETS, CODES, CUSTOMERS, FREE, GIFTS, INVITES, OPERATOR, SET_ASIDE
from proof.mutants.storage import STORAGE, WRITER


class Mutant(NamedTuple):
    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


NULL = Mutant(
    "nothing",
    "billing/ledger.py",
    "    return Balance(*conn.only(",
    "    return  Balance(*conn.only(",
    ("ledger", "stars"),
)

_JOBS = ("jobs", "jobs_stopped", "jobs_waiting", "jobs_interrupted")
_FILES = (
    ("billing/ledger.py", LEDGER, ("ledger", "queue", "stars")),
    ("billing/__init__.py", MONEY, ("ledger",)),
    ("billing/payments/orders.py", ORDERS, ("stars", "refunds", "reconciliation", "audit")),
    ("billing/payments/stars.py", STARS, ("stars", "refunds", "reconciliation", "audit")),
    ("billing/payments/refunds.py", REFUNDS, ("refunds", "lots", "reconciliation", "stars")),
    ("billing/debt.py", DEBT, ("refunds",)),
    ("billing/payments/reconciliation.py", RECONCILIATION, ("reconciliation",)),
    ("billing/payments/receipts.py", RECEIPTS, ("receipts",)),
    ("billing/budgets.py", BUDGETS, ("budgets",)),
    ("billing/set_aside.py", SET_ASIDE, ("budgets",)),
    ("billing/payments/vouchers.py", VOUCHERS, ("vouchers",)),
    ("billing/free/gifts.py", GIFTS, ("free_tokens",)),
    ("billing/free/refills.py", FREE, ("free_tokens",)),
    ("billing/free/invites.py", INVITES, ("free_tokens",)),
    ("billing/lots.py", LOTS, ("lots",)),
    ("bot/queue.py", QUEUE, ("queue", *_JOBS, "refunds", "audit")),
    ("bot/jobs.py", JOBS, _JOBS),
    ("bot/insisting.py", INSISTING, ("jobs_interrupted",)),
    ("bot/prices.py", PRICES, ("tariff", "jobs")),
    ("billing/tariff.py", TARIFF, ("tariff",)),
    ("bot/writer.py", WRITER, ("storage",)),
    ("bot/storage.py", STORAGE, ("storage",)),
    ("bot/migrations/0001_books.sql", SCHEMA, ("ledger",)),
    ("billing/audit.py", AUDIT, ("audit",)),
    ("billing/codes.py", CODES, ("codes",)),
    ("bot/operator.py", OPERATOR, ("operator",)),
    ("bot/customers.py", CUSTOMERS, ("operator",)),
)


def _all() -> Iterator[Mutant]:
    for file, mutants, tests in _FILES:
        for name, old, new in mutants:
            yield Mutant(name, file, old, new, tests)


MUTANTS = tuple(_all())
