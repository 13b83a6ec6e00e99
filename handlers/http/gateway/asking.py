"""What a program asked: whose code it is, the body, the model, and what goes upstream instead."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from aiohttp import web

from billing import codes
from billing.model_prices import Alias, ModelPrice, ModelPrices
from bot.clock import DAY, now
from handlers.http.account import STORAGE
from handlers.http.auth import DOORKEEPER, Caller
from handlers.http.gateway.errors import INVALID, ApiError, bad_request
from handlers.http.gateway.forms import Part, form_of, form_parts
from handlers.http.gateway.json_bytes import parsed
from handlers.http.gateway.usage import Size
from handlers.http.origin import client_address

if TYPE_CHECKING:
    from handlers.http.gateway.conversation import Kept

BODY_SECONDS = 60.0
MODEL_MOST = 200
HEADER = re.compile(r"[\x21-\x7e]{1,200}")
NEWER_CAP = "max_completion_tokens"
CAPS = frozenset({"max_tokens", NEWER_CAP})
COUNTED = ("model", "n")
"""What a price follows from: of two, upstreams differ in which one counts."""


class Asker(NamedTuple):
    caller: Caller
    project: str = ""
    """Which project of the upstream's account is meant, "" none."""

    def allow(self, kind: str, model: str) -> None:
        """Raise ApiError 403 where the code may not ask for this; `kind`: text, image or voice."""
        if self.caller.kinds is not None and kind not in self.caller.kinds:
            raise ApiError(403, INVALID, "not_allowed", f"This code may not ask for {kind}.")
        if self.caller.models is not None and model not in self.caller.models:
            raise ApiError(403, INVALID, "model_not_allowed", "This code may not use this model.", "model")


class Wanted(NamedTuple):
    """Of the answer: how long each of so many may be, and the field that says so."""

    field: str
    length: int
    answers: int


@dataclass(slots=True)
class Given:
    """The request, understood as far as needed."""

    raw: bytes
    body: dict[str, Any]
    """Of a form only its texts."""
    public: str
    """The model's name as the program knows it."""
    model: str
    """The upstream's."""
    price: ModelPrice
    alias: Alias | None = None
    media: str = "application/json"
    path: str = ""
    """Of the gateway: /chat/completions …"""
    file_bytes: int = 0
    changes: dict[str, Any] = field(default_factory=dict)
    size: Size | None = None
    wanted: Wanted | None = None
    kept: "Kept | None" = None
    """The conversation that it goes on with."""

    @property
    def is_chat(self) -> bool:
        return self.path == "/chat/completions"

    @property
    def stream(self) -> bool:
        return self.body.get("stream") in (True, "true")

    @property
    def wants_usage(self) -> bool:
        options = self.body.get("stream_options")
        return isinstance(options, dict) and options.get("include_usage") is True


async def asker_of(request: web.Request) -> Asker:
    """Raises ApiError 401, or a Refusal."""
    scheme, _, word = request.headers.get("Authorization", "").partition(" ")
    code, _, project = word.strip().partition(",")
    asker = await asker_with(request, code if scheme.lower() == "bearer" else "", client_address(request))
    for header in ("OpenAI-Project", "ChatGPT-Account-ID"):
        project = project or request.headers.get(header, "")
    return Asker(asker.caller, project) if HEADER.fullmatch(project) else asker


async def asker_with(request: web.Request, code: str, address: str) -> Asker:
    """Who has this code. Raises ApiError, or a Refusal."""
    doorkeeper = request.app[DOORKEEPER]
    await doorkeeper.admit(address)
    caller = await doorkeeper.find(code, address) if code else None
    if caller is None:
        raise no_code()
    most, day = caller.addresses_most, now() // DAY
    if most and not await request.app[STORAGE].write(codes.used_from, caller.code, address, day, most):
        raise ApiError(403, INVALID, "too_many_addresses", f"This code: {most} addresses a day.")
    return Asker(caller)


def no_code() -> ApiError:
    """A new one each time: what is raised again keeps the frames of every time before."""
    message = "This needs a valid API code: Authorization: Bearer tb_live_... Get one in the bot."
    return ApiError(401, INVALID, "invalid_api_key", message)


