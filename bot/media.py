"""What a file really is, by its first bytes: whoever sends it may call it what they like.

Of pictures also how large they are when unpacked, read from their headers: a few kilobytes may become
gigabytes. Nothing is unpacked here.
"""

import struct
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

Family = Literal["image", "file", "sound"]


class Media(NamedTuple):
    name: str
    """As INPUT_TYPES names it."""
    type: str
    """As HTTP does."""
    width: int = 0
    """Pixels, of pictures."""
    height: int = 0


FAMILIES: dict[Family, tuple[str, ...]] = {
    "image": ("png", "jpeg", "gif", "webp"),
    "file": ("pdf", "office", "text"),
    "sound": ("wav", "mp3", "ogg", "flac", "m4a", "aac", "webm"),
}
KNOWN = tuple(name for names in FAMILIES.values() for name in names)
OFFICE = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r"))
"""What no text has."""
SEGMENTS_MOST = 1_000
"""Of a JPEG, before its size must have been said."""


def recognised(data: bytes) -> Media | None:
    """What it is; None: nothing that is known here, or a picture that does not say how large it is."""
    for begin, read in _BEGINNINGS:
        if data.startswith(begin):
            try:
                return read(data)
            except (struct.error, IndexError):
                return None
    return _text(data)


def family_of(name: str) -> Family:
    return next(family for family, names in FAMILIES.items() if name in names)


def _png(data: bytes) -> Media | None:
    if data[12:16] != b"IHDR":
        return None
    return _picture("png", *struct.unpack(">II", data[16:24]))


def _gif(data: bytes) -> Media | None:
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    return _picture("gif", *struct.unpack("<HH", data[6:10]))


def _jpeg(data: bytes) -> Media | None:
    for marker, at in _segments(data):
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 1 : at + 5])
            return _picture("jpeg", width, height)
    return None


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Markers of a JPEG, and where what they say begins."""
    at = 2
    for _ in range(SEGMENTS_MOST):
        if data[at] != 0xFF:
            return
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        yield marker, at + 3
        at += 1 + struct.unpack(">H", data[at + 1 : at + 3])[0]


def _riff(data: bytes) -> Media | None:
    if data[8:12] == b"WAVE":
        return Media("wav", "audio/wav")
    if data[8:12] != b"WEBP":
        return None
    match data[12:16]:
        case b"VP8X" if len(data) >= 30:
            return _picture("webp", *(1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27)))
        case b"VP8L" if data[20] == 0x2F:
            bits = struct.unpack("<I", data[21:25])[0]
            return _picture("webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
        case b"VP8 " if data[23:26] == b"\x9d\x01\x2a":
            return _picture("webp", *(size & 0x3FFF for size in struct.unpack("<HH", data[26:30])))
    return None


def _picture(name: str, width: int, height: int) -> Media | None:
    return Media(name, f"image/{name}", width, height) if width and height else None


def _zip(data: bytes) -> Media | None:
    return next((Media("office", type_) for folder, type_ in OFFICE.items() if folder in data), None)


def _mp4(data: bytes) -> Media | None:
    return Media("m4a", "audio/mp4") if data[4:8] == b"ftyp" else None


def _text(data: bytes) -> Media | None:
    if not data or len(data.translate(None, CONTROLS)) < len(data):
        return None
    try:
        data.decode()
    except UnicodeDecodeError:
        return None
    return Media("text", "text/plain")


def _sound(name: str, type_: str) -> Callable[[bytes], Media]:
    return lambda data: Media(name, type_)


_BEGINNINGS: tuple[tuple[bytes, Callable[[bytes], Media | None]], ...] = (
    (b"\x89PNG\r\n\x1a\n", _png), (b"\xff\xd8\xff", _jpeg), (b"GIF8", _gif), (b"RIFF", _riff),
    (b"%PDF-", lambda data: Media("pdf", "application/pdf")), (b"PK\x03\x04", _zip),
    (b"ID3", _sound("mp3", "audio/mpeg")), (b"\xff\xfb", _sound("mp3", "audio/mpeg")),
    (b"\xff\xf3", _sound("mp3", "audio/mpeg")), (b"\xff\xf2", _sound("mp3", "audio/mpeg")),
    (b"\xff\xf1", _sound("aac", "audio/aac")), (b"\xff\xf9", _sound("aac", "audio/aac")),
    (b"OggS", _sound("ogg", "audio/ogg")), (b"fLaC", _sound("flac", "audio/flac")),
    (b"\x1aE\xdf\xa3", _sound("webm", "audio/webm")), (b"\0\0\0", _mp4),
)  # fmt: skip
