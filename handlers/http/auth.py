"""Who calls: the API code of `Authorization: Bearer …`, looked up by its HMAC."""

from typing import NamedTuple

from aiohttp import web

from billing import codes
from bot.storage import Storage


class Caller(NamedTuple):
    code: int
    customer: int
    addresses_most: int = 0
    """From how many addresses a day the code may be used; 0: any number."""


class Doorkeeper:
    def __init__(self, storage: Storage, pepper: bytes) -> None:
        self._storage = storage
        self._pepper = pepper

    async def caller(self, request: web.Request) -> Caller:
        """Raises 401, the same for a code that is missing, unknown or revoked."""
        scheme, _, code = request.headers.get("Authorization", "").partition(" ")
        caller = await self.find(code) if scheme.lower() == "bearer" else None
        if caller is None:
            raise web.HTTPUnauthorized(
                reason="This needs a valid API code: Authorization: Bearer tb_live_...",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return caller

    async def find(self, code: str) -> Caller | None:
        """Whose code it is; None: nobody's."""
        if len(code) >= 256:
            return None
        row = await self._storage.fetch_one(codes.FIND, digest=codes.digest(self._pepper, code.strip()))
        return None if row is None else Caller(row.id, row.customer, row.addresses_most)


DOORKEEPER = web.AppKey("doorkeeper", Doorkeeper)
