"""What an upstream answers: its status, headers, and its body as it comes, neither unpacked nor unbounded."""

from collections.abc import AsyncIterator, Mapping

import aiohttp

from bot.providers.errors import BadAnswer
from bot.providers.pool.credential import Credential
from bot.providers.pool.verdict import of_exception

MEGABYTE = 1024 * 1024
ERROR_MOST = 64 * 1024
"""Bytes of an error's body that are read."""


class Reply:
    def __init__(self, response: aiohttp.ClientResponse, credential: Credential) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self.credential = credential
        self._response = response
        self._looked_at: bytes | None = None
        """The body, where it had to be looked at."""

    @property
    def media(self) -> str:
        return self._response.content_type

    async def read(self, most: int) -> bytes:
        """All of it. Raises a ProviderError where it breaks off or is longer than `most` bytes."""
        read, room = [], most
        while piece := await self.more(room):
            room -= len(piece)
            read.append(piece)
        return read[0] if len(read) == 1 else b"".join(read)

    async def pieces(self, most: int) -> AsyncIterator[bytes]:
        """The body as it comes, with the same errors."""
        room = most
        while piece := await self.more(room):
            room -= len(piece)
            yield piece

    async def more(self, most: int) -> bytes:
        """What has come of the body since, waited for if need be, with the same errors; empty: its end."""
        if self._looked_at is not None:
            piece, self._looked_at = self._looked_at, b""
            return piece
        try:
            piece = await self._response.content.readany()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise of_exception(error).error from None
        if len(piece) > most:
            raise BadAnswer("The upstream's answer is longer than it may be.")
        return piece

    def may_be_silent(self) -> None:
        """From now on somebody else sees to it that it goes on: timers for each piece cost as much as it."""
        if self._response.connection is not None:
            protocol = self._response.connection.protocol
            assert protocol is not None
            protocol.read_timeout = None

    async def look(self) -> bytes:
        """The body of a refusal, cut where it is no short text."""
        body = b""
        try:
            while len(body) < ERROR_MOST and (piece := await self._response.content.readany()):
                body += piece
        except (aiohttp.ClientError, OSError, TimeoutError):
            pass
        self._looked_at = body[:ERROR_MOST]
        return self._looked_at

    def check(self) -> None:
        """Raise BadAnswer where it is packed: we ask for none, and a few kilobytes could become gigabytes."""
        if self.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise BadAnswer("The upstream packed its answer, which it was asked not to.")

    def close(self) -> None:
        """Where the body is not at its end the connection goes, and so the upstream stops."""
        if self._response.content.at_eof():
            self._response.release()
        else:
            self._response.close()
