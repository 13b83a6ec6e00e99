"""Deliveries by Telegram: a job that has ended becomes messages, each sent once as far as can be known.

Those of one chat go one after the other, in the order of their jobs; chats don't wait for each other. What
has arrived is noted after each message, so that a restart goes on where it stopped; only the message that
was on its way may come twice, which is better than never. The notes of a long speech go out in the same
manner while it is still being made (early.py).
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNotFound,
)

from billing import Connection, Row
from billing.ledger import refund
from bot import files
from bot.clock import MINUTE, SECOND, now
from bot.files import Files
from bot.insisting import insist
from bot.providers import Answer
from bot.queue import Job, hold_key
from bot.storage import Storage
from bot.texts import Texts, tokens
from handlers.telegram.early import Early, EarlyNotes, adopt
from handlers.telegram.groups import MovedChats
from handlers.telegram.pieces import Pieces
from handlers.telegram.place import Place
from handlers.telegram.rendering import plain
from handlers.telegram.showing import Showing

log = structlog.get_logger()

DOOR = "telegram"
AT_ONCE = 256
"""Deliveries under way, each of another chat."""
LOOKED_AT = 4_096
"""Deliveries that are looked through for one whose chat is free."""
PAUSES = (5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE)
"""Between tries of a delivery; after the last it is dead, and what was paid is given back."""

REFUSED = (TelegramBadRequest, TelegramNotFound, TelegramEntityTooLarge, TelegramForbiddenError)
"""What no further try would change."""

_DUE = (
    "SELECT job.id, job.customer, job.kind, job.state, job.place, job.answer, job.error, job.charged,"
    " (SELECT count(*) FROM file WHERE file.job = job.id) AS files, customer.telegram_id,"
    " delivery.sent, delivery.attempts, account.posted - account.held AS available"
    " FROM delivery JOIN job ON job.id = delivery.job JOIN customer ON customer.id = job.customer"
    " JOIN account ON account.id = 'customer:' || job.customer"
    " WHERE delivery.door = :door AND delivery.state = 'pending' AND delivery.next_at <= :now"
    " ORDER BY job.id LIMIT :most"
)

_FILES = "SELECT name, media, seconds FROM file WHERE job = :job ORDER BY position"


class Answers:
    def __init__(
        self, bot: Bot, storage: Storage, files: Files, texts: Texts, moved: MovedChats, boot: str
    ) -> None:
        self._bot = bot
        self._storage = storage
        self._pieces = Pieces(bot, files)
        self._texts = texts
        self._moved = moved
        self._boot = boot
        self._busy: set[int] = set()
        """The chats to which something is being delivered."""
        self._wake = asyncio.Event()
        self.showing: Showing | None = None
        self._early = EarlyNotes(storage, self._pieces, moved, texts)

    def came(self, job: Job, part: Answer) -> None:
        """So much of it may go out before the job ends."""
        self._early.came(job, part)
        self._wake.set()

    def ended(self, job: int) -> None:
        self._early.forget(job)
        self._wake.set()

    def delivering(self, chat: int) -> bool:
        return chat in self._busy

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                for row in await self._due():
                    self._busy.add(_chat(row))
                    tasks.create_task(self._deliver(row), name=f"delivery {row.id}")
                while early := self._early.next(self._busy):
                    self._busy.add(early.chat)
                    tasks.create_task(self._send_early(early), name=f"notes {early.job}")
                try:
                    async with asyncio.timeout(2):
                        await self._wake.wait()
                except TimeoutError:
                    pass
                self._wake.clear()

    async def drain(self, seconds: float) -> None:
        """Wait until what is due has been sent; what remains is sent by the next run."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                # Only at the end of the program, and bounded: no event is worth it.
                while self._busy or await self._storage.fetch(  # noqa: ASYNC110
                    _DUE, door=DOOR, now=now(), most=1
                ):
                    await asyncio.sleep(0.02)

    async def _due(self) -> list[Row]:
        """The first of each chat that is free, begun."""
        most = AT_ONCE
        while len(self._busy) < AT_ONCE:
            rows = await self._storage.fetch(_DUE, door=DOOR, now=now(), most=most)
            if free := self._free(rows):
                await insist(self._storage, _begin, [row.id for row in free], self._boot)
                return free
            if len(rows) < most or most >= LOOKED_AT:
                break
            most = LOOKED_AT
        return []

    def _free(self, rows: Sequence[Row]) -> list[Row]:
        first: dict[int, Row] = {}
        for row in rows:
            if (chat := _chat(row)) not in self._busy:
                first.setdefault(chat, row)
        return list(first.values())[: AT_ONCE - len(self._busy)]

    async def _send_early(self, early: Early) -> None:
        try:
            await self._early.send(early.job)
        finally:
            self._busy.discard(early.chat)
            self._wake.set()

    async def _deliver(self, row: Row) -> None:
        try:
            sent = await self._send(row, await self._place(row))
            if row.kind == "voice" and row.state == "answered" and all(message <= 0 for message in sent):
                await insist(self._storage, _unheard, row.id, now())
                await self._apologize(row)
                return
            await insist(self._storage, _done, row.id, now())
        except REFUSED as error:
            await self._give_up(row, error)
        except Exception as error:
            if isinstance(error, AiogramError):
                log.warning("delivery failed", job=row.id, error=type(error).__name__)
            else:
                log.exception("delivery failed", job=row.id)
            await insist(self._storage, _again, row.id, row.attempts, type(error).__name__, now())
        finally:
            self._busy.discard(_chat(row))
            self._wake.set()

    async def _place(self, row: Row) -> Place:
        shown = await self.showing.settled(row.id) if self.showing else None
        return await self._moved.follow(shown or Place.load(row.place))

    async def _send(self, row: Row, place: Place) -> list[int]:
        """The pieces that have not arrived yet, in order; the messages of all."""
        stored = await self._storage.fetch(_FILES, job=row.id) if row.files else []
        pieces = self._pieces.of(row, stored, place, self._texts.say(place.language))
        sent: list[int] = json.loads(row.sent)
        if row.kind == "voice" and not sent:
            sent = await insist(self._storage, adopt, row.id)
        for piece in pieces[len(sent) :]:
            sent.append(await piece())
            if len(sent) < len(pieces):
                await insist(self._storage, _arrived, row.id, json.dumps(sent))
        return sent

    async def _give_up(self, row: Row, error: AiogramError) -> None:
        if isinstance(error, TelegramForbiddenError) and _chat(row) > 0:
            await insist(self._storage, _blocked, row.id, row.customer, now())
            return
        log.error("delivery refused", job=row.id, error=str(error))
        if await insist(self._storage, _dead, row.id, str(error), now()):
            await self._apologize(row)

    async def _apologize(self, row: Row) -> None:
        """Say that it was given back: where it was asked, or where that is forbidden to the asker alone."""
        asked = await self._moved.follow(Place.load(row.place))
        words = self._texts.say(asked.language)("answer-undeliverable", amount=tokens(row.charged))
        for place in (asked, Place(row.telegram_id, None, 0, asked.language)):
            try:
                await self._pieces.text(place, plain(words))()
                return
            except AiogramError as error:
                log.warning("could not apologize", job=row.id, error=str(error))


