"""What a request costs, and what its answer turned out to be worth: never more."""

from billing.tariff import Tariff
from bot.providers import Answer, ImageRequest, Request, SpeechRequest, TextRequest

UNKNOWN_SIZE = 1_000_000
"""Bytes; a recording's words are as long as any text until they are known."""


class Prices:
    """In millitokens. A job keeps the tariff that it was submitted with, whatever comes into force later."""

    def __init__(self, tariff: Tariff, version: int | None = None) -> None:
        self.tariff = tariff
        self.version = version
        """The number of its price list."""
        self._known = {version: tariff}

    def change(self, tariff: Tariff, version: int) -> None:
        """From now on this tariff is in force."""
        self.tariff, self.version = tariff, version
        self.remember(tariff, version)

    def remember(self, tariff: Tariff, version: int) -> None:
        """One that was in force: jobs may have been submitted with it."""
        self._known[version] = tariff

    def of(self, request: Request) -> int:
        """The most that the request can cost: what is held."""
        return _price(self.tariff, request)

    def of_answer(self, request: Request, answer: Answer, version: int | None = None) -> int:
        """What is taken: fewer pictures than asked for, a speech that was stopped, or a text that could
        not be spoken to its end, cost less.
        `version` is of the price list that the job was submitted with; None: of today's."""
        came = len(answer.files)
        if isinstance(request, ImageRequest) and came < request.count:
            request = request.model_copy(update={"count": max(1, came)})
        if isinstance(request, SpeechRequest) and answer.stopped:
            request = request.model_copy(update={"text": answer.text})
        if isinstance(request, TextRequest) and request.speak and (not came or answer.unspoken == "failed"):
            request = request.model_copy(update={"speak": False})
        return _price(self._known.get(version, self.tariff), request, answer.heard)


def _price(tariff: Tariff, request: Request, heard: str = "") -> int:
    match request:
        case TextRequest(recording=None):
            return _text(tariff, request, _size(request.question))
        case TextRequest():
            return _recording(tariff, request, heard)
        case ImageRequest():
            return tariff.image_price(request.count)
        case SpeechRequest():
            return tariff.voice_price(_size(request.text), automatic=request.language is None)


def _text(tariff: Tariff, request: TextRequest, size: int) -> int:
    return tariff.text_price(size, mode=request.mode is not None, spoken=request.speak)


def _recording(tariff: Tariff, request: TextRequest, words: str) -> int:
    """By the minute begun, and what the answer costs; until it is heard nobody knows how long it is."""
    assert request.recording is not None
    heard = tariff.recording_price(request.recording.seconds)
    if request.only_transcript:
        return heard
    return heard + _text(tariff, request, _size(request.with_heard(words)) if words else UNKNOWN_SIZE)


def _size(text: str) -> int:
    return len(text.encode())
