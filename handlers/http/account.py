"""GET /api/v1/account: what the holder of an API code has."""

from aiohttp import web

from billing.ledger import account_of
from bot.storage import Storage
from bot.texts import tokens
from handlers.http.auth import DOORKEEPER

STORAGE = web.AppKey("storage", Storage)

ROUTES = web.RouteTableDef()


@ROUTES.get("/api/v1/account")
async def account(request: web.Request) -> web.Response:
    """Tokens as decimals with at most three places."""
    caller = await request.app[DOORKEEPER].caller(request)
    row = await request.app[STORAGE].fetch_one(
        "SELECT posted, held FROM account WHERE id = :id", id=account_of(caller.customer)
    )
    assert row is not None
    return web.json_response(
        {
            "balance": float(tokens(row.posted)),
            "held": float(tokens(row.held)),
            "available": float(tokens(row.posted - row.held)),
        },
        headers={"Cache-Control": "no-store"},
    )
