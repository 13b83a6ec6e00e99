"""Where a request has pictures, files and sounds, or addresses of them: found by the names of fields.

Nothing that an upstream might fetch may be overlooked, so an address under a name that is not known here
is refused, and what a schema or a citation says is left alone.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from bot.media import Family
from handlers.http.gateway.errors import ApiError, bad_request

LEFT_ALONE = {
    "tools", "functions", "response_format", "text", "metadata", "tool_calls", "annotations", "action",
    "arguments", "input_schema", "results", "sources",
}  # fmt: skip
"""Fields that an upstream reads and never follows."""
ADDRESS = re.compile(r"[\0-\x20]*(?:[a-z][a-z0-9+.-]{1,20}:)?//", re.IGNORECASE)
FETCHABLE = re.compile(r"https?://", re.IGNORECASE)
STRANGE = {
    "url", "uri", "href", "image", "images", "video", "audio", "video_url", "audio_url", "image_url",
    "file_url", "imageurl", "fileurl", "fileuri", "videourl", "audiourl",
}  # fmt: skip
"""Names under which other servers take an address."""
FORM_ADDRESS = re.compile(
    rb'name="?(?:image|mask|file|audio|url)[^\r\n]{0,200}\r\n(?:[^\r\n]{1,200}\r\n){0,5}\r\n\s*[a-z]{2,10}://',
    re.IGNORECASE,
)


class Part(NamedTuple):
    where: str
    """As `messages[0].content[1].image_url.url`."""
    family: Family
    holder: dict[str, Any]
    key: str
    """What is under it is an address, or data as base64."""

    @property
    def value(self) -> str:
        return str(self.holder[self.key])

    @property
    def is_address(self) -> bool:
        return FETCHABLE.match(self.value) is not None


def may_have_parts(raw: bytes) -> bool:
    """Whether there may be a name of a part; letters can be hidden in numbers. Spelt out for speed."""
    return (
        b"url" in raw or b"image" in raw or b"file" in raw or b"input_" in raw or b"source" in raw
        or b"video" in raw or b"audio" in raw or b"uri" in raw or b"href" in raw or b"\\u00" in raw
    )  # fmt: skip


def parts_of(body: dict[str, Any]) -> list[Part]:
    """All of them, the latest message's first. Raises ApiError for what nobody may have fetched."""
    found: list[Part] = []
    waiting: list[tuple[str, Any]] = [("", body)]
    while waiting:
        where, one = waiting.pop()
        if isinstance(one, list):
            waiting += ((f"{where}[{number}]", inner) for number, inner in enumerate(one))
        elif isinstance(one, dict):
            found += _here(where, one)
            dot = f"{where}." if where else ""
            waiting += ((dot + name, inner) for name, inner in one.items() if name not in LEFT_ALONE)
    return found


def check_form(raw: bytes) -> None:
    """Raise ApiError for a form that has an address where a file belongs."""
    if FORM_ADDRESS.search(raw):
        raise bad_request("A form takes files, not addresses of files.", None, "invalid_image_url")


def _here(where: str, one: dict[str, Any]) -> Iterator[Part]:
    dot = f"{where}." if where else ""
    for name, value in one.items():
        if name == "image_url" and isinstance(value, dict) and isinstance(value.get("url"), str):
            yield Part(f"{dot}image_url.url", "image", value, "url")
        elif name == "image_url" and isinstance(value, str):
            yield Part(f"{dot}image_url", "image", one, name)
        elif name in ("file_data", "file_url") and isinstance(value, str):
            yield Part(dot + name, "file", one, name)
        elif name == "input_audio" and isinstance(value, dict) and isinstance(value.get("data"), str):
            yield Part(f"{dot}input_audio.data", "sound", value, "data")
        elif name.lower() in STRANGE and not _is_part(where, name, value):
            _refuse(dot + name, value)


def servers_of(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Where tools are that the upstream itself is to use, and their addresses."""
    tools = body.get("tools")
    for number, tool in enumerate(tools if isinstance(tools, list) else []):
        if isinstance(tool, dict) and isinstance(tool.get("server_url"), str):
            yield f"tools[{number}].server_url", tool["server_url"]


def _is_part(where: str, name: str, value: Any) -> bool:
    """It has been found where it begins."""
    return name == "url" and where.endswith("image_url") and isinstance(value, str)


def _refuse(where: str, value: Any) -> None:
    if any(
        isinstance(one, str) and ADDRESS.match(one) for one in (value if isinstance(value, list) else [value])
    ):
        raise strange(where)


def strange(where: str) -> ApiError:
    return bad_request(
        f"Invalid address at '{where}': a picture belongs under image_url, a file under file_url,"
        " all else is taken as base64.",
        where, "invalid_value",
    )  # fmt: skip
