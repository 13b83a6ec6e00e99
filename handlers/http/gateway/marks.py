"""Headers that every answer has: a number to find it by, and how much its code may still ask."""

import secrets
from collections.abc import Mapping, MutableMapping

from aiohttp import web

from bot.blocks import Blocks

REQUEST_ID = "x-request-id"
Headers = MutableMapping[str, str]


def numbered(headers: Headers) -> None:
    """The upstream's own number stays."""
    if REQUEST_ID not in headers:
        headers[REQUEST_ID] = f"req_{secrets.token_hex(16)}"


def rates(blocks: Blocks, code: int) -> Mapping[str, str]:
    """In OpenAI's spelling: requests in a minute."""
    room = blocks.room(code)
    if room is None:
        return {}
    return {
        "x-ratelimit-limit-requests": str(room.most), "x-ratelimit-remaining-requests": str(room.left),
        "x-ratelimit-reset-requests": f"{room.seconds:.0f}s",
    }  # fmt: skip


def number(response: web.StreamResponse) -> web.StreamResponse:
    """An answer whose headers have not gone yet."""
    if not response.prepared:
        numbered(response.headers)
    return response
