"""What comes in by HTTP, counted and timed: by the path as it is routed, never by what a caller wrote."""

from collections import Counter
from time import perf_counter

from aiohttp import web

from bot.spread import Spread
from handlers.http.errors import Handler

OTHER = "other"
DOORS = (
    ("/v1/", "openai"),
    ("/chatgpt_api", "callback_api"),
    ("/api/v1/", "callback_api"),
    ("/telegram", "telegram"),
    ("/sandbox", "sandbox"),
    ("/console", "console"),
)
"""By the beginning of a path, the first that fits; the others are pages."""
LEFT = 499
ENDED = web.RequestKey("how it ended", str)
"""A request's own word for it, where its status says too little: a stream that broke off began with 200."""


class Route:
    """One path and kind of answer."""

    __slots__ = ("door", "ended", "kind", "path", "seconds")

    def __init__(self, path: str, door: str, kind: str) -> None:
        self.path = path
        self.door = door
        self.kind = kind
        """`plain`, or a `stream`."""
        self.ended: Counter[str] = Counter()
        self.seconds = Spread()


class Requests:
    def __init__(self) -> None:
        self.doors = dict(DOORS)
        self.under_way = 0
        self._routes: dict[tuple[object, bool], Route] = {}

    @property
    def routes(self) -> list[Route]:
        return list(self._routes.values())

    def note(self, request: web.Request, status: int, seconds: float, *, stream: bool) -> None:
        resource = request.match_info.route.resource
        route = self._routes.get((resource, stream)) or self._met(resource, stream)
        word = request.get(ENDED) if stream else None
        route.ended[word or _word(status)] += 1
        route.seconds.add(seconds)

    def _met(self, resource: web.AbstractResource | None, stream: bool) -> Route:
        path = OTHER if resource is None else resource.canonical
        door = next((name for start, name in self.doors.items() if path.startswith(start)), "pages")
        route = self._routes[resource, stream] = Route(path, door, "stream" if stream else "plain")
        return route


def _word(status: int) -> str:
    if status < 400:
        return "answered"
    if status == LEFT:
        return "left"
    return "refused" if status < 500 else "failed"


REQUESTS = web.AppKey("requests", Requests)


@web.middleware
async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
    requests, begun = request.app[REQUESTS], perf_counter()
    status, stream = LEFT, False
    requests.under_way += 1
    try:
        response = await handler(request)
        status, stream = response.status, response.__class__ is web.StreamResponse
        return response
    except web.HTTPException as error:
        status = error.status
        raise
    except Exception:
        status = 500
        raise
    finally:
        requests.under_way -= 1
        requests.note(request, status, perf_counter() - begun, stream=stream)
