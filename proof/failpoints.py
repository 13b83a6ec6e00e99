"""T2: a failure at every statement and at every COMMIT of every flow, and kill -9 at the same places.

Each flow runs between two neighbours that share its COMMIT. At its nth statement (before it, after it) an
error is raised, or the process, a fork, is killed. Then the books must be exactly those of what was
acknowledged, and doing it again must lead to exactly what would have been there without the failure.

Controls: the same without a transaction, and without each function's SAVEPOINT.
"""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from bot.writer import Connection, StorageError, Waiting, commit_together
from proof.books import Act, Books, empty, in_memory, opened
from proof.flows import FLOWS, Flow, fill, neighbour
from proof.result import Found, Task
from proof.together import in_processes

SIDE_BY_SIDE = 2


class Point(NamedTuple):
    """Before or after the nth statement."""

    number: int
    after: bool


class Breaking:
    """A connection that calls `break_` at one point, once; and counts its statements."""

    def __init__(
        self, sqlite: Any, point: Point | None = None, break_: Callable[[], None] = lambda: None
    ) -> None:
        self.count = 0
        self._sqlite, self._point, self._break = sqlite, point, break_

    @property
    def in_transaction(self) -> bool:
        return bool(self._sqlite.in_transaction)

    def execute(self, sql: str, *values: Any) -> Any:
        self.count += 1
        if self._point == (self.count, False):
            self._break()
        cursor = self._sqlite.execute(sql, *values)
        if self._point == (self.count, True):
            self._break()
        return cursor


Commit = Callable[[Any, Connection, list[Waiting]], None]
Acts = tuple[Act, ...]
Told = tuple[bool, ...]
NONE, ALL = (False, False, False), (True, True, True)


class Bench:
    """One flow between two neighbours, on the books of one seed."""

    def __init__(self, flow: Flow, seed: int, commit: Commit = commit_together) -> None:
        books = in_memory(empty())
        world = fill(books, seed)
        self.flow, self._commit, self._content = flow, commit, books.sqlite.serialize()
        self._acts: Acts = (neighbour(1), lambda conn: flow.act(conn, world), neighbour(3))
        self._pictures: dict[tuple[Told, Told], str] = {}

    def points(self) -> Iterator[Point]:
        counting: Any = Breaking(in_memory(self._content).sqlite)
        commit_together(counting, Connection(counting), _waiting(self._acts))
        for number in range(1, counting.count + 1):
            for after in (False, True):
                yield Point(number, after)

    def fails_at(self, point: Point) -> str:
        """Raise there, go on with the same connection; what is wrong then."""

        def fail() -> None:
            raise sqlite3.OperationalError("a failure")

        books = in_memory(self._content)
        breaking: Any = Breaking(books.sqlite, point, fail)
        batch = _waiting(self._acts)
        self._commit(breaking, Connection(breaking), batch)
        return self._wrong(books, tuple(waiting.error is None for waiting in batch))

    def dies_at(self, point: Point, path: Path) -> str:
        """Kill the process there, open the file anew; what is wrong then."""
        for old in path.parent.glob(path.name + "*"):
            old.unlink()
        path.write_bytes(self._content)
        acknowledged = self._killed(point, path)
        books = opened(path)
        try:
            return self._wrong(books, (acknowledged,) * 3)
        finally:
            books.sqlite.close()

    def _killed(self, point: Point, path: Path) -> bool:
        """Whether all was acknowledged before the end."""
        heard, told = os.pipe()
        child = os.fork()
        if child == 0:
            with suppress(BaseException):
                breaking: Any = Breaking(opened(path).sqlite, point, _die)
                self._commit(breaking, Connection(breaking), _waiting(self._acts))
                os.write(told, b"acknowledged")
            os._exit(0)
        os.close(told)
        with os.fdopen(heard, "rb") as pipe:
            acknowledged = bool(pipe.read())
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) in (0, -signal.SIGKILL)
        return acknowledged

    def _wrong(self, books: Books, told: Told) -> str:
        if found := books.wrong():
            return f"the audit: {found}"
        if (state := books.sound()) != "ok":
            return f"the file is damaged: {state}"
        # What nobody was told of may be there all the same, whole: the failure came after the COMMIT.
        possible = (told, ALL) if told == NONE else (told,)
        there = next((one for one in possible if self._picture(one) == books.picture()), None)
        if there is None:
            return f"told {told}, and the books are something else"
        again = tuple(not one for one in there)
        if there == ALL and self.flow.repeatable:
            again = (False, True, False)
        if any(waiting.error for waiting in books.together(_some(self._acts, again))):
            return "it can't be done again"
        expected = self._picture(there, NONE if there == ALL else again)
        return "" if books.picture() == expected else "done again, the books are not what they would be"

    def _picture(self, first: Told, second: Told = NONE) -> str:
        """The books after these acts, and then those."""
        known = self._pictures.get((first, second))
        if known is None:
            books = in_memory(self._content)
            for done in (first, second):
                assert not any(waiting.error for waiting in books.together(_some(self._acts, done)))
            known = self._pictures[first, second] = books.picture()
        return known


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _some(acts: Acts, which: Told) -> Acts:
    return tuple(act for act, done in zip(acts, which, strict=True) if done)


