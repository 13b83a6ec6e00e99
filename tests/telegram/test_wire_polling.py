"""telegram_wire.md 3.6, the connection: other pollers, outages, lost answers, updates that can't be read."""

import asyncio
import os
import sys
import time
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.telegram import Fault
from bot.settings import SettingsError
from handlers.telegram import inbox
from tests.world import (
    ADA,
    BOSS,
    BOT_TOKEN,
    all_handled,
    answered,
    balance,
    button,
    calls,
    delivery,
    hosted,
    said,
    until,
    words,
)

pytestmark = pytest.mark.usefixtures("at_once")

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    """The pauses are the product's, but for their length."""
    monkeypatch.setattr(inbox, "REFUSED_SECONDS", 0.2)
    monkeypatch.setattr(inbox, "PAUSES", (0.05,) * 4)


async def call(telegram, method, **params):
    """What another program with the same bot_token does."""
    async with aiohttp.ClientSession(telegram.base) as http:
        async with http.post(f"/bot{BOT_TOKEN}/{method}", json=params) as answer:
            return await answer.json()


def alarms(telegram):
    return [words(message) for message in said(telegram, BOSS)]


# Conflict


async def test_terminated_by_other_get_updates__the_operator_is_told_once_and_the_bot_goes_on(app, telegram):
    await until(lambda: calls(telegram, "deleteWebhook"))
    for _ in range(3):
        await call(telegram, "getUpdates", timeout=0)
        await asyncio.sleep(0.3)

    await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))

    conflicts = [call for call in telegram.calls if call.code == 409]
    assert len(conflicts) >= 2
    assert len([alarm for alarm in alarms(telegram) if "Another program polls" in alarm]) == 1
    await all_handled(app, telegram)


async def test_webhook_is_active__the_operator_is_told_and_the_bot_goes_on_when_it_is_gone(app, telegram):
    await until(lambda: calls(telegram, "deleteWebhook"))
    await call(telegram, "setWebhook", url="http://127.0.0.1:9/")
    await until(lambda: [call for call in telegram.calls if "webhook is active" in call.description])
    asked = telegram.say(ADA, "What is 2 + 2?")

    await call(telegram, "deleteWebhook")

    await answered(telegram, ADA, asked)
    assert len(alarms(telegram)) == 1
    assert "a webhook is set" in alarms(telegram)[0]


# Outages


async def test_outage__a_send_that_telegram_or_the_network_fails_is_made_again(app, telegram):
    for kind in ("restart", "html", "refused"):
        telegram.add_fault(Fault("sendMessage", kind, chat=ADA))

        await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))

        assert telegram.faults == []
    assert await balance(app, ADA) == (7_000, 0)
    assert len(said(telegram, ADA)) == 3
    assert len(calls(telegram, "sendMessage", ADA)) == 6


async def test_outage__updates_come_when_it_is_over(app, telegram):
    await until(lambda: calls(telegram, "deleteWebhook"))
    for kind in ("restart", "html", "refused", "lost"):
        telegram.add_fault(Fault("getUpdates", kind))
    # The poll that waits now is answered as it should be.
    await telegram.heard(ADA, after=telegram.say(ADA, "/help")["message_id"])

    asked = telegram.say(ADA, "What is 2 + 2?")

    await answered(telegram, ADA, asked)
    assert telegram.faults == []
    assert await balance(app, ADA) == (9_000, 0)
    await all_handled(app, telegram)


async def test_outage__a_command_outlasts_one_that_is_longer_than_the_outbox_has_patience(
    app, telegram, monkeypatch
):
    monkeypatch.setattr(inbox, "OUTAGE_PAUSES", (0.05,) * 10)
    monkeypatch.setattr("handlers.telegram.outbox.TRIES", 1)
    telegram.add_fault(Fault("sendMessage", "restart", times=8, chat=ADA))

    telegram.say(ADA, "/help")

    await telegram.heard(ADA)
    assert alarms(telegram) == []


async def test_outage__a_slow_answer_is_waited_for(app, telegram):
    telegram.add_fault(Fault("sendMessage", "slow", seconds=1, chat=ADA))

    await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))

    assert await delivery(app) == ("done", None, 1_000)
    assert len(said(telegram, ADA)) == 1


