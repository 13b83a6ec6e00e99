"""The webhook: real HTTP, the secret, retries, and methods in the response."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiogram import Dispatcher
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import SendMessage
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from bot.sandbox.telegram import Fault
from tests.sandbox.conftest import ADA, BOB, keyboard
from tests.serving import serving
from tests.world import until


@asynccontextmanager
async def hooked(handler):
    app = web.Application()
    app.router.add_post("/hook", handler)
    async with serving(app, access_log=None) as address:
        yield f"{address}/hook"


class Hook:
    """A webhook that notes what it gets and answers as it is told."""

    def __init__(self, *statuses, body=None):
        self.statuses, self.body = list(statuses), body
        self.seen, self.secrets, self.got = [], [], asyncio.Event()

    async def take(self, request):
        update = await request.json()
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.seen.append(update)
            self.got.set()
        return web.json_response(self.body, status=status)

    async def texts(self, count):
        async with asyncio.timeout(5):
            while len(self.seen) < count:
                self.got.clear()
                await self.got.wait()
        return [update["message"]["text"] for update in self.seen]


async def test_updates_are_posted_with_the_secret_in_their_order(telegram, bot):
    hook = Hook()
    telegram.say(ADA, "before")
    async with hooked(hook.take) as url:
        await bot.set_webhook(url, secret_token="s-e_cret1")
        telegram.say(ADA, "one")
        telegram.say(ADA, "two")

        assert await hook.texts(3) == ["before", "one", "two"]
    assert set(hook.secrets) == {"s-e_cret1"}
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_a_refused_update_is_posted_again_and_the_error_is_shown(telegram, bot):
    hook = Hook(500, 502)
    async with hooked(hook.take) as url:
        await bot.set_webhook(url)
        telegram.say(ADA, "one")
        await asyncio.sleep(0.1)
        info = await bot.get_webhook_info()

        assert await hook.texts(1) == ["one"]
    assert info.pending_update_count == 1
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
    assert len(hook.secrets) == 3


async def test_one_chat_that_is_refused_does_not_hold_up_the_others(telegram, bot):
    hook = Hook(500)
    async with hooked(hook.take) as url:
        telegram.say(ADA, "hers")
        telegram.say(BOB, "his")
        await bot.set_webhook(url)

        assert await hook.texts(2) == ["his", "hers"]


async def test_a_chats_next_update_waits_for_the_one_before(telegram, bot):
    free, seen = asyncio.Event(), []

    async def slow(request):
        seen.append((await request.json())["message"]["text"])
        if seen == ["one"]:
            await free.wait()
        return web.Response()

    async with hooked(slow) as url:
        await bot.set_webhook(url)
        telegram.say(ADA, "one")
        telegram.say(ADA, "two")
        telegram.say(BOB, "his")
        await until(lambda: len(seen) > 1)
        await asyncio.sleep(0.1)
        before = list(seen)
        free.set()
        await until(lambda: len(seen) > 2)

    assert (before, seen) == (["one", "his"], ["one", "his", "two"])


async def test_what_is_too_old_is_not_posted_again(telegram, bot):
    hook = Hook(*[500] * 50)
    sent = await bot.send_message(ADA, "choose", reply_markup=keyboard(("Yes", "y")))
    async with hooked(hook.take) as url:
        await bot.set_webhook(url)
        telegram.tap(ADA, sent.message_id, "y")
        await asyncio.sleep(0.1)
        telegram.clock.forward(151)

        assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_duplicated_and_reordered_posts(telegram, bot):
    hook = Hook()
    telegram.say(ADA, "one")
    telegram.say(ADA, "two")
    telegram.add_fault(Fault("getUpdates", "reordered"))
    telegram.add_fault(Fault("getUpdates", "duplicated"))
    async with hooked(hook.take) as url:
        await bot.set_webhook(url)

        assert await hook.texts(3) == ["two", "two", "one"]


async def test_a_method_in_the_response_is_done(telegram, bot):
    hook = Hook(body={"method": "sendMessage", "chat_id": ADA, "text": "at once"})
    async with hooked(hook.take) as url:
        await bot.set_webhook(url)
        telegram.say(ADA, "hello")

        assert (await telegram.heard(ADA, seconds=3))["text"] == "at once"


async def test_aiograms_own_handler_answers_in_the_response(telegram, bot):
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message):
        return SendMessage(chat_id=message.chat.id, text=f"<b>{message.text}</b>", parse_mode="HTML")

    handler = SimpleRequestHandler(dispatcher, bot, handle_in_background=False)
    async with hooked(handler.handle) as url:
        await bot.set_webhook(url)
        telegram.say(ADA, "سلام")

        assert (await telegram.heard(ADA, seconds=3))["entities"] == [
            {"type": "bold", "offset": 0, "length": 4}
        ]


async def test_a_webhook_can_not_ask_in_its_response(telegram, bot):
    hook = Hook(body={"method": "deleteWebhook"})
    async with hooked(hook.take) as url:
        await bot.set_webhook(url)
        telegram.say(ADA, "hello")
        await hook.texts(1)

        assert (await bot.get_webhook_info()).url == url


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [
        ("http://example.com/", None, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            "https://example.com:444/",
            None,
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        ("https://10.0.0.1/", None, "bad webhook: IP address 10.0.0.1 is reserved"),
        ("http://127.0.0.1/", "x" * 257, "secret token is too long"),
        ("http://127.0.0.1/", "a b", "secret token contains unallowed characters"),
    ],
)
async def test_webhooks_that_telegram_refuses(telegram, bot, url, secret, words):
    with pytest.raises(TelegramBadRequest) as refused:
        await bot.set_webhook(url, secret_token=secret)

    assert refused.value.message == "Bad Request: " + words


async def test_pending_updates_can_be_dropped(telegram, bot):
    telegram.say(ADA, "old")

    await bot.delete_webhook(drop_pending_updates=True)

    assert await bot.get_updates() == []
