"""Speech understood by an OpenAI-compatible upstream."""

import asyncio

from openai.types.audio import Transcription

from bot.providers.errors import BadAnswer, NoAnswer
from bot.providers.speech import audio
from bot.providers.upstream import Upstream, patience, translated


class OpenAITranscription:
    name = "openai"
    part_seconds = 600

    def __init__(self, upstream: Upstream, model: str, *, seconds: float = 60) -> None:
        self._upstream = upstream
        self._model = model
        self._seconds = seconds

    async def hear(self, sound: audio.AudioSegment) -> str:
        # Opus at 32 kbit/s: ten minutes are 2.4 MB, where the API takes 25.
        data = await audio.encode(sound, "ogg")
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._answer(data)
        except TimeoutError:
            raise NoAnswer("The upstream's transcription took too long.") from None
        if not isinstance(answer, Transcription) or not isinstance(answer.text, str):
            raise BadAnswer("The upstream answered something other than a transcription.")
        return answer.text

    async def _answer(self, data: bytes) -> object:
        with translated():
            return await self._upstream.client.audio.transcriptions.create(
                model=self._model, file=("recording.ogg", data, "audio/ogg"), response_format="json",
                timeout=patience(self._seconds),
            )  # fmt: skip
