"""Who calls: the API code of `Authorization: Bearer …`, looked up by its HMAC."""

from typing import NamedTuple

from aiohttp import web

from billing import codes
from bot.storage import Storage


class Caller(NamedTuple):
    code: int
    customer: int


class Doorkeeper:
    def __init__(self, storage: Storage, pepper: bytes) -> None:
        self._storage = storage
        self._pepper = pepper

    async def caller(self, request: web.Request) -> Caller:
        """Raises 401, the same for a code that is missing, unknown or revoked."""
        scheme, _, code = request.headers.get("Authorization", "").partition(" ")
        row = None
        if scheme.lower() == "bearer" and len(code) < 256:
            row = await self._storage.fetch_one(codes.FIND, digest=codes.digest(self._pepper, code.strip()))
        if row is None:
            raise web.HTTPUnauthorized(
                reason="This needs a valid API code: Authorization: Bearer tb_live_...",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return Caller(row.id, row.customer)


DOORKEEPER = web.AppKey("doorkeeper", Doorkeeper)
