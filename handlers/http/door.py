"""The HTTP doors, put together: pages, the callback API, the gateway, the simple endpoint, the webhook."""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.blocks import Blocks
from bot.books import Secrets
from bot.catalog.modes import read_modes
from bot.catalog.styles import read_styles
from bot.catalog.voices import Voices, read_voices
from bot.clock import DAY, HOUR, now
from bot.files import Files
from bot.jobs import Jobs
from bot.kept_conversations import forget_unused
from bot.minutes import Minutes
from bot.operator import Operator
from bot.outbound import open_outbound, open_unguarded
from bot.price_lists import PriceLists
from bot.providers.moderation import Moderation
from bot.providers.pool.pool import Pool
from bot.providers.speech import SpeechProvider
from bot.providers.speech.openai import OpenAISpeech
from bot.settings import Settings
from bot.storage import Storage
from bot.sweeps import Sweeps
from bot.texts import Texts
from handlers.http import callback_api, simple_api
from handlers.http.account import PRICES, SIGNING_KEY, STORAGE
from handlers.http.app import below, make_app, serve
from handlers.http.auth import DOORKEEPER, Doorkeeper
from handlers.http.callback_api import CALLBACK_API, CallbackApi
from handlers.http.console.gate import CONSOLE, Console
from handlers.http.contract import Bytes, Contract
from handlers.http.deliveries import Deliveries, Tell
from handlers.http.gateway import completions, hosting, own_speech
from handlers.http.gateway.attachments import Attachments
from handlers.http.gateway.routes import GATEWAY, Gateway
from handlers.http.measured import REQUESTS
from handlers.http.metric_families import Sources
from handlers.http.metrics import open_metrics
from handlers.http.origin import PROXIES
from handlers.http.pages import FILES, STATE, State
from handlers.http.polling import JOBS
from handlers.http.simple_api import SIMPLE_API, SimpleApi
from handlers.http.site import SITE, Site
from handlers.http.voices import SPEECH, VOICES
from handlers.http.webhook import INBOX, WEBHOOK_SECRET
from handlers.telegram.inbox import Inbox


@dataclass(frozen=True, slots=True)
class Parts:
    """What the engine gives to the doors."""

    settings: Settings
    storage: Storage
    files: Files
    jobs: Jobs
    texts: Texts
    pool: Pool
    price_lists: PriceLists
    speech: SpeechProvider
    moderation: Moderation
    blocks: Blocks
    secrets: Secrets
    inbox: Inbox
    """Where Telegram's webhook puts what comes."""
    tell: Tell
    """Tells a customer that their address is posted to no more."""
    operator: Operator
    admin_ids: Sequence[int]
    site: Site


@dataclass(frozen=True, slots=True)
class HttpDoor:
    address: str
    gateway: Gateway
    deliveries: Deliveries
    tasks: Sequence[Callable[[], Coroutine[Any, Any, None]]]
    """What runs as long as the door is open."""
    sweeps: Sweeps
    metrics: str
    """Where Prometheus finds the metrics; "": nowhere."""


