"""What a request costs, and what its answer turned out to be worth: never more."""

from billing.tariff import Tariff
from bot.providers import Answer, ImageRequest, Request, SpeechRequest, TextRequest


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
        """What is taken: fewer pictures than asked for, or a text that could not be spoken, cost less.
        `version` is of the price list that the job was submitted with; None: of today's."""
        came = len(answer.files)
        if isinstance(request, ImageRequest) and came < request.count:
            request = request.model_copy(update={"count": max(1, came)})
        if isinstance(request, TextRequest) and request.speak and not came:
            request = request.model_copy(update={"speak": False})
        return _price(self._known.get(version, self.tariff), request)


def _price(tariff: Tariff, request: Request) -> int:
    match request:
        case TextRequest():
            return tariff.text_price(
                _size(request.question), mode=request.mode is not None, spoken=request.speak
            )
        case ImageRequest():
            return tariff.image_price(request.count)
        case SpeechRequest():
            return tariff.voice_price(_size(request.text), automatic=request.language is None)


def _size(text: str) -> int:
    return len(text.encode())
