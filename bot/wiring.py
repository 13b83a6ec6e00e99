"""Who gets what: the one module that imports every part, and opens and closes them in order."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from aiohttp import web

from billing import set_aside, tariff
from billing.free import invites, refills
from billing.ledger import MILLI
from billing.payments import vouchers
from billing.payments.orders import Pack
from bot import conversations
from bot.blocks import FORGIVEN, Blocks, Rates
from bot.blocks import forget as forget_blocks
from bot.books import Secrets, open_books
from bot.catalog import packs
from bot.catalog.modes import read_modes
from bot.catalog.styles import read_styles
from bot.catalog.voices import read_voices
from bot.clock import DAY, HOUR, now
from bot.conversations import Conversations
from bot.files import Files
from bot.jobs import Jobs, Work
from bot.operator import Operator
from bot.outbound import open_outbound
from bot.pool_keeper import PoolKeeper
from bot.price_lists import PriceLists
from bot.prices import Prices
from bot.providers.opened import Providers, open_providers
from bot.providers.pool.grants import Grants
from bot.providers.pool.pool import Pool
from bot.providers.upstream import OPENAI_URL
from bot.sandbox.page import add_page
from bot.sandbox.surroundings import Surroundings, open_surroundings
from bot.schedule import Sweep, schedule
from bot.settings import Settings, SettingsError
from bot.storage import Storage
from bot.texts import Texts
from bot.upstreams import Upstreams
from bot.watch import Watch
from handlers import command_line
from handlers.http import callback_api, simple_api
from handlers.http.account import PRICES, SIGNING_KEY, STORAGE
from handlers.http.app import make_app, serve
from handlers.http.auth import DOORKEEPER, Doorkeeper
from handlers.http.callback_api import CALLBACK_API, CallbackApi
from handlers.http.contract import Bytes, Contract
from handlers.http.deliveries import Deliveries, Tell
from handlers.http.gateway.routes import GATEWAY, Gateway
from handlers.http.origin import PROXIES
from handlers.http.pages import FILES, STATE, State
from handlers.http.polling import JOBS
from handlers.http.simple_api import SIMPLE_API, SimpleApi
from handlers.http.site import SITE, Site
from handlers.http.voices import SPEECH, VOICES
from handlers.http.webhook import INBOX, WEBHOOK_SECRET
from handlers.telegram import inbox as telegram_inbox
from handlers.telegram import reconciliation
from handlers.telegram.door import Parts, TelegramDoor, open_telegram
from handlers.telegram.image import forget_drafts
from handlers.telegram.low_balance import tell_low
from handlers.telegram.notices import Notices

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class App:
    """The running bot, as run.py and the tests see it."""

    settings: Settings
    storage: Storage
    jobs: Jobs
    operator: Operator
    address: str
    """Of the HTTP door."""
    surroundings: Surroundings
    sweeps: Mapping[str, tuple[float, Sweep]]
    """What is done from time to time: how often, in seconds, and what."""
    gateway: Gateway

    def greeting(self) -> list[str]:
        """What the operator reads when all is up."""
        if self.surroundings.telegram is None:
            return [f"The bot runs. Its HTTP door: {self.settings.base_url}"]
        lines = [f"The sandbox is at {self.address}/sandbox — open it and talk to the bot. Ctrl-C ends it."]
        return [*lines, *self.surroundings.missing]


@asynccontextmanager
async def open_app(settings: Settings) -> AsyncIterator[App]:
    """Open every part, in the order in which they need each other; close them in reverse."""
    async with AsyncExitStack() as stack:
        storage, operator = await stack.enter_async_context(open_books(settings))
        secrets, texts = Secrets.of(settings), Texts()
        watch = Watch()
        await watch.look(storage)
        outside = await stack.enter_async_context(open_surroundings(settings))
        files = Files(settings.data_dir / "files")
        pool, keeper = await stack.enter_async_context(open_pool(settings, outside, operator.upstreams))
        providers = await stack.enter_async_context(open_providers(settings, pool, files.read))
        price_lists = PriceLists(storage, partial(check_prices, settings))
        await price_lists.open(
            Path(settings.tariff_file or tariff.SHIPPED), Path(settings.packs_file or packs.SHIPPED)
        )
        jobs = make_jobs(settings, providers, storage, files, price_lists.prices, watch)
        blocks = await open_blocks(settings, storage)
        parts = Parts(
            settings, storage, files, jobs, texts, operator, outside.admin_ids,
            price_lists=price_lists, modes=tuple(read_modes()),
            styles=tuple(read_styles()), invoice_secret=secrets.pepper, webhook_secret=secrets.webhook,
            speech=providers.speech,
            blocks=blocks,
        )  # fmt: skip
        door = await stack.enter_async_context(open_telegram(parts, outside.bot_token, outside.telegram_url))
        app = make_app()
        app[PROXIES] = settings.trusted_proxies
        if outside.telegram is not None:
            add_page(app, outside.telegram, outside.admin_ids)
        app[STORAGE], app[FILES] = storage, files
        app[STATE] = State(watch, sandbox=settings.sandbox)
        app[DOORKEEPER] = Doorkeeper(storage, secrets.pepper, blocks)
        app[SPEECH] = providers.speech
        app[INBOX], app[WEBHOOK_SECRET] = door.inbox, secrets.webhook
        keeper.tell = door.admins.tell
        tell = Notices(door.bot, storage, texts).endpoint_paused
        deliveries = await stack.enter_async_context(
            open_callback_api(app, settings, jobs, secrets.encryption_key, tell)
        )
        gateway = app[GATEWAY] = Gateway(storage, pool, price_lists, watch, settings)
        app[SIMPLE_API] = SimpleApi(gateway, settings, texts)
        app.router.add_route("*", settings.route, simple_api.take)
        port = await stack.enter_async_context(serve(app, settings.http_host, settings.http_port))
        app[SITE].base = settings.public_url.rstrip("/") or f"http://{settings.http_host}:{port}"
        await stack.enter_async_context(command_line.listen(settings.data_dir, operator))
        swept = {
            **sweeps(settings, storage, files, jobs, door, texts, blocks),
            "upstreams": (60, keeper.look),
            "access tokens": (60, keeper.refresh),
        }
        at_times = {"access tokens, all": (settings.oauth_refresh, partial(keeper.refresh, forced=True))}
        await stack.enter_async_context(schedule(swept, at_times))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        running = [
            tasks.create_task(run())
            for run in (jobs.run, deliveries.run, keeper.run, keeper.refresh, gateway.run, *door.tasks)
        ]
        yield App(
            settings, storage, jobs, operator, f"http://{settings.http_host}:{port}", outside, swept, gateway
        )
        await gateway.drain(settings.drain_seconds)
        await jobs.drain(settings.drain_seconds)
        await door.drain(settings.drain_seconds)
        await deliveries.drain(settings.drain_seconds)
        for task in running:
            task.cancel()


async def open_blocks(settings: Settings, storage: Storage) -> Blocks:
    rates = Rates(
        settings.api_bad_codes, settings.api_requests, settings.api_code_requests,
        settings.api_content_refusals,
    )  # fmt: skip
    blocks = Blocks(storage, rates)
    await blocks.load()
    return blocks


@asynccontextmanager
async def open_pool(
    settings: Settings, outside: Surroundings, upstreams: Upstreams
) -> AsyncIterator[tuple[Pool, PoolKeeper]]:
    """Every upstream that there is; the settings' is the first."""
    url = (outside.upstream_url or OPENAI_URL).rstrip("/")
    await upstreams.take_settings(url, outside.upstream_key, settings.proxy_url)
    grants = Grants()
    async with Pool(
        way=settings.upstream_choice, retry_times=settings.retry_times,
        wait_seconds=settings.upstream_wait_seconds, bearers=grants,
    ) as pool:  # fmt: skip
        pool.check_model = settings.check_model
        keeper = PoolKeeper(pool, upstreams, grants)
        await keeper.reload()
        yield pool, keeper


