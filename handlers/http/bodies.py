"""Request bodies in the three encodings that clients send: multipart and urlencoded forms, and JSON.

Multipart is read here: aiohttp's reader takes each header of each field through `email`, which costs more
than all else that a request needs.
"""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

SECONDS = 30.0
FIELDS = 200
REPEATED = re.compile(r"(\w{1,64})\[\d{0,4}\]")
"""How forms send arrays: `works[]`, or `works[0]`."""
BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)
DISPOSITION = re.compile(rb"^content-disposition:\s*form-data\s*(;[^\r\n]*)", re.IGNORECASE | re.MULTILINE)
NAME = re.compile(rb';\s*name=(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)
FILE = re.compile(rb";\s*filename\*?=", re.IGNORECASE)


class BadBody(Exception):
    """It can't be read; the sentence says why."""


async def read_body(request: web.Request) -> dict[str, Any]:
    """The parameters by name. Raises BadBody."""
    try:
        async with asyncio.timeout(SECONDS):
            given = request.headers.get("Content-Type", "")
            match given.partition(";")[0].strip().lower():
                case "multipart/form-data":
                    return _form(_multipart(given, await request.read()))
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


def _multipart(content_type: str, body: bytes) -> list[tuple[str, str]]:
    written = BOUNDARY.search(content_type)
    if written is None:
        raise ValueError("no boundary")
    boundary = (written[1] or written[2]).encode()
    fields = [(_name(head), data.decode()) for head, data in _parts(body, boundary)]
    if len(fields) > FIELDS:
        raise BadBody(f"the body has more than {FIELDS} fields")
    return fields


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The head and the data of each part (RFC 2046, 5.1.1), one more than FIELDS at most."""
    _, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary, FIELDS + 2)
    if not parts or (len(parts) <= FIELDS + 1 and not parts[-1].startswith(b"--")):
        raise ValueError("it does not end")
    for part in parts[:-1]:
        padding, line, rest = part.partition(b"\r\n")
        if padding.strip(b" \t") or not line:
            raise ValueError("no part")
        head, line, data = rest.partition(b"\r\n\r\n")
        if not line:
            raise ValueError("a part without an end of its head")
        yield head, data


def _name(head: bytes) -> str:
    disposition = DISPOSITION.search(head)
    name = disposition and NAME.search(disposition[1])
    if not disposition or not name:
        raise ValueError("a part without a name")
    field = (name[1] or name[2] or b"").decode()
    if FILE.search(disposition[1]):
        raise BadBody(f"{field[:64]}: a file is not expected")
    return field


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
