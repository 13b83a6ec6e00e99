"""telegram_wire.md 3.6, sending: floods, and the limits that are kept so that there are none."""

import asyncio
import itertools
import time

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters

from bot.sandbox.telegram import Fault
from handlers.telegram.groups import MovedChats
from handlers.telegram.outbox import Outbox
from handlers.telegram.pacing import WAITING, OutboxFull
from tests.world import (
    ADA,
    BEN,
    BOT_TOKEN,
    GROUP,
    all_handled,
    answered,
    balance,
    button,
    calls,
    delivery,
    hosted,
    said,
    settings_for,
    until,
    words,
)

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
async def paced(telegram, upstream, tmp_path):
    """The app as it runs for real: with its pacing."""
    async with hosted(settings_for(telegram, upstream, tmp_path / "data", telegram_pacing=True)) as app:
        yield app


def streaming(upstream):
    """An answer that grows for two seconds."""
    upstream.chunk_seconds = 0.02
    upstream.will_say("word " * 120)


def pauses(telegram, chat=ADA):
    """Seconds from each refusal of a call to this chat to the next call to it."""
    found = [
        call
        for call in telegram.calls
        if call.params.get("chat_id") in (chat, str(chat)) and call.method != "sendChatAction"
    ]
    return [after.at - before.at for before, after in itertools.pairwise(found) if before.code == 429]


# 429: Too Many Requests: retry after N


async def test_retry_after__in_mid_stream_is_obeyed_to_the_second(paced, telegram, upstream):
    streaming(upstream)
    telegram.add_fault(Fault("editMessageText", "flood", seconds=1, chat=ADA))

    asked = telegram.say(ADA, "Tell me a long story")

    await answered(telegram, ADA, asked)
    assert [1 <= pause < 4 for pause in pauses(telegram)] == [True]
    assert len(said(telegram, ADA)) == 1
    assert await balance(paced, ADA) == (9_000, 0)


async def test_retry_after__the_answer_does_not_wait_for_an_edit_that_it_replaces(paced, telegram, upstream):
    streaming(upstream)
    asked = telegram.say(ADA, "Tell me a long story")
    await telegram.heard(ADA, after=asked["message_id"])
    telegram.add_fault(Fault("editMessageText", "flood", seconds=2, chat=ADA))
    await until(lambda: not telegram.faults)

    await answered(telegram, ADA, asked)

    edits = calls(telegram, "editMessageText", ADA)
    assert [edit.code for edit in edits][-2:] == [429, 200]
    assert "left" in edits[-1].params["text"]
    assert [2 <= pause < 5 for pause in pauses(telegram)] == [True]


@pytest.mark.parametrize("pacing", [True, False])
async def test_retry_after__on_the_answer_itself(telegram, upstream, tmp_path, pacing):
    async with hosted(settings_for(telegram, upstream, tmp_path, telegram_pacing=pacing)) as app:
        telegram.add_fault(Fault("sendMessage", "flood", seconds=1, chat=ADA, times=2))

        asked = telegram.say(ADA, "What is 2 + 2?")

        await answered(telegram, ADA, asked)
        assert [1 <= pause < 4 for pause in pauses(telegram)] == [True, True]
        assert len(said(telegram, ADA)) == 1
        assert await delivery(app) == ("done", None, 1_000)


async def test_retry_after__one_chats_flood_holds_up_no_other(paced, telegram):
    telegram.add_fault(Fault("*", "flood", seconds=2, chat=ADA))
    began = time.monotonic()
    asked = telegram.say(ADA, "What is 2 + 2?")
    await until(lambda: not telegram.faults)

    await telegram.heard(BEN, after=telegram.say(BEN, "/help")["message_id"])

    assert time.monotonic() - began < 1.5
    await answered(telegram, ADA, asked)
    assert time.monotonic() - began > 2


@pytest.mark.parametrize("method", ["answerCallbackQuery", "answerPreCheckoutQuery"])
async def test_retry_after__calls_that_go_to_no_chat_obey_it_too(paced, telegram, method):
    telegram.add_fault(Fault(method, "flood", seconds=1))
    shop = await telegram.heard(ADA, after=telegram.say(ADA, "/buy")["message_id"])

    await telegram.tap(ADA, shop["message_id"], button(shop, 0)).answered(5)
    bill = await telegram.heard(ADA, lambda m: "invoice" in m)
    paid = await telegram.pay(ADA, bill["message_id"])

    assert paid["ok"]
    first, second = calls(telegram, method)
    assert first.code == 429
    assert 1 <= second.at - first.at < 1.5


