"""Who calls: the API code of `Authorization: Bearer …`, looked up by its HMAC."""

from typing import NamedTuple

from aiohttp import web

from billing import codes
from bot.clock import SECOND, now
from bot.storage import Storage
from handlers.http.blocks import AddressBlocked, Blocks


class Caller(NamedTuple):
    code: int
    customer: int
    addresses_most: int = 0
    """From how many addresses a day the code may be used; 0: any number."""


class Doorkeeper:
    def __init__(self, storage: Storage, pepper: bytes, blocks: Blocks) -> None:
        self._storage = storage
        self._pepper = pepper
        self._blocks = blocks

    async def caller(self, request: web.Request) -> Caller:
        """Raises 401, the same for a code that is missing, unknown or revoked; 429 for a blocked address."""
        try:
            return await self._caller(request)
        except AddressBlocked as blocked:
            raise web.HTTPTooManyRequests(
                reason="This address is blocked for a time.",
                headers={"Retry-After": str((blocked.until - now()) // SECOND + 1)},
            ) from None

    async def _caller(self, request: web.Request) -> Caller:
        address = request.remote or ""
        self.admit(address)
        scheme, _, code = request.headers.get("Authorization", "").partition(" ")
        caller = await self.find(code, address) if scheme.lower() == "bearer" else None
        if caller is None:
            raise web.HTTPUnauthorized(
                reason="This needs a valid API code: Authorization: Bearer tb_live_...",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return caller

    def admit(self, address: str) -> None:
        """Note a request from this address. Raises AddressBlocked."""
        self._blocks.request(address)

    async def find(self, code: str, address: str) -> Caller | None:
        """Whose code it is; None: nobody's. Raises AddressBlocked when that was once too often."""
        digest = codes.digest(self._pepper, code.strip())
        row = await self._storage.fetch_one(codes.FIND, digest=digest) if len(code) < 256 else None
        if row is None:
            self._blocks.bad_code(address)
            return None
        return Caller(row.id, row.customer, row.addresses_most)


DOORKEEPER = web.AppKey("doorkeeper", Doorkeeper)