async def read_whole(request: web.Request, most: int) -> bytes:
    """The body. Raises ApiError where it is too large or too slow."""
    if (request.content_length or 0) > most:
        raise _too_large(most)
    if request.content.is_eof():  # all of it has come with the head
        return await request.content.read()
    pieces, room = [], most
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while piece := await request.content.readany():
                room -= len(piece)
                if room < 0:
                    raise _too_large(most)
                pieces.append(piece)
    except TimeoutError:
        raise ApiError(408, INVALID, None, "The body did not arrive in time.") from None
    return b"".join(pieces)


def _too_large(most: int) -> ApiError:
    return ApiError(413, INVALID, "request_too_large", f"The body is larger than {most // 2**20} MB.")


def understood(raw: bytes, media: str, prices: ModelPrices, default_model: str) -> Given:
    """A JSON body. Raises ApiError."""
    try:
        body = parsed(raw)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise bad_request("We could not parse the JSON body of your request.")
    given = _priced(raw, body, "application/json", prices, default_model)
    if given.alias is not None and given.alias.parameters:
        given.body = _with_parameters(body, given.alias.parameters)
    return given


def _with_parameters(body: dict[str, Any], forced: Mapping[str, Any]) -> dict[str, Any]:
    """What is held for is what the upstream is asked: an alias may bring n, or how long an answer may be."""
    left = () if CAPS.isdisjoint(forced) else CAPS
    return {**{name: value for name, value in body.items() if name not in left}, **forced}


def understood_form(raw: bytes, media: str, prices: ModelPrices, default_model: str) -> Given:
    """A multipart form, of which files are only measured. Raises ApiError."""
    body: dict[str, Any] = {}
    file_bytes = 0
    for part in form_parts(raw, media):
        name = part.name.decode(errors="replace")
        if part.is_file:
            file_bytes += len(part.content)
        elif name in body and name in COUNTED:
            raise bad_request(f"{name} may be given once.", name)
        else:
            body[name] = part.content.decode(errors="replace")
    given = _priced(raw, body, media, prices, default_model)
    given.file_bytes = file_bytes
    return given


def _priced(raw: bytes, body: dict[str, Any], media: str, prices: ModelPrices, default: str) -> Given:
    public = body.get("model") or default
    if not isinstance(public, str) or len(public) > MODEL_MOST or not public.isprintable():
        raise bad_request("model must be a name.", "model")
    alias = prices.alias(public)
    model = alias.model if alias else public
    return Given(raw, body, public, model, prices.of(public, model), alias, media)


def outgoing(given: Given, changes: dict[str, Any]) -> bytes:
    """The body for the upstream: the program's own bytes where they can stay."""
    changes = {**_of_alias(given), **changes}
    if given.body.get("model") != given.model:
        changes["model"] = given.model
    if given.media != "application/json":
        return _form_with(given, given.model) if "model" in changes else given.raw
    if not changes:
        return given.raw
    start = given.raw.find(b"{") + 1
    if changes.keys() & given.body.keys() or not given.body or not start:
        return json.dumps({**given.body, **changes}, ensure_ascii=False).encode(errors="replace")
    more = json.dumps(changes, ensure_ascii=False).encode(errors="replace")
    return given.raw[:start] + more[1:-1] + b"," + given.raw[start:]


def _of_alias(given: Given) -> dict[str, Any]:
    if given.alias is None:
        return {}
    changes = dict(given.alias.parameters)
    messages = given.body.get("messages")
    if given.alias.system and isinstance(messages, list):
        changes["messages"] = [{"role": "system", "content": given.alias.system}, *messages]
    elif given.alias.system and given.path == "/responses":
        changes["instructions"] = given.alias.system
    return changes


def _form_with(given: Given, model: str) -> bytes:
    """Only the model's name is ever changed in a form."""
    named = Part(b"model", b'Content-Disposition: form-data; name="model"', model.encode())
    others = [part for part in form_parts(given.raw, given.media) if part.name != b"model"]
    return form_of([named, *others], given.media)
