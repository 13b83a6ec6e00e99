"""Text: a question and what was said before it, answered by a chat model, streamed or at once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from bot.catalog.modes import Mode
from bot.providers import (
    Answer,
    Manner,
    Progress,
    Provider,
    SpeechRequest,
    TextRequest,
    Turn,
    Usage,
    unwatched,
)
from bot.providers.errors import BadAnswer, CannotHear, ContentRefused, NoAnswer, ProviderError
from bot.providers.language import detect_language
from bot.providers.moderation import Allow, Flag, Inputs
from bot.providers.speech.engine import pieces
from bot.providers.transcription import Heard, Transcription
from bot.providers.upstream import Upstream, patience, translated

log = structlog.get_logger()

ANSWER_MOST = 200_000
"""Characters; a model that never stops is cut there."""
SPOKEN_MOST = 12_000
"""Characters of an answer that are spoken in notes, about a quarter of an hour."""
ONE_FILE_MOST = 3_000
"""The same where all of it is one file, about four minutes."""


class TextProvider:
    def __init__(
        self,
        upstream: Upstream,
        model: str,
        modes: Mapping[str, Mode],
        *,
        stream: bool = True,
        seconds: float = 100,
        speech: Provider[SpeechRequest] | None = None,
        speech_seconds: float = 30,
        transcription: Transcription | None = None,
        allow: Allow | None = None,
    ) -> None:
        """`seconds`: how long the upstream may be silent; `speech_seconds`: how long speaking may take;
        `allow`: what the content rules say to what was heard."""
        self._upstream = upstream
        self._model = model
        self._modes = modes
        self._stream = stream
        self._seconds = seconds
        self._speech = speech
        self._speech_seconds = speech_seconds
        self._transcription = transcription
        self._allow = allow

    async def answer(self, request: TextRequest, history: Sequence[Turn], progress: Progress) -> Answer:
        heard = await self._heard(request)
        if heard and request.only_transcript:
            return Answer(heard.text, engine=heard.engine, heard=heard.text)
        flags: Sequence[Flag] = ()
        if heard:
            request = request.model_copy(update={"question": request.with_heard(heard.text)})
            flags = await self._allow(Inputs([request.question])) if self._allow else ()
        messages = self._messages(request, history)
        with translated():
            streamed = self._stream and progress is not unwatched
            said = await (self._streamed(messages, progress) if streamed else self._at_once(messages))
        said.check()
        spoken = await self._spoken(said.text, request) if request.speak else Answer()
        engines = (heard and heard.engine, said.model or self._model, spoken.engine)
        return Answer(
            said.text, spoken.files, said.usage, engine="+".join(filter(None, engines)),
            heard=heard.text if heard else "", unspoken=spoken.unspoken, flags=flags,
        )  # fmt: skip

    async def _heard(self, request: TextRequest) -> Heard | None:
        if request.recording is None:
            return None
        if self._transcription is None:
            raise CannotHear("No transcription is set up.")
        return await self._transcription.hear(request.recording)

    def _messages(self, request: TextRequest, history: Sequence[Turn]) -> list[Any]:
        mode = self._modes.get(request.mode or "")
        persona = [{"role": "system", "content": mode.persona}] if mode else []
        earlier = [{"role": turn.role, "content": turn.text} for turn in history]
        return [*persona, *earlier, {"role": "user", "content": request.question}]

    async def _at_once(self, messages: list[Any]) -> "_Said":
        completion = await self._upstream.client.chat.completions.create(
            model=self._model, messages=messages, timeout=patience(self._seconds)
        )
        said = _Said()
        said.take(completion)
        return said

    async def _streamed(self, messages: list[Any], progress: Progress) -> "_Said":
        stream = await self._upstream.client.chat.completions.create(
            model=self._model, messages=messages, timeout=patience(self._seconds),
            stream=True, stream_options={"include_usage": True},
        )  # fmt: skip
        said = _Said()
        # Leaving closes the connection, so that the upstream stops too.
        async with stream:
            async for chunk in stream:
                if said.take(chunk):
                    progress(said.text)
                if len(said.text) >= ANSWER_MOST:
                    said.reason = "length"
                    break
        return said

    async def _spoken(self, text: str, request: TextRequest) -> Answer:
        """The answer as speech; where it fails, what has come of it by then, and it costs nothing."""
        if self._speech is None:
            return Answer()
        notes = request.speech_format == "ogg"
        words, *others = pieces(text, SPOKEN_MOST if notes else ONE_FILE_MOST)
        manner = request.manner or Manner()
        wanted = SpeechRequest(
            text=words, format=request.speech_format, language=manner.language,
            otherwise=detect_language(request.question), preferred=manner.voices,
            style=manner.style, speed=manner.speed, pitch=manner.pitch, notes=notes,
        )  # fmt: skip
        come = [Answer()]
        try:
            async with asyncio.timeout(self._speech_seconds):
                spoken = await self._speech.answer(
                    wanted, (), lambda news: come.append(news) if isinstance(news, Answer) else None
                )
        except (ProviderError, TimeoutError) as error:
            log.warning("answer not spoken", error=type(error).__name__, detail=str(error))
            return replace(come[-1], unspoken="failed")
        return replace(spoken, unspoken="long") if others else spoken


class _Said:
    """What the upstream has said so far. Its fields are not trusted: other servers leave some out."""

    def __init__(self) -> None:
        self.text = ""
        self.reason: str | None = None
        self.usage: Usage | None = None
        self.model = ""
        self._refused = False

    def take(self, part: ChatCompletion | ChatCompletionChunk) -> bool:
        """Add it; True where it has brought text."""
        if not isinstance(part, ChatCompletion | ChatCompletionChunk):
            raise BadAnswer("The upstream answered with something other than a completion.")
        try:
            return self._add(part)
        except (AttributeError, TypeError, LookupError) as error:
            raise BadAnswer("The upstream's completion lacks what it has to have.") from error

    def check(self) -> None:
        """Raise where this is no answer."""
        if self._refused or self.reason == "content_filter":
            raise ContentRefused("The upstream refused to answer that.")
        if self.reason is None:
            raise BadAnswer("The upstream's answer ended before its end.")
        if not self.text.strip():
            raise NoAnswer("The upstream answered with nothing.")

    def _add(self, part: ChatCompletion | ChatCompletionChunk) -> bool:
        self.model = part.model or self.model
        if part.usage:
            self.usage = Usage(int(part.usage.prompt_tokens), int(part.usage.completion_tokens))
        piece = ""
        for choice in part.choices[:1]:
            message: Any = choice.message if isinstance(part, ChatCompletion) else choice.delta  # type: ignore[union-attr]
            piece = (message.content or "") if message else ""
            self.reason = choice.finish_reason or self.reason
            self._refused = self._refused or bool(getattr(message, "refusal", None))
        self.text += piece
        return bool(piece)
