"""How long the audit of all books takes, which runs every minute: `python -m benchmarks.audit [--jobs N]`.

The books have so many answered jobs and one payment for twenty of them, made by the real functions.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from billing.ledger import GRANT, account_of, transfer
from billing.payments import stars
from billing.payments.stars import Pack
from bot import queue
from bot.audit import audit
from bot.clock import now
from bot.customers import meet
from bot.providers import Answer, TextRequest, Usage
from bot.queue import NewJob, Outcome
from bot.storage import Connection, Storage, open_storage, prepare

PEOPLE = 1_000
JOBS_EACH_PAYMENT = 20
TOGETHER = 1_000
"""Jobs to a COMMIT, while filling."""
TIMES = 5
MOST = 1.0
"""Seconds that it may take."""
QUESTION = TextRequest(question="How high is Damavand, and who climbed it first?")
ANSWER = Answer("5,609 metres. " * 20, usage=Usage(20, 120), engine="a model")


async def main(jobs: int) -> int:
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=".") as folder:
        path = Path(folder) / "books.db"
        fill(path, jobs)
        size = path.stat().st_size >> 20
        async with open_storage(path) as storage:
            seconds = [await _once(storage) for _ in range(TIMES)]
    median = statistics.median(seconds)
    print("| jobs | payments | file | the audit |\n|--:|--:|--:|--:|")
    print(f"| {jobs:,} | {jobs // JOBS_EACH_PAYMENT:,} | {size} MB | {median:.2f} s |")
    return 0 if median <= MOST else 1


async def _once(storage: Storage) -> float:
    began = time.perf_counter()
    assert await audit(storage) == []
    return time.perf_counter() - began


def fill(path: Path, jobs: int) -> None:
    sqlite = prepare(path)
    sqlite.execute("PRAGMA synchronous = OFF")
    conn = Connection(sqlite)
    for first in range(0, jobs, TOGETHER):
        sqlite.execute("BEGIN")
        if not first:
            _meet_people(conn, jobs)
        for number in range(first, min(jobs, first + TOGETHER)):
            _serve(conn, number)
        sqlite.execute("COMMIT")
    sqlite.close()


def _meet_people(conn: Connection, jobs: int) -> None:
    for number in range(PEOPLE):
        account = account_of(meet(conn, 1_000 + number, now()).id)
        transfer(conn, f"bench:{account}", "grant", GRANT, account, jobs * 1_000, now())


def _serve(conn: Connection, number: int) -> None:
    customer = number % PEOPLE + 1
    if number % JOBS_EACH_PAYMENT == 0:
        payload = stars.open_invoice(conn, b"", customer, Pack("100", 100_000, 50), now())
        stars.credit(conn, b"", payload, f"charge {number}", customer, 50, now())
    job = NewJob(f"job {number}", customer, "bench", f"chat:{customer}", QUESTION, "{}")
    queue.submit(conn, job, 1_000, 10, now())
    (claimed,) = queue.claim(conn, "text", 1, 1, "boot", now())
    queue.settle(conn, claimed, Outcome("answered", 900, ANSWER), now())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How long the audit takes.")
    parser.add_argument("--jobs", type=int, default=100_000)
    sys.exit(asyncio.run(main(parser.parse_args().jobs)))
