"""What a file really is, by its first bytes."""

import io
import zipfile

import pytest
from PIL import Image

from bot.media import FAMILIES, KNOWN, Media, family_of, recognised


def drawn(form: str, width: int = 37, height: int = 23, mode: str = "RGB", **more) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height)).save(out, form, **more)
    return out.getvalue()


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("[Content_Types].xml", "<x/>")
        file.writestr(name, "<x/>")
    return out.getvalue()


PICTURES = [
    ("png", drawn("PNG")), ("png", drawn("PNG", mode="P")), ("gif", drawn("GIF")), ("jpeg", drawn("JPEG")),
    ("jpeg", drawn("JPEG", progressive=True, comment=b"x" * 60_000)),
    ("jpeg", drawn("JPEG", mode="L", exif=Image.Exif().tobytes())), ("webp", drawn("WEBP")),
    ("webp", drawn("WEBP", lossless=True)), ("webp", drawn("WEBP", mode="RGBA")),
    ("webp", drawn("WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data"), PICTURES)
def test_a_picture_says_how_large_it_is(name, data):
    assert recognised(data) == Media(name, f"image/{name}", 37, 23)


@pytest.mark.parametrize(("name", "data"), PICTURES)
def test_one_that_is_cut_off_anywhere_is_no_mistake_of_ours(name, data):
    for end in range(min(len(data), 400)):
        found = recognised(data[:end])
        assert found is None or (found.name, found.width) in ((name, 37), ("text", 0))


def test_a_picture_that_would_be_huge_is_seen_to_be():
    small = drawn("JPEG")
    at = small.index(b"\xff\xc0") + 5
    bomb = small[:at] + b"\xff\xff\xff\xff" + small[at + 4 :]

    assert recognised(bomb) == Media("jpeg", "image/jpeg", 65_535, 65_535)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("pdf", b"%PDF-1.7\n"), ("text", "سلام".encode()), ("text", b"<svg/>"),
        ("office", zipped("word/a.xml")), ("office", zipped("xl/a.xml")), ("office", zipped("ppt/a.xml")),
        ("mp3", b"ID3\4"), ("mp3", b"\xff\xfb\x90"),
        ("wav", b"RIFF\0\0\0\0WAVE"), ("ogg", b"OggS\0"), ("flac", b"fLaC\0"), ("m4a", b"\0\0\0\x20ftypM4A "),
        ("aac", b"\xff\xf1\x50"), ("webm", b"\x1aE\xdf\xa3"),
    ],
)  # fmt: skip
def test_files_and_sounds_have_their_names(name, data):
    found = recognised(data)

    assert found is not None
    assert found.name == name
    assert name in FAMILIES[family_of(name)]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0", b"\x7fELF\2", b"PK\3\4 a zip of anything", b"\xff\xd8\xff",
        b"\xff\xd8\xff" + b"\xff" * 5_000,
        b"GIF89a\0\0\0\0", b"RIFF\0\0\0\0AVI ", b"\x89PNG\r\n\x1a\n" + b"\0" * 30,
        b"\xff\xfe<\0", b"\0\0\0\x20what",
        b"\xff\xd8\xff\xe0\0\0" * 3_000, b"RIFF\0\0\0\0WEBPVP8?" + b"\0" * 30,
    ],
)  # fmt: skip
def test_anything_else_is_nothing(data):
    assert recognised(data) is None


def test_the_settings_know_every_name():
    assert len(KNOWN) == len(set(KNOWN)) == sum(map(len, FAMILIES.values()))
