"""T9: a full disk and failing I/O, at each thing that SQLite asks of the disk.

While people pay and are answered, a write, truncation or fsync fails: the disk is full, for one operation or
for several, or it errs. Whoever waited is told, does it again until the disk is well, and in the end there is
what there would be after a day without trouble. The same with the system's own limit on the size of files
(RLIMIT_FSIZE) and the real sqlite3. The control tells a failed COMMIT as done.
"""

import random
import resource
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from bot.writer import Connection, StorageError, Waiting, commit_together
from proof.books import Books, empty, opened
from proof.powercut import work
from proof.result import Found, Task
from proof.together import in_processes
from proof.vfs import Operation, watched

ROUNDS = 6
TRIES = 60
"""Of one COMMIT, before the disk must be well again."""
CONTROL_POINTS = 40
LIMITS = 20
"""Of the size of a file, in the part with the real sqlite3: one in so many points."""


class Trouble(NamedTuple):
    """The disk fails `times` operations from the `first` on, with this SQLite code."""

    first: int
    times: int
    code: int

    def strikes(self, number: int) -> bool:
        return self.first <= number < self.first + self.times


class Day(NamedTuple):
    """What came of it: how many operations there were, what was told as failed, the books."""

    operations: int
    failures: int
    sums: str
    wrong: str


def day(path: Path, seed: int, trouble: Trouble | None = None, commit: Any = commit_together) -> Day:
    """A day's work on a disk that fails so."""
    for old in path.parent.glob(path.name + "*"):
        old.unlink()
    path.write_bytes(empty())
    number, armed = 0, False

    def watch(operation: Operation) -> None:
        nonlocal number
        if armed:
            number += 1
            if trouble and trouble.strikes(number):
                raise apsw.exception_for(trouble.code)

    with watched(path, watch, "PRAGMA wal_autocheckpoint = 30") as sqlite:
        books = Books(sqlite)
        armed = True
        failures, wrong = _work_on(books, seed, commit)
        armed = False
        return Day(number, failures, _sums(books), wrong or "; ".join(books.wrong()))


def _work_on(
    books: Books, seed: int, commit: Any, heal: Callable[[], None] = lambda: None
) -> tuple[int, str]:
    """All of the day's COMMITs, each until it is done; how often one failed, and what was wrong then."""
    failures = 0
    conn = Connection(books.sqlite)
    nobody: Any = None
    for acts in work(random.Random(seed), books, ROUNDS):
        for _ in range(TRIES):
            batch = [Waiting(act, nobody) for act in acts]
            commit(books.sqlite, conn, batch)
            errors = [waiting.error for waiting in batch if waiting.error]
            if not errors:
                break
            failures += 1
            if not all(isinstance(error, StorageError) for error in errors):
                return failures, f"told as something else: {errors}"
            if found := books.wrong():
                return failures, f"after a failure: {found}"
            heal()
        else:
            return failures, "it never went on"
    return failures, ""


def _sums(books: Books) -> str:
    """All but the numbers of rows: who failed alone is done again after the neighbours."""
    return "\n".join(str(books.rows(sql)) for sql in SUMS)


SUMS = (
    "SELECT id, posted, held FROM account ORDER BY id",
    "SELECT key, state, price, charged FROM job ORDER BY key",
    "SELECT charge, customer, amount, state FROM payment ORDER BY charge",
    "SELECT kind, source, destination, count(*), sum(amount) FROM transfer GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    "SELECT state, count(*) FROM call GROUP BY 1 ORDER BY 1",
    "SELECT count(*) FROM delivery",
)


def _told_as_done(sqlite: Any, conn: Connection, batch: list[Waiting]) -> None:
    """The control."""
    commit_together(sqlite, conn, batch)
    for waiting in batch:
        waiting.error = None


def limited(task: Task) -> list[str]:
    """Files that may not grow beyond a limit, with the real sqlite3; what was wrong. In its own process."""
    path = task.folder / "limited.db"
    right = _limited_day(path, task.seed, None)
    wrong = []
    for number in range(task.amount):
        limit = 150_000 + number * 7_919
        found = _limited_day(path, task.seed, limit)
        if found.wrong or found.sums != right.sums:
            wrong.append(f"files of {limit} bytes at most: {found.wrong or 'the books are something else'}")
    return wrong


def _limited_day(path: Path, seed: int, limit: int | None) -> Day:
    for old in path.parent.glob(path.name + "*"):
        old.unlink()
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

    def heal() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    with closing(opened(path).sqlite) as sqlite:
        books = Books(sqlite)
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            failures, wrong = _work_on(books, seed, commit_together, heal)
        finally:
            heal()
        return Day(0, failures, _sums(books), wrong or "; ".join(books.wrong()))


def prove(task: Task) -> Found:
    end = time.monotonic() + task.seconds
    path = task.folder / "disk.db"
    right = day(path, task.seed)
    assert not right.wrong, right.wrong
    found, told = Found(0), 0
    for trouble in _troubles(task.amount, task.seed, right.operations):
        if time.monotonic() > end:
            break
        ended = day(path, task.seed, trouble)
        found.done += 1
        told += bool(ended.failures)
        if ended.wrong or ended.sums != right.sums:
            found.violations.append(f"{trouble}: {ended.wrong or 'the books are something else'}")
    limits = max(3, task.amount // LIMITS)
    (wrong,) = in_processes(limited, [task._replace(amount=limits)], 1)
    found.violations += wrong
    found.done += limits
    found.remark = f"{told} were told to those who waited"
    found.control = _control(path, task.seed, right)
    return found


def _troubles(amount: int, seed: int, operations: int) -> list[Trouble]:
    chance = random.Random(seed)
    codes = (apsw.SQLITE_FULL, apsw.SQLITE_IOERR)
    return [
        Trouble(1 + number * operations // amount, chance.choice((1, 1, 3, 20)), chance.choice(codes))
        for number in range(amount)
    ]


def _control(path: Path, seed: int, right: Day) -> str:
    for trouble in _troubles(CONTROL_POINTS, seed, right.operations):
        try:
            ended = day(path, seed, trouble, _told_as_done)
        except (AssertionError, sqlite3.Error) as error:
            return f"failures told as done: {type(error).__name__}"
        if ended.sums != right.sums:
            return "failures told as done: work is missing"
    return ""
