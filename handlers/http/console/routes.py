"""The paths of the console."""

from aiohttp import web

from bot.page_files import page_file
from handlers.http.console import codes, historic, login, models, overview, requests, upstreams
from handlers.http.console.rendering import STATIC


async def static(request: web.Request) -> web.StreamResponse:
    return page_file(STATIC, request.match_info["name"])


ROUTES = (
    web.get("/console", overview.page),
    web.get("/console/figures.json", overview.figures),
    web.get("/console/login", login.page),
    web.post("/console/login", login.enter),
    web.post("/console/leave", login.leave),
    web.get("/console/upstreams", upstreams.page),
    web.post("/console/upstreams/add", upstreams.add_many),
    web.post("/console/upstreams/change", upstreams.change_one),
    web.post("/console/upstreams/clear", upstreams.clear),
    web.get("/console/models", models.page),
    web.post("/console/models/add", models.add),
    web.post("/console/models/remove", models.remove),
    web.get("/console/codes", codes.page),
    web.post("/console/codes/change", codes.change),
    web.get("/console/requests", requests.page),
    web.get("/console/deliveries", requests.deliveries_page),
    web.post("/console/deliveries/repeat", requests.repeat),
    web.get("/console/static/{name}", static),
    web.get("/tokens", historic.count),
    web.post("/tokens/upload", historic.upload),
    web.post("/tokens/clear", historic.clear),
    web.get("/tokens/error", historic.errors),
    web.post("/tokens/error", historic.errors),
)
