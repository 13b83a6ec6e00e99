"""A server of somebody's pictures and files, as addresses lead to; good and bad ones."""

import asyncio
import base64
import struct
import zlib
from typing import Self

from aiohttp import web

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
WAV = b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 24
GIF = b"GIF89a" + struct.pack("<HH", 2, 3) + b"\0\0\0;"


def png(width: int = 2, height: int = 3, padding: int = 0) -> bytes:
    """A real one if it is small; else only its head, which is what a bomb has."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + b"\x7f" * 3 * width for _ in range(height)) if width * height < 1e6 else b""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    more = chunk(b"tEXt", b"x" * padding) if padding else b""
    return b"\x89PNG\r\n\x1a\n" + head + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def data_url(data: bytes, media: str = "image/png") -> str:
    return f"data:{media};base64,{base64.b64encode(data).decode()}"


class Web:
    def __init__(self) -> None:
        self.things = {
            "/cat.png": (png(), "image/png"), "/cat": (png(), ""), "/a.gif": (GIF, "image/gif"),
            "/paper.pdf": (PDF, "application/pdf"), "/table.csv": (b"a,b\n1,2\n", "text/csv"),
            "/hi.wav": (WAV, "audio/wav"), "/page": (b"<html>Hi</html>", "text/html"),
            "/lie.png": (b"<html>Hi</html>", "image/png"), "/bomb.png": (png(50_000, 50_000), "image/png"),
            "/big.png": (png(padding=1_100_000), "image/png"), "/empty.png": (b"", "image/png"),
        }  # fmt: skip
        self.asked: list[str] = []

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.place = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.url = f"http://{self.place}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        match request.path:
            case "/redirect.png":
                raise web.HTTPFound("/cat.png")
            case "/packed.png":
                return web.Response(body=zlib.compress(png()), headers={"Content-Encoding": "deflate"})
            case "/slow.png":
                await asyncio.sleep(30)
            case "/drip.png" | "/endless.png":
                return await self._piece_by_piece(request)
            case "/broken.png":
                answer = web.StreamResponse(headers={"Content-Length": "1000"})
                await answer.prepare(request)
                await answer.write(png()[:20])
                assert request.transport is not None
                request.transport.abort()
                return answer
            case path if path in self.things:
                body, media = self.things[path]
                return web.Response(body=body, headers={"Content-Type": media} if media else {})
        raise web.HTTPNotFound

    async def _piece_by_piece(self, request: web.Request) -> web.StreamResponse:
        """Without a length: endless, or a byte now and then."""
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(png())
        while True:
            if request.path == "/endless.png":
                await answer.write(b"\0" * 65_536)
            else:
                await answer.write(b"\0")
                await asyncio.sleep(0.1)