def _waiting(acts: Acts) -> list[Waiting]:
    nobody: Any = None
    return [Waiting(act, nobody) for act in acts]


class Part(NamedTuple):
    """What one process does: these flows on the books of these seeds, until `end` of the monotonic clock."""

    flows: slice
    seeds: range
    end: float
    folder: Path


def run(part: Part) -> Found:
    found = Found(0)
    part.folder.mkdir()
    for seed in part.seeds:
        for flow in FLOWS[part.flows]:
            bench = Bench(flow, seed)
            for point in bench.points():
                if time.monotonic() > part.end:
                    return found
                _try(found, bench, point, seed, part.folder)
    return found


def prove(task: Task) -> Found:
    """All flows with the first of the seeds, then with the next."""
    seeds, end = range(task.seed, task.seed + task.amount), time.monotonic() + task.seconds
    parts = [
        Part(slice(number, None, SIDE_BY_SIDE), seeds, end, task.folder / str(number))
        for number in range(SIDE_BY_SIDE)
    ]
    found = in_processes(run, parts, SIDE_BY_SIDE)
    done, wrong = sum(one.done for one in found), [wrong for one in found for wrong in one.violations]
    remark = f"{len(FLOWS)} ways to move money, {task.amount} times each"
    if time.monotonic() > end:
        remark += " had the time not been over"
    return Found(done, wrong, _controls(task.seed), remark)


def _try(found: Found, bench: Bench, point: Point, seed: int, folder: Path) -> None:
    path = folder / "books.db"
    for way, wrong in (("fails", bench.fails_at(point)), ("dies", bench.dies_at(point, path))):
        found.done += 1
        if wrong:
            found.violations.append(f"{bench.flow.name} {way} at {point}, books of {seed}: {wrong}")


def _controls(seed: int) -> str:
    noticed = [name for name, commit in CONTROLS.items() if _notices(commit, seed)]
    return "; ".join(noticed) if len(noticed) == len(CONTROLS) else ""


def _notices(commit: Commit, seed: int) -> bool:
    benches = (Bench(flow, seed, commit) for flow in FLOWS)
    return any(bench.fails_at(point) for bench in benches for point in bench.points())


def _piecemeal(sqlite: Any, connection: Connection, batch: list[Waiting]) -> None:
    """Without a transaction."""
    for waiting in batch:
        try:
            waiting.result = waiting.fn(connection)
        except Exception as error:
            waiting.error = error


def _without_savepoints(sqlite: Any, connection: Connection, batch: list[Waiting]) -> None:
    try:
        sqlite.execute("BEGIN IMMEDIATE")
        _piecemeal(sqlite, connection, batch)
        sqlite.execute("COMMIT")
    except sqlite3.Error as error:
        for waiting in batch:
            waiting.error = StorageError(str(error))


CONTROLS: dict[str, Commit] = {"no transaction": _piecemeal, "no SAVEPOINT": _without_savepoints}
