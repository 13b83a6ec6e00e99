"""Where everything durable lives: one SQLite file, one writer thread, read-only readers.

`await storage.write(fn, *args)` runs `fn(conn, *args)`, plain synchronous SQL, as a transaction of its
own: each waiting function in its own SAVEPOINT, one COMMIT (one fsync) for all that wait, then their
results. A function that raises is undone alone. A caller that is cancelled never leaves half a
transaction, because the writer does not know of callers at all.

Only the writer checkpoints: SQLite before 3.51.3 can corrupt a WAL that two connections checkpoint.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
import threading
from collections import deque, namedtuple
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any, Concatenate, ParamSpec, TypeVar, cast

import aiosqlite

from billing import Row

P = ParamSpec("P")
T = TypeVar("T")

MIGRATIONS = Path(__file__).parent / "migrations"
BATCH = 256
"""How many functions share one COMMIT at most: bounds how long the first of them waits."""
WAITING = 20_000
READERS = 2

_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA trusted_schema = OFF",
)


class StorageError(Exception):
    """The disk or the file failed: nothing of this transaction is kept."""


class StorageLocked(StorageError):
    """Another process has the file."""


class StorageBusy(StorageError):
    """More writes wait than the writer can take on."""


class Shapes:
    """Turns plain rows into named tuples, one class a statement."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def of(self, sql: str, description: Any) -> Any:
        shape = self._made.get(sql)
        if shape is None:
            names = [column[0] for column in description]
            shape = self._made[sql] = cast(Any, namedtuple)("Row", names, rename=True)._make
        return shape


class Connection:
    """An open transaction: what billing's functions take."""

    def __init__(self, sqlite: sqlite3.Connection, shapes: Shapes) -> None:
        self._execute = sqlite.execute
        self._shapes = shapes

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
        rows = cursor.fetchall()
        return list(map(self._shapes.of(sql, cursor.description), rows)) if rows else []

    def run(self, sql: str, /, **values: Any) -> int:
        return self._execute(sql, values).rowcount


class _Waiting:
    """One function that waits for the writer, and the future that its caller awaits."""

    __slots__ = ("fn", "future", "outcome")

    def __init__(self, fn: Callable[[Connection], Any], future: asyncio.Future[Any]) -> None:
        self.fn = fn
        self.future = future
        self.outcome: tuple[Any, BaseException | None] = (None, None)

    def tell(self) -> None:
        result, error = self.outcome
        if self.future.cancelled():
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)
            self.future.exception()  # a cancelled caller never asks: that is no error of the program


class Writer:
    """The one thread that changes the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._queue: deque[_Waiting] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, fn: Callable[[Connection], Any]) -> asyncio.Future[Any]:
        waiting = _Waiting(fn, self._loop.create_future())
        with self._wake:
            if self._stopping:
                raise StorageError("the storage is closed")
            if len(self._queue) >= WAITING:
                raise StorageBusy("too many writes wait; try again in a moment")
            self._queue.append(waiting)
            self._wake.notify()
        return waiting.future

    def stop(self) -> None:
        """Commit what waits, then end. Blocks; call it from a thread."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()

    def _work(self) -> None:
        sqlite = connect(self._path)
        connection = Connection(sqlite, Shapes())
        while batch := self._next_batch():
            commit_together(sqlite, connection, batch)
            self._loop.call_soon_threadsafe(_tell_all, batch)
        sqlite.close()

    def _next_batch(self) -> list[_Waiting]:
        with self._wake:
            while not self._queue and not self._stopping:
                self._wake.wait()
            return [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]


def commit_together(sqlite: sqlite3.Connection, connection: Connection, batch: list[_Waiting]) -> None:
    """Run every function of the batch in one transaction; a COMMIT that fails fails them all."""
    try:
        sqlite.execute("BEGIN IMMEDIATE")
        for waiting in batch:
            waiting.outcome = _run_alone(sqlite, connection, waiting.fn)
        sqlite.execute("COMMIT")
    except sqlite3.Error as error:
        if sqlite.in_transaction:
            sqlite.execute("ROLLBACK")
        failure = StorageError(f"nothing was written: {error}")
        for waiting in batch:
            waiting.outcome = (None, failure)


