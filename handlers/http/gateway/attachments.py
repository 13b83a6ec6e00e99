"""Pictures, files and sounds of a request: looked at for what they are, and fetched where it has only their
addresses. Upstreams get them as base64, never an address: one on the operator's own network would fetch it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from bot.downloads import MEGABYTE, Fetched, NotFetched, fetch
from bot.outbound import Blocked, Outbound
from bot.settings import Settings
from handlers.http.gateway.asking import Given
from handlers.http.gateway.errors import ApiError, bad_request
from handlers.http.gateway.inspection import Inspection, not_fetched
from handlers.http.gateway.leading import Leading, become, leading_of, part_of
from handlers.http.gateway.parts import Part, check_form, may_have_parts, parts_of, servers_of

FETCHES = 8
"""At one time for one API code."""
AT_ONCE = 256 * 1024
"""Bytes that are coded while others wait; more goes to a thread."""
Afford = Callable[[], Awaitable[object]]
Arrived = Callable[[int], None]
T = TypeVar("T")


class Room:
    """How much has been fetched for requests that are under way, in bytes."""

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, size: int) -> None:
        """Raises ApiError 503 where there is no more."""
        if size > self._left:
            message = "Too many pictures and files at once; nothing was charged. Try again."
            raise ApiError(503, "server_error", None, message, retry_after=5)
        self._left -= size

    def give(self, size: int) -> None:
        self._left += size


class Attachments:
    def __init__(self, outbound: Outbound, settings: Settings) -> None:
        self._outbound = outbound
        self._inspection = Inspection(settings.input_part_mb * MEGABYTE, frozenset(settings.input_types))
        self._parts = settings.input_parts
        self._addresses = settings.input_addresses
        self._all_bytes = settings.input_mb * MEGABYTE
        self._seconds = settings.input_seconds
        self._leading = settings.upload_by_url
        self._room = Room(settings.input_memory_mb * MEGABYTE)
        self._fetches: WeakValueDictionary[int, asyncio.Semaphore] = WeakValueDictionary()

    def may_be_in(self, given: Given) -> bool:
        return may_have_parts(given.raw) or (self._leading and b"http" in given.raw)

    @asynccontextmanager
    async def brought(self, given: Given, path: str, code: int, afford: Afford) -> AsyncIterator[None]:
        """While this is open `given` has all its parts looked at, and in it. Raises ApiError.

        `afford` is awaited before anything is fetched, and raises a Refusal for who could not pay.
        """
        taken = 0

        def arrived(size: int) -> None:
            nonlocal taken
            self._room.take(size)
            taken += size
            if taken > self._all_bytes:
                raise self._too_much()

        try:
            await self._bring(given, path, code, afford, arrived)
            yield
        finally:
            self._room.give(taken)

    async def _bring(self, given: Given, path: str, code: int, afford: Afford, arrived: Arrived) -> None:
        if given.media != "application/json":
            check_form(given.raw)
            return
        await self._check_servers(given.body)
        parts = parts_of(given.body)
        remote = [part for part in parts if part.is_address]
        self._count(parts, remote)
        leading = leading_of(path, given.body, self._addresses - len(remote)) if self._leading else []
        renamed = await self._inspect(parts)
        if remote or leading:
            await afford()
            await self._fetch_all(remote, leading, path, code, arrived)
        if renamed or remote or leading or _may_be_read_otherwise(given.raw):
            given.raw = json.dumps(given.body, ensure_ascii=False).encode(errors="replace")
            given.size = None

    async def _check_servers(self, body: dict[str, Any]) -> None:
        """Of tools that the upstream is to call: none in our own network, as far as its name says."""
        for where, address in servers_of(body):
            try:
                await self._outbound.check(address)
            except Blocked as blocked:
                message = f"Invalid address at '{where}': {blocked.strerror}."
                raise bad_request(message, where, "invalid_value") from None

    def _count(self, parts: list[Part], remote: list[Part]) -> None:
        if len(parts) > self._parts:
            message = f"Too many pictures, files and sounds: at most {self._parts} a request."
            raise bad_request(message, parts[0].where, "too_many_parts")
        if len(remote) > self._addresses:
            message = f"Too many addresses: at most {self._addresses} a request are fetched."
            raise bad_request(message, remote[0].where, "too_many_addresses")

    async def _inspect(self, parts: list[Part]) -> bool:
        """What came as base64; whether anything has changed."""
        room, changed = self._all_bytes, False
        for part in parts:
            if not part.is_address:
                before = part.value
                room -= await _coded(partial(self._inspection.data, part), len(before))
                changed |= part.value is not before
                if room < 0:
                    raise self._too_much()
        return changed

    async def _fetch_all(
        self, remote: list[Part], leading: list[Leading], path: str, code: int, arrived: Arrived
    ) -> None:
        """Raises the first ApiError; what else was under way is left then."""
        known = self._fetches.get(code)
        turns = self._fetches[code] = known or asyncio.Semaphore(FETCHES)
        try:
            async with asyncio.TaskGroup() as tasks:
                for part in remote:
                    tasks.create_task(self._fetch_part(part, turns, arrived))
                for one in leading:
                    tasks.create_task(self._fetch_leading(one, path, turns, arrived))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    async def _fetch_part(self, part: Part, turns: asyncio.Semaphore, arrived: Arrived) -> None:
        try:
            fetched = await self._fetch(part.value, turns, arrived)
        except NotFetched as error:
            raise not_fetched(error, part.where, part.family) from None
        media = self._inspection.fetched(fetched, part.where, part.family)
        await _coded(lambda: self._inspection.put(part, fetched, media), len(fetched.data))

    async def _fetch_leading(
        self, one: Leading, path: str, turns: asyncio.Semaphore, arrived: Arrived
    ) -> None:
        parts = []
        try:
            for address in one.addresses:
                try:
                    fetched = await self._fetch(address, turns, arrived)
                except NotFetched as error:
                    raise not_fetched(error, one.where, "file") from None
                parts.append(await self._part(fetched, one.where, path))
        except ApiError as error:
            if one.is_last or error.status != 400:
                raise
            return
        become(one, path, parts)

    async def _part(self, fetched: Fetched, where: str, path: str) -> dict[str, object]:
        media = self._inspection.fetched(fetched, where, None)
        family = self._inspection.family(media)
        made = await _coded(lambda: self._inspection.coded(fetched, media), len(fetched.data))
        return part_of(path, family, made, media.name, self._inspection.name(fetched, media))

    async def _fetch(self, address: str, turns: asyncio.Semaphore, arrived: Arrived) -> Fetched:
        async with turns:
            return await fetch(self._outbound.session, address, self._inspection.most, self._seconds, arrived)

    def _too_much(self) -> ApiError:
        message = f"Too much: pictures, files and sounds may have {self._all_bytes // MEGABYTE} MB in all."
        return bad_request(message, None, "input_too_large")


async def _coded(work: Callable[[], T], size: int) -> T:
    return await asyncio.to_thread(work) if size > AT_ONCE else work()


def _may_be_read_otherwise(raw: bytes) -> bool:
    """Where a name is given twice an upstream might follow the address that we did not see: it gets what we
    have understood."""
    return b"://" in raw or b"\\/" in raw or b"\\u00" in raw
