"""Tools that an upstream runs by itself: what they cost there is not in the tokens that it reports."""

from collections.abc import Iterator
from typing import Any

from handlers.http.gateway.asking import Asker, Given
from handlers.http.gateway.errors import bad_request

OF_THE_CALLER = ("function", "custom")
SEARCH = "web_search_options"
"""The same, as a field of a chat."""
PICTURES = "image_generation"


def hosted(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Where they are asked for, and what they are."""
    tools = body.get("tools")
    for number, tool in enumerate(tools if isinstance(tools, list) else []):
        kind = tool.get("type", "function") if isinstance(tool, dict) else ""
        if kind not in OF_THE_CALLER:
            yield f"tools[{number}].type", str(kind)[:50]
    if body.get(SEARCH) is not None:
        yield SEARCH, SEARCH


def check(given: Given, asker: Asker, *, offered: bool) -> None:
    """Raises ApiError where they are not offered, or the code may not ask for what they make."""
    for where, kind in hosted(given.body):
        if not offered:
            raise bad_request(
                f"{kind} is not offered here: use tools of your own.", where, "unsupported_value"
            )
        if kind == PICTURES:
            asker.allow("image", given.public)
