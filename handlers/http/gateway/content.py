"""The content rules of the gateway: everything that a request brings is looked at before anything is held.

The parsed body is walked once, whatever its fields are called: what is not known here may be known upstream.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from bot import flagged
from bot.clock import now
from bot.flagged import Asked
from bot.providers.errors import ContentRefused
from bot.providers.moderation import Inputs, Moderation
from bot.storage import Storage
from handlers.http.auth import Caller
from handlers.http.gateway.asking import Given
from handlers.http.gateway.errors import bad_request
from handlers.http.gateway.forms import form_parts

FREE = frozenset({"/moderations"})
"""Whoever asks there asks what we would ask."""
PLAIN = frozenset({
    "user", "assistant", "system", "developer", "tool", "function", "text", "input_text", "output_text",
    "image_url", "input_image", "auto", "none", "required", "object", "string", "number", "integer",
    "boolean", "array", "json_schema", "json_object", "message",
})  # fmt: skip
"""What has a meaning of its own in the API, and nothing else to say."""
BYTES = {"image_url": "url", "input_audio": "data", "file_data": "file_data"}
"""The fields that bring pictures, sound and files, and where in them the bytes or their address is."""
PARTS = BYTES.keys()
PICTURE_LEAST = 2_000
"""Letters: what calls itself a picture and is shorter may as well be words."""
TEXT_FILE = re.compile(r"data:text/[^,]{0,100};base64,")
PICTURE = re.compile(rb"content-type:[ \t]*(image/[\w.+-]{1,40})", re.IGNORECASE)


class ContentRules:
    def __init__(self, moderation: Moderation, storage: Storage, *, closed: bool) -> None:
        """`closed`: what can't be checked is refused."""
        self._moderation = moderation
        self._storage = storage
        self._closed = closed

    async def allow(self, caller: Caller, path: str, given: Given) -> None:
        """Raises ContentRefused, Unchecked, or ApiError."""
        if path in FREE or not self._moderation.looks:
            return
        if self._closed and path == "/completions" and _is_numbers(given.body.get("prompt")):
            message = "prompt has to be text: numbers can't be checked against the content rules."
            raise bad_request(message, "prompt", "unsupported_value")
        try:
            inputs = inputs_of(given, with_pictures=self._moderation.takes_pictures)
            flags = await self._moderation.allow(inputs, closed=self._closed)
        except ContentRefused as refused:
            await self._note(caller, path, refused.flags)
            raise
        if flags:
            await self._note(caller, path, flags)

    async def _note(self, caller: Caller, path: str, flags: Any) -> None:
        asked = Asked(caller.customer, caller.code, path)
        await self._storage.write(flagged.note, asked, flags, now())


def inputs_of(given: Given, *, with_pictures: bool = True) -> Inputs:
    """All texts and pictures of the request. What an alias brings is the operator's own."""
    if given.media != "application/json":
        return _of_form(given, with_pictures=with_pictures)
    texts: list[str] = []
    pictures: list[str] = []
    waiting: list[Any] = [value for name, value in given.body.items() if name != "model"]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if one.startswith("data:image/"):
                pictures.append(one)
            if one not in PLAIN and (len(one) < PICTURE_LEAST or not one.startswith("data:image/")):
                texts.append(one)
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            texts += [name for name in one if " " in name]
            waiting += _of_part(one, texts, pictures) if not PARTS.isdisjoint(one) else one.values()
    return Inputs(texts, pictures if with_pictures else ())


def _of_part(part: dict[str, Any], texts: list[str], pictures: list[str]) -> Iterator[Any]:
    """Of a part with a picture, a file or sound: all but the bytes that are neither text nor picture."""
    for name, value in part.items():
        fields = value if isinstance(value, dict) else {BYTES.get(name, ""): value}
        if name not in BYTES:
            yield value
            continue
        for field, inner in fields.items():
            if field != BYTES[name] or not isinstance(inner, str):
                yield inner
            elif name == "image_url" and inner.startswith(("http:", "https:", "data:image/")):
                pictures.append(inner)
            elif name == "image_url":
                yield inner
            elif name == "file_data":
                _of_file(inner, texts, pictures)


def _of_file(address: str, texts: list[str], pictures: list[str]) -> None:
    """A picture, or a text; what is in other files is not looked at."""
    if address.startswith("data:image/"):
        pictures.append(address)
    elif start := TEXT_FILE.match(address):
        try:
            texts.append(base64.b64decode(address[start.end() :], validate=True).decode(errors="replace"))
        except (binascii.Error, ValueError):
            texts.append(address)


def _of_form(given: Given, *, with_pictures: bool) -> Inputs:
    """Of every part: a field may come twice."""
    texts: list[str] = []
    pictures: list[str] = []
    for part in form_parts(given.raw, given.media):
        if not part.is_file:
            texts.append(part.content.decode(errors="replace").strip())
        elif with_pictures and (media := PICTURE.search(part.head)):
            encoded = base64.b64encode(part.content).decode()
            pictures.append(f"data:{media[1].decode().lower()};base64,{encoded}")
    return Inputs([text for text in texts if text not in PLAIN], pictures)


def _is_numbers(prompt: Any) -> bool:
    """A text as a model's own numbers, which nobody else can read."""
    while isinstance(prompt, list) and prompt:
        prompt = prompt[0]
    return isinstance(prompt, int)
