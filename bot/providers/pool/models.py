"""Which models a server has, as its `/models` lists them."""

import asyncio
import json
from contextlib import suppress

from bot.providers.pool.call import Call
from bot.providers.pool.credential import Credential
from bot.providers.pool.pool import Pool
from bot.providers.pool.verdict import Verdict

MODELS_MOST = 10_000
AT_ONE_TIME = 16
FIRST_SECONDS = 5.0
"""How long a caller waits for all lists; of who is slower the keeper's look gets it."""
LISTING = Call("/models", method="GET", headers={}, seconds=20.0, free=True)


async def list_models(pool: Pool, credential: Credential) -> Verdict | None:
    """Read this server's list anew; what is wrong with the credential. Costs nothing."""
    verdict, body = await pool.ask_this(credential, LISTING)
    models = listed(body) if verdict is None else None
    if models is not None:
        pool.lists[credential.id] = models
    return verdict


async def _list_in_turn(pool: Pool, credential: Credential, turns: asyncio.Semaphore) -> None:
    async with turns:
        await list_models(pool, credential)


def listed(body: bytes) -> frozenset[str] | None:
    """None where it is no list: then every model is tried."""
    try:
        names = [str(model["id"]) for model in json.loads(body)["data"][:MODELS_MOST]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return frozenset(names)


async def known_models(pool: Pool) -> frozenset[str]:
    """Of all servers; asked for where it has not been yet. Names with * are no models."""
    unlisted = [one for one in pool.credentials if one.id not in pool.lists and not one.models]
    if unlisted:
        turns = asyncio.Semaphore(AT_ONE_TIME)
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_SECONDS), asyncio.TaskGroup() as tasks:
                for one in unlisted:
                    tasks.create_task(_list_in_turn(pool, one, turns))
        for one in unlisted:
            pool.lists.setdefault(one.id, frozenset())
    named = {name for one in pool.credentials for name in one.models if "*" not in name}
    listed_by = [pool.lists.get(one.id, frozenset()) for one in pool.credentials if not one.models]
    return frozenset(named).union(*listed_by)