@pytest.mark.parametrize("what", ["What is 2 + 2?", "/voice Hello!"])
async def test_lost__what_was_stored_before_the_connection_was_cut_comes_once_more_and_is_charged_once(
    app, telegram, what
):
    method = "sendVoice" if what.startswith("/") else "sendMessage"
    telegram.add_fault(Fault(method, "lost", chat=ADA))

    asked = telegram.say(ADA, what)

    await until(lambda: len([m for m in said(telegram, ADA) if "left" in words(m)]) == 2)
    assert (await delivery(app)).state == "done"
    rows = await app.storage.fetch("SELECT count(*) FROM transfer WHERE kind = 'capture'")
    assert rows == [(1,)]
    assert len(said(telegram, ADA, asked["message_id"])) == 2


async def test_lost__an_album_is_never_missing(app, telegram):
    telegram.add_fault(Fault("sendMediaGroup", "lost", chat=ADA))
    styles = await telegram.heard(ADA, after=telegram.say(ADA, "/image a cat")["message_id"])
    telegram.tap(ADA, styles["message_id"], "Anime")
    counts = await telegram.heard(ADA, lambda m: "How many" in words(m))
    telegram.tap(ADA, counts["message_id"], button(counts, 1))

    await delivery(app)

    assert len([m for m in said(telegram, ADA) if "photo" in m]) == 4
    assert (await balance(app, ADA)).posted == 8_000


async def test_an_answer_that_cannot_be_read_was_an_answer__nothing_is_sent_twice(app, telegram, monkeypatch):
    """A newer Telegram may send fields that aiogram's models refuse."""
    stored = telegram._performer._answer

    async def newer(model, raw, uploads):
        answer = await stored(model, raw, uploads)
        if model.__api_method__ == "sendMessage":
            answer = {**answer, "entities": "of a kind not known yet"}
        return answer

    monkeypatch.setattr(telegram._performer, "_answer", newer)

    asked = telegram.say(ADA, "What is 2 + 2?")

    await answered(telegram, ADA, asked)
    assert await delivery(app) == ("done", None, 1_000)
    assert len(said(telegram, ADA)) == 1


# Unauthorized


async def test_unauthorized__at_start_the_program_ends_with_a_sentence(telegram, upstream, tmp_path):
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "run.py"), cwd=tmp_path, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env={
            "PATH": os.environ["PATH"], "BOT_TOKEN": "7000000001:AArevoked-revoked-revoked-revoked",
            "TELEGRAM_URL": telegram.base, "OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": "sk-tests",
            "DATA_DIR": str(tmp_path), "HTTP_PORT": "0", "LOG_LEVEL": "error", "DRAIN_SECONDS": "0",
        },
    )  # fmt: skip

    out, err = await asyncio.wait_for(process.communicate(), 30)

    assert process.returncode == 1
    assert err.decode().strip() == "Telegram does not accept BOT_TOKEN. Get the right one from @BotFather."
    assert b"revoked" not in out


async def test_unauthorized__a_bot_token_that_is_revoked_while_the_bot_runs_ends_it(settings, telegram):
    async def run():
        async with hosted(settings):
            await until(lambda: calls(telegram, "deleteWebhook"))
            telegram.add_fault(Fault("getUpdates", "error", times=9, code=401, description="Unauthorized"))
            for _ in range(3):  # the poll that waits now is still answered
                telegram.say(ADA, "/help")
                await asyncio.sleep(0.2)

    with pytest.raises(ExceptionGroup) as ended:
        await run()

    assert ended.group_contains(SettingsError, match="BotFather")


# Updates


async def test_updates_delivered_twice__are_handled_once(app, telegram):
    telegram.add_fault(Fault("getUpdates", "duplicated", times=2, chat=ADA))

    asked = telegram.say(ADA, "What is 2 + 2?")
    await answered(telegram, ADA, asked)
    await answered(telegram, ADA, telegram.say(ADA, "What is 3 + 3?"))

    assert telegram.faults == []
    assert len([m for m in said(telegram, ADA) if "left" in words(m)]) == 2
    assert await balance(app, ADA) == (8_000, 0)


