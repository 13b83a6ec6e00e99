"""What a request costs, and what its answer turned out to be worth: never more."""

from billing.tariff import Tariff
from bot.providers import Answer, ImageRequest, Request, SpeechRequest, TextRequest

UNKNOWN_SIZE = 1_000_000
"""Bytes; a recording's words are as long as any text until they are known."""


class Prices:
    """In millitokens."""

    def __init__(self, tariff: Tariff) -> None:
        self.tariff = tariff

    def of(self, request: Request) -> int:
        """The most that the request can cost: what is held."""
        match request:
            case TextRequest(recording=None):
                return self._text(request, _size(request.question))
            case TextRequest():
                return self._recording(request)
            case ImageRequest():
                return self.tariff.image_price(request.count)
            case SpeechRequest():
                return self.tariff.voice_price(_size(request.text), automatic=request.language is None)

    def _text(self, request: TextRequest, size: int) -> int:
        return self.tariff.text_price(size, mode=request.mode is not None, spoken=request.speak)

    def _recording(self, request: TextRequest) -> int:
        """By the minute begun, and what the answer costs; until it is heard nobody knows how long it is."""
        assert request.recording is not None
        heard = self.tariff.recording_price(request.recording.seconds)
        if request.only_transcript:
            return heard
        return heard + self._text(request, _size(request.question) or UNKNOWN_SIZE)

    def of_answer(self, request: Request, answer: Answer) -> int:
        """What is taken: fewer pictures than asked for, or a text that could not be spoken, cost less."""
        came = len(answer.files)
        if isinstance(request, ImageRequest) and came < request.count:
            request = request.model_copy(update={"count": max(1, came)})
        if isinstance(request, TextRequest) and answer.heard:
            request = request.model_copy(update={"question": answer.heard})
        if isinstance(request, TextRequest) and request.speak and not came:
            request = request.model_copy(update={"speak": False})
        return self.of(request)


def _size(text: str) -> int:
    return len(text.encode())
