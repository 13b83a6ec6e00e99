"""Counts and sums out of the books, for Prometheus: read so that years of books cost no more."""

from collections import Counter
from dataclasses import dataclass, field

from bot.clock import MINUTE, now
from bot.storage import Storage

KINDS = ("text", "image", "voice")


@dataclass(slots=True)
class BookCounts:
    """As last read; amounts are millitokens."""

    held: int = 0
    moved: Counter[str] = field(default_factory=Counter)
    """Of all transfers there ever were, by kind."""
    queued: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By kind: how many jobs wait, and since when the oldest does."""
    running: dict[str, int] = field(default_factory=dict)
    updates: tuple[int, int] = (0, 0)
    """Updates of Telegram's that wait, and since when the oldest does."""
    deliveries: dict[tuple[str, str], int] = field(default_factory=dict)
    """By door and state."""
    at: int = 0
    _transfer: int = 0
    """The last that `moved` has."""
    _dead: dict[tuple[str, str], int] = field(default_factory=dict)
    _dead_at: int = -MINUTE

    async def read(self, storage: Storage) -> None:
        self.at = now()
        held = await storage.fetch_one("SELECT coalesce(sum(amount), 0) FROM hold WHERE state = 'open'")
        assert held is not None
        self.held = held[0]
        await self._read_transfers(storage)
        await self._read_jobs(storage)
        await self._read_deliveries(storage)
        row = await storage.fetch_one(
            "SELECT count(*), coalesce(min(received_at), :now) FROM update_received WHERE state = 'received'",
            now=self.at,
        )
        assert row is not None
        self.updates = (row[0], row[1])

    async def _read_transfers(self, storage: Storage) -> None:
        """Only those that are new: they are never changed, and their numbers grow."""
        for row in await storage.fetch(
            "SELECT kind, sum(amount) AS amount, max(id) AS last FROM transfer WHERE id > :last"
            " GROUP BY kind",
            last=self._transfer,
        ):
            self.moved[row.kind] += row.amount
            self._transfer = max(self._transfer, row.last)

    async def _read_jobs(self, storage: Storage) -> None:
        self.queued = dict.fromkeys(KINDS, (0, self.at))
        for row in await storage.fetch(
            "SELECT kind, count(*) AS jobs, min(created_at) AS oldest FROM job"
            " WHERE state = 'queued' GROUP BY kind"
        ):
            self.queued[row.kind] = (row.jobs, row.oldest)
        rows = await storage.fetch(
            "SELECT kind, count(*) AS jobs FROM job WHERE state = 'running' GROUP BY kind"
        )
        self.running = dict.fromkeys(KINDS, 0) | {row.kind: row.jobs for row in rows}

    async def _read_deliveries(self, storage: Storage) -> None:
        counts = "SELECT door, state, count(*) AS n FROM delivery WHERE state = {} GROUP BY door, state"
        # No index has the dead ones, and they seldom become more.
        if self.at - self._dead_at >= MINUTE:
            rows = await storage.fetch(counts.format("'dead'"))
            self._dead = {(row.door, row.state): row.n for row in rows}
            self._dead_at = self.at
        rows = await storage.fetch(counts.format("'pending'"))
        self.deliveries = self._dead | {(row.door, row.state): row.n for row in rows}
