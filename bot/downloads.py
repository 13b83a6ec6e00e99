"""What an address has: fetched through the guard, whole or not at all, within limits of size and time."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import aiohttp

from bot.outbound import CONNECT_SECONDS, Blocked, read_url

MEGABYTE = 2**20
HEADERS = {"Accept-Encoding": "identity", "User-Agent": "telegram-billing-bot", "Accept": "*/*"}


class NotFetched(Exception):
    """The sentence says why; it names no address and tells nothing of our own network."""


class TooLarge(NotFetched):
    def __init__(self, most: int) -> None:
        super().__init__(f"it is larger than {most // MEGABYTE} MB")


class Fetched(NamedTuple):
    data: bytes
    media: str
    """What its server calls it; "" where it says nothing."""
    name: str
    """The last of its address, "" where that ends with a slash."""


async def fetch(
    session: aiohttp.ClientSession, written: str, most: int, seconds: float,
    arrived: Callable[[int], None] = lambda size: None,
) -> Fetched:  # fmt: skip
    """At most `most` bytes. `arrived` hears of what comes, and may raise. Raises NotFetched."""
    timeout = aiohttp.ClientTimeout(total=seconds, connect=CONNECT_SECONDS, sock_read=seconds)
    try:
        url = read_url(written)
        async with (
            asyncio.timeout(seconds),
            session.get(url, allow_redirects=False, headers=HEADERS, timeout=timeout) as response,
        ):
            _check(response, most)
            arrived(response.content_length or 0)
            later = arrived if response.content_length is None else lambda size: None
            data = b"".join([piece async for piece in _pieces(response, most, later)])
    except Blocked as blocked:
        raise NotFetched(blocked.strerror or "it is not allowed") from None
    except TimeoutError:
        raise NotFetched("its server took too long") from None
    except (aiohttp.ClientError, ssl.SSLError, OSError, ValueError) as error:
        raise NotFetched(_reason(error)) from None
    return Fetched(data, response.content_type if "Content-Type" in response.headers else "", url.name)


def _check(response: aiohttp.ClientResponse, most: int) -> None:
    if 300 <= response.status < 400:
        raise NotFetched("its server sends elsewhere, which is not followed")
    if response.status != 200:
        raise NotFetched(f"its server answered {response.status}")
    if response.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
        raise NotFetched("its server packed it, though asked not to")
    if (response.content_length or 0) > most:
        raise TooLarge(most)


async def _pieces(
    response: aiohttp.ClientResponse, most: int, arrived: Callable[[int], None]
) -> AsyncIterator[bytes]:
    room = most
    while piece := await response.content.readany():
        room -= len(piece)
        if room < 0:
            raise TooLarge(most)
        arrived(len(piece))
        yield piece


def _reason(error: Exception) -> str:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, Blocked):
        return cause.strerror or "it is not allowed"
    return "its server could not be reached, or broke off"
