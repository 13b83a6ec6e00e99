"""What comes over the wire: the parameters and uploads of a call, from a query, a form, or JSON."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, ClientResponse, MultipartReader, web
from aiohttp.web_request import FileField

from bot.sandbox.api import Upload
from bot.sandbox.files import UPLOAD_MAX
from bot.sandbox.refusals import ApiError, bad

Json = dict[str, Any]
Received = tuple[Json, dict[str, Upload]]

BODY_MAX = UPLOAD_MAX + (2 << 20)
DRAINED_MAX = 4 * UPLOAD_MAX
_FORM = ("application/x-www-form-urlencoded", "multipart/form-data")


def too_large() -> ApiError:
    return ApiError(413, "Request Entity Too Large")


async def read_request(request: web.BaseRequest, known: Container[str]) -> Received:
    """Parameters and uploads of a call to the Bot API. Raises ApiError."""
    if (request.content_length or 0) > BODY_MAX:
        await _drain(request)
        raise too_large()
    raw: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.method == "POST" and request.content_type == "application/json":
        raw.update(_object(await request.read()))
    elif request.method == "POST" and request.content_type in _FORM:
        _take_form(await _form(request), raw, uploads, known)
    return raw, uploads


async def _form(request: web.BaseRequest) -> Mapping[str, Any]:
    try:
        return await request.post()
    except web.HTTPRequestEntityTooLarge:
        await _drain(request)
        raise too_large() from None


async def _drain(request: web.BaseRequest) -> None:
    """Read what won't be used, so that the sender gets to see the answer."""
    left = DRAINED_MAX
    async for chunk in request.content.iter_any():
        left -= len(chunk)
        if left < 0:
            return


def _object(body: bytes) -> Json:
    try:
        read = json.loads(body)
    except ValueError:
        raise bad("can't parse JSON object") from None
    return read if isinstance(read, dict) else {}


def _take_form(form: Mapping[str, Any], raw: Json, uploads: dict[str, Upload], known: Container[str]) -> None:
    for name, value in form.items():
        if not isinstance(value, FileField):
            raw[name] = value
            continue
        data = value.file.read()
        value.file.close()
        _take_upload(name, Upload(data, value.filename or "", value.content_type or ""), raw, uploads, known)


def _take_upload(
    name: str, upload: Upload, raw: Json, uploads: dict[str, Upload], known: Container[str]
) -> None:
    if len(upload.data) > UPLOAD_MAX:
        raise too_large()
    uploads[name] = upload
    if name in known:
        raw.setdefault(name, f"attach://{name}")


async def read_response(response: ClientResponse) -> Received:
    """The method that a webhook's answer may hold, with its parameters; nothing if there is none."""
    if response.content_type.startswith("multipart/"):
        return await _read_parts(MultipartReader.from_response(response))
    body = await response.content.read(BODY_MAX)
    if response.content_type in _FORM:
        return dict(parse_qsl(body.decode("utf-8", "replace"))), {}
    try:
        return _object(body), {}
    except ApiError:
        return {}, {}


async def _read_parts(parts: Any) -> Received:
    raw: Json = {}
    uploads: dict[str, Upload] = {}
    async for part in parts:
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        data = bytes(await part.read(decode=True))
        if part.filename:
            uploads[part.name] = Upload(data, part.filename, part.headers.get("Content-Type", ""))
        else:
            raw[part.name] = data.decode("utf-8", "replace")
    return raw, uploads
