"""What may be asked for by name, what it costs, and the public names that an admin gives to models."""

import json

from aiohttp import web

from billing.model_prices import Alias
from bot.price_words import WrongPrice
from handlers.http.console.gate import Visit, for_admins
from handlers.http.gateway import models as gateway_models

PATH = "/console/models"


async def _page(visit: Visit) -> web.StreamResponse:
    prices = visit.console.price_lists.models
    known = await gateway_models.listing(visit.console.pool, prices)
    return await visit.page(
        "models.html", page="models", known=known, aliases=dict(sorted(prices.aliases.items())),
        table=prices.models,
    )  # fmt: skip


async def _add(visit: Visit) -> web.StreamResponse:
    name = visit.word("name")
    try:
        parameters = json.loads(visit.word("parameters") or "{}")
        if not isinstance(parameters, dict):
            raise WrongPrice('parameters look like {"temperature": 0.5}')
        alias = Alias(visit.word("model"), visit.word("system"), parameters)
        await visit.console.price_lists.set_alias(name, alias, visit.admin)
    except (ValueError, RecursionError):
        return await visit.back(PATH, 'Nothing was changed: parameters look like {"temperature": 0.5}.')
    except WrongPrice as wrong:
        return await visit.back(PATH, f"Nothing was changed: {wrong}.")
    return await visit.back(PATH, f"{name} is {alias.model} from now on.", "set an alias")


async def _remove(visit: Visit) -> web.StreamResponse:
    name = visit.word("name")
    try:
        await visit.console.price_lists.set_alias(name, None, visit.admin)
    except WrongPrice as wrong:
        return await visit.back(PATH, f"Nothing was changed: {wrong}.")
    return await visit.back(PATH, f"{name} is no alias any more.", "removed an alias")


page, add, remove = for_admins(_page), for_admins(_add), for_admins(_remove)
