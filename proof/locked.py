"""T10: another process locks the file, for moments and for longer than the writer waits; a reader reads on.

Whoever writes meanwhile either gets it done or is told that nothing was written, and does it again: each
movement is there once. While a reader holds an old state, the WAL grows; when it has let go, the file is
small again. The control gives up at the first lock.
"""

import asyncio
import multiprocessing
import random
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

from billing.ledger import GRANT, account_of, transfer
from bot.audit import audit
from bot.customers import meet
from bot.storage import Connection, Storage, StorageError, open_storage
from proof.books import NOW
from proof.result import Found, Task

WRITERS = 8
LONG_SECONDS = 10.0
LONG_ONES = 10
"""One in so many locks is longer than the writer waits (5 s)."""
WAL_MOST = 64 * 1024 * 1024
ROW = "x" * 8_000


def _lock(path: Path, seconds: list[float]) -> None:
    """Hold the write lock so long each, with breaths between; in a process of its own."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=60)) as sqlite:
        for one in seconds:
            sqlite.execute("BEGIN IMMEDIATE")
            time.sleep(one)
            sqlite.execute("ROLLBACK")
            time.sleep(0.05)


def prove(task: Task) -> Found:
    return asyncio.run(_prove(task))


async def _prove(task: Task) -> Found:
    chance = random.Random(task.seed)
    locks = [
        LONG_SECONDS if number % LONG_ONES == LONG_ONES - 1 else chance.uniform(0.05, 0.9)
        for number in range(task.amount)
    ]
    async with open_storage(task.folder / "books.db") as storage:
        done, told = await _write_through(storage, task.folder / "books.db", locks)
        wrong = await _compare(storage, done)
        grown, left = await _read_for_long(storage, task.folder / "books.db")
        wrong += [str(found) for found in await audit(storage)]
    if left > WAL_MOST:
        wrong.append(f"the WAL has {left:,} bytes after a long reader")
    return Found(
        len(locks), wrong, control=await asyncio.to_thread(_control, task.folder / "control.db"),
        remark=f"{done:,} transfers, {told} told to wait;"
        f" a long reader: WAL {grown >> 20} MB, then {left >> 20} MB",
    )  # fmt: skip


async def _write_through(storage: Storage, path: Path, locks: list[float]) -> tuple[int, int]:
    """Transfers while the file is locked again and again: how many were done, how often one was told no."""
    await storage.write(meet, 1001, NOW)
    locking = multiprocessing.get_context("spawn").Process(target=_lock, args=(path, locks))
    locking.start()
    counts = [0, 0]

    async def write(writer: int) -> None:
        while locking.is_alive():
            key = f"{writer}:{counts[0]}"
            while True:
                try:
                    assert await storage.write(transfer, key, "grant", GRANT, account_of(1), 7, NOW)
                    counts[0] += 1
                    break
                except StorageError:
                    counts[1] += 1
            await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as tasks:
        for writer in range(WRITERS):
            tasks.create_task(write(writer))
    assert locking.exitcode == 0
    return counts[0], counts[1]


async def _compare(storage: Storage, done: int) -> list[str]:
    rows = await storage.fetch("SELECT count(*) AS n, coalesce(sum(amount), 0) AS sum FROM transfer")
    return [] if tuple(rows[0]) == (done, 7 * done) else [f"{done} transfers were done, there are {rows[0]}"]


async def _read_for_long(storage: Storage, path: Path) -> tuple[int, int]:
    """How large the WAL became beside a reader that never ends, and how large it is after it has."""
    wal = path.with_name(path.name + "-wal")
    await storage.write(_scribble)
    reading, ended = threading.Event(), threading.Event()

    def read() -> None:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)) as sqlite:
            sqlite.execute("BEGIN")
            sqlite.execute("SELECT count(*) FROM transfer").fetchone()
            reading.set()
            ended.wait(120)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(asyncio.to_thread(read))
        await asyncio.to_thread(reading.wait)
        while wal.stat().st_size < WAL_MOST * 5 // 4:
            await storage.write(_scribble)
        grown = wal.stat().st_size
        ended.set()
    for _ in range(3):
        await storage.write(_scribble)
    return grown, wal.stat().st_size


def _scribble(conn: Connection) -> None:
    """Many pages: turns of a conversation, long ones."""
    for _ in range(300):
        conn.run(
            "INSERT INTO turn (conversation, role, text, created_at) VALUES ('tg:1:0', 'user', :text, 1)",
            text=ROW,
        )


def _control(path: Path) -> str:
    """A writer that does not wait for the lock."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as sqlite:
        sqlite.execute("CREATE TABLE t (n INTEGER)")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            try:
                sqlite.execute("INSERT INTO t VALUES (1)")
            except sqlite3.OperationalError:
                return "a writer that does not wait is refused"
    return ""
