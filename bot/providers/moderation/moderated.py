"""A provider that is asked only what the content rules allow."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bot.providers import Answer, ImageRequest, Progress, Provider, Request, SpeechRequest, TextRequest, Turn
from bot.providers.moderation import Allow, Inputs


class Moderated:
    def __init__(self, provider: Provider[Any], allow: Allow) -> None:
        self._provider = provider
        self._allow = allow

    async def answer(self, request: Request, history: Sequence[Turn], progress: Progress) -> Answer:
        flags = await self._allow(inputs_of(request, history))
        answer = await self._provider.answer(request, history, progress)
        return replace(answer, flags=(*flags, *answer.flags)) if flags else answer


def inputs_of(request: Request, history: Sequence[Turn] = ()) -> Inputs:
    """What a person has written, now and before. What they spoke is looked at once it is understood; the
    personas of modes and the answers are ours."""
    earlier = [turn.text for turn in history if turn.role == "user"]
    return Inputs([*earlier, *filter(None, _texts(request))])


def _texts(request: Request) -> Iterator[str | None]:
    match request:
        case TextRequest():
            yield request.question
        case ImageRequest():
            yield from (request.prompt, request.negative)
        case SpeechRequest():
            yield request.text
