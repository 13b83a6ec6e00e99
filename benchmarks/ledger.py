"""How many jobs a second the books take, beside the same statements without any of our machinery.

    python -m benchmarks.ledger [--jobs N] [--rounds N]

A job is three transactions, as in bot/jobs.py: hold + job row; claim + intent to call, which must be
durable before the call; capture + answer + delivery row. 64 callers at once, every COMMIT durable
(synchronous=FULL). In the same run, on the same disk:

(a) the same statements by hand in plain sqlite3, 64 jobs to a COMMIT, without asyncio or a thread;
(b) the same, each transaction with a COMMIT of its own.
"""

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.by_hand import ByHand
from billing import Connection
from billing.ledger import GRANT, open_account, transfer
from bot import queue
from bot.audit import audit
from bot.clock import now
from bot.customers import meet
from bot.providers import Answer, TextRequest, Usage
from bot.queue import Limit, NewJob, Outcome
from bot.storage import Storage, open_storage, prepare

CALLERS = 64
PRICE = 1_000
LIMITS = (Limit(frozenset({"text"}), 10), Limit(frozenset({"image", "voice"}), 5))
QUESTION = TextRequest(question="How high is Damavand, and who climbed it first?")
ANSWER = Answer("5,609 metres. " * 20, usage=Usage(20, 120), engine="a model")


def main() -> None:
    arguments = _arguments()
    figures: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(arguments.rounds):
        for name, way in WAYS.items():
            with tempfile.TemporaryDirectory(prefix=".bench-", dir=arguments.folder) as folder:
                figures[name].append(way(Path(folder) / "books.db", arguments.jobs))
    _print_table({name: statistics.median(rates) for name, rates in figures.items()})


def _ours(path: Path, jobs: int) -> float:
    return asyncio.run(_measure_ours(path, jobs))


async def _measure_ours(path: Path, jobs: int) -> float:
    async with open_storage(path) as storage:
        await storage.write(_open_accounts, jobs)
        numbers = iter(range(jobs))
        began = time.perf_counter()
        async with asyncio.TaskGroup() as callers:
            for customer in range(1, CALLERS + 1):
                callers.create_task(_call(storage, customer, numbers))
        rate = jobs / (time.perf_counter() - began)
        assert not await audit(storage), await audit(storage)
        return rate


async def _call(storage: Storage, customer: int, numbers: Iterable[int]) -> None:
    for number in numbers:
        job = NewJob(f"job-{number}", customer, "bench", f"chat:{customer}", QUESTION, "{}", limits=LIMITS)
        await storage.write(queue.submit, job, PRICE, 1_000, now())
        (claimed,) = await storage.write(queue.claim, "text", 1, CALLERS, "boot", now())
        outcome = Outcome("answered", PRICE, ANSWER)
        assert await storage.write(queue.settle, claimed, outcome, now())


def _by_hand(path: Path, jobs: int, *, together: int) -> float:
    asyncio.run(_fill(path, jobs))
    sqlite = prepare(path)
    try:
        began = time.perf_counter()
        _run_by_hand(sqlite, jobs, together)
        rate = jobs / (time.perf_counter() - began)
    finally:
        sqlite.close()
    asyncio.run(_look(path))
    return rate


def _run_by_hand(sqlite: sqlite3.Connection, jobs: int, together: int) -> None:
    hand = ByHand(sqlite, QUESTION.model_dump_json(), ANSWER)
    for first in range(0, jobs, together):
        numbers = range(first, min(jobs, first + together))
        with _transaction(sqlite):
            for number in numbers:
                hand.submit(f"job-{number}", number % CALLERS + 1, PRICE, now())
        with _transaction(sqlite):
            claimed = [hand.claim(CALLERS, now()) for _ in numbers]
        with _transaction(sqlite):
            for job in claimed:
                hand.settle(job, now())


@contextmanager
def _transaction(sqlite: sqlite3.Connection) -> Iterator[None]:
    sqlite.execute("BEGIN IMMEDIATE")
    yield
    sqlite.execute("COMMIT")


async def _fill(path: Path, jobs: int) -> None:
    async with open_storage(path) as storage:
        await storage.write(_open_accounts, jobs)


async def _look(path: Path) -> None:
    async with open_storage(path) as storage:
        assert not await audit(storage), await audit(storage)


def _open_accounts(conn: Connection, jobs: int) -> None:
    for caller in range(CALLERS):
        customer = meet(conn, 1_000 + caller, now())
        account = open_account(conn, customer.id)
        transfer(conn, f"bench:{account}", "grant", GRANT, account, jobs * PRICE, now())


WAYS: dict[str, Callable[[Path, int], float]] = {
    "ours": _ours,
    "(a) by hand, 64 to a COMMIT": lambda path, jobs: _by_hand(path, jobs, together=CALLERS),
    "(b) by hand, a COMMIT each": lambda path, jobs: _by_hand(path, jobs, together=1),
}


def _print_table(medians: dict[str, float]) -> None:
    ours = medians["ours"]
    print(f"{'':30}{'jobs/s':>10}{'ours / this':>14}")
    for name, rate in medians.items():
        print(f"{name:30}{rate:>10,.0f}{ours / rate:>14.2f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the ledger.")
    parser.add_argument("--jobs", type=int, default=5_000, help="in each round (5000)")
    parser.add_argument("--rounds", type=int, default=5, help="of which the median counts (5)")
    parser.add_argument("--folder", default=".", help="on the disk to measure (this one: /tmp may be memory)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
