"""The floor of `benchmarks.callback`: an aiohttp handler that parses the same form and answers."""

import asyncio

from aiohttp import web


async def take(request: web.Request) -> web.Response:
    form = await request.post()
    return web.json_response(
        {"status": True, "code": 100, "detail": "Success", "id": str(len(form)), "turn": "1"}
    )


async def main() -> None:
    app = web.Application()
    app.router.add_post("/chatgpt_api/chatgpt_api.php", take)
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main())
