"""What a request costs, and what its answer turned out to be worth: never more."""

from billing.tariff import Tariff
from bot.providers import Answer, ImageRequest, Request, SpeechRequest, TextRequest


class Prices:
    """In millitokens."""

    def __init__(self, tariff: Tariff) -> None:
        self.tariff = tariff

    def of(self, request: Request) -> int:
        """The most that the request can cost: what is held."""
        match request:
            case TextRequest():
                return self.tariff.text_price(
                    _size(request.question), mode=request.mode is not None, spoken=request.speak
                )
            case ImageRequest():
                return self.tariff.image_price(request.count)
            case SpeechRequest():
                return self.tariff.voice_price(_size(request.text), automatic=request.language is None)

    def of_answer(self, request: Request, answer: Answer) -> int:
        """What is taken: fewer pictures than asked for, or a text that could not be spoken, cost less."""
        came = len(answer.files)
        if isinstance(request, ImageRequest) and came < request.count:
            request = request.model_copy(update={"count": max(1, came)})
        if isinstance(request, TextRequest) and request.speak and not came:
            request = request.model_copy(update={"speak": False})
        return self.of(request)


def _size(text: str) -> int:
    return len(text.encode())
