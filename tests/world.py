"""The world of the tests: the whole app in a temporary folder, the sandbox's Telegram and upstream."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from billing import Balance, Row
from bot.audit import audit
from bot.sandbox.telegram import Recorded, SandboxTelegram
from bot.settings import Settings, load_settings
from bot.texts import Texts
from bot.wiring import App, open_app

BOT_TOKEN = "7000000001:AAtests-tests-tests-tests-tests-tests"
ADA, BEN, BOSS, GROUP = 1001, 1002, 1, -1001000000001


class Served(Protocol):
    base_url: str


def people(telegram: SandboxTelegram) -> None:
    telegram.add_person(ADA, "Ada", language_code="en", username="ada")
    telegram.add_person(BEN, "Ben", language_code="fa", username="ben")
    telegram.add_person(BOSS, "Boss", language_code="en", username="boss")
    telegram.add_group(GROUP, "Friends", (ADA, BEN))


def settings_for(telegram: SandboxTelegram, upstream: Served, folder: Path, **given: Any) -> Settings:
    """Like a real bot's: a bot_token, and an upstream's address."""
    values: dict[str, Any] = {
        "bot_token": BOT_TOKEN, "telegram_url": telegram.base, "openai_base_url": upstream.base_url,
        "openai_api_key": "sk-tests-tests-tests", "data_dir": folder, "admin_ids": (BOSS,), "http_port": 0,
        "telegram_pacing": False, "speech_engines": ("openai", "espeak"), "drain_seconds": 1,
        "log_level": "warning", "moderation": "local",
    }  # fmt: skip
    return load_settings(_env_file=None, **(values | given))


@asynccontextmanager
async def hosted(settings: Settings) -> AsyncIterator[App]:
    """The app, opened and closed in one task of its own, as run.py does it. Ends with the audit."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[App] = loop.create_future()
    stop = asyncio.Event()

    async def host() -> None:
        try:
            async with open_app(settings) as app:
                ready.set_result(app)
                await stop.wait()
                assert await audit(app.storage, app.jobs.boot) == []
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
                return
            raise

    task = loop.create_task(host())
    try:
        yield await ready
    finally:
        stop.set()
        await task


async def balance(app: App, person: int) -> Balance:
    row = await app.storage.fetch_one(
        "SELECT posted, held FROM account JOIN customer ON account.id = 'customer:' || customer.id"
        " WHERE telegram_id = :id",
        id=person,
    )
    assert row is not None, f"{person} is no customer"
    return Balance(*row)


async def until(condition: Any, seconds: float = 30) -> Any:
    """Wait until `condition()` (awaited, if need be) holds; what it gave."""
    async with asyncio.timeout(seconds):
        while True:
            result = condition()
            if asyncio.iscoroutine(result):
                result = await result
            if result:
                return result
            await asyncio.sleep(0.01)


def plain(text: str) -> str:
    """Without the marks that keep directions apart."""
    return text.translate(dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069")))


async def answered(telegram: SandboxTelegram, chat: int, asked: dict[str, Any]) -> dict[str, Any]:
    """The bot's answer to what was said: the message with its price under it."""
    return await telegram.heard(
        chat, lambda m: "left" in (m.get("text") or m.get("caption") or ""), after=asked["message_id"],
        seconds=30,
    )  # fmt: skip


def button(message: dict[str, Any], number: int) -> str:
    """The callback data of a message's button, counted from 0."""
    buttons = [one for row in message["reply_markup"]["inline_keyboard"] for one in row]
    return str(buttons[number]["callback_data"])


def said(telegram: SandboxTelegram, chat: int, after: int = 0) -> list[dict[str, Any]]:
    """What the bot has written there, oldest first."""
    ours = telegram.bot["id"]
    return [m for m in telegram.messages(chat) if m["message_id"] > after and m["from"]["id"] == ours]


def words(message: dict[str, Any]) -> str:
    """What a message says, without the marks that keep directions apart."""
    return plain(message.get("text") or message.get("caption") or "")


def calls(telegram: SandboxTelegram, method: str, chat: int | None = None) -> list[Recorded]:
    """The last calls of a method, those to `chat` if it is given."""
    return [
        call
        for call in telegram.calls
        if call.method == method and (chat is None or call.params.get("chat_id") in (chat, str(chat)))
    ]


async def delivery(app: App) -> Row:
    """How the only job's delivery ended, once it has; and what the job cost."""

    async def ended() -> Row | None:
        return await app.storage.fetch_one(
            "SELECT delivery.state, delivery.error, job.charged"
            " FROM delivery JOIN job ON job.id = delivery.job WHERE delivery.state IN ('done', 'dead')"
        )

    row: Row = await until(ended)
    return row


async def all_handled(app: App, telegram: SandboxTelegram) -> None:
    """Wait until every update has come and been handled, and see that none had to be tried twice."""
    await until(lambda: not telegram.waiting_updates)

    async def waiting() -> bool:
        return not await app.storage.fetch("SELECT id FROM update_received WHERE state = 'received'")

    await until(waiting)
    failed = await app.storage.fetch(
        "SELECT body, error FROM update_received WHERE state <> 'processed' OR attempts > 1"
    )
    assert failed == [], failed


LANGUAGES = {ADA: "en", BEN: "fa", BOSS: "en"}


def reads(person: int, key: str, **values: Any) -> str:
    """A text as this person reads it, without the marks that keep directions apart."""
    return plain(Texts().say(LANGUAGES[person])(key, **values))