@asynccontextmanager
async def open_http(parts: Parts, *pages: Callable[[web.Application], None]) -> AsyncIterator[HttpDoor]:
    """Listen. `pages` are added to what is served."""
    settings, storage, jobs = parts.settings, parts.storage, parts.jobs
    app, site = make_app(), parts.site
    app[PROXIES] = settings.trusted_proxies
    for add in pages:
        add(app)
    app[STORAGE], app[FILES], app[SITE] = storage, parts.files, site
    app[STATE] = State(jobs.watch, sandbox=settings.sandbox)
    app[DOORKEEPER] = Doorkeeper(storage, parts.secrets.pepper, parts.blocks)
    app[SPEECH], app[VOICES] = parts.speech, read_voices()
    app[INBOX], app[WEBHOOK_SECRET] = parts.inbox, parts.secrets.webhook
    app[JOBS], app[PRICES], app[SIGNING_KEY] = jobs, jobs.prices, parts.secrets.encryption_key
    console = app[CONSOLE] = console_of(parts)
    await console.minutes.take()
    async with AsyncExitStack() as stack:
        gateway = app[GATEWAY] = await stack.enter_async_context(_open_gateway(parts, site, app[VOICES]))
        app[SIMPLE_API] = SimpleApi(gateway, settings, parts.texts)
        app.router.add_route("*", settings.route, simple_api.take)
        deliveries = await stack.enter_async_context(_open_callback_api(app, parts))
        port = await stack.enter_async_context(
            serve(below(settings.api_prefix, app), settings.http_host, settings.http_port)
        )
        address = settings.local_url(port) + settings.api_prefix
        public = settings.public_url.rstrip("/")
        site.base = public + settings.api_prefix if public else address
        app[REQUESTS].doors[settings.route] = "simple_api"
        sources = Sources(storage, jobs, parts.pool, gateway, app[REQUESTS])
        metrics = await stack.enter_async_context(open_metrics(settings, sources))
        tasks = (deliveries.run, gateway.run, *([sources.lag.run] if metrics else []))
        swept = {**_sweeps(storage, settings), "minutes": (60, console.minutes.take)}
        yield HttpDoor(address, gateway, deliveries, tasks, swept, metrics)


def console_of(parts: Parts) -> Console:
    pool, settings = parts.pool, parts.settings

    def failed() -> int:
        return sum(state.failed for state in pool.states())

    return Console(
        parts.storage, parts.operator, pool, parts.price_lists, parts.jobs.watch,
        Minutes(parts.storage, failed), parts.blocks, frozenset(parts.admin_ids), settings.api_prefix,
        settings.admin_secret.get_secret_value(),
    )  # fmt: skip


@asynccontextmanager
async def _open_gateway(parts: Parts, site: Site, voices: Voices) -> AsyncIterator[Gateway]:
    """What programs give addresses of is fetched by a client of its own: slow servers delay no callbacks."""
    settings, pool = parts.settings, parts.pool
    async with (
        open_outbound(settings.outbound_allow, settings.outbound_ports) as outbound,
        open_unguarded() as inside,
    ):
        by_chat = completions.Completions(pool, always=settings.completions_by_chat)
        own = own_speech.OwnSpeech(pool, parts.speech.without(OpenAISpeech.name), voices)
        hosted = hosting.Hosting(
            pool, parts.storage, parts.files, site, outbound.session, inside,
            settings.api_files_mb * 1_000_000,
        )  # fmt: skip
        ways = {
            completions.PATH: by_chat.ask, own_speech.PATH: own.ask,
            **dict.fromkeys(hosting.PATHS, hosted.ask),
        }  # fmt: skip
        yield Gateway(
            parts.storage, pool, parts.price_lists, parts.jobs.watch, settings,
            Attachments(outbound, settings), ways, parts.blocks, parts.moderation,
        )  # fmt: skip


@asynccontextmanager
async def _open_callback_api(app: web.Application, parts: Parts) -> AsyncIterator[Deliveries]:
    """What takes programs' requests, and what posts the answers to their addresses."""
    settings, jobs = parts.settings, parts.jobs
    async with open_outbound(settings.outbound_allow, settings.outbound_ports) as outbound:
        contract = Contract(
            tuple(read_modes()), read_styles(), app[VOICES],
            Bytes(settings.api_text_bytes_min, settings.api_text_bytes_max),
        )  # fmt: skip
        app[CALLBACK_API] = CallbackApi(app[STORAGE], jobs, outbound, app[DOORKEEPER], contract, settings)
        deliveries = Deliveries(app[STORAGE], outbound, app[SITE], app[SIGNING_KEY], jobs.boot, parts.tell)
        jobs.doors[callback_api.DOOR] = deliveries
        yield deliveries


def _sweeps(storage: Storage, settings: Settings) -> Sweeps:
    async def forget_replies() -> None:
        await storage.write(callback_api.forget_replies, now() - 7 * DAY)

    async def forget_conversations() -> None:
        await storage.write(forget_unused, now() - round(settings.conversation_hours * HOUR))

    return {
        "replies": (HOUR / 1000, forget_replies),
        "kept conversations": (HOUR / 1000, forget_conversations),
    }
