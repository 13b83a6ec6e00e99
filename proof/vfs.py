"""SQLite over a disk that is watched and may fail: apsw's, made to look like sqlite3 to the bot's writer."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import apsw

from bot import storage

Kind = Literal["write", "truncate", "sync"]


class Operation(NamedTuple):
    """What SQLite asked of the disk; `file` without its folder."""

    kind: Kind
    file: str
    offset: int = 0
    data: bytes = b""


Watch = Callable[[Operation], None]
"""Called before each operation; what it raises, the disk does."""


class _File(apsw.VFSFile):
    def __init__(self, watch: Watch, name: Any, flags: list[int]) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._watch, self._name = watch, Path(path or "temporary").name
        super().__init__("", name, flags)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        self._watch(Operation("write", self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._watch(Operation("truncate", self._name, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._watch(Operation("sync", self._name))
        super().xSync(flags)


class _System(apsw.VFS):
    def __init__(self, name: str, watch: Watch) -> None:
        self._watch = watch
        super().__init__(name, base="")

    def xOpen(self, name: Any, flags: list[int]) -> _File:  # noqa: N802
        return _File(self._watch, name, flags)


class Cursor:
    """All rows at once, and what sqlite3's cursor says of them."""

    def __init__(self, rows: list[tuple[Any, ...]], description: Any, rowcount: int) -> None:
        self._rows = iter(rows)
        self.description, self.rowcount = description, rowcount

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self._rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)


class WatchedSqlite:
    """As much of sqlite3.Connection as the writer and the books use."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._description: Any = ()
        connection.exec_trace = self._prepared

    def _prepared(self, cursor: apsw.Cursor, sql: str, values: Any) -> bool:
        self._description = cursor.get_description()
        return True

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def execute(self, sql: str, values: Any = ()) -> Cursor:
        try:
            rows = list(self._connection.execute(sql, values))
        except apsw.Error as error:
            raise _translated(error) from error
        return Cursor(rows, self._description, self._connection.changes())


def _translated(error: apsw.Error) -> sqlite3.Error:
    kind = sqlite3.IntegrityError if isinstance(error, apsw.ConstraintError) else sqlite3.OperationalError
    told = kind(str(error))
    told.sqlite_errorcode = getattr(error, "extendedresult", 0) or getattr(error, "result", 0)
    return told


@contextmanager
def watched(path: Path, watch: Watch, *settings: str) -> Iterator[WatchedSqlite]:
    """The file as the bot opens it, and `settings` in place of the bot's.

    The lock is exclusive, because the index of the WAL in shared memory is not the disk's business.
    """
    system = _System(f"watched {path}", watch)
    connection = apsw.Connection(str(path), vfs=f"watched {path}")
    try:
        sqlite = WatchedSqlite(connection)
        for setting in ("PRAGMA locking_mode = EXCLUSIVE", *storage._SETTINGS, *settings):
            sqlite.execute(setting)
        yield sqlite
    finally:
        try:
            connection.close()
        finally:
            system.unregister()
