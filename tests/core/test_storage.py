import asyncio
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot import writer
from bot.migrations import UnknownSchema, migrate, statements
from bot.storage import Connection, Storage, StorageBusy, StorageError, StorageLocked, open_storage, prepare
from bot.writer import Waiting, Writer, commit_together
from tests.core.books import Gate

T = TypeVar("T")

TABLE = "CREATE TABLE IF NOT EXISTS note (text TEXT NOT NULL CHECK (text <> '')) STRICT"


@pytest.fixture
async def notes(storage: Storage) -> Storage:
    await storage.write(lambda conn: conn.run(TABLE))
    return storage


def note(conn: Connection, text: str) -> str:
    conn.run("INSERT INTO note (text) VALUES (:text)", text=text)
    return text


def note_and_fail(conn: Connection, text: str) -> None:
    note(conn, text)
    raise LookupError(text)


def note_much(conn: Connection) -> None:
    note(conn, "x" * 200_000)


def begin(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    return asyncio.get_running_loop().create_task(work)


def notes_file(storage: Storage) -> str:
    return str(storage.writer._sqlite.execute("PRAGMA database_list").fetchone()[2])


async def noted(storage: Storage) -> list[str]:
    return [row.text for row in await storage.fetch("SELECT text FROM note ORDER BY rowid")]


class HalfWay(Gate):
    def write(self, conn: Connection) -> None:
        note(conn, "first")
        self.wait(conn)
        note(conn, "second")


@contextmanager
def no_larger_files(path: Path) -> Iterator[None]:
    """Nothing can be written past the end of this file: as if the disk were full."""
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, most[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)


async def test_what_is_written_is_read(notes: Storage) -> None:
    result = await notes.write(note, "hello")

    assert result == "hello"
    assert await noted(notes) == ["hello"]
    assert await notes.fetch_one("SELECT text FROM note WHERE text = :text", text="hello") == ("hello",)
    assert await notes.fetch_one("SELECT text FROM note WHERE text = 'none'") is None


def test_functions_that_wait_share_one_commit(tmp_path: Path) -> None:
    sqlite, loop = prepare(tmp_path / "books.db"), asyncio.new_event_loop()
    sqlite.execute(TABLE)
    ran: list[str] = []
    sqlite.set_trace_callback(ran.append)

    waiting = [Waiting(partial(note, text=f"{n}"), loop.create_future()) for n in range(50)]
    commit_together(sqlite, Connection(sqlite), waiting)

    assert [w.result for w in waiting] == [f"{n}" for n in range(50)]
    assert ran.count("COMMIT") == 1
    assert ran.count("SAVEPOINT one") == 50
    sqlite.close()
    loop.close()


async def test_a_failing_function_is_undone_alone(notes: Storage) -> None:
    gate = Gate()
    held_up = begin(notes.write(gate.wait))
    await asyncio.to_thread(gate.entered.wait)

    together = asyncio.gather(
        notes.write(note, "before"),
        notes.write(note_and_fail, "wrong"),
        notes.write(note, ""),
        notes.write(note, "after"),
        return_exceptions=True,
    )
    await asyncio.sleep(0)
    gate.released.set()
    before, wrong, empty, after = await together
    await held_up

    assert (before, after) == ("before", "after")
    assert isinstance(wrong, LookupError)
    assert isinstance(empty, sqlite3.IntegrityError)
    assert await noted(notes) == ["before", "after"]


async def test_a_brief_function_that_fails_is_undone_alone(notes: Storage) -> None:
    before, wrong, after = await asyncio.gather(
        notes.write_brief(note, "before"), notes.write_brief(note_and_fail, "wrong"),
        notes.write_brief(note, "after"), return_exceptions=True,
    )  # fmt: skip

    assert (before, after) == ("before", "after")
    assert isinstance(wrong, LookupError)
    assert await noted(notes) == ["before", "after"]


async def test_brief_functions_wait_for_the_one_that_is_at_work(notes: Storage) -> None:
    gate = HalfWay()
    working = begin(notes.write(gate.write))
    await asyncio.to_thread(gate.entered.wait)

    brief = begin(notes.write_brief(note, "third"))
    await asyncio.sleep(0.05)
    assert not brief.done()
    gate.released.set()
    await asyncio.gather(working, brief)

    assert await noted(notes) == ["first", "second", "third"]


async def test_nobody_is_told_before_what_is_brief_is_on_the_disk(notes: Storage, tmp_path: Path) -> None:
    told = await notes.write_brief(note, "hello")

    with sqlite3.connect(tmp_path / "books.db") as other:
        assert other.execute("SELECT text FROM note").fetchall() == [(told,)]


async def test_a_lock_of_another_program_holds_up_neither_the_loop_nor_what_is_brief(
    notes: Storage, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "books.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        brief = begin(notes.write_brief(note, "hello"))
        began = asyncio.get_running_loop().time()
        await asyncio.sleep(0.1)
        assert asyncio.get_running_loop().time() - began < 1
        assert not brief.done()
        other.execute("COMMIT")

    assert await brief == "hello"
    assert await noted(notes) == ["hello"]


async def test_what_is_brief_is_written_although_its_loop_ends(tmp_path: Path) -> None:
    async with open_storage(tmp_path / "books.db") as storage:
        await storage.write(lambda conn: conn.run(TABLE))
        waiting = begin(storage.write_brief(note, "hello"))
        await asyncio.sleep(0)
    with sqlite3.connect(tmp_path / "books.db") as other:
        assert other.execute("SELECT text FROM note").fetchall() == [("hello",)]
    assert await waiting == "hello"


@pytest.mark.parametrize("brief", [True, False])
async def test_news_are_heard_once_they_are_true_and_before_their_teller_goes_on(
    notes: Storage, brief: bool
) -> None:
    heard: list[object] = []

    def tell(conn: Connection) -> None:
        note(conn, "a")
        conn.tell("a note")
        conn.tell("a note")
        assert heard == []

    def look() -> None:
        row = sqlite3.connect(notes_file(notes)).execute("SELECT count(*) FROM note").fetchone()
        heard.append(row[0])

    notes.listen("a note", look)
    notes.listen("something else", lambda: heard.append("something else"))
    await (notes.write_brief(tell) if brief else notes.write(tell))

    assert heard == [1]
    await notes.write(note, "b")
    assert heard == [1]


async def test_a_row_is_looked_up_by_its_key(notes: Storage) -> None:
    await notes.write(note, "hello")

    assert await notes.look_up("SELECT text FROM note WHERE text = :text", text="hello") == ("hello",)
    assert await notes.look_up("SELECT text FROM note WHERE text = :text", text="none") is None


async def test_a_cancelled_caller_never_leaves_half_a_transaction(notes: Storage) -> None:
    gate = HalfWay()
    caller = begin(notes.write(gate.write))
    await asyncio.to_thread(gate.entered.wait)

    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await noted(notes) == []
    gate.released.set()
    await notes.write(note, "third")

    assert await noted(notes) == ["first", "second", "third"]


async def test_a_cancelled_caller_keeps_nobody_from_being_told(notes: Storage) -> None:
    gate = Gate()
    held_up = begin(notes.write(gate.wait))
    cancelled = [begin(notes.write(note_and_fail, "wrong")), begin(notes.write(note, "all the same"))]
    caller = begin(notes.write(note, "right"))
    await asyncio.to_thread(gate.entered.wait)

    for task in cancelled:
        task.cancel()
    gate.released.set()

    assert await asyncio.wait_for(caller, 5) == "right"
    assert [task.cancelled() for task in cancelled] == [True, True]
    assert await noted(notes) == ["all the same", "right"]
    await held_up


async def test_a_commit_that_fails_fails_all_that_waited(notes: Storage, tmp_path: Path) -> None:
    gate = Gate()
    held_up = begin(notes.write(gate.wait))
    await asyncio.to_thread(gate.entered.wait)
    together = asyncio.gather(*(notes.write(note, f"{n}") for n in range(20)), return_exceptions=True)
    await asyncio.sleep(0)

    with no_larger_files(tmp_path / "books.db-wal"):
        gate.released.set()
        results = await together
    await held_up

    assert all(isinstance(result, StorageError) for result in results)
    assert len({id(result) for result in results}) == 20
    assert await noted(notes) == []
    await notes.write(note, "again")
    assert await noted(notes) == ["again"]


async def test_a_commit_that_is_refused_leaves_no_open_transaction(notes: Storage) -> None:
    def owe(conn: Connection) -> None:
        conn.run("PRAGMA defer_foreign_keys = ON")
        conn.run("INSERT INTO hold (key, account, amount, created_at) VALUES ('k', 'nobody', 1, 1)")

    with pytest.raises(StorageError, match="FOREIGN KEY"):
        await notes.write(owe)

    await notes.write(note, "again")
    assert await noted(notes) == ["again"]


async def test_a_full_disk_inside_a_function_is_a_storage_error(notes: Storage) -> None:
    await notes.write(note, "before")
    pages = (await notes.write(lambda conn: conn.only("PRAGMA page_count"))).page_count
    await notes.write(lambda conn: conn.only(f"PRAGMA max_page_count = {pages}"))

    with pytest.raises(StorageError, match="full"):
        await notes.write(note_much)

    await notes.write(lambda conn: conn.only("PRAGMA max_page_count = 1000000"))
    await notes.write(note_much)
    assert [len(text) for text in await noted(notes)] == [6, 200_000]


async def test_where_sqlite_rolls_back_by_itself_everyone_is_told(notes: Storage) -> None:
    def roll_back(conn: Connection) -> None:
        conn.run("ROLLBACK")
        raise LookupError

    results = await asyncio.gather(
        notes.write(note, "lost"),
        notes.write(roll_back),
        notes.write(note, "lost too"),
        return_exceptions=True,
    )

    # The first may have been committed before the others came.
    assert isinstance(results[1], StorageError)
    await notes.write(note, "again")
    assert (await noted(notes))[-1] == "again"
    assert ("lost" in await noted(notes)) == (results[0] == "lost")


async def test_a_function_cannot_stop_the_telling(notes: Storage) -> None:
    def stop(conn: Connection) -> None:
        next(iter(()))

    results = await asyncio.gather(notes.write(stop), notes.write(note, "told"), return_exceptions=True)

    assert isinstance(results[0], RuntimeError)
    assert results[1] == "told"


async def test_a_mistake_in_a_statement_is_no_storage_error(notes: Storage) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await notes.write(lambda conn: conn.run("INSERT INTO nowhere VALUES (1)"))


async def test_a_bounded_number_of_writes_waits(notes: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "WAITING", 3)
    gate = Gate()
    held_up = begin(notes.write(gate.wait))
    await asyncio.to_thread(gate.entered.wait)

    results = asyncio.gather(*(notes.write(note, f"{n}") for n in range(5)), return_exceptions=True)
    await asyncio.sleep(0)
    gate.released.set()

    assert [type(result) for result in await results] == [str, str, str, StorageBusy, StorageBusy]
    await held_up


async def test_every_commit_is_durable(storage: Storage) -> None:
    async def pragma(name: str) -> object:
        return await storage.write(lambda conn: conn.only(f"PRAGMA {name}")[0])

    assert await pragma("synchronous") == 2  # FULL
    assert await pragma("journal_mode") == "wal"
    assert await pragma("foreign_keys") == 1
    assert await pragma("trusted_schema") == 0


async def test_readers_can_only_look(notes: Storage) -> None:
    await notes.write(note, "kept")

    for statement in ("DELETE FROM note", "DROP TABLE note", "PRAGMA user_version = 99"):
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await notes.fetch(statement)

    assert await noted(notes) == ["kept"]


async def test_readers_see_what_was_committed_and_nothing_else(notes: Storage) -> None:
    gate = HalfWay()
    caller = begin(notes.write(gate.write))
    await asyncio.to_thread(gate.entered.wait)

    assert await noted(notes) == []
    gate.released.set()
    await caller
    assert await noted(notes) == ["first", "second"]


async def test_a_cancelled_reader_gives_its_connection_back(notes: Storage) -> None:
    slow = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)"
        " SELECT max(i) FROM n"
    )
    looking = [begin(notes.fetch(slow)) for _ in range(4)]
    await asyncio.sleep(0.01)

    for look in looking:
        look.cancel()
    await asyncio.gather(*looking, return_exceptions=True)

    assert await noted(notes) == []


