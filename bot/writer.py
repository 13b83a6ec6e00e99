"""The one connection that changes the books, and the open transaction that it hands to functions.

Functions that wait share one COMMIT (one fsync), each in its own SAVEPOINT. The writer outlives every
error: somebody who waits for it is always told.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
import time
from collections import defaultdict, deque, namedtuple
from collections.abc import Callable, Sequence
from contextlib import suppress
from operator import itemgetter
from queue import SimpleQueue
from time import perf_counter
from typing import Any, cast

from billing import Row
from bot.spread import MOMENTS, SIZES, Spread

BATCH = 256
"""How many functions share one COMMIT at most: bounds how long the first of them waits."""
BRIEF_BATCH = 64
"""The same, of those that run in the event loop's thread: it is held for some milliseconds at most."""
GATHER_SECONDS = 0.004
"""How long brief functions that have found the writer busy wait for others to commit with."""
WAITING = 20_000
LOCKED_SECONDS = 5.0
"""How long another process's lock of the file is waited for; not at all in the event loop's thread."""
LOCKED_PAUSE = 0.02

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


class Statement:
    """A statement of the program's text, its values by place: SQLite would look each name up each time."""

    __slots__ = ("row", "sql", "values")

    def __init__(self, text: str) -> None:
        names: list[str] = []

        def place(found: re.Match[str]) -> str:
            if found[1] is None:
                return found[0]
            names.append(found[1])
            return "?"

        self.sql = _NAMED.sub(place, text)
        self.values = _picker(names)
        """The values in their places, of those that were given by name."""
        self.row: Any = None
        """Makes a named tuple of a plain row, once there has been one."""


