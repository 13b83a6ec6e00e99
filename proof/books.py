"""Books that a proof can break: opened as the bot opens them, written as its writer writes."""

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from bot.audit import INVARIANTS
from bot.migrations import migrate
from bot.storage import prepare
from bot.writer import Connection, Waiting, commit_together

NOW = 1_700_000_000_000
"""Where the proofs' time begins, in milliseconds."""

Act = Callable[[Connection], Any]


def act(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Act:
    """The function with all but its connection."""
    return lambda conn: fn(conn, *args, **kwargs)


class Books:
    """A connection (sqlite3's, or what behaves like one) and the transactions on it."""

    def __init__(self, sqlite: Any) -> None:
        self.sqlite = sqlite
        self._conn = Connection(sqlite)

    def write(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """As Storage.write does it: a transaction of its own, or what `fn` or the COMMIT raised."""
        (waiting,) = self.together([act(fn, *args, **kwargs)])
        if waiting.error is not None:
            raise waiting.error
        return waiting.result

    def together(self, acts: Sequence[Act]) -> list[Waiting]:
        """Several functions that share a COMMIT."""
        batch = [Waiting(act, cast(Any, None)) for act in acts]
        commit_together(self.sqlite, self._conn, batch)
        return batch

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.sqlite.execute(sql, values)]

    def wrong(self) -> list[str]:
        """What the audit finds: nothing."""
        return [f"{name}: {rows[:3]}" for name, sql in INVARIANTS.items() if (rows := self.rows(sql))]

    def sound(self) -> str:
        """What SQLite itself thinks of the file: ok."""
        return str(self.rows("PRAGMA integrity_check")[0][0])

    def picture(self) -> str:
        """A digest of every row of every table: two books with the same one are the same."""
        return hashlib.sha256(repr(self.content()).encode()).hexdigest()

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        tables = self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {name: sorted(self.rows(f"SELECT * FROM {name}"), key=repr) for (name,) in tables}


def empty() -> bytes:
    """Books without anybody in them, to be opened in memory as often as needed."""
    sqlite = sqlite3.connect(":memory:", isolation_level=None)
    migrate(sqlite)
    return sqlite.serialize()


def in_memory(content: bytes) -> Books:
    sqlite = sqlite3.connect(":memory:", isolation_level=None, cached_statements=512)
    sqlite.deserialize(content)
    sqlite.execute("PRAGMA foreign_keys = ON")
    return Books(sqlite)


def opened(path: Path) -> Books:
    """A file of books, as at the bot's start."""
    return Books(prepare(path))