async def test_what_waits_is_committed_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "books.db"

    async with open_storage(path) as storage:
        await storage.write(lambda conn: conn.run(TABLE))
        results = asyncio.gather(*(storage.write(note, f"{n}") for n in range(600)))
        await asyncio.sleep(0)
    assert len(await results) == 600
    with pytest.raises(StorageError, match="closed"):
        await storage.write(note, "too late")

    async with open_storage(path) as storage:
        assert await noted(storage) == [f"{n}" for n in range(600)]


async def test_closing_leaves_one_file_to_copy(tmp_path: Path) -> None:
    async with open_storage(tmp_path / "books.db") as storage:
        await storage.write(lambda conn: conn.run(TABLE))

    assert sorted(os.listdir(tmp_path)) == ["books.db", "books.lock"]


def test_the_writer_commits_even_when_its_loop_is_gone(tmp_path: Path) -> None:
    sqlite, loop, gate = prepare(tmp_path / "books.db"), asyncio.new_event_loop(), HalfWay()
    sqlite.execute(TABLE)

    async def begin() -> Writer:
        writer = Writer(sqlite)
        writer.put(gate.write)
        return writer

    writer = loop.run_until_complete(begin())
    loop.close()
    gate.released.set()
    writer.stop()
    writer.stop()

    with sqlite3.connect(tmp_path / "books.db") as looking:
        assert looking.execute("SELECT count(*) FROM note").fetchone() == (2,)
    looking.close()