@asynccontextmanager
async def open_callback_api(
    app: web.Application, settings: Settings, jobs: Jobs, key: bytes, tell: Tell
) -> AsyncIterator[Deliveries]:
    """The door of programs: what takes their requests, and what posts the answers to their addresses."""
    async with open_outbound(settings.outbound_allow, settings.outbound_ports) as outbound:
        voices = app[VOICES] = read_voices()
        contract = Contract(
            tuple(read_modes()), read_styles(), voices,
            Bytes(settings.api_text_bytes_min, settings.api_text_bytes_max),
        )  # fmt: skip
        app[SITE], app[JOBS], app[PRICES], app[SIGNING_KEY] = Site(), jobs, jobs.prices, key
        app[CALLBACK_API] = CallbackApi(app[STORAGE], jobs, outbound, app[DOORKEEPER], contract, settings)
        deliveries = Deliveries(app[STORAGE], outbound, app[SITE], key, jobs.boot, tell)
        jobs.doors[callback_api.DOOR] = deliveries
        yield deliveries


def make_jobs(
    settings: Settings, providers: Providers, storage: Storage, files: Files, prices: Prices, watch: Watch
) -> Jobs:
    work = {
        "text": Work(providers.text, settings.text_workers, settings.text_seconds),
        "image": Work(providers.image, settings.image_workers, settings.image_seconds),
        "voice": Work(providers.speech, settings.voice_workers, settings.voice_seconds),
    }
    return Jobs(
        storage, files, Conversations(storage, settings.context_turns, settings.context_hours),
        work, prices, queue_most=settings.queue_most,
        queue_seconds=settings.queue_seconds, running_per_customer=settings.running_per_customer,
        running_per_code=settings.running_per_code, watch=watch,
    )  # fmt: skip


