"""Pictures: a description in words, with those of its style, made into one or several pictures."""

import asyncio
import base64
import binascii
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

import openai
import structlog
from openai.types import ImagesResponse
from PIL import Image

from bot.catalog.styles import PLAIN, PictureStyle
from bot.providers import Answer, ImageRequest, ProducedFile, Progress, Turn
from bot.providers.errors import BadAnswer, ProviderError
from bot.providers.pool.verdict import CONTENT_REFUSED
from bot.providers.upstream import Upstream, patience, translated

log = structlog.get_logger()

PICTURE_BYTES = 20 * 1024 * 1024
PIXELS = 25_000_000
AT_ONE_TIME = 4
"""Calls, where the upstream makes one picture a call."""
DATA_ADDRESS = "data:image/"

Media = Literal["image/png", "image/jpeg", "image/webp"]
MEDIA: dict[str | None, Media] = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


class ImageProvider:
    def __init__(
        self, upstream: Upstream, model: str, styles: Mapping[str, PictureStyle], *, seconds: float = 150
    ) -> None:
        """`seconds`: how long the upstream may be silent."""
        self._upstream = upstream
        self._model = model
        self._styles = styles
        self._seconds = seconds
        self._several_at_once = True
        """Until the upstream has refused to."""
        self._takes_size = True

    async def answer(self, request: ImageRequest, history: Sequence[Turn], progress: Progress) -> Answer:
        """Fewer pictures than asked for, where some could not be made; an error where none could."""
        style = self._styles.get(request.style or "", PLAIN)
        count = min(request.count, style.most)
        prompt = picture_prompt(request, style)
        shown: list[ProducedFile] = []

        async def make(some: int) -> None:
            shown.extend(await self._generate(prompt, style.size, some))
            progress(f"{min(len(shown), count)}/{count}")

        if count > 1 and self._several_at_once:
            with suppress(_OneAtATime):
                await make(count)
        if not shown:
            await make(1)
            self._several_at_once = self._several_at_once and count == 1
        await self._make_rest(count - len(shown), make)
        return Answer(files=tuple(shown[:count]), engine=self._model)

    async def _make_rest(self, missing: int, make: Callable[[int], Awaitable[None]]) -> None:
        """So many single pictures, a few at one time; what can't be made is left out."""
        free, errors = asyncio.Semaphore(AT_ONE_TIME), list[ProviderError]()

        async def one() -> None:
            async with free:
                try:
                    if not errors:  # else the others would meet the same
                        await make(1)
                except ProviderError as error:
                    errors.append(error)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(missing):
                tasks.create_task(one())
        if errors:
            log.warning(
                "fewer pictures than asked for", error=type(errors[0]).__name__, detail=str(errors[0])
            )

    async def _generate(self, prompt: str, size: str, count: int) -> list[ProducedFile]:
        with translated():
            try:
                answer = await self._call(prompt, size, count)
            except openai.BadRequestError as error:
                if count > 1 and error.code not in CONTENT_REFUSED:
                    raise _OneAtATime from None
                if not self._takes_size or "size" not in (error.param or error.message):
                    raise
                self._takes_size = False
                answer = await self._call(prompt, size, count)
        return await self._pictures(answer, count)

    async def _call(self, prompt: str, size: str, count: int) -> ImagesResponse:
        wanted: Any = size if self._takes_size else openai.omit
        answer: ImagesResponse = await self._upstream.client.images.generate(
            model=self._model, prompt=prompt, n=count, size=wanted, timeout=patience(self._seconds)
        )
        return answer

    async def _pictures(self, answer: ImagesResponse, count: int) -> list[ProducedFile]:
        data = answer.data if isinstance(answer, ImagesResponse) else None
        if not isinstance(data, list) or not data:
            raise BadAnswer("The upstream answered without a picture.")
        return [await self._picture(item) for item in data[:count]]

    async def _picture(self, item: Any) -> ProducedFile:
        data = await self._bytes_of(getattr(item, "b64_json", None), getattr(item, "url", None))
        return await asyncio.to_thread(checked_picture, data)

    async def _bytes_of(self, encoded: str | None, address: str | None) -> bytes:
        if address and address.startswith(DATA_ADDRESS):
            encoded = address.partition(",")[2]
        if not encoded:
            return await self._upstream.fetch(address or "", self._seconds)
        try:
            return base64.b64decode(encoded)
        except (binascii.Error, ValueError):
            raise BadAnswer("The upstream answered with a picture that is none.") from None


class _OneAtATime(Exception):
    """The upstream may take the request for a single picture; it did not for several."""


def picture_prompt(request: ImageRequest, style: PictureStyle) -> str:
    """The OpenAI API has no field for what must not be seen, so it is said."""
    words = ", ".join(part for part in (request.prompt.strip(), style.words) if part)
    unwanted = ", ".join(part for part in ((request.negative or "").strip(), style.negative) if part)
    return f"{words}. Without: {unwanted}." if unwanted else words


def checked_picture(data: bytes) -> ProducedFile:
    """The bytes, if they are a whole PNG, JPEG or WebP of a sensible size; takes up to 100 ms."""
    if len(data) > PICTURE_BYTES:
        raise BadAnswer("The upstream answered with a picture that is too big.")
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as picture:
            if picture.width * picture.height > PIXELS:
                raise BadAnswer("The upstream answered with a picture of too many pixels.")
            picture.load()
            return ProducedFile(data, MEDIA[picture.format])
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadAnswer("The upstream answered with a picture that is none.") from None
