"""Posts updates to the bot's webhook: with its secret, again with doubling delay until it says 2xx."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.sandbox.refusals import ApiError
from bot.sandbox.server import Server
from bot.sandbox.typed import MODELS
from bot.sandbox.updates import Pending
from bot.sandbox.world import World

Json = dict[str, Any]

FIRST_DELAY_SECONDS = 0.2
DELAY_MAX_SECONDS = 60.0
TIMEOUT_SECONDS = 60
BODY_MAX = 1 << 20
_NOT_IN_RESPONSE = ("get", "setwebhook", "deletewebhook", "close", "logout")


class Webhook:
    def __init__(self, world: World, server: Server) -> None:
        self._world, self._server = world, server
        self._delay = FIRST_DELAY_SECONDS

    async def run(self) -> None:
        updates = self._world.updates
        async with ClientSession(timeout=ClientTimeout(TIMEOUT_SECONDS)) as session:
            while True:
                if updates.webhook is None or not updates.pending():
                    updates.arrived.clear()
                    await updates.arrived.wait()
                    continue
                await self._next(session, updates.webhook)

    async def _next(self, session: ClientSession, webhook: Json) -> None:
        updates = self._world.updates
        queue = updates.pending()
        second = len(queue) > 1 and self._world.faults.take("reordered", "getUpdates", None) is not None
        pending = queue[1 if second else 0]
        trouble = await self._post(session, webhook, pending)
        if trouble is None:
            if self._world.faults.take("duplicated", "getUpdates", pending.chat) is None:
                updates.done(pending)
            self._delay = FIRST_DELAY_SECONDS
            return
        if updates.webhook is webhook:
            webhook.update(last_error_date=self._world.clock.date(), last_error_message=trouble)
        await asyncio.sleep(self._delay)
        self._delay = min(self._delay * 2, DELAY_MAX_SECONDS)

    async def _post(self, session: ClientSession, webhook: Json, pending: Pending) -> str | None:
        """What went wrong, or None."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook["secret"]} if webhook["secret"] else {}
        try:
            async with session.post(webhook["url"], json=pending.update, headers=headers) as response:
                if response.status // 100 != 2:
                    return f"Wrong response from the webhook: {response.status} {response.reason}"
                body = await response.content.read(BODY_MAX)
        except (OSError, ClientError, TimeoutError) as error:
            return f"Connection failed: {type(error).__name__}"
        await self._perform(body)
        return None

    async def _perform(self, body: bytes) -> None:
        """A method in the response is done; its result is seen by nobody."""
        try:
            params = json.loads(body)
            method = str(params.pop("method")).lower()
        except (ValueError, KeyError, AttributeError, TypeError):
            return
        if method in MODELS and not method.startswith(_NOT_IN_RESPONSE):
            try:
                await self._server.perform(MODELS[method], params, {})
            except ApiError:
                return