def _picker(names: list[str]) -> Callable[[dict[str, Any]], Sequence[Any]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda given: [given[name] for name in names]


_NAMED = re.compile(r"'[^']*'|:([a-z_]\w*)")
"""A name for a value, but not inside a text."""


class Statements(dict[str, Statement]):
    """Those met so far, by their text: the program's has so many."""

    def __missing__(self, text: str) -> Statement:
        made = self[text] = Statement(text)
        return made


def row_maker(description: Any) -> Any:
    """What makes a named tuple of a plain row with these columns."""
    names = [column[0] for column in description]
    return cast(Any, namedtuple)("Row", names, rename=True)._make


class Connection:
    """An open transaction: what billing's functions take."""

    __slots__ = ("_execute", "_statements", "news")

    def __init__(self, sqlite: sqlite3.Connection) -> None:
        self._execute = sqlite.execute
        self._statements = Statements()
        self.news: set[str] = set()
        """What was told since somebody took it; of what is undone too, which does no harm."""

    def one(self, sql: str, /, **values: Any) -> Row | None:
        statement = self._statements[sql]
        cursor = self._execute(statement.sql, statement.values(values))
        row = cursor.fetchone()
        if row is None:
            return None
        if statement.row is None:
            statement.row = row_maker(cursor.description)
        made: Row = statement.row(row)
        return made

    def only(self, sql: str, /, **values: Any) -> Row:
        row = self.one(sql, **values)
        assert row is not None, sql
        return row

    def all(self, sql: str, /, **values: Any) -> list[Row]:
        statement = self._statements[sql]
        cursor = self._execute(statement.sql, statement.values(values))
        if statement.row is None:
            statement.row = row_maker(cursor.description)
        return list(map(statement.row, cursor))

    def run(self, sql: str, /, **values: Any) -> int:
        statement = self._statements[sql]
        return self._execute(statement.sql, statement.values(values)).rowcount

    def tell(self, news: str) -> None:
        self.news.add(news)


class Waiting:
    """One function that waits for the writer, and the future that its caller awaits."""

    __slots__ = ("brief", "error", "fn", "future", "result")

    def __init__(
        self, fn: Callable[[Connection], Any], future: asyncio.Future[Any], *, brief: bool = False
    ) -> None:
        self.fn = fn
        self.future = future
        self.brief = brief
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
    """Owns the writing connection; `put` and `stop` belong to the event loop's thread.

    Brief functions run in the loop's thread: each statement lets go of the interpreter and gets it back,
    which costs more than the statement where two threads want it. COMMIT waits for the disk elsewhere.
    """

    def __init__(self, sqlite: sqlite3.Connection) -> None:
        self._sqlite = sqlite
        self._connection = Connection(sqlite)
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Waiting] = deque()
        self._busy = False
        """A batch is under way, or about to be: the connection is its alone."""
        self._stopped = False
        self.sizes = Spread(SIZES)
        """How many functions shared a COMMIT."""
        self.seconds = Spread(MOMENTS)
        """What the thread took for a COMMIT, and for what came before it where that was not brief."""
        self.listeners: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
        """Who hears which news, in the event loop's thread, before those who wait for the same COMMIT."""
        self._batches: SimpleQueue[tuple[list[Waiting], bool] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many functions nobody has taken up yet."""
        return len(self._waiting)

    def put(self, fn: Callable[[Connection], Any], *, brief: bool = False) -> asyncio.Future[Any]:
        """`brief`: a handful of statements, of which none reads or changes many rows."""
        if self._stopped:
            raise StorageError("the storage is closed")
        if len(self._waiting) >= WAITING:
            raise StorageBusy("too many writes wait; try again in a moment")
        waiting = Waiting(fn, self._loop.create_future(), brief=brief)
        self._waiting.append(waiting)
        if not self._busy:
            self._busy = True
            self._loop.call_soon(self._next)
        return waiting.future

    def stop(self) -> None:
        """Commit what waits, then end.

        Blocks the event loop meanwhile, so that no cancellation can give the file away before that.
        """
        if not self._stopped:
            self._stopped = True
            while self._waiting:
                self._batches.put((self._batch(BATCH), False))
            self._batches.put(None)
        self._thread.join()

    def _next(self) -> None:
        brief = len(self._waiting) > 0 and self._waiting[0].brief
        batch = self._batch(BRIEF_BATCH if brief else BATCH)
        self._busy = bool(batch)
        if not batch:
            return
        open_ = all(waiting.brief for waiting in batch) and begin(self._sqlite)
        if open_:
            run_each(self._sqlite, self._connection, batch)
        self._batches.put((batch, open_))

    def _batch(self, most: int) -> list[Waiting]:
        return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def _work(self) -> None:
        while (given := self._batches.get()) is not None:
            batch, open_ = given
            begun = perf_counter()
            if open_:
                commit(self._sqlite, batch)
            else:
                commit_together(self._sqlite, self._connection, batch)
            self.seconds.add(perf_counter() - begun)
            self.sizes.add(len(batch))
            with suppress(RuntimeError):  # the loop is closed: nobody is left to tell
                self._loop.call_soon_threadsafe(self._ended, batch)
        self._sqlite.close()

    def _ended(self, batch: list[Waiting]) -> None:
        while self._connection.news:
            for listener in self.listeners[self._connection.news.pop()]:
                listener()
        for waiting in batch:
            waiting.tell()
        gathering = self._waiting and self._waiting[0].brief and len(self._waiting) < BRIEF_BATCH // 2
        if gathering:  # under load a COMMIT for each few costs more than they do
            self._loop.call_later(GATHER_SECONDS, self._next)
        else:
            self._next()


def commit_together(sqlite: sqlite3.Connection, connection: Connection, batch: list[Waiting]) -> None:
    """Run every function of the batch in one transaction; a COMMIT that fails fails them all."""
    try:
        _begin_patiently(sqlite)
    except BaseException as error:
        _undo(sqlite)
        _fail(batch, str(error))
        return
    run_each(sqlite, connection, batch)
    commit(sqlite, batch)


def begin(sqlite: sqlite3.Connection) -> bool:
    """Begin a transaction; False where that can't be at once, as while another process locks the file."""
    try:
        sqlite.execute("BEGIN IMMEDIATE")
    except sqlite3.Error:
        _undo(sqlite)
        return False
    return True


def _begin_patiently(sqlite: sqlite3.Connection) -> None:
    """Raises what stands in the way, a lock after LOCKED_SECONDS."""
    until = time.monotonic() + LOCKED_SECONDS
    while True:
        try:
            sqlite.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            locked = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            if not locked or time.monotonic() > until:
                raise
        time.sleep(LOCKED_PAUSE)


def run_each(sqlite: sqlite3.Connection, connection: Connection, batch: list[Waiting]) -> None:
    """Run the functions in the open transaction; what nobody expected undoes all of it."""
    try:
        for waiting in batch:
            _run_alone(sqlite, connection, waiting)
    except BaseException as error:
        _undo(sqlite)
        _fail(batch, str(error))


def commit(sqlite: sqlite3.Connection, batch: list[Waiting]) -> None:
    """Make the open transaction durable; where there is none any more, all have been told to fail."""
    if not sqlite.in_transaction:
        return
    try:
        sqlite.execute("COMMIT")
    except BaseException as error:
        _undo(sqlite)
        _fail(batch, str(error))


def _undo(sqlite: sqlite3.Connection) -> None:
    if sqlite.in_transaction:
        with suppress(sqlite3.Error):
            sqlite.execute("ROLLBACK")


def _fail(batch: list[Waiting], why: str) -> None:
    for waiting in batch:
        waiting.error = StorageError(f"nothing was written: {why}")


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
