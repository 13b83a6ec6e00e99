"""Pictures that an upstream answers with the address of: fetched, hosted here, and answered with our address.

Upstreams' addresses die soon, tell who the upstream is, or lead into the operator's own network.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import cast

import aiohttp
from yarl import URL

from bot import files
from bot.downloads import MEGABYTE, NotFetched, fetch
from bot.files import EXTENSIONS, Files
from bot.media import recognised
from bot.providers import PictureMedia, ProducedFile
from bot.providers.errors import BadAnswer
from bot.providers.pool.call import Call
from bot.providers.pool.pool import Pool
from bot.providers.pool.reply import Reply
from bot.storage import Storage
from handlers.http.gateway.asking import Given
from handlers.http.gateway.errors import ApiError
from handlers.http.gateway.json_bytes import parsed
from handlers.http.gateway.metering import Meter
from handlers.http.gateway.ways import Changed
from handlers.http.site import Site

PATHS = ("/images/generations", "/images/edits")
PICTURE_MOST = 20 * MEGABYTE
SECONDS = 60.0
FULL = "SELECT coalesce(sum(size), 0) AS bytes FROM file WHERE code = :code"


class Hosting:
    """A way."""

    def __init__(
        self, pool: Pool, storage: Storage, files: Files, site: Site, outside: aiohttp.ClientSession,
        inside: aiohttp.ClientSession, most: int,
    ) -> None:  # fmt: skip
        """`outside` is guarded, `inside` is for the upstream's own host. `most`: bytes of a code; 0: any."""
        self._pool = pool
        self._storage = storage
        self._files = files
        self._site = site
        self._outside = outside
        self._inside = inside
        self._most = most

    @asynccontextmanager
    async def ask(self, call: Call, given: Given, meter: Meter) -> AsyncIterator[Reply]:
        if self._most and given.body.get("response_format") != "b64_json":
            used = await self._storage.fetch_one(FULL, code=meter.code)
            if used is not None and used.bytes >= self._most:
                message = f"The files of this code take {self._most // 1_000_000} MB: wait until some expire."
                raise ApiError(403, "invalid_request_error", "files_full", message)
        async with self._pool.send(call) as reply:
            yield Hosted(reply, partial(self._take, reply, meter)) if reply.status < 400 else reply

    async def _take(self, reply: Reply, meter: Meter, addresses: list[str]) -> list[str]:
        """Ours for the upstream's."""
        pictures = [await self._fetch(reply, address) for address in addresses]
        stored = await self._files.save(pictures)
        meter.also.append(lambda conn, relay, now: files.record_relayed(conn, relay, meter.code, stored, now))
        return [self._site.file(file.name) for file in stored]

    async def _fetch(self, reply: Reply, address: str) -> ProducedFile:
        upstream = URL(reply.credential.base_url)
        try:
            near = URL(address).origin() == upstream.origin()
            session = self._inside if near else self._outside
            fetched = await fetch(session, address, PICTURE_MOST, SECONDS)
        except (NotFetched, ValueError) as error:
            raise BadAnswer(f"The upstream's picture could not be fetched: {error}.") from None
        media = recognised(fetched.data)
        if media is None or media.type not in EXTENSIONS:
            raise BadAnswer("What the upstream answered the address of is no picture.")
        return ProducedFile(fetched.data, cast(PictureMedia, media.type))


class Hosted(Changed):
    def __init__(self, reply: Reply, take: Callable[[list[str]], Awaitable[list[str]]]) -> None:
        super().__init__(reply)
        self._take = take

    async def read(self, most: int) -> bytes:
        """Untouched where it has no addresses."""
        body = await self.reply.read(most)
        if b'"url"' not in body:
            return body
        try:
            answer = parsed(body)
            pictures = [one for one in answer["data"] if str(one.get("url") or "").startswith("http")]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return body  # whoever measures it says what is wrong with it
        if not pictures:
            return body
        ours = await self._take([one["url"] for one in pictures])
        for one, address in zip(pictures, ours, strict=True):
            one["url"] = address
        return json.dumps(answer, ensure_ascii=False).encode(errors="replace")
