"""Where everything durable lives: one SQLite file, one writer thread, read-only readers.

`await storage.write(fn, *args)` runs `fn(conn, *args)`, plain synchronous SQL, as a transaction of its
own, on the writer (bot/writer.py). A function that raises is undone alone. A caller that is cancelled
never leaves half a transaction, because the writer does not know of callers at all.

Only the writer checkpoints: SQLite before 3.51.3 can corrupt a WAL that two connections checkpoint.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any, Concatenate, ParamSpec, TypeVar, cast

import aiosqlite

from billing import Row
from bot.migrations import UnknownSchema, migrate
from bot.writer import Connection, Statements, StorageBusy, StorageError, Writer, row_maker

__all__ = ["Connection", "Storage", "StorageBusy", "StorageError", "StorageLocked", "open_storage"]

P = ParamSpec("P")
T = TypeVar("T")

READERS = 2

_SETTINGS = (
    "PRAGMA page_size = 2048",  # what a SAVEPOINT keeps to undo a job fits in memory
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 0",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA journal_size_limit = 67108864",
)


class StorageLocked(StorageError):
    """Another process has the file."""


class _Rows:
    """Makes a reader's rows named tuples while they are read: one trip to its thread a SELECT, not three."""

    def __init__(self) -> None:
        self._made: dict[Any, Any] = {}

    def __call__(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Any:
        make = self._made.get(cursor.description)
        if make is None:
            make = self._made[cursor.description] = row_maker(cursor.description)
        return make(values)


class Storage:
    """What `open_storage` gives: `write` for changes, `fetch` and `fetch_one` for looking."""

    def __init__(self, writer: Writer, readers: list[aiosqlite.Connection], here: sqlite3.Connection) -> None:
        self.writer = writer
        self._here = here
        self._statements = Statements()
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        for reader in readers:
            self._readers.put_nowait(reader)

    async def write(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn(conn, *args)` as one transaction; durable when this returns.

        Raises whatever `fn` raised (then nothing of it is kept) or StorageError. Cancelling the caller
        cancels nothing: the transaction is made all the same, and its result is dropped.
        """
        result: T = await self.writer.put(lambda conn: fn(conn, *args, **kwargs))
        return result

    async def write_brief(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same for a function of a handful of statements, none of which reads or changes many rows."""
        result: T = await self.writer.put(lambda conn: fn(conn, *args, **kwargs), brief=True)
        return result

    def listen(self, news: str, listener: Callable[[], None]) -> None:
        """Call `listener` whenever a transaction has told `news`: once it is committed, before `write`
        returns."""
        self.writer.listeners[news].append(listener)

    async def fetch(self, sql: str, /, **values: Any) -> list[Row]:
        """All rows of one SELECT, as of one instant."""
        reader = await self._readers.get()
        try:
            return list(await reader.execute_fetchall(sql, values))
        finally:
            self._readers.put_nowait(reader)

    async def fetch_one(self, sql: str, /, **values: Any) -> Row | None:
        rows = await self.fetch(sql, **values)
        return rows[0] if rows else None

    async def look_up(self, sql: str, /, **values: Any) -> Row | None:
        """One row by its key, read in the event loop's thread: a trip to another takes five times as long."""
        try:
            statement = self._statements[sql]
            row: Row | None = self._here.execute(statement.sql, statement.values(values)).fetchone()
        except sqlite3.OperationalError:  # locked for a moment
            return await self.fetch_one(sql, **values)
        return row


@asynccontextmanager
async def open_storage(path: Path) -> AsyncIterator[Storage]:
    """Check the file, bring it up to date, and open it; one process at a time.

    Raises StorageLocked where another process has it, StorageError where the file can't be used.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(only_process(path.with_suffix(".lock")))
        writer = Writer(await asyncio.to_thread(prepare, path))
        stack.callback(writer.stop)
        readers = [await stack.enter_async_context(_reader(path)) for _ in range(READERS)]
        for reader in readers:
            await reader.execute("PRAGMA query_only = ON")
            reader.row_factory = cast(Any, _Rows())
        here = sqlite3.connect(_to_read(path), uri=True, isolation_level=None, timeout=0)
        stack.callback(here.close)
        here.row_factory = cast(Any, _Rows())
        yield Storage(writer, readers, here)


def _reader(path: Path) -> aiosqlite.Connection:
    return aiosqlite.connect(_to_read(path), uri=True, isolation_level=None)


def _to_read(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"


@contextmanager
def only_process(lock: Path) -> Iterator[None]:
    """Hold the lock file; a process that dies lets go of it."""
    try:
        file = lock.open("a+")
    except OSError as error:
        raise StorageError(f"{lock.parent} can't be written to ({error.strerror}).") from None
    with file:
        _lock(file)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _lock(file: IO[str]) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        raise StorageLocked(
            f"another process ({file.read() or 'unknown'}) has these books open ({file.name})."
            " Stop it first, or use another DATA_DIR."
        ) from None


def prepare(path: Path) -> sqlite3.Connection:
    """Open the file for writing: made or checked, and with the schema of today."""
    with ExitStack() as stack:
        try:
            sqlite = sqlite3.connect(
                path, isolation_level=None, cached_statements=512, check_same_thread=False
            )
            stack.callback(sqlite.close)
            _check(sqlite)
            for setting in _SETTINGS:
                sqlite.execute(setting)
            migrate(sqlite)
        except (sqlite3.Error, UnknownSchema) as error:
            raise StorageError(f"{path} can't be used: {error}.") from error
        stack.pop_all()
        return sqlite


def _check(sqlite: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError where the file is damaged."""
    try:
        found = sqlite.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
        found = error
    if found != "ok":
        raise sqlite3.DatabaseError(f"it is damaged ({found}). Restore the latest backup before starting")
