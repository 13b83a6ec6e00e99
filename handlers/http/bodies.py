"""Request bodies in the three encodings that clients send: multipart and urlencoded forms, and JSON."""

import asyncio
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

SECONDS = 30.0
FIELDS = 200
REPEATED = re.compile(r"(\w{1,64})\[\d{0,4}\]")
"""How forms send arrays: `works[]`, or `works[0]`."""


class BadBody(Exception):
    """It can't be read; the sentence says why."""


async def read_body(request: web.Request) -> dict[str, Any]:
    """The parameters by name. Raises BadBody."""
    try:
        async with asyncio.timeout(SECONDS):
            match request.content_type:
                case "multipart/form-data":
                    return _form(await _multipart(request))
                case "application/x-www-form-urlencoded":
                    return _form(_urlencoded(await request.read()))
                case _:
                    return _json(await request.read())
    except TimeoutError:
        raise BadBody(f"the body did not arrive within {SECONDS:.0f} seconds") from None
    except web.HTTPRequestEntityTooLarge:
        raise BadBody("the body is too large") from None
    except UnicodeDecodeError:
        raise BadBody("the body is not UTF-8") from None
    except (ValueError, LookupError, AssertionError, RecursionError, web.HTTPException):
        raise BadBody(
            "the body must be multipart/form-data, application/x-www-form-urlencoded or a JSON object"
        ) from None


async def _multipart(request: web.Request) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    room = request.client_max_size
    reader = await request.multipart()
    while part := await reader.next():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise ValueError("a part without a name")
        if part.filename is not None:
            raise BadBody(f"{part.name[:64]}: a file is not expected")
        data = bytearray()
        while chunk := await part.read_chunk():
            data += chunk
            if len(data) > room:
                raise BadBody("the body is too large")
        room -= len(data)
        fields.append((part.name, data.decode()))
        if len(fields) > FIELDS:
            raise BadBody(f"the body has more than {FIELDS} fields")
    return fields


def _urlencoded(body: bytes) -> list[tuple[str, str]]:
    return parse_qsl(body.decode().strip(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS)


def _form(fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A field that is given twice counts as the last says; one that is written as an array adds up."""
    given: dict[str, Any] = {}
    for name, value in fields:
        if array := REPEATED.fullmatch(name):
            known = given.get(array[1])
            given[array[1]] = [*(known if isinstance(known, list) else []), value]
        else:
            given[name] = value
    return given


def _json(body: bytes) -> dict[str, Any]:
    given = json.loads(body.decode("utf-8-sig"))
    if not isinstance(given, dict):
        raise ValueError("no object")
    return given