def _chat(row: Row) -> int:
    return Place.load(row.place).chat


def _begin(conn: Connection, jobs: Sequence[int], boot: str) -> None:
    for job in jobs:
        conn.run(
            "UPDATE delivery SET state = 'sending', boot = :boot, attempts = attempts + 1 WHERE job = :job",
            boot=boot, job=job,
        )  # fmt: skip


def _arrived(conn: Connection, job: int, sent: str) -> None:
    conn.run("UPDATE delivery SET sent = :sent WHERE job = :job", sent=sent, job=job)


def _done(conn: Connection, job: int, at: int) -> None:
    conn.run("UPDATE delivery SET state = 'done', ended_at = :at WHERE job = :job", at=at, job=job)
    files.delivered(conn, job, at)


def _unheard(conn: Connection, job: int, at: int) -> None:
    """Speech was asked for, and there was no way to have it heard: words came in its place, for nothing."""
    _done(conn, job, at)
    refund(conn, hold_key(job), at, "the speech could only be delivered in writing")


def _blocked(conn: Connection, job: int, customer: int, at: int) -> None:
    """Blocked before the answer came: it was made for them, and stays charged."""
    conn.run(
        "UPDATE delivery SET state = 'dead', error = 'blocked', ended_at = :at WHERE job = :job",
        at=at, job=job,
    )  # fmt: skip
    conn.run("UPDATE customer SET blocked_at = :at WHERE id = :id", at=at, id=customer)


def _again(conn: Connection, job: int, attempts: int, error: str, at: int) -> None:
    if attempts >= len(PAUSES):
        _dead(conn, job, error, at)
        return
    conn.run(
        "UPDATE delivery SET state = 'pending', boot = NULL, next_at = :next_at, error = :error"
        " WHERE job = :job",
        next_at=at + PAUSES[attempts], error=error, job=job,
    )  # fmt: skip


def _dead(conn: Connection, job: int, error: str, at: int) -> bool:
    """It can't be delivered: whoever got nothing pays nothing. Whether something was given back."""
    row = conn.only(
        "UPDATE delivery SET state = 'dead', error = :error, ended_at = :at WHERE job = :job RETURNING sent",
        error=error, at=at, job=job,
    )  # fmt: skip
    answered = conn.one("SELECT 1 FROM job WHERE id = :id AND state = 'answered'", id=job)
    if not answered or row.sent != "[]":
        return False
    refund(conn, hold_key(job), at, "the answer could not be delivered")
    return True