def sweeps(
    settings: Settings, storage: Storage, files: Files, jobs: Jobs, door: TelegramDoor, texts: Texts,
    blocks: Blocks,
) -> Mapping[str, tuple[float, Sweep]]:  # fmt: skip
    """What is done from time to time: how often, in seconds, and what."""

    async def look() -> None:
        await door.alarm.look(jobs.boot)

    async def forget() -> None:
        await storage.write(conversations.forget_older, now() - 7 * DAY)
        await storage.write(telegram_inbox.forget_old, now() - telegram_inbox.KEPT)
        await storage.write(forget_drafts, now() - DAY)
        await storage.write(callback_api.forget_replies, now() - 7 * DAY)
        await storage.write(vouchers.forget_guesses, now() - vouchers.DAY)
        await storage.write(forget_blocks, now() - FORGIVEN)

    async def sweep_files() -> None:
        await files.sweep(storage, now())

    async def return_set_aside() -> None:
        await storage.write(set_aside.take_back_the_rest, now())

    async def notices() -> None:
        await tell_low(door.bot, storage, texts)

    async def refill() -> None:
        before = now() - int(settings.refill_hours * HOUR)
        if settings.refill_tokens:
            await storage.write(refills.refill, settings.refill_tokens * MILLI, before, now())

    async def pay_invites() -> None:
        if settings.invite_tokens:
            amount = settings.invite_tokens * MILLI
            await storage.write(invites.pay, amount, settings.invites_per_day, now())

    return {
        "audit": (60, look),
        "expire jobs": (5, jobs.expire),
        "blocks": (5, blocks.look_at_content),
        "set aside": (60, return_set_aside),
        "refunds": (60, door.refunding.repeat),
        "low balances": (60, notices),
        "refills": (300, refill),
        "invites": (60, pay_invites),
        "receipts": (60, door.receipts.send_due),
        "reconciliation": (reconciliation.EVERY, door.reconciliation.run),
        "forget": (HOUR / 1000, forget),
        "files": (HOUR / 1000, sweep_files),
    }


def check_prices(settings: Settings, packs: Mapping[str, Pack]) -> None:
    """What is sold in a currency has a price in it. Raises SettingsError."""
    for on, name, currency in (
        (settings.provider_token.get_secret_value(), "PROVIDER_CURRENCY", settings.provider_currency),
        (settings.card_number, "CARD_CURRENCY", settings.card_currency),
    ):
        if on and not any(currency in pack.prices for pack in packs.values()):
            raise SettingsError(f"{name}: no pack has a price in {currency}. See PACKS_FILE.")