def _run_alone(
    sqlite: sqlite3.Connection, connection: Connection, fn: Callable[[Connection], Any]
) -> tuple[Any, BaseException | None]:
    sqlite.execute("SAVEPOINT one")
    try:
        return fn(connection), None
    except BaseException as error:
        if not sqlite.in_transaction:
            # Disk full and I/O errors make SQLite roll back everything, the neighbours' work included.
            raise sqlite3.OperationalError(f"the transaction was rolled back: {error}") from error
        sqlite.execute("ROLLBACK TO one")
        return None, error
    finally:
        if sqlite.in_transaction:
            sqlite.execute("RELEASE one")


def _tell_all(batch: list[_Waiting]) -> None:
    for waiting in batch:
        waiting.tell()


def connect(path: Path) -> sqlite3.Connection:
    """A connection that may write, with the durability that the books need."""
    sqlite = sqlite3.connect(path, isolation_level=None, cached_statements=512, check_same_thread=False)
    for setting in _SETTINGS:
        sqlite.execute(setting)
    return sqlite


class Storage:
    """What `open_storage` gives: `write` for changes, `fetch` and `fetch_one` for looking."""

    def __init__(self, writer: Writer, readers: list[aiosqlite.Connection]) -> None:
        self._writer = writer
        self._shapes = Shapes()
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        for reader in readers:
            self._readers.put_nowait(reader)

    async def write(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn(conn, *args)` as one transaction; durable when this returns.

        Raises whatever `fn` raised (then nothing of it is kept) or StorageError.
        """
        result: T = await asyncio.shield(self._writer.put(lambda conn: fn(conn, *args, **kwargs)))
        return result

    async def fetch(self, sql: str, /, **values: Any) -> list[Row]:
        """All rows of one SELECT, as of one instant."""
        reader = await self._readers.get()
        try:
            async with reader.execute(sql, values) as cursor:
                rows = await cursor.fetchall()
                return list(map(self._shapes.of(sql, cursor.description), rows))
        finally:
            self._readers.put_nowait(reader)

    async def fetch_one(self, sql: str, /, **values: Any) -> Row | None:
        rows = await self.fetch(sql, **values)
        return rows[0] if rows else None


@asynccontextmanager
async def open_storage(path: Path) -> AsyncIterator[Storage]:
    """Check the file, bring it up to date, and open it; one process at a time.

    Raises StorageLocked where another process has it, StorageError where the file is damaged.
    """
    with only_process(path.with_suffix(".lock")):
        await asyncio.to_thread(prepare, path)
        writer = Writer(path)
        writer.start()
        readers = [await _reader(path) for _ in range(READERS)]
        try:
            yield Storage(writer, readers)
        finally:
            await asyncio.to_thread(writer.stop)
            for reader in readers:
                await reader.close()


async def _reader(path: Path) -> aiosqlite.Connection:
    reader = await aiosqlite.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    await reader.execute("PRAGMA query_only = ON")
    return reader


@contextmanager
def only_process(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        _lock(file)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _lock(file: IO[str]) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise StorageLocked(
            f"another process has these books open ({file.name}). Stop it first, or use another DATA_DIR."
        ) from None


def prepare(path: Path) -> None:
    """Make or check the file and apply the migrations that it lacks."""
    sqlite = connect(path)
    try:
        try:
            found = sqlite.execute("PRAGMA quick_check").fetchone()[0]
        except sqlite3.DatabaseError as error:
            found = str(error)
        if found != "ok":
            raise StorageError(f"{path} is damaged ({found}). Restore the latest backup before starting.")
        migrate(sqlite)
    finally:
        sqlite.close()


def migrate(sqlite: sqlite3.Connection, folder: Path = MIGRATIONS) -> None:
    """Apply each numbered .sql that has not been, in order, each in one transaction."""
    version = sqlite.execute("PRAGMA user_version").fetchone()[0]
    for file in sorted(folder.glob("*.sql")):
        number = int(file.name.split("_")[0])
        if number <= version:
            continue
        sqlite.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements(file.read_text("utf-8")):
                sqlite.execute(statement)
            sqlite.execute(f"PRAGMA user_version = {number}")
            sqlite.execute("COMMIT")
        except BaseException:
            sqlite.execute("ROLLBACK")
            raise


def statements(script: str) -> Iterator[str]:
    """The statements of a script; a trigger's inner semicolons don't end it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    assert not statement.strip(), f"unfinished statement: {statement[:60]}"