async def test_a_second_process_is_refused(storage: Storage, tmp_path: Path) -> None:
    program = (
        "import asyncio, pathlib, sys\n"
        "from bot.storage import open_storage\n"
        "async def main():\n"
        "    async with open_storage(pathlib.Path(sys.argv[1])): print('opened')\n"
        "asyncio.run(main())\n"
    )

    second = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program, str(tmp_path / "books.db")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert second.returncode != 0
    assert f"another process ({os.getpid()}) has these books open" in second.stderr
    with pytest.raises(StorageLocked):
        async with open_storage(tmp_path / "books.db"):
            pass


async def test_a_damaged_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    async with open_storage(path) as storage:
        await storage.write(lambda conn: conn.run(TABLE))
        await storage.write(note_much)
    whole = path.read_bytes()

    for damaged in (b"nonsense" * 1000, whole[:20_000] + b"\xff" * 30_000 + whole[50_000:]):
        path.write_bytes(damaged)
        with pytest.raises(StorageError, match="it is damaged .* Restore the latest backup"):
            async with open_storage(path):
                pass
    path.write_bytes(whole)
    async with open_storage(path) as storage:
        assert len(await noted(storage)) == 1


async def test_a_file_that_cannot_be_opened_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "no folder").write_text("")

    for path, sentence in (
        (tmp_path / "folder.db", "folder.db can't be used: unable to open"),
        (tmp_path / "no folder" / "books.db", "no folder can't be written to"),
    ):
        with pytest.raises(StorageError, match=sentence):
            async with open_storage(path):
                pass


