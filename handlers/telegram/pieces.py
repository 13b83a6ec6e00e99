"""What messages an answer becomes: its text in parts, its picture or album, its voice notes.

Telegram may refuse a photo (its shape, the group's rights) and take the same as a plain file, or a voice note
(the person's settings) and take it as music, or else only what is said in it, in writing.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BufferedInputFile,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
)

from billing import Row
from bot.files import Files
from bot.providers import Answer
from bot.providers.speech import audio
from bot.texts import Say, tokens
from handlers.telegram.place import Place
from handlers.telegram.rendering import CAPTION, MANY, PART, plain, render
from handlers.telegram.splitting import Part, split
from handlers.telegram.trouble import is_gone

log = structlog.get_logger()

T = TypeVar("T")

QUOTE = 600
"""Characters of a long recording that are quoted."""

Piece = Callable[[], Awaitable[int]]
"""Sends one message or album; its id, 0 where there is none, below 0 where words stand for a sound."""

Load = Callable[[], Awaitable[bytes]]


class Pieces:
    def __init__(self, bot: Bot, files: Files) -> None:
        self._bot = bot
        self._files = files

    def of(self, row: Row, stored: Sequence[Row], place: Place, say: Say) -> list[Piece]:
        """The messages of a job that has ended, in their order; `stored` are its files."""
        if row.state != "answered":
            return [self.text(place, plain(say(row.error or "job-cancelled")))]
        footer = say("footer", price=tokens(row.charged), left=tokens(row.available))
        answer = json.loads(row.answer)
        if answer["stopped"]:
            footer = f"{say('answer-stopped')} {footer}"
        if row.kind == "text":
            if unspoken := answer.get("unspoken"):
                footer = f"{say('unspoken-' + unspoken)} {footer}"
            return [*self._texts(place, _shown(answer), footer), *self._sounds(place, stored, [], say, "")]
        words = answer.get("notes") or [answer["text"]]
        if answer["stopped"]:  # its notes may have gone out already, before anybody knew the price
            return [*self._sounds(place, stored, words, say, ""), self.text(place, plain(footer))]
        media = [*self._sounds(place, stored, words, say, footer), *self._pictures(place, stored, footer)]
        return [*media, self._tidy(place)] if place.shown else media

    def early(self, place: Place, part: Answer, number: int, say: Say) -> Piece:
        """A voice note of an answer that is still being made."""
        file, words = part.files[number], part.notes[number]

        async def load() -> bytes:
            return file.data

        return self._voice(place, load, file.seconds or 0, words, say, "")

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

    def _pictures(self, place: Place, stored: Sequence[Row], footer: str) -> list[Piece]:
        pictures = [file for file in stored if file.media.startswith("image/")]
        if len(pictures) == 1:
            return [self._photo(place, pictures[0], footer)]
        return [self._album(place, pictures, footer)] if pictures else []

    def _sounds(
        self, place: Place, stored: Sequence[Row], words: Sequence[str], say: Say, footer: str
    ) -> list[Piece]:
        """The voice notes, the price under the last; `words` are what each says, none where it is written
        above them."""
        sounds = [file for file in stored if file.media.startswith("audio/")]
        return [
            self._voice(
                place, partial(self._files.read, file.name), file.seconds or 0,
                words[number] if number < len(words) else "", say, "" if sounds[number + 1 :] else footer,
            )
            for number, file in enumerate(sounds)
        ]  # fmt: skip

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

    def _voice(self, place: Place, load: Load, seconds: float, words: str, say: Say, footer: str) -> Piece:
        async def send() -> int:
            try:
                message = await sounded(self._bot, place.chat, await load(), seconds, **_where(place, footer))
            except TelegramBadRequest as error:
                log.warning("no sound is taken, writing it", error=error.message)
                for part in in_writing(words, say):
                    written = await self.text(place._replace(shown=None), part)()
                return -written
            return message.message_id

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


def in_writing(words: str, say: Say) -> list[Part]:
    """In the place of a sound that is not taken: why, and what it says."""
    return split(f"{say('sound-in-writing')}\n\n{words}" if words else say("sound-refused"), [], PART)


def _where(place: Place, footer: str) -> dict[str, Any]:
    return {
        "caption": footer[:CAPTION] or None, "message_thread_id": place.topic, "reply_parameters": place.reply
    }  # fmt: skip


async def sounded(bot: Bot, chat: int, ogg: bytes, seconds: float, **where: Any) -> Message:
    """Sent as a voice message; as music, of which Telegram takes MP3, where none is taken."""
    duration = max(1, round(seconds))  # 0 is "not known"

    async def as_music() -> Message:
        music = BufferedInputFile(await audio.as_mp3(ogg), "answer.mp3")
        return await bot.send_audio(chat, music, duration=duration, **where)

    note = BufferedInputFile(ogg, "answer.ogg")
    return await accepted(lambda: bot.send_voice(chat, note, duration=duration, **where), as_music)


async def accepted(*ways: Callable[[], Awaitable[T]]) -> T:
    """What the first way gives that Telegram does not refuse; the last way's refusal if none is left."""
    for way in ways[:-1]:
        try:
            return await way()
        except TelegramBadRequest as error:
            log.warning("refused, trying another way", error=error.message)
    return await ways[-1]()
