"""What the routes of the offline upstream share."""

from collections import OrderedDict, deque
from typing import Any, Protocol

from aiohttp import web

from bot.sandbox.local_model import LocalModel

PICTURES_KEPT = 64


class BadRequest(Exception):
    """The request can't be done; told as the OpenAI API tells it."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.param = param
        self.code = code


class Pictures:
    """Pictures that were answered as addresses; the oldest are forgotten."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[bytes, str]] = OrderedDict()

    def keep(self, name: str, data: bytes, media: str) -> None:
        self._kept[name] = (data, media)
        while len(self._kept) > PICTURES_KEPT:
            self._kept.popitem(last=False)

    def get(self, name: str) -> tuple[bytes, str] | None:
        return self._kept.get(name)


class Parts(Protocol):
    """The upstream, as its routes see it."""

    base_url: str
    chunk_seconds: float
    model: LocalModel | None
    canned: deque[str]
    pictures: Pictures
    understood: deque[str]


PARTS: web.AppKey[Parts] = web.AppKey("parts")
FAULT: web.RequestKey[str] = web.RequestKey("fault", str)
"""Where a request carries the fault that its route has to play."""


async def json_object(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise BadRequest("We could not parse the JSON body of your request.") from None
    if not isinstance(body, dict):
        raise BadRequest("The JSON body has to be an object.")
    return body
