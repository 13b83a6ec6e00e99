"""The paths of the gateway, and the one way that every request takes: read, hold, ask, relay, charge."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from aiohttp import web

from billing.model_prices import ModelPrices
from bot import relays
from bot.blocks import Blocks
from bot.clock import now
from bot.price_lists import PriceLists
from bot.providers.errors import ProviderError
from bot.providers.moderation import Moderation
from bot.providers.pool.call import Call
from bot.providers.pool.pool import Pool
from bot.providers.pool.reply import Reply
from bot.settings import Settings
from bot.storage import Storage
from bot.watch import BooksWrong, Watch
from handlers.http.gateway import kinds, marks, models, plain, tools
from handlers.http.gateway.asking import (
    NEWER_CAP,
    Asker,
    Given,
    asker_of,
    outgoing,
    read_whole,
    understood,
    understood_form,
)
from handlers.http.gateway.attachments import Attachments
from handlers.http.gateway.content import ContentRules
from handlers.http.gateway.conversation import HEADER, Conversations
from handlers.http.gateway.errors import INVALID, ApiError, bad_request, said
from handlers.http.gateway.kinds import REASONING, Kind
from handlers.http.gateway.lines import Left, Line, Lines
from handlers.http.gateway.metering import Late, Meter, afford, begin
from handlers.http.gateway.streaming import Relaying
from handlers.http.gateway.used import Used
from handlers.http.gateway.ways import Ways

log = structlog.get_logger()

PREFIX = "/v1"
EVENT_STREAM = "text/event-stream"
PASSED_BACK = ("openai-processing-ms", "openai-version", "x-request-id", "content-disposition")
GONE = 499
"""Nobody reads it."""


@dataclass(frozen=True, slots=True)
class Metered:
    """A path that is paid for."""

    path: str
    kind: Kind
    default: Callable[[Settings], str]
    """The model, where the request names none."""
    read: Callable[[bytes, str, ModelPrices, str], Given] = understood
    work: str = "text"
    """What kind of work a code must be allowed: text, image or voice."""
    free: bool = False
    """The upstream takes nothing for it: it may be asked twice."""


CHAT = Metered("/chat/completions", kinds.CHAT, lambda settings: settings.text_model)
METERED = (
    CHAT,
    Metered("/completions", kinds.COMPLETIONS, lambda settings: settings.text_model),
    Metered("/responses", kinds.RESPONSES, lambda settings: settings.text_model),
    Metered("/embeddings", kinds.EMBEDDINGS, lambda settings: "text-embedding-3-small"),
    Metered("/moderations", kinds.MODERATIONS, lambda settings: "omni-moderation-latest", free=True),
    Metered("/images/generations", kinds.IMAGES, lambda settings: settings.image_model, work="image"),
    Metered("/images/edits", kinds.IMAGES, lambda settings: settings.image_model, understood_form, "image"),
    Metered("/audio/speech", kinds.SPEECH, lambda settings: settings.speech_model, work="voice"),
    Metered("/audio/transcriptions", kinds.TRANSCRIPTIONS, lambda _: "whisper-1", understood_form, "voice"),
    Metered("/audio/translations", kinds.TRANSCRIPTIONS, lambda _: "whisper-1", understood_form, "voice"),
)


class Gateway:
    def __init__(
        self, storage: Storage, pool: Pool, prices: PriceLists, watch: Watch, settings: Settings,
        attachments: Attachments, ways: Ways, blocks: Blocks, moderation: Moderation,
    ) -> None:  # fmt: skip
        self.lines = Lines(
            settings.gateway_at_one_time, settings.gateway_seconds, settings.gateway_silence_seconds
        )
        self.used = Used()
        self._rules = ContentRules(moderation, storage, closed="v1" in settings.moderation_closed)
        self._storage = storage
        self._pool = pool
        self._prices = prices
        self._watch = watch
        self._settings = settings
        self._attachments = attachments
        self._ways = ways
        self._conversations = Conversations(storage, settings)
        self._blocks = blocks
        self._late = Late(storage)
        self._boot = secrets.token_hex(8)
        self._draining = False

    async def run(self) -> None:
        """Give back what the last run held, then look after those who are there, until cancelled."""
        await self._storage.write(relays.recover, self._boot, now())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.lines.run())
            tasks.create_task(self._late.run())

    async def drain(self, seconds: float) -> None:
        """Begin no more, and wait for those under way."""
        self._draining = True
        try:
            async with asyncio.timeout(seconds):
                await self.lines.none.wait()
                await self._late.written()
        except TimeoutError:
            log.warning("requests cut off")

    async def take(self, request: web.Request, route: Metered) -> web.StreamResponse:
        """Raises whatever `said` has words for."""
        asker = await asker_of(request)
        with self._admit(request, asker) as line:
            raw = await read_whole(request, self._settings.gateway_body_mb * 2**20)
            media = request.headers.get("Content-Type", "")
            given = route.read(raw, media, self._prices.models, route.default(self._settings))
            return await self._paid(request, line, route, asker, given)

    async def answer(self, request: web.Request, asker: Asker, body: dict[str, Any]) -> bytes:
        """A chat answer at once, for another door. Raises as `take` does, and Left."""
        with self._admit(request, asker) as line:
            given = self._asked(body)
            response = await self._paid(request, line, CHAT, asker, given)
        assert isinstance(response, web.Response)
        if response.status == GONE:
            raise Left
        assert isinstance(response.body, bytes)
        if response.status == 404:
            raise ApiError(404, INVALID, "model_not_found", "No such model.", "model")
        if response.status >= 400:
            raise bad_request("the upstream does not take it")
        return response.body

    def _asked(self, body: dict[str, Any]) -> Given:
        """Raises ApiError. Some models take their limit by its newer name alone."""
        given = understood(json.dumps(body).encode(), "", self._prices.models, self._settings.text_model)
        if REASONING.match(given.model) and "max_tokens" in body:
            newer = {name: value for name, value in body.items() if name != "max_tokens"}
            return self._asked({**newer, NEWER_CAP: body["max_tokens"]})
        return given

    def _admit(self, request: web.Request, asker: Asker) -> Line:
        if self._watch.stops:
            raise BooksWrong
        if self._draining:
            raise ApiError(503, "server_error", None, "Ending; try again in a moment.", retry_after=5)
        return Line(self.lines, request, asker.caller.code)

    async def _paid(
        self, request: web.Request, line: Line, route: Metered, asker: Asker, given: Given
    ) -> web.StreamResponse:
        """Look at what came with it, hold, relay, charge."""
        given.path = route.path
        asker.allow(route.work, given.public)
        tools.check(given, asker, offered=self._settings.upstream_tools)
        goes_on = given.is_chat and self._conversations.wanted(given)
        if not goes_on and not self._attachments.may_be_in(given):
            return await self._charged(request, line, route, asker, given)
        async with AsyncExitStack() as around:
            pays = partial(self._can_pay, route, asker, given)
            brought = self._attachments.brought(given, route.path, asker.caller.code, pays)
            await around.enter_async_context(brought)
            if goes_on:
                await around.enter_async_context(self._conversations.opened(given, asker.caller.customer))
            return await self._charged(request, line, route, asker, given)

    async def _can_pay(self, route: Metered, asker: Asker, given: Given) -> None:
        quote = route.kind.quote(given, given.price)
        await afford(self._storage, asker.caller.code, route.path, given, quote, self._boot)

    async def _charged(
        self, request: web.Request, line: Line, route: Metered, asker: Asker, given: Given
    ) -> web.StreamResponse:
        """Hold, relay, charge; all that an upstream would see is looked at before."""
        await self._rules.allow(asker.caller, route.path, given)
        quote = route.kind.quote(given, given.price)
        meter = await begin(
            self._storage, self._late, asker.caller.code, route.path, given, quote, self._boot
        )
        try:
            return await self._relay(request, line, route, asker, given, meter)
        except Left:
            await meter.end("left")
            return web.Response(status=GONE)
        except asyncio.CancelledError:
            why = line.why()
            if why is None:
                raise
            if not isinstance(why, Left):
                raise why from None
            await meter.end("left")
            return web.Response(status=GONE)
        finally:  # whatever has happened, nothing stays held
            line.let_be()
            await meter.end("failed")
            self.used.note(given.price.name, meter)

    async def _relay(
        self, request: web.Request, line: Line, route: Metered, asker: Asker, given: Given, meter: Meter
    ) -> web.StreamResponse:  # fmt: skip
        """The one call outside."""
        call = self._call(route, asker, given, meter)
        if (way := self._ways.get(route.path)) is not None:
            async with way(call, given, meter) as reply:
                return await self._hand_on(line, route, asker, given, meter, call, reply)
        reply = await self._pool.ask(call)
        try:
            return await self._hand_on(line, route, asker, given, meter, call, reply)
        except ProviderError as error:
            self._pool.broke_off(reply, call, error)
            raise
        finally:
            self._pool.let_go(reply)

    async def _hand_on(
        self, line: Line, route: Metered, asker: Asker, given: Given, meter: Meter, call: Call, reply: Reply
    ) -> web.StreamResponse:  # fmt: skip
        """Give the program what the upstream answers."""
        meter.credential = reply.credential.id or None
        headers = {name: reply.headers[name] for name in PASSED_BACK if name in reply.headers}
        if given.kept is not None and reply.status < 400:
            headers[HEADER] = given.kept.id
            meter.also.append(given.kept.write)
            reply = given.kept.overhear(reply)
        marks.numbered(headers)
        headers |= marks.rates(self._blocks, asker.caller.code)
        if reply.media != EVENT_STREAM:
            return await plain.answer(line, given, route.kind, meter, reply, headers)
        broke_off = partial(self._pool.broke_off, reply, call)
        return await Relaying(line, given, route.kind, meter, broke_off).run(reply, headers)

    def _call(self, route: Metered, asker: Asker, given: Given, meter: Meter) -> Call:
        changes = route.kind.fit(given, given.price, meter.held)
        return Call(
            route.path, outgoing(given, changes), given.model, headers={"Content-Type": given.media},
            seconds=self._settings.gateway_silence_seconds, free=route.free, project=asker.project,
        )  # fmt: skip

    async def models(self, request: web.Request) -> web.Response:
        """Free, for whoever has a code."""
        await asker_of(request)
        known = await models.listing(self._pool, self._prices.models)
        name = request.match_info.get("name")
        if name is None:
            return web.json_response({"object": "list", "data": known})
        found = models.found(name, known, self._prices.models)
        if found is None:
            raise ApiError(404, INVALID, "model_not_found", "No such model. See /v1/models.", "model")
        return web.json_response(found)

    async def forget(self, request: web.Request) -> web.Response:
        """End a conversation that is kept here."""
        asker, id_ = await asker_of(request), request.match_info["id"]
        await self._conversations.forget(id_, asker.caller.customer)
        return web.json_response({"id": id_, "object": "conversation.deleted", "deleted": True})


GATEWAY = web.AppKey("gateway", Gateway)
Take = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _door(take: Take) -> Take:
    """Whatever goes wrong is said as the OpenAI API says it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return marks.number(await take(request))
        except Exception as error:
            told = said(error)
            if told.status == 500:
                log.exception("request failed", path=request.path)
            return marks.number(told.response())

    return handle


def _metered(route: Metered) -> web.RouteDef:
    return web.post(PREFIX + route.path, _door(lambda request: request.app[GATEWAY].take(request, route)))


@_door
async def list_models(request: web.Request) -> web.StreamResponse:
    return await request.app[GATEWAY].models(request)


@_door
async def forget_conversation(request: web.Request) -> web.StreamResponse:
    return await request.app[GATEWAY].forget(request)


@_door
async def unknown(request: web.Request) -> web.StreamResponse:
    raise ApiError(404, INVALID, "unknown_url", f"Unknown request URL: {request.method} {request.path}.")


ROUTES = (
    *(_metered(route) for route in METERED),
    web.get(PREFIX + "/models", list_models),
    web.get(PREFIX + "/models/{name:.+}", list_models),
    web.delete(PREFIX + "/conversations/{id}", forget_conversation),
    web.route("*", PREFIX + "/{rest:.*}", unknown),
)
