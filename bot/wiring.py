"""Who gets what: the one module that imports every part, and opens and closes them in order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import web

from billing import tariff
from billing.payments.orders import Pack
from bot.blocks import Blocks, Rates
from bot.books import Secrets, open_books
from bot.catalog import packs
from bot.catalog.modes import read_modes
from bot.catalog.styles import read_styles
from bot.conversations import Conversations
from bot.files import Files
from bot.jobs import Jobs, Work
from bot.operator import Operator
from bot.pool_keeper import PoolKeeper
from bot.price_lists import PriceLists
from bot.prices import Prices
from bot.providers.opened import Providers, open_providers
from bot.providers.pool.grants import Grants
from bot.providers.pool.pool import Pool
from bot.providers.upstream import OPENAI_URL
from bot.sandbox.page import add_page
from bot.sandbox.surroundings import Surroundings, open_surroundings
from bot.schedule import schedule
from bot.settings import Settings, SettingsError
from bot.storage import Storage
from bot.sweeps import Sweeps, sweeps
from bot.texts import Texts
from bot.upstreams import Upstreams
from bot.watch import Watch
from handlers import command_line
from handlers.http import door as http_door
from handlers.http.door import open_http
from handlers.http.gateway.routes import Gateway
from handlers.http.site import Site
from handlers.telegram import door as telegram_door
from handlers.telegram.door import open_telegram
from handlers.telegram.notices import Notices


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
    sweeps: Sweeps
    gateway: Gateway
    metrics: str
    """Where Prometheus finds the metrics; "": nowhere."""

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
        secrets, texts, watch, site = Secrets.of(settings), Texts(), Watch(), Site()
        await watch.look(storage)
        outside = await stack.enter_async_context(open_surroundings(settings))
        files = Files(settings.data_dir / "files")
        pool, keeper = await stack.enter_async_context(open_pool(settings, outside, operator.upstreams))
        providers = await stack.enter_async_context(open_providers(settings, pool, files.read))
        price_lists = await open_price_lists(settings, storage)
        jobs = make_jobs(settings, providers, storage, files, price_lists.prices, watch)
        blocks = await open_blocks(settings, storage)
        telegram = await stack.enter_async_context(
            open_telegram(
                telegram_door.Parts(
                    settings, storage, files, jobs, texts, operator, outside.admin_ids, price_lists,
                    tuple(read_modes()), tuple(read_styles()), secrets.pepper, secrets.webhook,
                    providers.speech, blocks, site,
                ),
                outside.bot_token, outside.telegram_url,
            )
        )  # fmt: skip
        keeper.tell = telegram.admins.tell
        http = await stack.enter_async_context(
            open_http(
                http_door.Parts(
                    settings, storage, files, jobs, texts, pool, price_lists, providers.speech,
                    providers.moderation, blocks, secrets, telegram.inbox,
                    Notices(telegram.bot, storage, texts).endpoint_paused, operator, outside.admin_ids, site,
                ),
                *sandbox_page(outside),
            )
        )  # fmt: skip
        await stack.enter_async_context(command_line.listen(settings.data_dir, operator))
        swept = {
            **sweeps(settings, storage, files, jobs, blocks, keeper), **telegram.sweeps, **http.sweeps,
        }  # fmt: skip
        at_times = {"access tokens, all": (settings.oauth_refresh, partial(keeper.refresh, forced=True))}
        await stack.enter_async_context(schedule(swept, at_times))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        running = [
            tasks.create_task(run())
            for run in (jobs.run, keeper.run, keeper.refresh, *http.tasks, *telegram.tasks)
        ]
        yield App(settings, storage, jobs, operator, http.address, outside, swept, http.gateway, http.metrics)
        for part in (http.gateway, jobs, telegram, http.deliveries):
            await part.drain(settings.drain_seconds)
        for task in running:
            task.cancel()


def sandbox_page(outside: Surroundings) -> list[Callable[[web.Application], None]]:
    """The page of the sandbox's chats, where there is a sandbox."""
    if outside.telegram is None:
        return []
    return [partial(add_page, telegram=outside.telegram, admins=outside.admin_ids)]


async def open_price_lists(settings: Settings, storage: Storage) -> PriceLists:
    price_lists = PriceLists(storage, partial(check_prices, settings))
    await price_lists.open(
        Path(settings.tariff_file or tariff.SHIPPED), Path(settings.packs_file or packs.SHIPPED)
    )
    return price_lists


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


def make_jobs(
    settings: Settings, providers: Providers, storage: Storage, files: Files, prices: Prices, watch: Watch
) -> Jobs:
    work = {
        "text": Work(providers.text, settings.text_workers, settings.text_seconds),
        "image": Work(providers.image, settings.image_workers, settings.image_seconds),
        "voice": Work(providers.voice, settings.voice_workers, settings.voice_seconds),
    }
    return Jobs(
        storage, files, Conversations(storage, settings.context_turns, settings.context_hours),
        work, prices, queue_most=settings.queue_most,
        queue_seconds=settings.queue_seconds, running_per_customer=settings.running_per_customer,
        running_per_code=settings.running_per_code, watch=watch,
    )  # fmt: skip


def check_prices(settings: Settings, packs: Mapping[str, Pack]) -> None:
    """What is sold in a currency has a price in it. Raises SettingsError."""
    for on, name, currency in (
        (settings.provider_token.get_secret_value(), "PROVIDER_CURRENCY", settings.provider_currency),
        (settings.card_number, "CARD_CURRENCY", settings.card_currency),
    ):
        if on and not any(currency in pack.prices for pack in packs.values()):
            raise SettingsError(f"{name}: no pack has a price in {currency}. See PACKS_FILE.")
