"""Addresses at the beginning of a text message, with spaces between, stand for what they lead to."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

LEADING = re.compile(r"\s*(https?://\S{1,1990})(?=\s|$)", re.IGNORECASE)


class Leading(NamedTuple):
    where: str
    holder: dict[str, Any]
    key: str
    """The message's text is under it."""
    addresses: list[str]
    rest: str
    is_last: bool
    """What was just asked. An address in what was asked before may have died since: it is words then."""


def leading_of(path: str, body: dict[str, Any], most: int) -> list[Leading]:
    """The last message first; at most so many addresses in all."""
    found: list[Leading] = []
    for where, holder, key in _texts(path, body):
        addresses, rest = _split(holder[key], most)
        if addresses:
            most -= len(addresses)
            found.append(Leading(where, holder, key, addresses, rest, not found))
    return found


def _texts(path: str, body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Where people's texts are, the last first."""
    if path == "/responses" and isinstance(body.get("input"), str):
        yield "input", body, "input"
        return
    name = {"/chat/completions": "messages", "/responses": "input"}.get(path, "")
    messages = body.get(name)
    for number, message in reversed(list(enumerate(messages if isinstance(messages, list) else []))):
        asked = isinstance(message, dict) and message.get("role") == "user"
        if asked and isinstance(message.get("content"), str):
            yield f"{name}[{number}].content", message, "content"


def _split(text: str, most: int) -> tuple[list[str], str]:
    addresses: list[str] = []
    at = 0
    while len(addresses) < most and (found := LEADING.match(text, at)):
        addresses.append(found[1])
        at = found.end()
    return addresses, text[at:].strip()


def become(one: Leading, path: str, parts: list[dict[str, Any]]) -> None:
    """Put the parts in the place of their addresses."""
    words = "text" if path == "/chat/completions" else "input_text"
    content = [*parts, *([{"type": words, "text": one.rest}] if one.rest else [])]
    said = content if one.key == "content" else [{"role": "user", "content": content}]
    one.holder[one.key] = said


def part_of(path: str, family: str, data: str, form: str, name: str) -> dict[str, Any]:
    """`data`: a data URL, of sounds only base64."""
    if family == "sound":
        return {"type": "input_audio", "input_audio": {"data": data, "format": form}}
    if path == "/chat/completions":
        if family == "image":
            return {"type": "image_url", "image_url": {"url": data}}
        return {"type": "file", "file": {"filename": name, "file_data": data}}
    if family == "image":
        return {"type": "input_image", "image_url": data}
    return {"type": "input_file", "filename": name, "file_data": data}