async def test_a_file_that_another_program_has_locked_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "books.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0))

    with pytest.raises(StorageError, match="can't be used: database is locked"):
        async with open_storage(path):
            pass
    other.close()


def test_each_migration_is_whole_or_not_at_all(tmp_path: Path) -> None:
    sqlite = sqlite3.connect(":memory:", isolation_level=None)
    (tmp_path / "0001_one.sql").write_text("CREATE TABLE one (id INTEGER);\n")
    (tmp_path / "0002_two.sql").write_text("CREATE TABLE two (id INTEGER);\nCREATE TABLE one (id INTEGER);\n")

    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(sqlite, tmp_path)
    assert _tables(sqlite) == ["one"]
    assert sqlite.execute("PRAGMA user_version").fetchone() == (1,)

    (tmp_path / "0002_two.sql").write_text("CREATE TABLE two (id INTEGER);\n")
    (tmp_path / "0010_ten.sql").write_text("ALTER TABLE two ADD COLUMN name TEXT;\n")
    migrate(sqlite, tmp_path)
    migrate(sqlite, tmp_path)
    assert _tables(sqlite) == ["one", "two"]
    assert sqlite.execute("PRAGMA user_version").fetchone() == (10,)
    sqlite.close()


def test_a_file_of_a_later_version_is_refused(tmp_path: Path) -> None:
    sqlite = prepare(tmp_path / "books.db")
    sqlite.execute("PRAGMA user_version = 9999")

    with pytest.raises(UnknownSchema, match="its schema is number 9999"):
        migrate(sqlite)
    sqlite.close()
    with pytest.raises(StorageError, match=r"books\.db can't be used: its schema is number 9999"):
        prepare(tmp_path / "books.db")


def test_a_script_is_cut_into_whole_statements() -> None:
    trigger = "CREATE TRIGGER t BEFORE UPDATE ON a\nBEGIN SELECT 1; SELECT 2; END;\n"

    assert list(statements(f"SELECT 1;\n{trigger}")) == ["SELECT 1;\n", trigger]
    with pytest.raises(AssertionError, match="unfinished statement"):
        list(statements("SELECT 1;\nSELECT 2"))


def _tables(sqlite: sqlite3.Connection) -> list[str]:
    rows = sqlite.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [row[0] for row in rows]
