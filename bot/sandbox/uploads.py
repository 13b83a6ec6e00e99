"""What the chat page uploads: photos (several are an album), files, a recorded voice message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.acts import Asked, BadAct
from bot.sandbox.entities import CAPTION_MAX
from bot.sandbox.files import PHOTO_MAX, UPLOAD_MAX, look_at_picture
from bot.sandbox.refusals import ApiError
from bot.sandbox.telegram import SandboxTelegram

Json = dict[str, Any]

FILES_MAX = 10
FIELD_MAX = 16_384


@dataclass
class Form:
    fields: Json = field(default_factory=dict)
    files: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Name, type, bytes."""


async def read_form(request: web.Request) -> Form:
    """A multipart body, at most `UPLOAD_MAX` bytes of files in all. Raises BadAct."""
    form, room = Form(), UPLOAD_MAX
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise BadAct("A part of the form is not understood.")
        if part.filename is None:
            form.fields[part.name or ""] = (await _read(part, FIELD_MAX)).decode(errors="replace")
        else:
            data = await _read(part, room)
            room -= len(data)
            form.files.append((part.filename, part.headers.get("Content-Type", ""), data))
        if len(form.fields) + len(form.files) > FILES_MAX + 16:
            raise BadAct("The form has too many parts.")
    return form


async def _read(part: BodyPartReader, most: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk():
        data += chunk
        if len(data) > most:
            raise BadAct("That is too large: Telegram takes files of up to 50 MB from a bot's chat.")
    return bytes(data)


def send_upload(telegram: SandboxTelegram, form: Form) -> Json:
    """Send what was uploaded as its `kind` says: photo, document or voice. The messages."""
    asked = Asked(telegram, form.fields)
    if not form.files:
        raise BadAct("There is no file.")
    if len(form.files) > FILES_MAX:
        raise BadAct(f"At most {FILES_MAX} files at once.")
    kind = asked.text("kind")
    if kind not in _KINDS:
        raise BadAct(f"There is no kind {kind}.")
    return {"messages": _KINDS[kind](telegram, asked, form)}


def _photos(telegram: SandboxTelegram, asked: Asked, form: Form) -> list[Json]:
    pictures = [_picture(name, data) for name, _, data in form.files]
    caption = asked.maybe_text("caption", CAPTION_MAX)
    if len(pictures) > 1:
        return telegram.send_album(asked.person, pictures, caption=caption, chat=asked.chat)
    reply_to = asked.maybe_whole("reply_to")
    photo = telegram.send_photo(
        asked.person, pictures[0], caption=caption, chat=asked.chat, reply_to=reply_to
    )
    return [photo]


def _picture(name: str, data: bytes) -> bytes:
    try:
        look_at_picture(data)
    except ApiError:
        raise BadAct(f"{name} is not a picture that can be sent as a photo; send it as a file.") from None
    if len(data) > PHOTO_MAX:
        raise BadAct(f"{name} has more than 10 MB; send it as a file.")
    return data


def _documents(telegram: SandboxTelegram, asked: Asked, form: Form) -> list[Json]:
    captions = [asked.maybe_text("caption", CAPTION_MAX), *[None] * len(form.files)]
    return [
        telegram.send_document(
            asked.person, data, name, mime or "application/octet-stream", caption=caption, chat=asked.chat
        )
        for (name, mime, data), caption in zip(form.files, captions, strict=False)
    ]


def _voice(telegram: SandboxTelegram, asked: Asked, form: Form) -> list[Json]:
    _, mime, data = form.files[0]
    seconds = asked.between("seconds", 0, 3_600, 1)
    # A browser says "audio/webm;codecs=opus"; Telegram names types without parameters.
    kind = mime.partition(";")[0].strip() or "audio/ogg"
    return [telegram.send_voice(asked.person, data, seconds=seconds, mime=kind, chat=asked.chat)]


_KINDS = {"photo": _photos, "document": _documents, "voice": _voice}
