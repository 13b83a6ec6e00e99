"""Files that jobs produce: on disk under DATA_DIR/files, found by unguessable names.

Written first, then named in the transaction that ends the job: a crash in between leaves a file without
a row, which the sweep removes. Expiry is checked on each read, not only by the sweep.
"""

import asyncio
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from billing import Connection
from bot.clock import HOUR
from bot.providers import ProducedFile
from bot.storage import Storage

EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
}
LIFETIME = 100 * HOUR
AFTER_DELIVERY = 24 * HOUR
ORPHAN_SECONDS = 3600


class StoredFile(NamedTuple):
    name: str
    media: str
    size: int
    seconds: float | None


class Files:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def save(self, produced: Sequence[ProducedFile]) -> list[StoredFile]:
        """Put them on disk, durably; they are nobody's until `record` says so."""
        return [await asyncio.to_thread(self._save, file) for file in produced]

    def _save(self, file: ProducedFile) -> StoredFile:
        name = f"{secrets.token_urlsafe(32)}.{EXTENSIONS[file.media]}"
        part = self._folder / f".{name}.part"
        with part.open("wb") as out:
            out.write(file.data)
            out.flush()
            os.fsync(out.fileno())
        part.rename(self._folder / name)
        _sync_folder(self._folder)
        return StoredFile(name, file.media, len(file.data), file.seconds)

    async def keep(self, data: bytes) -> str:
        """A recording, for as long as its job may wait: nobody's, so the sweep takes it after an hour."""
        name = f"{secrets.token_urlsafe(32)}.recording"
        await asyncio.to_thread(self.path(name).write_bytes, data)
        return name

    def path(self, name: str) -> Path:
        return self._folder / name

    async def read(self, name: str) -> bytes:
        return await asyncio.to_thread(self.path(name).read_bytes)

    async def sweep(self, storage: Storage, now: int) -> int:
        """Remove expired files and those that no row names; how many went."""
        await storage.write(_expire, now)
        known = {row.name for row in await storage.fetch("SELECT name FROM file")}
        return await asyncio.to_thread(self._remove_unknown, known, now / 1000 - ORPHAN_SECONDS)

    def _remove_unknown(self, known: set[str], before: float) -> int:
        gone = [
            path
            for path in self._folder.iterdir()
            if path.name not in known and path.stat().st_mtime < before
        ]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)


def _sync_folder(folder: Path) -> None:
    """Make the new name as durable as what it names."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def record(conn: Connection, job: int, code: int | None, files: Sequence[StoredFile], now: int) -> None:
    for position, file in enumerate(files):
        conn.run(
            "INSERT INTO file (name, job, code, position, media, size, seconds, created_at, expires_at)"
            " VALUES (:name, :job, :code, :position, :media, :size, :seconds, :now, :expires)",
            name=file.name, job=job, code=code, position=position, media=file.media, size=file.size,
            seconds=file.seconds, now=now, expires=now + LIFETIME,
        )  # fmt: skip


def record_relayed(conn: Connection, relay: int, code: int, files: Sequence[StoredFile], now: int) -> None:
    """The same for a request of the gateway."""
    for position, file in enumerate(files):
        conn.run(
            "INSERT INTO file (name, relay, code, position, media, size, created_at, expires_at)"
            " VALUES (:name, :relay, :code, :position, :media, :size, :now, :expires)",
            name=file.name, relay=relay, code=code, position=position, media=file.media, size=file.size,
            now=now, expires=now + LIFETIME,
        )  # fmt: skip


def delivered(conn: Connection, job: int, now: int) -> None:
    """The files of a delivered answer live a day from now, never longer than before."""
    conn.run(
        "UPDATE file SET expires_at = :expires WHERE job = :job AND expires_at > :expires",
        expires=now + AFTER_DELIVERY, job=job,
    )  # fmt: skip


def _expire(conn: Connection, now: int) -> None:
    conn.run("DELETE FROM file WHERE expires_at < :now", now=now)
