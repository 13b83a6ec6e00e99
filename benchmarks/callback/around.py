"""Around the bot, in a process of its own: a silent Telegram, an upstream, and programs' addresses.

`python -m benchmarks.callback.around <addresses>` prints the port of the first two and those of the others.
The upstream answers after `PUT /seconds` says, and not at all until then where that is negative; `GET /heard`
gives the ids that were called back, each as often as it came.
"""

import asyncio
import json
import sys

from aiohttp import web

from benchmarks.fakes import COMPLETION, RESULTS, json_response


class World:
    def __init__(self) -> None:
        self.heard: list[int] = []
        self.seconds = 0.0
        self.open = asyncio.Event()
        self.open.set()

    async def serve(self, request: web.BaseRequest) -> web.Response:
        method = request.path.rsplit("/", 1)[-1]
        body = await request.read()
        match method:
            case "completions":
                return await self._complete()
            case "getUpdates":
                await asyncio.sleep(5)
                return json_response(b'{"ok":true,"result":[]}')
            case "seconds":
                self.seconds = float(body)
                self.open.set() if self.seconds >= 0 else self.open.clear()
                return json_response(b"{}")
            case "heard":
                return json_response(json.dumps(self.heard).encode())
        result = RESULTS.get(method, True)
        return json_response(json.dumps({"ok": True, "result": result}).encode())

    async def _complete(self) -> web.Response:
        await self.open.wait()
        if self.seconds:
            await asyncio.sleep(self.seconds)
        return json_response(COMPLETION)

    async def hear(self, request: web.BaseRequest) -> web.Response:
        body = await request.read()
        answer = json.loads(body)
        assert answer["status"] == 1, answer
        self.heard.append(answer["id"])
        return web.Response(status=204)


async def main(addresses: int) -> None:
    world = World()
    ports = []
    for handler in (world.serve, *[world.hear] * addresses):
        runner = web.ServerRunner(web.Server(handler, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        ports.append(runner.addresses[0][1])
    print(*ports, flush=True)
    await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
