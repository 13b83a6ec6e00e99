"""The HTTP face: `/bot<bot_token>/<method>` and `/file/bot<bot_token>/<path>`, on this machine only.

A Host header that does not name this machine is refused, so that no page elsewhere gets in by a name that
resolves to it.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from bot.sandbox import delivery, editing, keyboards, profile, sending  # noqa: F401  (they enter their methods)
from bot.sandbox.api import HANDLERS, Call, Upload
from bot.sandbox.files import DOWNLOAD_MAX, UPLOAD_MAX
from bot.sandbox.generic import answer_smallest
from bot.sandbox.pacing import Pacing
from bot.sandbox.queries import Queries
from bot.sandbox.refusals import ApiError, flood
from bot.sandbox.stars import Stars
from bot.sandbox.typed import MODELS, Model, check_answer, fields, parse
from bot.sandbox.world import World

Json = dict[str, Any]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
CALLS_MAX = 500
_PATH = re.compile(r"/bot(?P<bot_token>[^/]+)/(?:test/)?(?P<method>\w+)/?")
_FILE_PATH = re.compile(r"/file/bot(?P<bot_token>[^/]+)/(?:test/)?(?P<path>.+)")
_FORM = ("application/x-www-form-urlencoded", "multipart/form-data")
_BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"


class _Cut(Exception):
    """The connection is to be cut without an answer."""


@dataclass(slots=True)
class Recorded:
    """One call as the page and the tests see it; uploads are their sizes in bytes."""

    at: float
    method: str
    params: Json
    code: int
    description: str


class Server:
    def __init__(self, world: World, stars: Stars, queries: Queries) -> None:
        self._world, self._stars, self._queries = world, stars, queries
        self.pacing = Pacing(world.clock)
        self.calls: deque[Recorded] = deque(maxlen=CALLS_MAX)
        self._runner: web.ServerRunner | None = None

    async def start(self, host: str, port: int) -> str:
        if host not in LOOPBACK:
            raise ValueError(f"The sandbox's Telegram serves this machine only, not {host}")
        server = web.Server(self._answer, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        name = f"[{host}]" if ":" in host else host
        return f"http://{name}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if not is_local(request.host):
            return web.Response(status=403, text="This address serves its own machine only.")
        try:
            found = _PATH.fullmatch(request.path)
            if found is not None:
                return await self._method(request, found["bot_token"], found["method"])
            return self._file(request)
        except ApiError as error:
            return _json(error.body(), error)
        except _Cut:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()

    def _check_bot_token(self, bot_token: str) -> None:
        if not re.fullmatch(r"[1-9]\d*:.{1,70}", bot_token):
            raise ApiError(401, "Unauthorized: invalid token specified")
        if bot_token != self._world.bot_token:
            raise ApiError(401, "Unauthorized")

    def _file(self, request: web.BaseRequest) -> web.Response:
        found = _FILE_PATH.fullmatch(request.path)
        if found is None:
            raise ApiError(404, "Not Found")
        self._check_bot_token(found["bot_token"])
        file = self._world.files.at(found["path"])
        if file is None or len(file.data) > DOWNLOAD_MAX:
            raise ApiError(404, "Not Found")
        return web.Response(body=file.data, content_type="application/octet-stream")

    async def _method(self, request: web.BaseRequest, bot_token: str, method: str) -> web.Response:
        self._check_bot_token(bot_token)
        model = MODELS.get(method.lower())
        if model is None:
            raise ApiError(404, "Not Found: method not found")
        if (request.content_length or 0) > UPLOAD_MAX + (1 << 20):
            raise ApiError(413, "Request Entity Too Large")
        raw, uploads = await _read(request, model)
        return await self.perform(model, raw, uploads)

    async def perform(self, model: Model, raw: Json, uploads: dict[str, Upload]) -> web.Response:
        """Do one call, with whatever fault is due, and record it."""
        method = model.__api_method__
        chat = _chat_of(raw)
        fault = self._world.faults.take_call(method, chat) if self._world.faults.waiting else None
        shown = raw if not uploads else {**raw, **{name: len(one.data) for name, one in uploads.items()}}
        if fault is not None and fault.kind == "refused":
            self._record(method, shown, 0, "refused")
            raise _Cut
        if fault is not None and fault.kind == "html":
            self._record(method, shown, 502, "Bad Gateway")
            return web.Response(status=502, text=_BAD_GATEWAY, content_type="text/html")
        try:
            if fault is not None and fault.kind in ("flood", "error", "restart"):
                raise _trouble(fault.kind, fault.seconds, fault.code, fault.description)
            answer = await self._perform(model, raw, uploads)
        except ApiError as error:
            self._record(method, shown, error.code, error.description)
            raise
        self._record(method, shown, 200, "")
        if fault is not None and fault.kind == "lost":
            raise _Cut
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        return _json({"ok": True, "result": answer})

    async def _perform(self, model: Model, raw: Json, uploads: dict[str, Upload]) -> Any:
        method = model.__api_method__
        call = Call(self._world, self._stars, self._queries, method, parse(model, raw), uploads)
        if self.pacing.on and (there := self._world.chats.get(call.get("chat_id"))):
            self.pacing.check(method, there.id, group=not there.private)
        handler = HANDLERS.get(method)
        answer = answer_smallest(call, model) if handler is None else handler(call)
        if inspect.isawaitable(answer):
            answer = await answer
        if self._world.validate:
            check_answer(model, answer)
        return answer

    def _record(self, method: str, params: Json, code: int, description: str) -> None:
        call = Recorded(self._world.clock.now(), method, params, code, description)
        self.calls.append(call)
        if self._world.watches.any:
            shown = {
                "at": call.at,
                "method": method,
                "params": params,
                "code": code,
                "description": description,
            }
            self._world.watches.tell("call", shown)


def _trouble(kind: str, seconds: float, code: int | None, description: str | None) -> ApiError:
    if kind == "flood":
        return flood(max(1, round(seconds)))
    if kind == "restart":
        return ApiError(500, "Internal Server Error: restart")
    return ApiError(code or 400, description or "Bad Request")


def is_local(host: str) -> bool:
    """Whether a Host header names this machine; for the chat page too."""
    name = host[1 : host.find("]")] if host.startswith("[") else host.partition(":")[0]
    return name.lower() in LOOPBACK


def _chat_of(raw: Json) -> int | None:
    try:
        return int(raw.get("chat_id", ""))
    except ValueError:
        return None


def _json(body: Json, error: ApiError | None = None) -> web.Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    headers = {}
    if error is not None and "retry_after" in error.parameters:
        headers["Retry-After"] = str(error.parameters["retry_after"])
    status = 200 if error is None else error.code
    return web.Response(body=text.encode(), status=status, content_type="application/json", headers=headers)


async def _read(request: web.BaseRequest, model: Model) -> tuple[Json, dict[str, Upload]]:
    """The parameters, from the query, a form, or JSON; and the uploads by their field."""
    raw: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.method == "POST" and request.content_type == "application/json":
        raw.update(await _read_json(request))
    elif request.method == "POST" and request.content_type in _FORM:
        _read_form(await _post(request), raw, uploads, fields(model))
    return raw, uploads


async def _post(request: web.BaseRequest) -> Mapping[str, Any]:
    request._client_max_size = UPLOAD_MAX + (2 << 20)
    return await request.post()


async def _read_json(request: web.BaseRequest) -> Json:
    request._client_max_size = UPLOAD_MAX
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise ApiError(400, "Bad Request: can't parse JSON object") from None
    return body if isinstance(body, dict) else {}


def _read_form(
    form: Mapping[str, Any], raw: Json, uploads: dict[str, Upload], known: Mapping[str, object]
) -> None:
    for name, value in form.items():
        if isinstance(value, FileField):
            data = value.file.read()
            value.file.close()
            if len(data) > UPLOAD_MAX:
                raise ApiError(413, "Request Entity Too Large")
            uploads[name] = Upload(data, value.filename or "", value.content_type or "")
            if name in known:
                raw.setdefault(name, f"attach://{name}")
        else:
            raw[name] = value
