"""The Telegram door, put together: what comes in by the inbox goes to the handlers, jobs' answers go out."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
)
from aiogram.methods import Response
from aiogram.types import Message, Update

from bot.blocks import Blocks
from bot.clock import DAY, HOUR, now
from bot.files import Files
from bot.jobs import Jobs
from bot.operator import Operator
from bot.price_lists import PriceLists
from bot.providers.speech import SpeechProvider
from bot.settings import Settings, SettingsError
from bot.statements.maker import Statements
from bot.storage import Storage
from bot.sweeps import Sweeps
from bot.texts import Texts
from handlers.http.site import Site
from handlers.telegram import (
    account,
    admin,
    api_codes,
    books,
    chat,
    code_options,
    console,
    deliveries,
    errors,
    flagged,
    gifts,
    groups,
    image,
    listening,
    low_balance,
    menu,
    paysupport,
    prices,
    purchases,
    shop,
    statements,
    subscriptions,
    support,
    upstreams,
    voice,
    voice_settings,
    vouchers,
)
from handlers.telegram import alarm as alarms
from handlers.telegram import inbox as inboxes
from handlers.telegram import reconciliation as reconciling
from handlers.telegram.admins import Admins
from handlers.telegram.alarm import Alarm
from handlers.telegram.answers import DOOR, Answers
from handlers.telegram.chat import Asking
from handlers.telegram.groups import load_moved_chats
from handlers.telegram.inbox import ALLOWED, PATH, UNAUTHORIZED, Inbox
from handlers.telegram.joins import Joins, joined
from handlers.telegram.outbox import Outbox
from handlers.telegram.payments import Method, card, provider, stars
from handlers.telegram.people import MeetPeople, People
from handlers.telegram.receipts import Receipts
from handlers.telegram.reconciliation import Reconciliation
from handlers.telegram.refunding import Refunding
from handlers.telegram.samples import Samples
from handlers.telegram.showing import Showing
from handlers.telegram.trouble import is_stranger

log = structlog.get_logger()

METHODS: tuple[Method, ...] = (stars, provider, card)
"""The ways to pay, in the order of /buy. A new one is one more file, named here."""

KEPT = (Response[Message], Response[bool], Response[Message | bool], Response[list[Message]])
"""aiogram reads each answer with such a class; unless somebody keeps it, pydantic makes it anew each time."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the engine gives to the door."""

    settings: Settings
    storage: Storage
    files: Files
    jobs: Jobs
    texts: Texts
    operator: Operator
    admin_ids: Sequence[int]
    price_lists: PriceLists
    modes: Sequence[str]
    styles: Sequence[str]
    invoice_secret: bytes
    webhook_secret: str
    speech: SpeechProvider
    blocks: Blocks
    site: Site


@dataclass(frozen=True, slots=True)
class TelegramDoor:
    bot: Bot
    inbox: Inbox
    admins: Admins
    people: People
    receipts: Receipts
    refunding: Refunding
    reconciliation: Reconciliation
    alarm: Alarm
    tasks: Sequence[Callable[[], Coroutine[Any, Any, None]]]
    """What runs as long as the door is open."""
    sweeps: Sweeps
    drain: Callable[[float], Coroutine[Any, Any, None]]
    """Waits, so many seconds at most, until what is due has been sent."""


