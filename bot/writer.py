"""The one thread that changes the books, and the open transaction that it hands to functions.

Functions that wait share one COMMIT (one fsync), each in its own SAVEPOINT. The thread outlives every
error: somebody who waits for it is always told.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import namedtuple
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any, cast

from billing import Row
from bot.spread import MOMENTS, SIZES, Spread

BATCH = 256
"""How many functions share one COMMIT at most: bounds how long the first of them waits."""
WAITING = 20_000

_OUTSIDE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}
"""What the disk, the file or another process did; anything else is a mistake in the statement."""


class StorageError(Exception):
    """The disk or the file failed: nothing of this transaction is kept."""


class StorageBusy(StorageError):
    """More writes wait than the writer can take on."""


class Shapes:
    """Turns plain rows into named tuples, one class a statement; the program's text has so many."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def of(self, sql: str, description: Any) -> Any:
        shape = self._made.get(sql)
        if shape is None:
            shape = self._made[sql] = row_maker(description)
        return shape


def row_maker(description: Any) -> Any:
    """What makes a named tuple of a plain row with these columns."""
    names = [column[0] for column in description]
    return cast(Any, namedtuple)("Row", names, rename=True)._make


class Connection:
    """An open transaction: what billing's functions take."""

    __slots__ = ("_execute", "_shapes")

    def __init__(self, sqlite: sqlite3.Connection) -> None:
        self._execute = sqlite.execute
        self._shapes = Shapes()

    def one(self, sql: str, /, **values: Any) -> Row | None:
        cursor = self._execute(sql, values)
        row = cursor.fetchone()
        return None if row is None else self._shapes.of(sql, cursor.description)(row)

    def only(self, sql: str, /, **values: Any) -> Row:
        row = self.one(sql, **values)
        assert row is not None, sql
        return row

    def all(self, sql: str, /, **values: Any) -> list[Row]:
        cursor = self._execute(sql, values)
        return list(map(self._shapes.of(sql, cursor.description), cursor))

    def run(self, sql: str, /, **values: Any) -> int:
        return self._execute(sql, values).rowcount


class Waiting:
    """One function that waits for the writer, and the future that its caller awaits."""

    __slots__ = ("error", "fn", "future", "result")

    def __init__(self, fn: Callable[[Connection], Any], future: asyncio.Future[Any]) -> None:
        self.fn = fn
        self.future = future
        self.result: Any = None
        self.error: BaseException | None = None

    def tell(self) -> None:
        if self.future.done():  # its caller was cancelled, and never asks
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class Writer:
    """Owns the writing connection; `put` and `stop` belong to the event loop's thread."""

    def __init__(self, sqlite: sqlite3.Connection) -> None:
        self._sqlite = sqlite
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._stopped = False
        self.sizes = Spread(SIZES)
        """How many functions shared a COMMIT."""
        self.seconds = Spread(MOMENTS)
        """From BEGIN to COMMIT."""
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        return self._queue.qsize()

    def put(self, fn: Callable[[Connection], Any]) -> asyncio.Future[Any]:
        if self._stopped:
            raise StorageError("the storage is closed")
        if self._queue.qsize() >= WAITING:
            raise StorageBusy("too many writes wait; try again in a moment")
        waiting = Waiting(fn, self._loop.create_future())
        self._queue.put(waiting)
        return waiting.future

    def stop(self) -> None:
        """Commit what waits, then end.

        Blocks the event loop meanwhile, so that no cancellation can give the file away before that.
        """
        if not self._stopped:
            self._stopped = True
            self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        connection = Connection(self._sqlite)
        more = True
        while more:
            batch, more = self._next_batch()
            begun = perf_counter()
            commit_together(self._sqlite, connection, batch)
            self.seconds.add(perf_counter() - begun)
            self.sizes.add(len(batch))
            with suppress(RuntimeError):  # the loop is closed: nobody is left to tell
                self._loop.call_soon_threadsafe(_tell_all, batch)
        self._sqlite.close()

    def _next_batch(self) -> tuple[list[Waiting], bool]:
        """What waits, after waiting for it; False once there will be no more."""
        batch: list[Waiting] = []
        with suppress(Empty):
            while len(batch) < BATCH:
                waiting = self._queue.get(block=not batch)
                if waiting is None:
                    return batch, False
                batch.append(waiting)
        return batch, True


def commit_together(sqlite: sqlite3.Connection, connection: Connection, batch: list[Waiting]) -> None:
    """Run every function of the batch in one transaction; a COMMIT that fails fails them all."""
    try:
        sqlite.execute("BEGIN IMMEDIATE")
        for waiting in batch:
            _run_alone(sqlite, connection, waiting)
        sqlite.execute("COMMIT")
    except BaseException as error:
        if sqlite.in_transaction:
            with suppress(sqlite3.Error):
                sqlite.execute("ROLLBACK")
        for waiting in batch:
            waiting.error = StorageError(f"nothing was written: {error}")


def _run_alone(sqlite: sqlite3.Connection, connection: Connection, waiting: Waiting) -> None:
    """Run one function; of one that raises, nothing is kept."""
    sqlite.execute("SAVEPOINT one")
    try:
        waiting.result = waiting.fn(connection)
    except BaseException as error:
        if not sqlite.in_transaction:
            raise  # a full disk makes SQLite roll back everything, the neighbours' work included
        sqlite.execute("ROLLBACK TO one")
        waiting.error = _ours(error)
    sqlite.execute("RELEASE one")


def _ours(error: BaseException) -> BaseException:
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _OUTSIDE:
        return StorageError(f"nothing was written: {error}")
    if isinstance(error, StopIteration):  # a future can't carry it
        return RuntimeError(f"the function raised {error!r}")
    return error


def _tell_all(batch: list[Waiting]) -> None:
    for waiting in batch:
        waiting.tell()
