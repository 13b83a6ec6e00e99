"""The least that an aiohttp gateway can cost: bytes in, bytes out, nothing looked at.

`python -m benchmarks.gateway.floor UPSTREAM [--uvloop]` prints its port.
"""

import asyncio
import sys

import aiohttp
import uvloop
from aiohttp import web


async def main(upstream: str) -> None:
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), auto_decompress=False)

    async def relay(request: web.Request) -> web.StreamResponse:
        headers = {"Content-Type": "application/json", "Authorization": "Bearer none"}
        body = await request.read()
        async with session.post(upstream + "/chat/completions", data=body, headers=headers) as answer:
            if answer.content_type != "text/event-stream":
                media = answer.content_type
                return web.Response(body=await answer.read(), status=answer.status, content_type=media)
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await response.prepare(request)
            async for piece in answer.content.iter_any():
                await response.write(piece)
            await response.write_eof()
            return response

    app = web.Application(client_max_size=32 << 20)
    app.router.add_post("/v1/chat/completions", relay)
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=2048).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.sleep(36_000)


if __name__ == "__main__":
    run = uvloop.run if "--uvloop" in sys.argv else asyncio.run
    run(main(sys.argv[1]))
