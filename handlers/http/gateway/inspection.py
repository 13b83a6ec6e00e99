"""Is it what it is said to be, and no larger than it may be: of each picture, file and sound of a request."""

import base64
import binascii
import re
from typing import NamedTuple

from bot.downloads import MEGABYTE, Fetched, NotFetched, TooLarge
from bot.media import FAMILIES, Family, Media, family_of, recognised
from handlers.http.gateway.errors import ApiError, bad_request
from handlers.http.gateway.parts import Part

PIXELS_MOST = 50_000_000
"""Of a picture, unpacked: 48 million is what telephones take."""
DATA_URL = re.compile(r"data:([\w.+-]{1,60}/[\w.+-]{1,90})?(?:;[\w-]{1,30}=[^;,]{0,100})*;base64,")
ENDINGS = {"application/pdf": ".pdf", "text/plain": ".txt"}


class Codes(NamedTuple):
    """As the OpenAI API calls what is wrong; for files and sounds it has no words."""

    word: str
    address: str
    format: str
    size: str
    base64: str


CODES: dict[Family, Codes] = {
    "image": Codes(
        "image", "invalid_image_url", "invalid_image_format", "image_file_too_large", "invalid_base64_image"
    ),
    "file": Codes(
        "file", "invalid_file_url", "unsupported_file_type", "file_too_large", "invalid_base64_file"
    ),
    "sound": Codes(
        "audio", "invalid_audio_url", "unsupported_audio_format", "audio_too_large", "invalid_base64_audio"
    ),
}


class Inspection:
    def __init__(self, most: int, types: frozenset[str]) -> None:
        """`most`: bytes of each; `types`: names of bot/media.py that are taken."""
        self.most = most
        self._types = types

    def data(self, part: Part) -> int:
        """Look at base64; its size in bytes. A picture that was called another kind of picture is renamed."""
        head = DATA_URL.match(part.value)
        if part.family == "image" and head is None:
            raise bad_request(
                f"Invalid image URL: '{part.where}'. Expected an http(s) URL or a base64-encoded data URL"
                " with an image MIME type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU=').",
                part.where, "invalid_image_url",
            )  # fmt: skip
        begin = head.end() if head else 0
        if (len(part.value) - begin) * 3 // 4 > self.most + 3:
            raise self._too_large(part.where, part.family)
        try:
            data = base64.b64decode(part.value[begin:], validate=True)
        except (binascii.Error, ValueError):
            word, code = CODES[part.family].word, CODES[part.family].base64
            raise bad_request(f"Invalid base64 {word} at '{part.where}'.", part.where, code) from None
        media = self._looked_at(data, part.where, part.family)
        _agree(part, head[1] if head else None, media)
        if part.family == "image" and head and head[1] != media.type:
            part.holder[part.key] = f"data:{media.type};base64,{part.value[begin:]}"
        return len(data)

    def fetched(self, fetched: Fetched, where: str, family: Family | None) -> Media:
        """What it is. `family` None: any of those that are taken."""
        return self._looked_at(fetched.data, where, family)

    def put(self, part: Part, fetched: Fetched, media: Media) -> None:
        """In the place of its address."""
        made = self.coded(fetched, media)
        if part.key == "file_url":
            del part.holder["file_url"]
            part.holder["file_data"] = made
        else:
            part.holder[part.key] = made
        if part.family == "file":
            part.holder.setdefault("filename", self.name(fetched, media))
        elif part.family == "sound":
            part.holder["format"] = media.name

    def coded(self, fetched: Fetched, media: Media) -> str:
        """A data URL; of a sound only the base64."""
        text = base64.b64encode(fetched.data).decode()
        if self.family(media) == "sound":
            return text
        said = fetched.media if media.name == "text" and _is_text(fetched.media) else media.type
        return f"data:{said};base64,{text}"

    def name(self, fetched: Fetched, media: Media) -> str:
        name = re.sub(r"[^\w.-]+", "_", fetched.name)[-100:] or "file"
        return name if "." in name else name + ENDINGS.get(media.type, "")

    def family(self, media: Media) -> Family:
        return family_of(media.name)

    def _looked_at(self, data: bytes, where: str, family: Family | None) -> Media:
        """Raises ApiError."""
        if len(data) > self.most:
            raise self._too_large(where, family or "file")
        media = recognised(data)
        taken = [name for name in (FAMILIES[family] if family else self._types) if name in self._types]
        if media is None or media.name not in taken:
            codes = CODES[family or "file"]
            raise bad_request(
                f"You uploaded an unsupported {codes.word} at '{where}'. Please make sure it has one of the"
                f" following formats: {sorted(taken)}.",
                where, codes.format,
            )  # fmt: skip
        if media.width * media.height > PIXELS_MOST:
            raise bad_request(
                f"The image at '{where}' is too large: {media.width} x {media.height} pixels.", where,
                "image_too_large",
            )  # fmt: skip
        return media

    def _too_large(self, where: str, family: Family) -> ApiError:
        return too_large(self.most, where, family)


def too_large(most: int, where: str, family: Family) -> ApiError:
    codes = CODES[family]
    return bad_request(
        f"The {codes.word} at '{where}' is larger than {most // MEGABYTE} MB.", where, codes.size
    )


def not_fetched(error: NotFetched, where: str, family: Family) -> ApiError:
    codes = CODES[family]
    code = codes.size if isinstance(error, TooLarge) else codes.address
    return bad_request(f"Error while downloading the {codes.word} at '{where}': {error}.", where, code)


def _agree(part: Part, said: str | None, media: Media) -> None:
    """Raise ApiError where a file or a sound is called what it is not."""
    if part.family == "sound":
        given = str(part.holder.get("format") or media.name)
        wrong = given != media.name and given in FAMILIES["sound"]
    elif part.family == "file":
        wrong = said == "application/pdf" and media.name != "pdf"
        wrong = wrong or (_is_text(said or "") and media.name != "text")
    else:
        wrong = not (said or "image/").startswith(("image/", "application/octet-stream"))
    if wrong:
        codes = CODES[part.family]
        message = f"The {codes.word} at '{part.where}' is not what it is called, but {media.type}."
        raise bad_request(message, part.where, codes.format)


def _is_text(said: str) -> bool:
    return said.startswith("text/") or said in ("application/json", "application/xml")
