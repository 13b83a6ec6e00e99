"""The offline upstream's moderations (the shipped word lists) and embeddings (hashed words)."""

import base64
import hashlib
import math
import re
import secrets
import struct
from typing import Any

from aiohttp import web

from bot.providers.moderation.words import WordLists
from bot.sandbox.upstream_parts import BadRequest, json_object

routes = web.RouteTableDef()
LISTS = web.AppKey("lists", WordLists)

CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent",
    "self-harm", "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence",
    "violence/graphic",
)  # fmt: skip
INPUTS_MOST = 2048
DIMENSIONS = 256
DIMENSIONS_MOST = 3072


@routes.post("/v1/moderations")
async def moderations(request: web.Request) -> web.Response:
    body = await json_object(request)
    lists = request.app[LISTS]
    results = [_judged(text, lists) for text in _inputs(body)]
    return web.json_response(
        {"id": f"modr-{secrets.token_hex(12)}", "model": "sandbox-moderation", "results": results}
    )


@routes.post("/v1/embeddings")
async def embeddings(request: web.Request) -> web.Response:
    body = await json_object(request)
    texts, dimensions = _inputs(body), body.get("dimensions", DIMENSIONS)
    if not isinstance(dimensions, int) or not 1 <= dimensions <= DIMENSIONS_MOST:
        raise BadRequest("Invalid value for `dimensions`.", "dimensions")
    vectors = [_embedded(text, dimensions) for text in texts]
    as_base64 = body.get("encoding_format") == "base64"
    words = sum(len(text.split()) for text in texts)
    return web.json_response({
        "object": "list", "model": body.get("model", "sandbox-embedding"),
        "data": [
            {"object": "embedding", "index": index, "embedding": _packed(vector) if as_base64 else vector}
            for index, vector in enumerate(vectors)
        ],
        "usage": {"prompt_tokens": words, "total_tokens": words},
    })  # fmt: skip


def _inputs(body: dict[str, Any]) -> list[str]:
    """One text, several, or parts of a message (pictures among them are let through)."""
    given = body.get("input")
    given = [given] if isinstance(given, str) else given
    if not isinstance(given, list) or not 0 < len(given) <= INPUTS_MOST:
        raise BadRequest("`input` has to be a text or a list of texts.", "input")
    if given and all(isinstance(part, dict) for part in given):
        return [" ".join(str(part.get("text", "")) for part in given)]
    if not all(isinstance(text, str) for text in given):
        raise BadRequest("The offline upstream takes texts only.", "input")
    return given


def _judged(text: str, lists: WordLists) -> dict[str, Any]:
    found = lists.look(text).categories
    return {
        "flagged": bool(found),
        "categories": {category: category in found for category in CATEGORIES},
        "category_scores": {category: 0.99 if category in found else 0.001 for category in CATEGORIES},
        "category_applied_input_types": {category: ["text"] for category in CATEGORIES},
    }


def _embedded(text: str, dimensions: int) -> list[float]:
    """Each word adds to a few places, so that texts with common words are near each other."""
    vector = [0.0] * dimensions
    for word in re.findall(r"\w+", text.lower()) or [text]:
        digest = hashlib.sha256(word.encode()).digest()
        for start in range(0, 16, 4):
            place = int.from_bytes(digest[start : start + 4], "big")
            vector[place % dimensions] += 1.0 if digest[16 + start] & 1 else -1.0
    length = math.sqrt(sum(value * value for value in vector))
    if not length:
        vector[0] = length = 1.0
    return [value / length for value in vector]


def _packed(vector: list[float]) -> str:
    """Little-endian 32-bit floats, which the openai package asks for unless told otherwise."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
