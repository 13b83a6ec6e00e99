"""What messages an answer becomes: its text in parts, its picture or album, its voice note.

Telegram may refuse a photo or a voice note (its shape, the person's settings, the group's rights) and take
the same as a plain file: so each has a second way.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BufferedInputFile,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
)

from billing import Row
from bot.files import Files
from bot.texts import Say, tokens
from handlers.telegram.place import Place
from handlers.telegram.rendering import CAPTION, MANY, plain, render
from handlers.telegram.splitting import Part
from handlers.telegram.trouble import is_gone

log = structlog.get_logger()

T = TypeVar("T")

QUOTE = 600
"""Characters of a long recording that are quoted."""

Piece = Callable[[], Awaitable[int]]
"""Sends one message or album; its id, 0 where there is none."""


class Pieces:
    def __init__(self, bot: Bot, files: Files) -> None:
        self._bot = bot
        self._files = files

    def of(self, row: Row, stored: Sequence[Row], place: Place, say: Say) -> list[Piece]:
        """The messages of a job that has ended, in their order; `stored` are its files."""
        if row.state != "answered":
            return [self.text(place, plain(say(row.error or "job-cancelled")))]
        footer = say("footer", price=tokens(row.charged), left=tokens(row.available))
        if row.kind != "text":
            media = self._media(place, stored, footer)
            return [*media, self._tidy(place)] if place.shown else media
        answer = json.loads(row.answer)
        if answer["stopped"]:
            footer = f"{say('answer-stopped')} {footer}"
        return [*self._texts(place, _shown(answer), footer), *self._media(place, stored, "")]

    def _texts(self, place: Place, text: str, footer: str) -> list[Piece]:
        first, *others = render(text, footer)
        after = place._replace(shown=None, message=0)
        pieces = [self.text(place, first), *(self.text(after, part) for part in others)]
        if len(pieces) > MANY:
            pieces.append(self._document(place, text))
        return pieces

    def text(self, place: Place, part: Part) -> Piece:
        """In the place of what was shown; as a new message where nothing was, or it is gone."""

        async def send() -> int:
            if place.shown is not None and await self._replaced(place, place.shown, part):
                return place.shown
            message = await self._bot.send_message(
                place.chat, part.text, entities=part.entities, message_thread_id=place.topic,
                reply_parameters=place.reply, link_preview_options=LinkPreviewOptions(is_disabled=True),
            )  # fmt: skip
            return message.message_id

        return send

    async def _replaced(self, place: Place, shown: int, part: Part) -> bool:
        try:
            await self._bot.edit_message_text(
                part.text, chat_id=place.chat, message_id=shown, entities=part.entities,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )  # fmt: skip
        except TelegramBadRequest as error:
            if is_gone(error):
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
        pieces = [self._voice(place, file, "") for file in sounds[:-1]]
        pieces += [self._voice(place, file, footer) for file in sounds[-1:]]
        if len(pictures) == 1:
            pieces.append(self._photo(place, pictures[0], footer))
        elif pictures:
            pieces.append(self._album(place, pictures, footer))
        return pieces

    def _photo(self, place: Place, file: Row, footer: str) -> Piece:
        async def send() -> int:
            picture, where = await self._input(file), _where(place, footer)
            return (
                await accepted(
                    lambda: self._bot.send_photo(place.chat, picture, **where),
                    lambda: self._bot.send_document(place.chat, picture, **where),
                )
            ).message_id

        return send

    def _album(self, place: Place, stored: Sequence[Row], footer: str) -> Piece:
        async def send() -> int:
            pictures, where = [await self._input(file) for file in stored], _where(place, footer)
            caption = where.pop("caption")
            photos = [InputMediaPhoto(media=picture) for picture in pictures]
            photos[0] = InputMediaPhoto(media=pictures[0], caption=caption)
            files = [InputMediaDocument(media=picture) for picture in pictures]
            files[-1] = InputMediaDocument(media=pictures[-1], caption=caption)
            album = await accepted(
                lambda: self._bot.send_media_group(place.chat, list(photos), **where),
                lambda: self._bot.send_media_group(place.chat, list(files), **where),
            )
            return album[0].message_id

        return send

    def _voice(self, place: Place, file: Row, footer: str) -> Piece:
        async def send() -> int:
            sound, where = await self._input(file), _where(place, footer)
            seconds = round(file.seconds or 0)
            return (
                await accepted(
                    lambda: self._bot.send_voice(place.chat, sound, duration=seconds, **where),
                    lambda: self._bot.send_audio(place.chat, sound, duration=seconds, **where),
                    lambda: self._bot.send_document(place.chat, sound, **where),
                )
            ).message_id

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


def _shown(answer: dict[str, Any]) -> str:
    """The answer; to a recording with what was understood above it, as a quote."""
    text, heard = str(answer["text"]), " ".join(answer.get("heard", "").split())
    if not heard or heard == text:
        return text
    quote = heard if len(heard) <= QUOTE else heard[:QUOTE].rsplit(" ", 1)[0] + " …"
    return f"> 🎤 {quote}\n\n{text}"


def _where(place: Place, footer: str) -> dict[str, Any]:
    return {
        "caption": footer[:CAPTION] or None, "message_thread_id": place.topic, "reply_parameters": place.reply
    }  # fmt: skip


async def accepted(*ways: Callable[[], Awaitable[T]]) -> T:
    """What the first way gives that Telegram does not refuse; the last way's refusal if none is left."""
    for way in ways[:-1]:
        try:
            return await way()
        except TelegramBadRequest as error:
            log.warning("refused, trying another way", error=error.message)
    return await ways[-1]()
