"""Trouble on demand, as a real client meets it."""

import asyncio
import time

import pytest
from aiogram.exceptions import (
    ClientDecodeError,
    RestartingTelegram,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
)

from bot.sandbox.telegram import Fault
from tests.sandbox.conftest import ADA, BOB, BOT_TOKEN


def texts(telegram, chat=ADA):
    return [message["text"] for message in telegram.messages(chat)]


async def test_lost_is_stored_and_then_the_connection_is_cut(telegram, bot):
    telegram.add_fault(Fault("sendMessage", "lost"))

    with pytest.raises(TelegramNetworkError):
        await bot.send_message(ADA, "twice")
    await bot.send_message(ADA, "twice")

    assert texts(telegram) == ["twice", "twice"]


async def test_refused_has_no_effect(telegram, bot):
    telegram.add_fault(Fault("sendMessage", "refused", times=2))

    for _ in range(2):
        with pytest.raises(TelegramNetworkError):
            await bot.send_message(ADA, "never")
    await bot.send_message(ADA, "once")

    assert texts(telegram) == ["once"]
    assert [call.code for call in telegram.calls] == [0, 0, 200]


async def test_a_flood_names_the_seconds_twice(telegram, bot, http):
    telegram.add_fault(Fault("sendMessage", "flood", seconds=17, times=2))

    with pytest.raises(TelegramRetryAfter) as flood:
        await bot.send_message(ADA, "never")
    async with http.post(
        f"{telegram.base}/bot{BOT_TOKEN}/sendMessage", data={"chat_id": ADA, "text": "never"}
    ) as response:
        body = await response.json()

    assert flood.value.retry_after == 17
    assert (response.status, response.headers["Retry-After"]) == (429, "17")
    assert body == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 17",
        "parameters": {"retry_after": 17},
    }
    assert texts(telegram) == []


async def test_an_error_in_any_words(telegram, bot):
    telegram.add_fault(Fault("*", "error", code=403, description="Forbidden: user is deactivated"))

    with pytest.raises(TelegramForbiddenError, match="user is deactivated"):
        await bot.get_chat(ADA)


async def test_a_page_instead_of_json(telegram, bot):
    telegram.add_fault(Fault("*", "html"))

    with pytest.raises(ClientDecodeError):
        await bot.get_me()


async def test_a_server_that_restarts(telegram, bot):
    telegram.add_fault(Fault("sendMessage", "restart"))

    with pytest.raises(RestartingTelegram, match="Internal Server Error: restart"):
        await bot.send_message(ADA, "never")


async def test_a_slow_answer_has_its_effect_at_once(telegram, bot):
    telegram.add_fault(Fault("sendMessage", "slow", seconds=0.3))
    began = time.monotonic()

    sending = asyncio.gather(bot.send_message(ADA, "slow"))
    await telegram.heard(ADA, seconds=0.2)
    assert not sending.done()
    await sending

    assert time.monotonic() - began >= 0.3


async def test_a_fault_meets_only_its_chat_and_method(telegram, bot):
    telegram.add_fault(Fault("sendMessage", "restart", chat=ADA))

    await bot.get_me()
    await bot.send_message(BOB, "fine")
    with pytest.raises(RestartingTelegram):
        await bot.send_message(ADA, "never")

    assert telegram.faults == []


async def test_whoever_watches_sees_the_faults(telegram, bot):
    telegram.add_fault(Fault("*", "restart"))

    async with telegram.watch() as seen:
        with pytest.raises(RestartingTelegram):
            await bot.get_me()
        kinds = [await anext(seen) for _ in range(2)]

    assert [kind for kind, _ in kinds] == ["fault", "call"]
    assert kinds[1][1]["code"] == 500


async def test_an_update_of_one_kind_is_lost(telegram, bot):
    telegram.add_fault(Fault("callback_query", "dropped"))
    telegram.say(ADA, "hello")
    sent = await bot.send_message(
        ADA, "?", reply_markup={"inline_keyboard": [[{"text": "a", "callback_data": "a"}]]}
    )
    telegram.tap(ADA, sent.message_id, "a")

    updates = await bot.get_updates()

    assert [bool(update.message) for update in updates] == [True]
    assert telegram.faults == []


async def test_what_a_bot_that_is_cut_off_misses_waits_for_a_day(telegram, bot):
    telegram.cut_off(True)
    telegram.say(ADA, "early")
    with pytest.raises(TelegramNetworkError):
        await bot.get_updates()
    telegram.clock.forward(23 * 3600)
    telegram.say(ADA, "late")
    telegram.clock.forward(2 * 3600)
    telegram.cut_off(False)

    assert [update.message.text for update in await bot.get_updates()] == ["late"]


async def test_a_poll_that_waits_is_cut_off_with_the_rest(telegram, bot):
    with pytest.raises(TelegramNetworkError):
        await asyncio.gather(bot.get_updates(timeout=30), cut_off_soon(telegram))


async def cut_off_soon(telegram):
    await asyncio.sleep(0.1)
    telegram.cut_off(True)
