"""How an upstream can go wrong, played on demand: `upstream.will("429", times=2)`."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

Fault = Literal[
    "refuse", "hang", "slow", "400", "401", "402", "403", "404", "429", "out-of-credit", "500", "502-html",
    "503", "malformed", "html", "cut", "no-end", "error-in-stream", "empty",
    "content-refusal", "content-filter",
]  # fmt: skip

HANG_SECONDS = 3600.0
BODY_FAULTS = ("cut", "no-end", "error-in-stream", "empty", "content-filter")
"""Those that the routes play themselves, because the answer has to begin well."""

STATUS_FAULTS: dict[str, tuple[int, str, str | None, str]] = {
    "400": (400, "invalid_request_error", None, "The request is not understood."),
    "401": (401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: sk-secr***cret."),
    "402": (402, "invalid_request_error", "insufficient_quota", "Insufficient credits."),
    "403": (403, "invalid_request_error", "unsupported_country_region_territory", "Not supported here."),
    "404": (404, "invalid_request_error", "model_not_found", "The model does not exist."),
    "429": (429, "requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    "out-of-credit": (429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota."),
    "500": (500, "server_error", None, "The server had an error while processing your request."),
    "503": (503, "server_error", None, "The engine is currently overloaded."),
    "content-refusal": (
        400,
        "invalid_request_error",
        "content_policy_violation",
        "Refused by the safety system.",
    ),
}


@dataclass(slots=True)
class PlannedFault:
    fault: Fault
    times: int
    path: str
    """Only requests whose path ends so; "" any."""
    seconds: float
    """How long `slow` takes, or the Retry-After of `429` and `503`."""


class PlannedFaults:
    """What is planned, the first that fits a request first."""

    def __init__(self) -> None:
        self._planned: deque[PlannedFault] = deque(maxlen=1000)

    def add(self, planned: PlannedFault) -> None:
        self._planned.append(planned)

    def clear(self) -> None:
        self._planned.clear()

    def take(self, path: str) -> PlannedFault | None:
        for planned in self._planned:
            if path.endswith(planned.path):
                planned.times -= 1
                if planned.times <= 0:
                    self._planned.remove(planned)
                return planned
        return None


async def play(planned: PlannedFault, request: web.Request) -> web.StreamResponse | None:
    """The answer that is none, or None where the route goes on."""
    match planned.fault:
        case "refuse":
            _drop(request)
            return web.Response()
        case "hang":
            await asyncio.sleep(HANG_SECONDS)
        case "slow":
            await asyncio.sleep(planned.seconds)
        case "502-html":
            return web.Response(
                status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html"
            )
        case "html":
            return web.Response(text="<html><h1>Welcome</h1></html>", content_type="text/html")
        case "malformed":
            return web.Response(
                text='{"id": "chatcmpl-1", "choices": [{"ind', content_type="application/json"
            )
        case fault if fault in STATUS_FAULTS:
            return _refusal(planned)
        case _:
            assert planned.fault in BODY_FAULTS, planned.fault
    return None


def error_answer(
    status: int, type_: str, code: str | None, message: str, param: str | None = None
) -> web.Response:
    """An error as the OpenAI API words it."""
    body = {"error": {"message": message, "type": type_, "param": param, "code": code}}
    return web.json_response(body, status=status)


def cut(request: web.Request) -> None:
    """The connection breaks in the middle of an answer."""
    _drop(request)


def _refusal(planned: PlannedFault) -> web.Response:
    answer = error_answer(*STATUS_FAULTS[planned.fault])
    if answer.status in (429, 503) and planned.seconds:
        answer.headers["Retry-After"] = f"{planned.seconds:g}"
    return answer


def _drop(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