@asynccontextmanager
async def open_telegram(parts: Parts, bot_token: str, url: str) -> AsyncIterator[TelegramDoor]:
    """Connect the handlers with Telegram at `url`."""
    settings, storage, texts = parts.settings, parts.storage, parts.texts
    session = AiohttpSession(proxy=settings.telegram_proxy or None, api=TelegramAPIServer.from_base(url))
    bot = Bot(bot_token, session=session)
    moved = await load_moved_chats(storage)
    outbox = Outbox(moved, pacing=settings.telegram_pacing)
    session.middleware(outbox)
    answers = Answers(bot, storage, parts.files, texts, moved, parts.jobs.boot)
    showing = Showing(
        bot, outbox, storage, parts.jobs, texts, stream=settings.telegram_stream, came=answers.came,
        ended=answers.ended, delivering=answers.delivering,
    )  # fmt: skip
    answers.showing = showing
    parts.jobs.doors[DOOR] = showing
    admins = Admins(bot, parts.admin_ids)
    people = People(storage, settings.signup_tokens * 1000)
    receipts, refunding = Receipts(bot, storage, texts), Refunding(bot, storage, texts, admins)
    reconciliation = Reconciliation(bot, storage, parts.invoice_secret, parts.jobs, admins, receipts)
    alarm = Alarm(storage, parts.jobs.watch, admins)
    dispatcher = handlers_in_order()
    asking, samples = Asking(parts.jobs, showing, settings, parts.blocks), Samples()
    statements_made = Statements(storage)

    async def handle(updates: Sequence[Update]) -> None:
        messages = [update.message for update in updates if update.message]
        for message in messages:
            await moved.hear(message)
        update = updates[0]
        if len(messages) > 1:
            update = update.model_copy(update={"message": joined(messages)})
        await dispatcher.feed_update(
            bot, update, me=await bot.me(), admins=admins, people=people, texts=texts,
            asking=asking, storage=storage, jobs=parts.jobs,
            settings=settings, operator=parts.operator, packs=parts.price_lists.packs, modes=parts.modes,
            styles=parts.styles, invoice_secret=parts.invoice_secret,
            files=parts.files, speech=parts.speech, samples=samples,
            receipts=receipts, refunding=refunding, blocks=parts.blocks, methods=METHODS, alarm=alarm,
            statements=statements_made, price_lists=parts.price_lists, watch=parts.jobs.watch,
            reconciliation=reconciliation, site=parts.site,
        )  # fmt: skip

    inbox = Inbox(bot, storage, handle, Joins(), admins.tell, reconciliation.catch_up)

    async def receive() -> None:
        await until_heard(partial(choose_way, bot, parts))
        await until_heard(bot.me)  # kept by it; else every one of the first updates would ask
        await inbox.run(polling=not settings.telegram_webhook)

    async def introduce() -> None:
        with by_itself("set_commands"):
            await until_heard(partial(menu.set_commands, bot, texts, parts.admin_ids))
        await alarm.tell()

    async def reconcile() -> None:
        with by_itself("reconciliation"):  # it comes again in a while
            await until_heard(reconciliation.run)

    async def look() -> None:
        await alarm.look(parts.jobs.boot)

    async def tell_low() -> None:
        await low_balance.tell_low(bot, storage, texts)

    async def forget() -> None:
        await storage.write(inboxes.forget_old, now() - inboxes.KEPT)
        await storage.write(image.forget_drafts, now() - DAY)

    tasks = (outbox.turns.run, showing.run, answers.run, receive, introduce, reconcile)
    sweeps: Sweeps = {
        "audit": (60, look),
        "refunds": (60, refunding.repeat),
        "low balances": (60, tell_low),
        "receipts": (60, receipts.send_due),
        "reconciliation": (reconciling.EVERY, reconciliation.run),
        "updates": (HOUR / 1000, forget),
    }
    try:
        yield TelegramDoor(
            bot, inbox, admins, people, receipts, refunding, reconciliation, alarm, tasks, sweeps,
            answers.drain,
        )  # fmt: skip
    finally:
        if not url.startswith("https:"):  # else aiogram waits a moment for TLS to end
            await (await session.create_session()).close()
        await session.close()


async def choose_way(bot: Bot, parts: Parts) -> None:
    """Tell Telegram how updates shall come."""
    if not parts.settings.telegram_webhook:
        await bot.delete_webhook()
        return
    assert parts.webhook_secret, "whoever knows the address could post updates"
    url = parts.settings.base_url + PATH
    try:
        await bot.set_webhook(url, secret_token=parts.webhook_secret, allowed_updates=ALLOWED)
    except TelegramBadRequest as error:
        raise SettingsError(f"Telegram refuses the webhook {url}: {error.message}. See PUBLIC_URL.") from None


async def until_heard(act: Callable[[], Awaitable[object]]) -> None:
    """Do it, again and again until Telegram can be reached; a wrong bot_token ends the program."""
    for pause in itertools.chain((1, 2, 5, 10), itertools.repeat(30)):
        try:
            await act()
            return
        except AiogramError as error:
            if is_stranger(error):
                raise SettingsError(UNAUTHORIZED) from None
            log.warning("Telegram can't be reached", error=type(error).__name__, again_in=pause)
            await asyncio.sleep(pause)


@contextmanager
def by_itself(act: str) -> Iterator[None]:
    """What fails in here for a reason nobody thought of is logged, and must not end the bot."""
    try:
        yield
    except SettingsError:
        raise
    except Exception:
        log.exception("failed at start", act=act)


@cache
def handlers_in_order() -> Dispatcher:
    """The handlers in the order in which they are asked: commands before prefixes before any text.

    It keeps nothing: what handlers need comes with each update.
    """
    dispatcher = Dispatcher(disable_fsm=True)
    meet = MeetPeople()
    for observer in (dispatcher.message, dispatcher.callback_query, dispatcher.pre_checkout_query):
        observer.outer_middleware(meet)
    modules = (
        alarms, subscriptions, paysupport, admin, books, prices, upstreams, console, code_options,
        api_codes, flagged, deliveries, vouchers, gifts, support, menu, account, low_balance, statements,
        purchases,
    )  # fmt: skip
    dispatcher.include_routers(
        errors.router, shop.router, reconciling.router, *(method.router for method in METHODS),
        *(module.router for module in (*modules, image, voice, voice_settings, listening, groups, chat)),
    )  # fmt: skip
    return dispatcher