async def test_updates_the_wrong_way_round__are_put_in_order(settings, telegram, upstream):
    for number in range(4):
        telegram.say(ADA, f"What is {number} + 1?")
    telegram.add_fault(Fault("getUpdates", "reordered"))

    async with hosted(settings):
        await until(lambda: len([m for m in said(telegram, ADA) if "left" in words(m)]) == 4)

    assert telegram.faults == []
    questions = [request.body["messages"][-1]["content"] for request in upstream.requests]
    assert questions == [f"What is {number} + 1?" for number in range(4)]


async def test_updates_that_never_come__hold_up_nothing(app, telegram):
    telegram.add_fault(Fault("getUpdates", "dropped", chat=ADA))
    telegram.say(ADA, "lost")

    await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))

    assert await balance(app, ADA) == (9_000, 0)


async def test_pre_checkout_query_delivered_twice__is_one_purchase(app, telegram):
    shop = await telegram.heard(ADA, after=telegram.say(ADA, "/buy")["message_id"])
    telegram.tap(ADA, shop["message_id"], button(shop, 0))
    bill = await telegram.heard(ADA, lambda m: "invoice" in m)
    await all_handled(app, telegram)
    telegram.add_fault(Fault("getUpdates", "duplicated", times=2))

    paid = await telegram.pay(ADA, bill["message_id"])

    assert paid["ok"]
    await telegram.heard(ADA, lambda m: "Receipt" in words(m))
    assert telegram.faults == []
    assert len(calls(telegram, "answerPreCheckoutQuery")) == 1
    assert await balance(app, ADA) == (110_000, 0)


STRANGE = [
    ("message", {"message_id": 7, "date": 1, "chat": {"id": ADA, "type": "private", "first_name": "Ada"},
                 "from": "somebody", "text": "hello"}),
    ("message", {"message_id": 7, "chat": {"id": ADA}}),
    ("message", {"message_id": "seven", "text": 7, "chat": {"id": ADA}, "from": {"id": ADA}}),
    ("message", "not an object"),
    ("message", []),
    ("callback_query", {"id": "1", "from": {"id": ADA}, "chat_instance": 7}),
    ("callback_query", {"data": "x"}),
    ("pre_checkout_query", {"id": "1"}),
    ("pre_checkout_query", 7),
]  # fmt: skip


async def test_an_update_that_cannot_be_read__is_set_aside_at_once_and_others_go_on(app, telegram):
    for kind, thing in STRANGE:
        telegram.add_update(kind, thing)
    began = time.monotonic()

    asked = telegram.say(ADA, "What is 2 + 2?")

    await answered(telegram, ADA, asked)
    assert time.monotonic() - began < 3
    await until(lambda: len(alarms(telegram)) >= 8)
    assert all("set aside" in alarm and "hello" not in alarm for alarm in alarms(telegram))
    rows = await app.storage.fetch("SELECT state, attempts FROM update_received WHERE error IS NOT NULL")
    assert set(rows) == {("poisoned", 1)}


async def test_an_update_that_our_own_mistake_fails__is_set_aside_and_the_operator_told(
    app, telegram, monkeypatch
):
    def broken(*args, **kwargs):
        raise RuntimeError("a mistake")

    monkeypatch.setattr("handlers.telegram.menu._mode_keyboard", broken)

    telegram.say(ADA, "/mode")
    asked = telegram.say(ADA, "What is 2 + 2?")

    await answered(telegram, ADA, asked)
    assert ["RuntimeError" in alarm for alarm in alarms(telegram)] == [True]
    rows = await app.storage.fetch("SELECT attempts FROM update_received WHERE state = 'poisoned'")
    assert rows == [(5,)]


async def test_a_tap_does_not_wait_for_the_messages_before_it(app, telegram):
    """Their order is nothing to build on: Telegram itself keeps it only within messages, and within taps."""
    picker = await telegram.heard(ADA, after=telegram.say(ADA, "/language")["message_id"])
    telegram.say(ADA, "x" * 4_096)  # which may go on: it is waited for
    began = time.monotonic()

    await telegram.tap(ADA, picker["message_id"], "English").answered(5)

    assert time.monotonic() - began < 0.6
    await answered(telegram, ADA, picker)
