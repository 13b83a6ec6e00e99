"""Voice notes that go out while the rest of their answer is still being spoken.

Each is noted as soon as it has arrived, so that the job's delivery, after a crash too, goes on behind them.
They cost nothing by themselves: the job is charged when it ends, and not at all if it fails.
"""

import json
from collections.abc import Container
from typing import NamedTuple

import structlog
from aiogram.exceptions import AiogramError

from billing import Connection
from bot.insisting import insist
from bot.providers import Answer
from bot.queue import Job
from bot.storage import Storage
from bot.texts import Texts
from handlers.telegram.groups import MovedChats
from handlers.telegram.pieces import Pieces
from handlers.telegram.place import Place

log = structlog.get_logger()


class _Made(NamedTuple):
    place: Place
    part: Answer
    sent: int
    """How many of its notes have gone out, as far as is known without asking the books."""


class Early(NamedTuple):
    job: int
    chat: int


class EarlyNotes:
    def __init__(self, storage: Storage, pieces: Pieces, moved: MovedChats, texts: Texts) -> None:
        self._storage = storage
        self._pieces = pieces
        self._moved = moved
        self._texts = texts
        self._made: dict[int, _Made] = {}
        """What has come of jobs that still run, in the order in which they began to come."""

    def came(self, job: Job, part: Answer) -> None:
        known = self._made.get(job.id)
        self._made[job.id] = _Made(Place.load(job.place), part, known.sent if known else 0)

    def forget(self, job: int) -> None:
        """It has ended: what has not gone out is for its delivery."""
        self._made.pop(job, None)

    def next(self, busy: Container[int]) -> Early | None:
        """A job of which there is a note to send, to a chat that is not busy."""
        for job, made in self._made.items():
            if made.sent < len(made.part.files) and made.place.chat not in busy:
                return Early(job, made.place.chat)
        return None

    async def send(self, job: int) -> None:
        """All that there is of it, in order. What goes wrong is the delivery's to set right."""
        try:
            await self._send(job)
        except AiogramError as error:
            log.warning("note not sent early", job=job, error=type(error).__name__)
            self.forget(job)
        except Exception:
            log.exception("note not sent early", job=job)
            self.forget(job)

    async def _send(self, job: int) -> None:
        # An earlier run of the program may have sent some, so the books are asked.
        row = await self._storage.fetch_one(
            "SELECT count(*) AS sent FROM early_note WHERE job = :job", job=job
        )
        number = row.sent if row else 0
        while (made := self._made.get(job)) and number < len(made.part.files):
            place = await self._moved.follow(made.place)
            say = self._texts.say(place.language)
            message = await self._pieces.early(place, made.part, number, say)()
            await insist(self._storage, _arrived, job, number, message)
            number += 1
        if made:
            self._made[job] = made._replace(sent=number)


def _arrived(conn: Connection, job: int, position: int, message: int) -> None:
    conn.run(
        "INSERT INTO early_note (job, position, message) VALUES (:job, :position, :message)",
        job=job, position=position, message=message,
    )  # fmt: skip


def adopt(conn: Connection, job: int) -> list[int]:
    """What has gone out early of an answered job is the beginning of its delivery, from now on."""
    rows = conn.all("SELECT message FROM early_note WHERE job = :job ORDER BY position", job=job)
    if not rows:
        return []
    conn.run("DELETE FROM early_note WHERE job = :job", job=job)
    answered = conn.one("SELECT 1 FROM job WHERE id = :job AND state = 'answered'", job=job)
    sent = [row.message for row in rows] if answered else []
    conn.run("UPDATE delivery SET sent = :sent WHERE job = :job", sent=json.dumps(sent), job=job)
    return sent
