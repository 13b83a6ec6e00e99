"""What a message holds besides text: an uploaded file or a known file id, made into Photo, Voice, …"""

from __future__ import annotations

import secrets
from typing import Any

from aiogram.types import Message

from bot.sandbox.api import Call, Upload, answers
from bot.sandbox.files import (
    DOWNLOAD_MAX,
    PHOTO_MAX,
    StoredFile,
    look_at_picture,
    plays_as_music,
    plays_as_voice,
    voice_seconds,
)
from bot.sandbox.refusals import bad
from bot.sandbox.typed import members, smallest

Json = dict[str, Any]

_DEFAULTS = {
    "photo": ("photo.jpg", "image/jpeg"),
    "voice": ("voice.ogg", "audio/ogg"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "video": ("video.mp4", "video/mp4"),
    "animation": ("animation.mp4", "video/mp4"),
    "video_note": ("note.mp4", "video/mp4"),
    "sticker": ("sticker.webp", "image/webp"),
    "document": ("file", "application/octet-stream"),
}
_TAKEN = ("duration", "width", "height", "performer", "title", "length")
_PLAYS = {"voice": plays_as_voice, "audio": plays_as_music}
"""What is sent as one of these and is none comes as a plain file."""
_PHOTO_ENDINGS = ("jpg", "jpeg", "gif", "png", "tif", "tiff", "bmp", "webp")


def media(call: Call, kind: str, value: str, params: Json) -> Json:
    """The content fields of a message with this medium: `{"photo": [...]}`, `{"voice": {...}}`."""
    upload = call.upload(value)
    if kind == "photo":
        return {"photo": _photo(call, upload, value)}
    file = _stored(call, upload, kind, value)
    plays = _PLAYS.get(kind)
    if upload is not None and plays is not None and not plays(upload.data):
        kind = "document"
    return {kind: described(kind, file, params)}


def described(kind: str, file: StoredFile, params: Json) -> Json:
    """The object of a message (Voice, Document …) for a file."""
    hints = {**file.hints(), **{key: params[key] for key in _TAKEN if key in params}}
    if kind == "voice":
        hints.setdefault("duration", voice_seconds(file.data))
        hints.pop("file_name")
    if kind == "sticker":
        hints.update(width=512, height=512, emoji=params.get("emoji"), type="regular")
    annotation = members(Message.model_fields[kind].annotation)[0]
    made: Json = smallest(annotation, hints, kind)
    return made


def _photo(call: Call, upload: Upload | None, value: str) -> list[Json]:
    if upload is None:
        file = _known(call, value, "photo")
        if file.mime.partition("/")[0] != "image":
            raise bad("can't use file of type Document as Photo")
        return call.world.files.photo_sizes(file, look_at_picture(file.data)[0], None)
    if len(upload.data) > PHOTO_MAX:
        size_words = f"file of size {len(upload.data)} bytes is too big for a photo"
        raise bad(f"{size_words}; the maximum size is {PHOTO_MAX} bytes")
    ending = upload.name.rpartition(".")[2].lower() if "." in upload.name else ""
    if ending and ending not in _PHOTO_ENDINGS:
        raise bad("photo has unsupported extension. Use one of .jpg, .jpeg, .gif, .png, .tif or .bmp")
    size, thumbnail = look_at_picture(upload.data)
    file = _add(call, upload, "photo")
    return call.world.files.photo_sizes(file, size, thumbnail)


def _stored(call: Call, upload: Upload | None, kind: str, value: str) -> StoredFile:
    return _known(call, value, kind) if upload is None else _add(call, upload, kind)


def _add(call: Call, upload: Upload, kind: str) -> StoredFile:
    if not upload.data:
        raise bad("file must be non-empty")
    name, mime = _DEFAULTS.get(kind, _DEFAULTS["document"])
    given = upload.mime if upload.mime not in ("", "application/octet-stream") else mime
    return call.world.files.add(upload.data, upload.name or name, given)


def _known(call: Call, value: str, kind: str) -> StoredFile:
    """A file by its id. Addresses are refused: this Telegram reaches no network."""
    if value.startswith(("http://", "https://")):
        raise bad("failed to get HTTP URL content")
    file = call.world.files.get(value)
    if file is None:
        if not value:
            raise bad(f"there is no {kind.replace('_', ' ')} in the request")
        if len(value) < 20:
            raise bad("wrong file identifier/HTTP URL specified")
        raise bad("wrong remote file identifier specified: Wrong padding in the string")
    return file


def group_id() -> str:
    return str(secrets.randbits(48))


@answers("getFile")
def get_file(call: Call) -> Json:
    file = call.world.files.get(call.params["file_id"])
    if file is None:
        raise bad("invalid file_id")
    if len(file.data) > DOWNLOAD_MAX:
        raise bad("file is too big")
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.data),
        "file_path": call.world.files.path(file),
    }
