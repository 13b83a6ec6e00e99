from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.audit import INVARIANTS, audit
from bot.storage import Connection, Storage, open_storage, prepare
from tests.core.engine import Engine


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    """Books of their own; at the end the audit must find nothing."""
    async with open_storage(tmp_path / "books.db") as storage:
        yield storage
        assert await audit(storage) == []


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    """An open transaction on books of its own; at the end the audit must find nothing."""
    sqlite = prepare(tmp_path / "books.db")
    try:
        sqlite.execute("BEGIN IMMEDIATE")
        conn = Connection(sqlite)
        yield conn
        assert {name: rows for name, sql in INVARIANTS.items() if (rows := conn.all(sql))} == {}
        sqlite.execute("COMMIT")
    finally:
        sqlite.close()


@pytest.fixture
def engine(storage: Storage, tmp_path: Path) -> Engine:
    return Engine(storage, tmp_path / "files")