async def test_retry_after__a_flood_that_outlasts_our_patience_leaves_the_answer_to_be_sent_later(
    paced, telegram
):
    telegram.add_fault(Fault("sendMessage", "flood", seconds=3600, chat=ADA, times=2))

    telegram.say(ADA, "What is 2 + 2?")

    async def put_off():
        return await paced.storage.fetch_one("SELECT state FROM delivery WHERE error = 'TelegramRetryAfter'")

    assert (await until(put_off)).state in ("pending", "sending")
    assert len(calls(telegram, "sendMessage", ADA)) == 1
    assert await balance(paced, ADA) == (9_000, 0)


# What is kept to


def counted(telegram):
    """The calls that Telegram counts: when, and for which chat."""
    return [
        (call.at, int(call.params["chat_id"]))
        for call in telegram.calls
        if call.method.startswith(("send", "edit", "copy")) and call.method != "sendChatAction"
    ]


def most_within(times, seconds):
    """The most of these moments that lie within so many seconds, wherever they begin."""
    return max(sum(begin <= moment < begin + seconds for moment in times) for begin in times)


@pytest.mark.slow  # alone: what else the machine does changes when messages arrive
async def test_a_busy_conversation_meets_no_429(paced, telegram, upstream):
    telegram.pacing = True
    upstream.chunk_seconds = 0.01
    crowd = range(3000, 3030)
    for person in crowd:
        telegram.add_person(person, "One of many")
    for person in crowd:
        telegram.say(person, "/help")
        telegram.say(person, "What is 2 + 2?")
    for number in range(4):
        telegram.say(ADA, f"@sandbox_bot Tell me a long story {number}", chat=GROUP)
    for _ in range(6):
        telegram.say(ADA, "/balance")

    await until(lambda: len(said(telegram, ADA)) == 6)
    await until(lambda: len(said(telegram, GROUP)) >= 2, seconds=15)
    await until(lambda: all(len(said(telegram, person)) >= 2 for person in crowd), seconds=15)

    assert [call for call in telegram.calls if call.code == 429] == []
    sent = counted(telegram)
    assert most_within([at for at, _ in sent], 0.98) <= 30
    assert most_within([at for at, chat in sent if chat == GROUP], 60) <= 20
    for person in (ADA, *crowd):
        assert most_within([at for at, chat in sent if chat == person], 1) <= 4


@pytest.fixture
async def outbox(telegram):
    outbox = Outbox(MovedChats(None, {}), pacing=True)  # type: ignore[arg-type]
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(outbox.turns.run())
        yield outbox
        running.cancel()


@pytest.fixture
async def bot(telegram, outbox):
    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.base))
    session.middleware(outbox)
    async with Bot(BOT_TOKEN, session=session).context() as bot:
        yield bot


async def test_the_newest_edit_takes_the_place_of_those_that_wait(telegram, bot):
    message = await bot.send_message(ADA, "0")
    async with asyncio.TaskGroup() as tasks:
        for number in range(1, 9):
            edit = bot.edit_message_text(f"{number}", chat_id=ADA, message_id=message.message_id)
            tasks.create_task(edit)

    assert telegram.message(ADA, message.message_id)["text"] == "8"
    assert len(calls(telegram, "editMessageText")) <= 3


async def test_sends_go_before_edits_of_their_chat_and_of_others(telegram, bot):
    here = await bot.send_message(ADA, "0")
    there = await bot.send_message(BEN, "0")
    telegram.calls.clear()
    async with asyncio.TaskGroup() as tasks:
        for chat, message in ((ADA, here), (BEN, there)):
            edit = bot.edit_message_text("edited", chat_id=chat, message_id=message.message_id)
            tasks.create_task(edit)
        for chat in (ADA, BEN):
            tasks.create_task(bot.send_message(chat, "sent"))

    assert [call.method for call in telegram.calls] == ["sendMessage"] * 2 + ["editMessageText"] * 2


async def test_a_keyboard_and_a_text_of_one_message_do_not_replace_each_other(telegram, bot):
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="x", callback_data="x")]])
    message = await bot.send_message(ADA, "0")
    where = {"chat_id": ADA, "message_id": message.message_id}
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bot.edit_message_text("1", **where))
        tasks.create_task(bot.edit_message_reply_markup(reply_markup=keyboard, **where))

    assert telegram.message(ADA, message.message_id)["text"] == "1"
    assert "reply_markup" in telegram.message(ADA, message.message_id)


