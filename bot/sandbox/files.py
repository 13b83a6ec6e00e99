"""Files: what is uploaded, by whom ever, and the objects that messages hold of them.

Pictures are kept as they came (Telegram would make JPEGs of them), with a small JPEG beside.
The newest `FILES_MAX` bytes are kept; older ones are forgotten and their ids no longer work.
"""

from __future__ import annotations

import io
import secrets
import warnings
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from PIL import Image

from bot.sandbox.refusals import bad
from bot.sandbox.store import Store

Json = dict[str, Any]

FILES_MAX = 200 << 20
DOWNLOAD_MAX = 20 << 20
PHOTO_MAX = 10 << 20
UPLOAD_MAX = 50 << 20
_THUMBNAIL = 320


@dataclass(frozen=True, slots=True)
class StoredFile:
    file_id: str
    data: bytes
    name: str
    mime: str

    @property
    def unique_id(self) -> str:
        return self.file_id[-16:]

    def hints(self) -> Json:
        """The fields that File, Voice, Document … share."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.data),
            "mime_type": self.mime,
            "file_name": self.name,
        }


class Files:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._paths: dict[str, str] = {}
        self._size = 0

    def load(self, rows: list[tuple[Json, bytes]]) -> None:
        for row, data in rows:
            self._keep(StoredFile(row["file_id"], data, row["name"], row["mime"]))

    def add(self, data: bytes, name: str, mime: str) -> StoredFile:
        file = StoredFile("AgAD" + secrets.token_urlsafe(36), data, name, mime)
        self._keep(file)
        self._store.put_file(file.file_id, {"file_id": file.file_id, "name": name, "mime": mime}, data)
        while self._size > FILES_MAX and len(self._files) > 1:
            old_id, old = self._files.popitem(last=False)
            self._size -= len(old.data)
            self._paths.pop(self.path(old), None)
            self._store.drop_file(old_id)
        return file

    def _keep(self, file: StoredFile) -> None:
        self._files[file.file_id] = file
        self._paths[self.path(file)] = file.file_id
        self._size += len(file.data)

    def get(self, file_id: str) -> StoredFile | None:
        return self._files.get(file_id)

    @staticmethod
    def path(file: StoredFile) -> str:
        """Where a bot downloads it; the name's ending is kept, its rest is not ours to trust."""
        ending = file.name.rpartition(".")[2] if "." in file.name else ""
        kind = file.mime.partition("/")[0]
        return f"{kind}/{file.unique_id}" + (f".{ending}" if ending.isalnum() and ending.isascii() else "")

    def at(self, path: str) -> StoredFile | None:
        return self._files.get(self._paths.get(path, ""))

    def photo_sizes(self, file: StoredFile, size: tuple[int, int], thumbnail: bytes | None) -> list[Json]:
        """The sizes of a photo, the smallest first, as Message.photo has them."""
        sizes = []
        if thumbnail is not None:
            small = self.add(thumbnail, "photo.jpg", "image/jpeg")
            scale = _THUMBNAIL / max(size)
            sizes.append(_photo_size(small, (max(1, int(size[0] * scale)), max(1, int(size[1] * scale)))))
        return [*sizes, _photo_size(file, size)]


def _photo_size(file: StoredFile, size: tuple[int, int]) -> Json:
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.data),
        "width": size[0],
        "height": size[1],
    }


def look_at_picture(data: bytes) -> tuple[tuple[int, int], bytes | None]:
    """Width and height, and a small JPEG if it is larger than one. Raises ApiError for what is no picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as picture:
                width, height = picture.size
                if width + height > 10_000 or max(width, height) > 20 * min(width, height):
                    raise bad("PHOTO_INVALID_DIMENSIONS")
                return (width, height), _thumbnail(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise bad("IMAGE_PROCESS_FAILED") from None


def _thumbnail(picture: Image.Image) -> bytes | None:
    if max(picture.size) <= _THUMBNAIL:
        picture.load()
        return None
    picture.draft("RGB", (_THUMBNAIL, _THUMBNAIL))
    small = picture.convert("RGB")
    small.thumbnail((_THUMBNAIL, _THUMBNAIL))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80)
    return out.getvalue()


def voice_seconds(data: bytes) -> int:
    """How long an OGG/Opus file plays: the last page's position at 48 kHz. 0 for anything else."""
    last = data.rfind(b"OggS")
    if last < 0 or b"OpusHead" not in data[:64]:
        return 0
    return round(int.from_bytes(data[last + 6 : last + 14], "little") / 48_000)


def plays_as_voice(data: bytes) -> bool:
    """OGG/Opus, MP3 and M4A become voice notes; anything else is sent as a document."""
    return (data[:4] == b"OggS" and b"OpusHead" in data[:64]) or plays_as_music(data)


def plays_as_music(data: bytes) -> bool:
    """MP3 and M4A, no OGG."""
    mp3 = data[:3] == b"ID3" or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0)
    return mp3 or data[4:8] == b"ftyp"
