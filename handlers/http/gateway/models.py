"""GET /v1/models: what may be asked for by name, and what it costs here."""

from typing import Any

from billing.ledger import MILLI
from billing.model_prices import ANY, ModelPrice, ModelPrices
from bot.providers.pool.models import known_models
from bot.providers.pool.pool import Pool

CREATED = 1_700_000_000
"""The API wants a time; nobody knows it."""


async def listing(pool: Pool, prices: ModelPrices) -> list[dict[str, Any]]:
    """The models of the pool, and the aliases."""
    named = {alias for alias in prices.aliases if ANY not in alias}
    return [_model(name, prices) for name in sorted(named | await known_models(pool))]


def found(name: str, known: list[dict[str, Any]], prices: ModelPrices) -> dict[str, Any] | None:
    """One of them, or what an alias with * leads to."""
    if prices.alias(name) is not None:
        return _model(name, prices)
    return next((model for model in known if model["id"] == name), None)


def _model(name: str, prices: ModelPrices) -> dict[str, Any]:
    alias = prices.alias(name)
    price = prices.of(name, alias.model if alias else name)
    return {
        "id": name, "object": "model", "created": CREATED, "owned_by": "alias" if alias else "upstream",
        "prices": shown(price),
    }  # fmt: skip


def shown(price: ModelPrice) -> dict[str, float]:
    """In tokens: for 1,000 prompt and completion tokens and characters, a picture, a minute, a request."""
    return {
        "prompt": price.prompt / MILLI, "completion": price.completion / MILLI,
        "picture": price.picture / MILLI, "minute": price.minute / MILLI,
        "characters": price.characters / MILLI, "request": price.request / MILLI,
    }  # fmt: skip
