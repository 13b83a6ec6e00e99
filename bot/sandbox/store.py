"""Keeps the sandbox's Telegram over a restart: one small SQLite file, written by a thread of its own.

Whoever changes something says so with `put` or `drop`, which costs a dictionary entry. Every 0.2 s what has
changed is written in one transaction: a kill -9 loses at most that much. So that no id is ever given twice,
a start after an unclean end skips ahead (`clean` tells). What is put here is never changed afterwards, only
put anew: the thread reads it without a lock.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

FLUSH_SECONDS = 0.2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS kept (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (kind, key)) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS file (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
    data BLOB NOT NULL) STRICT;
"""


class Store:
    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._rows: dict[tuple[str, str], Any] = {}
        self._files: dict[str, tuple[Any, bytes] | None] = {}
        self._conn: sqlite3.Connection | None = None
        self._thread: ThreadPoolExecutor | None = None

    @property
    def on(self) -> bool:
        return self._folder is not None

    def put(self, kind: str, key: object, body: Any) -> None:
        if self._folder is not None:
            self._rows[kind, str(key)] = body

    def drop(self, kind: str, key: object) -> None:
        if self._folder is not None:
            self._rows[kind, str(key)] = None

    def put_file(self, file_id: str, body: Any, data: bytes) -> None:
        if self._folder is not None:
            self._files[file_id] = (body, data)

    def drop_file(self, file_id: str) -> None:
        if self._folder is not None:
            self._files[file_id] = None

    def put_now(self, kind: str, key: object, body: Any) -> None:
        self.put(kind, key, body)
        if self._conn is not None:
            rows, self._rows = self._rows, {}
            self._write(rows, {})

    def open(self) -> None:
        if self._folder is not None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="sandbox-store")
            self._conn = self._connect(self._folder)

    def _connect(self, folder: Path) -> sqlite3.Connection:
        folder.mkdir(parents=True, exist_ok=True)
        conn = sqlite3.connect(folder / "telegram.sqlite3", isolation_level=None, check_same_thread=False)
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA synchronous = NORMAL")
        conn.executescript(_SCHEMA)
        return conn

    def read(self) -> dict[str, dict[str, Any]]:
        """What the last run kept: by kind, by key."""
        kept: dict[str, dict[str, Any]] = defaultdict(dict)
        if self._folder is not None:
            with closing(self._connect(self._folder)) as conn:
                for kind, key, body in conn.execute("SELECT kind, key, body FROM kept"):
                    kept[kind][key] = json.loads(body)
        return kept

    def read_files(self) -> list[tuple[Any, bytes]]:
        """The files' bodies and bytes, the oldest first."""
        if self._folder is None:
            return []
        with closing(self._connect(self._folder)) as conn:
            rows = conn.execute("SELECT body, data FROM file ORDER BY number")
            return [(json.loads(body), data) for body, data in rows]

    async def flush_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write what has changed. Shielded, so that whoever is cancelled here leaves nothing half written."""
        if self._thread is None or not (self._rows or self._files):
            return
        rows, self._rows = self._rows, {}
        files, self._files = self._files, {}
        await asyncio.shield(
            asyncio.get_running_loop().run_in_executor(self._thread, self._write, rows, files)
        )

    def close(self) -> None:
        if self._conn is None or self._thread is None:
            return
        self._thread.shutdown(wait=True)
        self._write(self._rows, self._files)
        self._rows, self._files = {}, {}
        self._conn.close()
        self._conn = self._thread = None

    def _write(self, rows: dict[tuple[str, str], Any], files: dict[str, tuple[Any, bytes] | None]) -> None:
        assert self._conn is not None
        conn = self._conn
        kept = [(kind, key, _json(body)) for (kind, key), body in rows.items() if body is not None]
        gone = [name for name, body in rows.items() if body is None]
        conn.execute("BEGIN IMMEDIATE")
        try:
            conn.executemany("INSERT OR REPLACE INTO kept (kind, key, body) VALUES (?, ?, ?)", kept)
            conn.executemany("DELETE FROM kept WHERE kind = ? AND key = ?", gone)
            for file_id, file in files.items():
                if file is None:
                    conn.execute("DELETE FROM file WHERE id = ?", (file_id,))
                else:
                    insert = "INSERT OR REPLACE INTO file (id, body, data) VALUES (?, ?, ?)"
                    conn.execute(insert, (file_id, _json(file[0]), file[1]))
            conn.execute("COMMIT")
        except BaseException:
            conn.execute("ROLLBACK")
            raise


def _json(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
