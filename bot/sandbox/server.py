"""The HTTP face: `/bot<bot_token>/<method>` and `/file/bot<bot_token>/<path>`, on this machine only.

A Host header that does not name this machine is refused, so that no page elsewhere gets in by a name that
resolves to it.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.streams import StreamReader

from bot.sandbox.files import DOWNLOAD_MAX
from bot.sandbox.performing import Cut, Performer, Reply, as_reply
from bot.sandbox.refusals import ApiError
from bot.sandbox.typed import MODELS, fields
from bot.sandbox.wire import BODY_MAX, read_request
from bot.sandbox.world import World

if TYPE_CHECKING:
    from aiohttp.web_protocol import RequestHandler

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PATH = re.compile(r"/bot(?P<bot_token>[^/]+)/(?:test/)?(?P<method>\w+)/?")
_FILE_PATH = re.compile(r"/file/bot(?P<bot_token>[^/]+)/(?:test/)?(?P<path>.+)")
_BOT_TOKEN = re.compile(r"[1-9]\d*:.{1,70}")


class Server:
    def __init__(self, world: World, performer: Performer) -> None:
        self._world, self._performer = world, performer
        self._runner: web.ServerRunner | None = None

    async def start(self, host: str, port: int) -> str:
        if host not in LOOPBACK:
            raise ValueError(f"The sandbox's Telegram serves this machine only, not {host}")
        server = web.Server(self._answer, access_log=None, request_factory=_request)
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
            if found is None:
                return self._file(request)
            return _response(await self._method(request, found["bot_token"], found["method"]))
        except ApiError as error:
            return _response(as_reply(error))
        except Cut:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()

    def _check_bot_token(self, bot_token: str) -> None:
        if not _BOT_TOKEN.fullmatch(bot_token):
            raise ApiError(401, "Unauthorized: invalid token specified")
        if bot_token != self._world.bot_token:
            raise ApiError(401, "Unauthorized")

    async def _method(self, request: web.BaseRequest, bot_token: str, method: str) -> Reply:
        self._check_bot_token(bot_token)
        model = MODELS.get(method.lower())
        if model is None:
            raise ApiError(404, "Not Found: method not found")
        raw, uploads = await read_request(request, fields(model))
        return await self._performer.perform(model, raw, uploads)

    def _file(self, request: web.BaseRequest) -> web.Response:
        found = _FILE_PATH.fullmatch(request.path)
        if found is None:
            raise ApiError(404, "Not Found")
        self._check_bot_token(found["bot_token"])
        file = self._world.files.at(found["path"])
        if file is None or len(file.data) > DOWNLOAD_MAX:
            raise ApiError(404, "Not Found")
        return web.Response(body=file.data, content_type="application/octet-stream")


def is_local(host: str) -> bool:
    """Whether a Host header names this machine; for the chat page too."""
    name = host[1 : host.find("]")] if host.startswith("[") else host.partition(":")[0]
    return name.lower() in LOOPBACK


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=BODY_MAX)


def _response(reply: Reply) -> web.Response:
    body = reply.body.encode()
    return web.Response(
        body=body, status=reply.status, content_type=reply.content_type, headers=reply.headers or None
    )
