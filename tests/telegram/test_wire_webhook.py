"""telegram_wire.md 3.6, the webhook: only with a secret, committed before confirmed, each update once."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.telegram import Fault
from bot.settings import SettingsError
from bot.wiring import App
from tests.world import ADA, answered, balance, button, calls, hosted, said, settings_for, until, words

pytestmark = pytest.mark.usefixtures("at_once")

PATH = "/telegram/webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
SECRET = "a-secret-of-the-tests"


@pytest.fixture
def hooked(telegram, upstream, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return settings_for(
        telegram, upstream, tmp_path / "data", telegram_webhook=True, http_port=port,
        public_url=f"http://127.0.0.1:{port}", telegram_webhook_secret=SECRET,
    )  # fmt: skip


@pytest.fixture
async def app(hooked) -> AsyncIterator[App]:
    async with hosted(hooked) as app:
        yield app


async def registered(telegram):
    return (await until(lambda: calls(telegram, "setWebhook")))[0]


def update(number, text="What is 2 + 2?"):
    person = {"id": ADA, "is_bot": False, "first_name": "Ada"}
    chat = {"id": ADA, "type": "private", "first_name": "Ada"}
    return {
        "update_id": number,
        "message": {"message_id": 500 + number, "date": 1, "chat": chat, "from": person, "text": text},
    }


async def post(app, body, secret=SECRET):
    headers = {HEADER: secret} if secret is not None else {}
    async with aiohttp.ClientSession(app.address) as http:
        async with http.post(PATH, headers=headers, **body) as answer:
            return answer.status


async def test_webhook__a_conversation_and_a_purchase_come_through_it(app, telegram):
    await registered(telegram)

    await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))
    shop = await telegram.heard(ADA, after=telegram.say(ADA, "/buy")["message_id"])
    telegram.tap(ADA, shop["message_id"], button(shop, 0))
    bill = await telegram.heard(ADA, lambda m: "invoice" in m)
    assert (await telegram.pay(ADA, bill["message_id"]))["ok"]
    await telegram.heard(ADA, lambda m: "Receipt" in words(m))

    assert calls(telegram, "getUpdates") == []
    assert await balance(app, ADA) == (109_000, 0)


async def test_webhook__is_registered_with_a_secret_even_if_none_was_given(hooked, telegram):
    async with hosted(hooked.model_copy(update={"telegram_webhook_secret": type(hooked.bot_token)("")})):
        await registered(telegram)
        await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))

    assert len(telegram._world.updates.webhook["secret"]) >= 32


async def test_webhook__without_its_secret_nobody_gets_in(app, telegram):
    await registered(telegram)
    for secret in (None, "", "wrong", SECRET + "x", "سرّ".encode().decode("latin-1")):
        assert await post(app, {"json": update(1)}, secret) == 401

    assert await app.storage.fetch("SELECT id FROM update_received") == []


async def test_webhook__what_is_no_update_is_refused(app, telegram):
    await registered(telegram)

    strange: list[Any] = [[], {}, {"update_id": "x"}, 7]
    bodies = [{"data": b"{"}, *({"json": one} for one in strange)]
    for body in bodies:
        assert await post(app, body) == 400, body


async def test_webhook__an_update_is_committed_before_it_is_confirmed_and_handled_once(app, telegram):
    await registered(telegram)

    assert await post(app, {"json": update(7)}) == 200
    committed = await app.storage.fetch("SELECT id FROM update_received")
    assert await post(app, {"json": update(7)}) == 200

    assert committed == [(7,)]
    await telegram.heard(ADA, lambda m: "left" in words(m))
    assert await balance(app, ADA) == (9_000, 0)
    assert len(said(telegram, ADA)) == 1


async def test_webhook__updates_that_come_twice_or_in_another_order_are_answered_once(app, telegram):
    await registered(telegram)
    telegram.add_fault(Fault("getUpdates", "duplicated", times=3))
    telegram.add_fault(Fault("getUpdates", "reordered"))

    for number in range(3):
        telegram.say(ADA, f"What is {number} + 1?")

    await until(lambda: len([m for m in said(telegram, ADA) if "left" in words(m)]) == 3)
    assert await balance(app, ADA) == (7_000, 0)


async def test_webhook__updates_that_came_while_the_bot_was_down_are_posted_again(hooked, telegram):
    async with hosted(hooked):
        await registered(telegram)
        await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))
    asked = telegram.say(ADA, "What is 3 + 3?")
    await until(lambda: "last_error_message" in telegram._world.updates.webhook)

    async with hosted(hooked) as app:
        await answered(telegram, ADA, asked)
        assert await balance(app, ADA) == (8_000, 0)


async def test_bad_webhook__an_address_that_telegram_refuses_ends_the_program_with_a_sentence(
    hooked, telegram
):
    async def run():
        async with hosted(hooked.model_copy(update={"public_url": "http://example.org"})):
            await registered(telegram)
            await asyncio.sleep(0.5)

    with pytest.raises(ExceptionGroup) as ended:
        await run()

    assert ended.group_contains(SettingsError, match=r"HTTPS URL must be provided.*PUBLIC_URL")


async def test_set_webhook_too_often__the_pause_is_obeyed(hooked, telegram):
    telegram.add_fault(Fault("setWebhook", "flood", seconds=1))

    async with hosted(hooked):
        await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))

    assert [call.code for call in calls(telegram, "setWebhook")] == [429, 200]