async def test_a_chat_can_not_fill_the_memory_and_is_forgotten_when_it_rests(telegram, bot, outbox):
    telegram.add_fault(Fault("sendMessage", "slow", seconds=0.2))
    sends = [asyncio.gather(bot.send_message(ADA, "x"), return_exceptions=True) for _ in range(WAITING + 8)]
    await asyncio.sleep(0.1)

    refused = [send.result() for send in sends if send.done()]

    assert refused
    assert all(isinstance(one[0], OutboxFull) for one in refused if isinstance(one[0], Exception))
    for send in sends:
        send.cancel()
    await asyncio.gather(*sends, return_exceptions=True)
    outbox.turns.chat(ADA).buckets[0].per_second = 1_000
    await bot.send_message(BEN, "x")
    await asyncio.sleep(0.05)
    await bot.send_message(BEN, "x")
    assert outbox.turns.known(ADA) is None


async def test_messages_of_a_group_that_moved_are_not_taken_for_those_with_their_ids(telegram, bot, outbox):
    outbox._moved = MovedChats(None, {-4242: GROUP})  # type: ignore[arg-type]
    other = await bot.send_message(GROUP, "another one")

    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("x", chat_id=-4242, message_id=other.message_id)
    with pytest.raises(TelegramBadRequest, match="not found"):
        await bot.delete_message(-4242, other.message_id)
    reply = ReplyParameters(message_id=other.message_id, allow_sending_without_reply=True)
    sent = await bot.send_message(-4242, "an answer", reply_parameters=reply)

    assert [m["text"] for m in telegram.messages(GROUP)] == ["another one", "an answer"]
    assert sent.reply_to_message is None


async def test_a_chat_action_takes_no_messages_turn(telegram, bot):
    began = time.monotonic()
    for number in range(3):
        await bot.send_message(ADA, str(number))
    for _ in range(10):
        await bot.send_chat_action(ADA, "typing")

    assert time.monotonic() - began < 0.9


async def test_a_chat_action_is_not_worth_a_second_try(telegram, bot):
    telegram.add_fault(Fault("sendChatAction", "restart", times=2))

    with pytest.raises(Exception, match="restart"):
        await bot.send_chat_action(ADA, "typing")

    assert len(telegram.faults) == 1


# The order of deliveries


async def test_answers_that_are_ready_at_once_do_not_mix_their_parts(app, telegram, upstream):
    upstream.will_say(*("\n\n".join(f"{name} {n} " + "x" * 3_000 for n in range(4)) for name in "AB"))
    telegram.add_fault(Fault("sendMessage", "slow", seconds=0.2, times=8))

    telegram.say(ADA, "One")
    telegram.say(ADA, "Two")

    await until(lambda: len(said(telegram, ADA)) == 8)
    assert [words(m)[:3] for m in said(telegram, ADA)] == [f"{name} {n}" for name in "AB" for n in range(4)]


async def test_nothing_begins_to_grow_between_the_parts_of_an_answer(paced, telegram, upstream):
    streaming(upstream)
    upstream.canned.appendleft("\n\n".join(f"A {n} " + "x" * 3_000 for n in range(3)))

    telegram.say(ADA, "One")
    telegram.say(ADA, "Two")

    await until(lambda: len([m for m in said(telegram, ADA) if "left" in words(m)]) == 2)
    assert [words(m)[:3] for m in said(telegram, ADA)] == ["A 0", "A 1", "A 2", "wor"]


async def test_a_chat_that_takes_long_holds_up_no_other(paced, telegram, upstream):
    telegram.add_fault(Fault("sendMessage", "flood", seconds=2, chat=ADA, times=2))
    for number in range(3):
        telegram.say(ADA, f"What is {number} + 1?")
    await until(lambda: len(telegram.faults) == 0 or telegram.faults[0].times < 2)
    began = time.monotonic()

    await telegram.heard(
        BEN, lambda m: "مانده" in words(m), after=telegram.say(BEN, "۲ + ۲ چند می‌شود؟")["message_id"]
    )

    assert time.monotonic() - began < 1.5
    telegram.faults.clear()
    await until(lambda: len([m for m in said(telegram, ADA) if "left" in words(m)]) == 3)
    answers = [m for m in said(telegram, ADA) if "left" in words(m)]
    assert [f"= {n + 1}." in words(m) for n, m in enumerate(answers)] == [True] * 3
    await all_handled(paced, telegram)
