"""The offline upstream: a server on this machine that speaks the OpenAI API, for the sandbox and the tests.

Text comes from a small local model (English) or from rules, pictures are drawn, speech is espeak-ng's.
Any key and any model name will do. It listens on the loopback only.
"""

import json
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import structlog
from aiohttp import web

from bot.providers.moderation.words import read_lists
from bot.sandbox import upstream_checks, upstream_media, upstream_text
from bot.sandbox.local_model import LocalModel, ModelMissing
from bot.sandbox.upstream_faults import (
    BODY_FAULTS,
    Fault,
    PlannedFault,
    PlannedFaults,
    error_answer,
    play,
)
from bot.sandbox.upstream_parts import FAULT, PARTS, BadRequest, Pictures

log = structlog.get_logger()

LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]"}
BODY_BYTES = 32 * 1024 * 1024
REQUESTS_KEPT = 500


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """What came, without its secrets."""

    method: str
    path: str
    body: dict[str, Any] = field(default_factory=dict)
    """The JSON body; {} for what has none."""


class OfflineUpstream:
    def __init__(self, *, model: bool = True, chunk_seconds: float = 0.02) -> None:
        """`model` False: rules only, fast and the same each time. `chunk_seconds`: pace of streamed rules."""
        self.requests: deque[SeenRequest] = deque(maxlen=REQUESTS_KEPT)
        self.open_requests = 0
        """How many are being answered; 0 again once a client has left or got its answer."""
        self.base_url = ""
        self.chunk_seconds = chunk_seconds
        self.model = _model_if_there() if model else None
        """None: switched off or not installed."""
        self.canned: deque[str] = deque(maxlen=REQUESTS_KEPT)
        self.understood: deque[str] = deque(maxlen=1000)
        self.pictures = Pictures()
        self._faults = PlannedFaults()
        self._runner: web.AppRunner | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Its base URL, ending in /v1."""
        if host not in LOOPBACK:
            raise ValueError(f"the offline upstream listens on this machine only, not on {host}")
        runner = web.AppRunner(self._app(), handler_cancellation=True, access_log=None, shutdown_timeout=1)
        await runner.setup()
        self._runner = runner
        await web.TCPSite(runner, host, port).start()
        self.base_url = f"http://{host}:{runner.addresses[0][1]}/v1"
        return self.base_url

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self.model is not None:
            self.model.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def will(self, fault: Fault, times: int = 1, *, path: str = "", seconds: float = 0) -> None:
        """Go wrong so in the next requests, or in the next whose path ends with `path` (`/speech`).

        `seconds`: how long `slow` takes, or the Retry-After of `429` and `503`.
        """
        self._faults.add(PlannedFault(fault, times, path, seconds))

    def will_say(self, *texts: str) -> None:
        """The next chat answers are these."""
        self.canned.extend(texts)

    def will_hear(self, *texts: str) -> None:
        """The next recordings are understood as these."""
        self.understood.extend(texts)

    def behave(self) -> None:
        """Forget what was planned."""
        self._faults.clear()
        self.canned.clear()
        self.understood.clear()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._watch], client_max_size=BODY_BYTES)
        app[PARTS], app[upstream_checks.LISTS] = self, read_lists()
        app.add_routes(upstream_text.routes)
        app.add_routes(upstream_media.routes)
        app.add_routes(upstream_checks.routes)
        return app

    @web.middleware
    async def _watch(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if (request.host or "").rsplit(":", 1)[0] not in LOOPBACK:
            return error_answer(403, "invalid_request_error", None, "This server is for this machine only.")
        self.requests.append(SeenRequest(request.method, request.path, await _json_body(request)))
        self.open_requests += 1
        try:
            return await self._answer(request, handler)
        finally:
            self.open_requests -= 1

    async def _answer(self, request: web.Request, handler: Any) -> web.StreamResponse:
        planned = self._faults.take(request.path)
        if planned is not None and (answer := await play(planned, request)) is not None:
            return answer
        if planned is not None and planned.fault in BODY_FAULTS:
            request[FAULT] = planned.fault
        if "Authorization" not in request.headers and request.path.startswith("/v1/"):
            return error_answer(401, "invalid_request_error", None, "You didn't provide an API key.")
        try:
            return await handler(request)  # type: ignore[no-any-return]
        except web.HTTPNotFound:
            return error_answer(404, "invalid_request_error", "unknown_url", f"Unknown URL ({request.path}).")
        except BadRequest as refusal:
            return error_answer(400, "invalid_request_error", refusal.code, str(refusal), refusal.param)


async def _json_body(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        return {}
    try:
        body = json.loads(await request.read())
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _model_if_there() -> LocalModel | None:
    model = LocalModel()
    try:
        model.check()
    except ModelMissing as missing:
        log.warning("the sandbox answers by rules", reason=str(missing))
        return None
    return model
