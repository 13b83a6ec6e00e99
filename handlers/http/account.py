"""GET /api/v1/account: what the holder of an API code has, may do and pays."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from billing import Row
from billing.ledger import account_of
from billing.tariff import Step, Tariff
from bot.clock import DAY, now
from bot.prices import Prices
from bot.signing import signing_secret
from bot.storage import Storage
from bot.texts import tokens
from handlers.http.auth import DOORKEEPER, Caller
from handlers.http.callback_api import CALLBACK_API, CallbackApi
from handlers.http.contract import IMAGE, TEXT, VOICE, WIRE

STORAGE = web.AppKey("storage", Storage)
PRICES = web.AppKey("prices", Prices)
SIGNING_KEY = web.AppKey("signing_key", bytes)
ROUTES = web.RouteTableDef()


@ROUTES.get("/api/v1/account")
async def account(request: web.Request) -> web.Response:
    """Tokens as decimals with at most three places."""
    caller = await request.app[DOORKEEPER].caller(request)
    row = await request.app[STORAGE].fetch_one(
        _SPENDS, code=caller.code, today=now() // DAY,
        owner=account_of(caller.customer),
    )  # fmt: skip
    assert row is not None
    return web.json_response(
        {
            "balance": float(tokens(row.posted)),
            "held": float(tokens(row.held)),
            "available": float(tokens(row.posted - row.held)),
            "budget": _budget(row),
            "limits": limits(request.app[CALLBACK_API], caller),
            "prices": prices(request.app[PRICES].tariff),
            "webhook_secret": signing_secret(request.app[SIGNING_KEY], caller.code, caller.secret),
        },
        headers={"Cache-Control": "no-store"},
    )


_SPENDS = (
    "SELECT posted, held, budget_day, budget_all, committed,"
    " coalesce((SELECT committed FROM code_day WHERE code = :code AND day = :today), 0) AS today"
    " FROM api_code JOIN account ON account.id = CASE aside WHEN 1 THEN 'code:' || :code ELSE :owner END"
    " WHERE api_code.id = :code"
)
"""What the code spends: its owner's balance, or what is set aside for it."""


def _budget(row: Row) -> dict[str, float | None]:
    """What is left of the code's budgets, in tokens; null where there is none."""
    day, whole = row.budget_day, row.budget_all
    return {
        "left_today": None if day is None else float(tokens(max(0, day - row.today))),
        "left_in_all": None if whole is None else float(tokens(max(0, whole - row.committed))),
    }


def limits(api: CallbackApi, caller: Caller) -> dict[str, Any]:
    text = api.contract.text
    return {
        "text_bytes": {"least": text.least, "most": text.most},
        "at_one_time": {WIRE[kind]: most for kind, most in api.limits(caller).items()},
        "addresses_a_day": caller.addresses_most or None,
    }


def prices(tariff: Tariff) -> dict[str, Any]:
    """Steps hold from their size up: bytes of UTF-8, or pictures."""
    return {
        TEXT: {"steps": _steps(tariff.text), "with_mode": _price(tariff.text_with_mode)},
        IMAGE: {"steps": _steps(tariff.image)},
        VOICE: {"steps": _steps(tariff.voice), "automatic_language": _price(tariff.automatic_language)},
    }


def _steps(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [{"from": step.size, "tokens": _price(step.price)} for step in steps]


def _price(amount: int) -> float:
    return float(tokens(amount))
