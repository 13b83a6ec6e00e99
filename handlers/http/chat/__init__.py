"""GET /chat: a small page on which the holder of an API code talks to the models.

All that it does goes by /v1 from the browser itself, with the code that is typed in and kept there alone.
"""

from pathlib import Path

from aiohttp import web

from bot.page_files import PLAYER_HEADERS, page_file

ROUTES = web.RouteTableDef()
STATIC = Path(__file__).with_name("static")


@ROUTES.get("/chat")
async def page(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(STATIC / "page.html", headers=PLAYER_HEADERS)


@ROUTES.get("/chat/static/{name}")
async def static(request: web.Request) -> web.StreamResponse:
    return page_file(STATIC, request.match_info["name"])
