"""Who calls: the API code of `Authorization: Bearer …` or of a request, looked up by its HMAC."""

import ipaddress
import json
import math
import time
from collections.abc import Mapping
from typing import NamedTuple

from aiohttp import web

from billing import Row, codes
from billing.errors import Refusal
from bot.blocks import Blocked, Blocks, TooFast
from bot.clock import SECOND, now
from bot.storage import Storage
from handlers.http.origin import client_address, read_address

KNOWN_SECONDS = 1.0


class Caller(NamedTuple):
    code: int
    customer: int
    addresses_most: int = 0
    """From how many addresses a day the code may be used; 0: any number."""
    secret: int = 0
    """The number of its signing secret."""
    kinds: frozenset[str] | None = None
    """What it may ask for: text, image, voice; None: all."""
    models: frozenset[str] | None = None
    limits: Mapping[str, int] = {}
    """How many at one time, by kind, where that is the code's own."""


class CodePaused(Refusal):
    """The code is right, and paused by its owner or an admin."""


class Doorkeeper:
    def __init__(self, storage: Storage, pepper: bytes, blocks: Blocks) -> None:
        self._storage = storage
        self._pepper = pepper
        self._blocks = blocks
        self._known: dict[str, Row] = {}
        """Codes that were looked up in this second, and not changed since."""
        self._known_until = 0.0
        storage.listen(codes.CHANGED, self._known.clear)

    async def caller(self, request: web.Request) -> Caller:
        """Raises 401, the same for a code that is missing, unknown or revoked; 429 for who is blocked."""
        try:
            return await self._caller(request)
        except Blocked as blocked:
            raise too_many(blocked) from None
        except TooFast as fast:
            raise web.HTTPTooManyRequests(
                reason=f"More than {fast.most} requests a minute.",
                headers={"Retry-After": str(math.ceil(fast.seconds) or 1)},
            ) from None
        except CodePaused:
            raise _unauthorized("This API code is paused.") from None

    async def _caller(self, request: web.Request) -> Caller:
        address = client_address(request)
        await self.admit(address)
        scheme, _, code = request.headers.get("Authorization", "").partition(" ")
        caller = await self.find(code, address) if scheme.lower() == "bearer" else None
        if caller is None:
            raise _unauthorized("This needs a valid API code: Authorization: Bearer tb_live_...")
        return caller

    async def admit(self, address: str) -> None:
        """Note a request from this address. Raises Blocked."""
        await self._blocks.request(address)

    async def find(self, code: str, address: str) -> Caller | None:
        """Whose code it is; None: nobody's, or it may not be used from there. Raises CodePaused, TooFast,
        and Blocked, also when that was once too often."""
        row = await self._found(code.strip()) if len(code) < 256 else None
        if row is None or not _valid(row, address, now()):
            await self._blocks.bad_code(address)
            return None
        await self._blocks.code_request(row.id)
        if row.paused_at is not None:
            raise CodePaused
        return _caller(row)

    async def _found(self, code: str) -> Row | None:
        """Its row: programs ask many times a second, and a look into the books costs as much as a hold."""
        at = time.monotonic()
        if at > self._known_until:
            self._known.clear()
            self._known_until = at + KNOWN_SECONDS
        row = self._known.get(code)
        if row is None:
            digest = codes.digest(self._pepper, code)
            row = await self._storage.look_up(codes.FIND, digest=digest, now=now())
            if row is not None:
                self._known[code] = row
        return row


def _valid(row: Row, address: str, at: int) -> bool:
    if row.expires_at is not None and row.expires_at <= at:
        return False
    return row.networks is None or _within(address, json.loads(row.networks))


def _within(address: str, networks: list[str]) -> bool:
    ip = read_address(address)
    return ip is not None and any(ip in ipaddress.ip_network(network) for network in networks)


def _caller(row: Row) -> Caller:
    return Caller(
        row.id, row.customer, row.addresses_most, row.secret,
        frozenset(json.loads(row.kinds)) if row.kinds else None,
        frozenset(json.loads(row.models)) if row.models else None,
        json.loads(row.limits) if row.limits else {},
    )  # fmt: skip


def too_many(blocked: Blocked) -> web.HTTPTooManyRequests:
    return web.HTTPTooManyRequests(
        reason=f"This {blocked.what} is blocked for a time.",
        headers={"Retry-After": str((blocked.until - now()) // SECOND + 1)},
    )


def _unauthorized(reason: str) -> web.HTTPUnauthorized:
    return web.HTTPUnauthorized(reason=reason, headers={"WWW-Authenticate": "Bearer"})


DOORKEEPER = web.AppKey("doorkeeper", Doorkeeper)
