"""How the answer to a request is got: mostly by asking the pool, for some paths in a way of their own."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

from bot.providers.pool.call import Call
from bot.providers.pool.credential import Credential
from bot.providers.pool.reply import Reply
from handlers.http.gateway.asking import Given
from handlers.http.gateway.metering import Meter

Way = Callable[[Call, Given, Meter], AbstractAsyncContextManager[Reply]]
"""Raises as Pool.send does, and ApiError."""
Ways = Mapping[str, Way]
"""By path; what is not among them goes to the pool as it is."""

NOBODY = Credential(0, "", "")
"""Whose answer it is where no upstream was asked."""


class Changed(Reply):
    """An upstream's answer, of which something is made anew."""

    def __init__(self, reply: Reply) -> None:
        self.status = reply.status
        self.headers = reply.headers
        self.credential = reply.credential
        self.reply = reply

    @property
    def media(self) -> str:
        return self.reply.media

    async def read(self, most: int) -> bytes:
        return await self.reply.read(most)

    async def more(self, most: int) -> bytes:
        return await self.reply.more(most)

    def may_be_silent(self) -> None:
        self.reply.may_be_silent()


class Known(Changed):
    """One whose body has been read already."""

    def __init__(self, reply: Reply, body: bytes) -> None:
        super().__init__(reply)
        self._body = body

    async def read(self, most: int) -> bytes:
        return self._body


class Ours(Reply):
    """An answer that was made here."""

    def __init__(self, body: bytes, media: str) -> None:
        self.status = 200
        self.headers = {"Content-Type": media}
        self.credential = NOBODY
        self._body = body

    @property
    def media(self) -> str:
        return self.headers["Content-Type"]

    async def read(self, most: int) -> bytes:
        return self._body
