"""The chat page of the sandbox: a person on this machine uses the very bot, without a Telegram account.

Plain files and a stream of events; what a person does comes in as one POST an act. It serves this machine
only: the Host header must name it, so that no page elsewhere gets in by a name that resolves to it, and acts
are taken from the page itself alone.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.page_files import PLAYER_HEADERS, page_file
from bot.sandbox.acts import BadAct, perform
from bot.sandbox.files import StoredFile
from bot.sandbox.server import is_local
from bot.sandbox.sight import Sight
from bot.sandbox.telegram import SandboxTelegram
from bot.sandbox.uploads import read_form, send_upload

STATIC = Path(__file__).with_name("static")
HEARTBEAT_SECONDS = 15
STREAMS_MAX = 50
BODY_MAX = 256 * 1024
_SHOWN = re.compile(r"(?:image/(?:png|jpeg|gif|webp|bmp)|audio/[\w.+-]+|video/[\w.+-]+)")
"""What the page may show in place. Everything else is handed out as a download."""

_FILE_HEADERS = {
    **PLAYER_HEADERS,
    "Content-Security-Policy": "default-src 'none'; sandbox",
    # A file id stands for the same bytes for ever.
    "Cache-Control": "private, max-age=86400, immutable",
    "Accept-Ranges": "bytes",
}

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes(telegram: SandboxTelegram, admins: Collection[int] = ()) -> list[web.RouteDef]:
    """The page's addresses, all under /sandbox."""
    return Page(telegram, admins).routes()


def add_page(app: web.Application, telegram: SandboxTelegram, admins: Collection[int] = ()) -> None:
    """Serve the page from `app`. Streams end when it shuts down, which would else wait for them."""
    page = Page(telegram, admins)
    app.add_routes(page.routes())
    app.on_shutdown.append(page.close)


class Page:
    def __init__(self, telegram: SandboxTelegram, admins: Collection[int]) -> None:
        self._telegram, self._admins = telegram, admins
        self._waiting: set[asyncio.Task[Any]] = set()
        self._streams = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/sandbox", _guarded(self.page)),
            web.get("/sandbox/static/{name}", _guarded(self.static)),
            web.get("/sandbox/events", _guarded(self.events, from_page=True)),
            web.get("/sandbox/file/{file_id}", _guarded(self.file, from_page=True)),
            web.post("/sandbox/act/{what}", _guarded(self.act, from_page=True)),
        ]

    async def close(self, app: web.Application) -> None:
        for task in self._waiting:
            task.cancel()

    async def page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "page.html", headers=PLAYER_HEADERS)

    async def static(self, request: web.Request) -> web.StreamResponse:
        return page_file(STATIC, request.match_info["name"])

    async def file(self, request: web.Request) -> web.StreamResponse:
        try:
            found = self._telegram.file(request.match_info["file_id"])
        except KeyError:
            raise web.HTTPNotFound(text="That file is not kept any longer.") from None
        return _part_of(found, request)

    # Events

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: a JSON pair [kind, thing] each, the first with everything that there is."""
        if self._streams >= STREAMS_MAX:
            raise web.HTTPServiceUnavailable(text="Too many pages are open.")
        sight = Sight(self._telegram, self._admins, _person(request))
        response = web.StreamResponse(headers={**PLAYER_HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        self._streams += 1
        try:
            with self._ends_with_app():
                await self._stream(sight, response)
        except ConnectionError:
            pass
        finally:
            self._streams -= 1
        return response

    async def _stream(self, sight: Sight, response: web.StreamResponse) -> None:
        async with self._telegram.watch() as seen:
            await _write(response, *sight.everything())
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        kind, thing = await anext(seen)
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if seen.missed:
                    # The page reads too slowly and its queue ran over: begin again from what is there now.
                    seen.catch_up()
                    await _write(response, *sight.everything())
                    continue
                for change in sight.changes(kind, thing):
                    await _write(response, *change)

    # Acts

    async def act(self, request: web.Request) -> web.StreamResponse:
        what = request.match_info["what"]
        try:
            with self._ends_with_app():
                if what == "upload":
                    return web.json_response(send_upload(self._telegram, await _form(request)))
                return web.json_response(await perform(self._telegram, what, await _body(request)))
        except BadAct as error:
            return web.json_response({"error": str(error)}, status=400)

    @contextmanager
    def _ends_with_app(self) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None
        self._waiting.add(task)
        try:
            yield
        finally:
            self._waiting.discard(task)


def _guarded(answer: Answer, *, from_page: bool = False) -> Answer:
    """Only for this machine; with `from_page` not for what another site makes a browser send here."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if not is_local(request.host):
            raise web.HTTPForbidden(text="The sandbox serves this machine only.", headers=PLAYER_HEADERS)
        if from_page and not _is_from_page(request):
            raise web.HTTPForbidden(
                text="This is taken from the sandbox's page alone.", headers=PLAYER_HEADERS
            )
        return await answer(request)

    return guarded


def _is_from_page(request: web.Request) -> bool:
    """Browsers say where a request comes from; what says nothing is no browser."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.host}"


def _person(request: web.Request) -> int | None:
    asked = request.query.get("person", "")
    return int(asked) if asked.lstrip("-").isdecimal() else None


async def _write(response: web.StreamResponse, kind: str, thing: dict[str, Any]) -> None:
    data = json.dumps([kind, thing], ensure_ascii=False, separators=(",", ":"))
    await response.write(f"data: {data}\n\n".encode())


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise BadAct("An act is JSON.")
    data = bytearray()
    async for chunk in request.content.iter_chunked(BODY_MAX):
        data += chunk
        if len(data) > BODY_MAX:
            raise BadAct("That is too long.")
    try:
        body = json.loads(data)
    except ValueError:
        raise BadAct("That is not JSON.") from None
    if not isinstance(body, dict):
        raise BadAct("An act is a JSON object.")
    return body


async def _form(request: web.Request) -> Any:
    if request.content_type != "multipart/form-data":
        raise BadAct("An upload is a multipart form.")
    return await read_form(request)


def _part_of(file: StoredFile, request: web.Request) -> web.Response:
    """The bytes that were asked for; a player asks for ranges when it seeks."""
    shown = _SHOWN.fullmatch(file.mime) is not None
    headers = {**_FILE_HEADERS, "Content-Type": file.mime if shown else "application/octet-stream"}
    if not shown:
        headers["Content-Disposition"] = "attachment"
    size = len(file.data)
    try:
        wanted = request.http_range
    except ValueError:
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    if wanted.start is None and wanted.stop is None:
        return web.Response(body=file.data, headers=headers)
    start, stop, _ = wanted.indices(size)
    if start >= stop:
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return web.Response(status=206, body=file.data[start:stop], headers=headers)
