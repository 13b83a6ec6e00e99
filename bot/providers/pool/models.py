"""Which models a server has, as its `/models` lists them."""

import json

from bot.providers.pool.credential import Credential
from bot.providers.pool.pool import Call, Pool
from bot.providers.pool.verdict import Verdict

MODELS_MOST = 10_000
LISTING = Call("/models", method="GET", headers={}, seconds=20.0, free=True)


async def list_models(pool: Pool, credential: Credential) -> Verdict | None:
    """Read this server's list anew; what is wrong with the credential. Costs nothing."""
    verdict, body = await pool.ask_this(credential, LISTING)
    models = listed(body) if verdict is None else None
    if models is not None:
        pool.lists[credential.id] = models
    return verdict


def listed(body: bytes) -> frozenset[str] | None:
    """None where it is no list: then every model is tried."""
    try:
        names = [str(model["id"]) for model in json.loads(body)["data"][:MODELS_MOST]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return frozenset(names)
