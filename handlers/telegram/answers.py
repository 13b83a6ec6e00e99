"""Deliveries by Telegram: a job that has ended becomes messages, each sent once as far as can be known.

What has arrived is noted after each message, so that a restart goes on where it stopped; only the message
that was on its way may come twice, which is better than never.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNotFound,
)
from aiogram.types import BufferedInputFile, InputMediaPhoto, LinkPreviewOptions

from billing import Connection, Row
from billing.ledger import refund
from bot import files
from bot.clock import MINUTE, SECOND, now
from bot.files import Files
from bot.queue import hold_key
from bot.storage import Storage
from bot.texts import Say, Texts, tokens
from handlers.telegram.outbox import OutboxFull
from handlers.telegram.place import Place
from handlers.telegram.rendering import CAPTION, MANY, Part, plain, render
from handlers.telegram.showing import Showing

log = structlog.get_logger()

DOOR = "telegram"
AT_ONCE = 64
PAUSES = (5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE)
"""Between tries of a delivery; after the last it is dead, and what was paid is given back."""

Piece = Callable[[], Awaitable[int]]
"""Sends one message or album; its id, 0 where there is none."""

_DUE = (
    "SELECT job.id, job.customer, job.kind, job.state, job.place, job.answer, job.error, job.charged,"
    " (SELECT count(*) FROM file WHERE file.job = job.id) AS files,"
    " delivery.sent, delivery.attempts, account.posted - account.held AS available"
    " FROM delivery JOIN job ON job.id = delivery.job"
    " JOIN account ON account.id = 'customer:' || job.customer"
    " WHERE delivery.door = :door AND delivery.state = 'pending' AND delivery.next_at <= :now"
    " ORDER BY job.id LIMIT :most"
)

_FILES = "SELECT name, media, seconds FROM file WHERE job = :job ORDER BY position"


class Answers:
    def __init__(self, bot: Bot, storage: Storage, files: Files, texts: Texts, boot: str) -> None:
        self._bot = bot
        self._storage = storage
        self._files = files
        self._texts = texts
        self._boot = boot
        self._under_way: set[int] = set()
        self._wake = asyncio.Event()
        self.showing: Showing | None = None

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                for row in await self._due():
                    self._under_way.add(row.id)
                    tasks.create_task(self._deliver(row), name=f"delivery {row.id}")
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
                while self._under_way or await self._storage.fetch(  # noqa: ASYNC110
                    _DUE, door=DOOR, now=now(), most=1
                ):
                    await asyncio.sleep(0.02)

    async def _due(self) -> list[Row]:
        room = AT_ONCE - len(self._under_way)
        if room <= 0:
            return []
        rows = await self._storage.fetch(_DUE, door=DOOR, now=now(), most=AT_ONCE)
        rows = [row for row in rows if row.id not in self._under_way][:room]
        if rows:
            await self._storage.write(_begin, [row.id for row in rows], self._boot)
        return rows

    async def _deliver(self, row: Row) -> None:
        try:
            place = await self._place(row)
            await self._send(row, place)
            await self._storage.write(_done, row.id, now())
        except TelegramForbiddenError:
            await self._storage.write(_blocked, row.id, row.customer, now())
        except (TelegramBadRequest, TelegramNotFound) as error:
            log.error("delivery refused", job=row.id, error=error.message)
            await self._storage.write(_dead, row.id, error.message, now())
        except (AiogramError, OutboxFull) as error:
            log.warning("delivery failed", job=row.id, error=type(error).__name__)
            await self._storage.write(_again, row.id, row.attempts, type(error).__name__, now())
        except Exception as error:
            log.exception("delivery failed", job=row.id)
            await self._storage.write(_again, row.id, row.attempts, type(error).__name__, now())
        finally:
            self._under_way.discard(row.id)
            self._wake.set()

    async def _place(self, row: Row) -> Place:
        shown = await self.showing.settled(row.id) if self.showing else None
        return shown or Place.load(row.place)

    async def _send(self, row: Row, place: Place) -> None:
        """The pieces that have not arrived yet, in order."""
        say = self._texts.say(place.language)
        pieces = await self._pieces(row, place, say)
        sent: list[int] = json.loads(row.sent)
        for piece in pieces[len(sent) :]:
            sent.append(await piece())
            if len(sent) < len(pieces):
                await self._storage.write(_arrived, row.id, json.dumps(sent))

    async def _pieces(self, row: Row, place: Place, say: Say) -> list[Piece]:
        if row.state != "answered":
            word = row.error or "job-cancelled"
            return [self._text(place, [plain(say(word))], 0)]
        footer = say("footer", price=tokens(row.charged), left=tokens(row.available))
        answer = json.loads(row.answer)
        stored = await self._storage.fetch(_FILES, job=row.id) if row.files else []
        media = self._media(place, stored, footer if row.kind != "text" else "")
        if row.kind != "text":
            return [*media, self._tidy(place)] if place.shown else media
        if answer["stopped"]:
            footer = f"{say('answer-stopped')} {footer}"
        return [*self._texts_of(place, answer["text"], footer), *media]

    def _texts_of(self, place: Place, text: str, footer: str) -> list[Piece]:
        parts = render(text, footer)
        pieces = [self._text(place, parts, number) for number in range(len(parts))]
        if len(parts) > MANY:
            pieces.append(self._document(place, text))
        return pieces

    def _text(self, place: Place, parts: Sequence[Part], number: int) -> Piece:
        part = parts[number]

        async def send() -> int:
            if number == 0 and place.shown is not None and await self._replace(place, place.shown, part):
                return place.shown
            message = await self._bot.send_message(
                place.chat, part.text, entities=part.entities, message_thread_id=place.topic,
                reply_parameters=place.reply, link_preview_options=LinkPreviewOptions(is_disabled=True),
            )  # fmt: skip
            return message.message_id

        return send

    async def _replace(self, place: Place, shown: int, part: Part) -> bool:
        """Turn what was shown into the answer; False where the person has deleted it."""
        try:
            await self._bot.edit_message_text(
                part.text, chat_id=place.chat, message_id=shown, entities=part.entities,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )  # fmt: skip
        except TelegramBadRequest as error:
            if "to edit not found" in error.message or "can't be edited" in error.message:
                return False
            raise
        return True

    def _document(self, place: Place, text: str) -> Piece:
        async def send() -> int:
            file = BufferedInputFile(text.encode(), "answer.md")
            return (await self._bot.send_document(place.chat, file, message_thread_id=place.topic)).message_id

        return send

    def _media(self, place: Place, stored: Sequence[Row], footer: str) -> list[Piece]:
        pictures = [file for file in stored if file.media.startswith("image/")]
        sounds = [file for file in stored if file.media.startswith("audio/")]
        pieces = [self._voice(place, file, footer) for file in sounds]
        if len(pictures) == 1:
            pieces.append(self._photo(place, pictures[0], footer))
        elif pictures:
            pieces.append(self._album(place, pictures, footer))
        return pieces

    def _photo(self, place: Place, file: Row, footer: str) -> Piece:
        async def send() -> int:
            picture = await self._input(file)
            where: dict[str, Any] = {
                "message_thread_id": place.topic, "reply_parameters": place.reply, "caption": footer[:CAPTION]
            }  # fmt: skip
            try:
                return (await self._bot.send_photo(place.chat, picture, **where)).message_id
            except TelegramBadRequest as error:
                log.warning("photo refused, sent as a file", error=error.message)
                return (await self._bot.send_document(place.chat, picture, **where)).message_id

        return send

    def _album(self, place: Place, pictures: Sequence[Row], footer: str) -> Piece:
        async def send() -> int:
            media: list[Any] = [InputMediaPhoto(media=await self._input(file)) for file in pictures]
            media[0] = InputMediaPhoto(media=media[0].media, caption=footer[:CAPTION])
            album = await self._bot.send_media_group(
                place.chat, media, message_thread_id=place.topic, reply_parameters=place.reply
            )
            return album[0].message_id

        return send

    def _voice(self, place: Place, file: Row, footer: str) -> Piece:
        async def send() -> int:
            sound = await self._input(file)
            where: dict[str, Any] = {
                "duration": round(file.seconds or 0), "caption": footer[:CAPTION] or None,
                "message_thread_id": place.topic, "reply_parameters": place.reply,
            }  # fmt: skip
            try:
                return (await self._bot.send_voice(place.chat, sound, **where)).message_id
            except TelegramBadRequest as error:
                if "VOICE_MESSAGES_FORBIDDEN" not in error.message:
                    raise
                return (await self._bot.send_audio(place.chat, sound, **where)).message_id

        return send

    async def _input(self, file: Row) -> BufferedInputFile:
        return BufferedInputFile(await self._files.read(file.name), f"answer.{file.name.rsplit('.', 1)[-1]}")

    def _tidy(self, place: Place) -> Piece:
        """Take away the line that showed how the work went on."""

        async def delete() -> int:
            try:
                await self._bot.delete_message(place.chat, place.shown or 0)
            except TelegramBadRequest as error:
                log.info("could not tidy up", error=error.message)
            return 0

        return delete


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


def _blocked(conn: Connection, job: int, customer: int, at: int) -> None:
    """Blocked before the answer came: it was made for them, and stays charged."""
    conn.run(
        "UPDATE delivery SET state = 'dead', error = 'blocked', ended_at = :at WHERE job = :job",
        at=at, job=job,
    )  # fmt: skip
    conn.run("UPDATE customer SET blocked_at = :at WHERE id = :id", at=at, id=customer)


def _again(conn: Connection, job: int, attempts: int, error: str, at: int) -> None:
    if attempts >= len(PAUSES):
        return _dead(conn, job, error, at)
    conn.run(
        "UPDATE delivery SET state = 'pending', boot = NULL, next_at = :next_at, error = :error"
        " WHERE job = :job",
        next_at=at + PAUSES[attempts], error=error, job=job,
    )  # fmt: skip
    return None


def _dead(conn: Connection, job: int, error: str, at: int) -> None:
    """It can't be delivered: whoever got nothing pays nothing."""
    row = conn.only(
        "UPDATE delivery SET state = 'dead', error = :error, ended_at = :at WHERE job = :job RETURNING sent",
        error=error, at=at, job=job,
    )  # fmt: skip
    answered = conn.one("SELECT 1 FROM job WHERE id = :id AND state = 'answered'", id=job)
    if answered and row.sent == "[]":
        refund(conn, hold_key(job), at, "the answer could not be delivered")
