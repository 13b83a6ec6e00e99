"""How updates get to the bot: the queue, polling and its conflicts, what is asked for, how long it lasts."""

import asyncio
from contextlib import suppress

import pytest
from aiogram.exceptions import TelegramConflictError, TelegramRetryAfter

from bot.sandbox.telegram import Fault
from tests.sandbox.conftest import ADA, BOB, BOT_TOKEN, keyboard


async def test_updates_stay_until_they_are_confirmed(telegram, bot):
    for text in ("one", "two", "three"):
        telegram.say(ADA, text)

    batch = await bot.get_updates(limit=2)
    again = await bot.get_updates(limit=500)
    rest = await bot.get_updates(offset=batch[-1].update_id + 1)
    last = await bot.get_updates(offset=-1)

    assert [one.message.text for one in batch] == ["one", "two"]
    assert [one.message.text for one in again] == ["one", "two", "three"]
    assert [one.message.text for one in rest] == ["three"]
    assert last == rest
    assert await bot.get_updates(offset=rest[0].update_id + 1) == []


async def test_an_update_that_nobody_made_is_delivered_as_it_is(telegram, http):
    telegram.add_update("message", {"of": "a kind not known yet"}, ADA)

    async with http.post(f"{telegram.base}/bot{BOT_TOKEN}/getUpdates") as answer:
        (update,) = (await answer.json())["result"]

    assert update == {"update_id": update["update_id"], "message": {"of": "a kind not known yet"}}


async def test_a_long_poll_ends_with_the_first_update(telegram, bot):
    polling = asyncio.gather(bot.get_updates(timeout=5))
    await asyncio.sleep(0.05)

    telegram.say(ADA, "now")

    [[update]] = await polling
    assert update.message.text == "now"


async def test_of_two_pollers_the_older_is_ended(telegram, bot):
    older = asyncio.gather(bot.get_updates(timeout=5), return_exceptions=True)
    await asyncio.sleep(0.05)

    newer = asyncio.gather(bot.get_updates(timeout=1))
    [conflict] = await older
    telegram.say(ADA, "now")

    assert isinstance(conflict, TelegramConflictError)
    assert "terminated by other getUpdates request; make sure that only one bot instance" in str(conflict)
    assert len((await newer)[0]) == 1


async def test_polling_and_a_webhook_exclude_each_other(telegram, bot):
    polling = asyncio.gather(bot.get_updates(timeout=5), return_exceptions=True)
    await asyncio.sleep(0.05)

    await bot.set_webhook("http://127.0.0.1:9/hook")
    [ended] = await polling

    assert "Conflict: terminated by setWebhook request" in str(ended)
    with pytest.raises(TelegramConflictError, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == []


async def test_only_what_is_asked_for_is_queued_as_it_is_created(telegram, bot):
    telegram.react(ADA, 1, "👍")
    await bot.get_updates(allowed_updates=["message_reaction"])
    telegram.react(ADA, 1, "👍")
    telegram.say(ADA, "not asked for")

    [update] = await bot.get_updates()

    assert update.message_reaction.new_reaction[0].emoji == "👍"
    await bot.get_updates(offset=update.update_id + 1, allowed_updates=["message"])
    telegram.say(ADA, "asked for")
    assert [one.message.text for one in await bot.get_updates()] == ["asked for"]


@pytest.mark.parametrize(
    ("seconds", "left"),
    [
        (29, ["message", "callback_query", "inline_query"]),
        (31, ["message", "callback_query"]),
        (149, ["message", "callback_query"]),
        (151, ["message"]),
        (86_399, ["message"]),
        (86_401, []),
    ],
)
async def test_updates_grow_too_old(telegram, bot, seconds, left):
    sent = await bot.send_message(ADA, "choose", reply_markup=keyboard(("Yes", "y")))
    telegram.say(ADA, "hello")
    telegram.tap(ADA, sent.message_id, "y")
    telegram.ask_inline(ADA, "cats")

    telegram.clock.forward(seconds)

    assert [update.event_type for update in await bot.get_updates()] == left


async def test_dropped_duplicated_and_reordered_updates(telegram, bot):
    telegram.add_fault(Fault("getUpdates", "dropped"))
    telegram.say(ADA, "lost")
    telegram.say(ADA, "one")
    telegram.say(BOB, "two")

    telegram.add_fault(Fault("getUpdates", "duplicated", chat=BOB))
    twice = await bot.get_updates()
    telegram.add_fault(Fault("getUpdates", "reordered"))
    turned = await bot.get_updates()
    usual = await bot.get_updates()

    assert [one.message.text for one in twice] == ["one", "two", "two"]
    assert twice[1].update_id == twice[2].update_id
    assert [one.message.text for one in turned] == ["two", "one"]
    assert [one.message.text for one in usual] == ["one", "two"]
    assert telegram.faults == []


async def test_with_pacing_telegrams_limits_hold(telegram, bot):
    telegram.pacing = True

    for _ in range(3):
        await bot.send_message(ADA, "x")
    with pytest.raises(TelegramRetryAfter) as too_many:
        await bot.send_message(ADA, "x")
    assert too_many.value.retry_after == 1
    telegram.clock.forward(1)
    await bot.send_message(ADA, "x")


async def test_with_pacing_a_group_gets_twenty_messages_a_minute(telegram, bot):
    telegram.pacing = True
    telegram.add_group(-500, "Friends", [ADA])

    sent = 0
    for _ in range(59):
        with suppress(TelegramRetryAfter):
            await bot.send_message(-500, "x")
            sent += 1
        telegram.clock.forward(1)

    assert 20 <= sent <= 40


async def test_with_pacing_the_server_sends_thirty_a_second(telegram, bot):
    telegram.pacing = True
    for person in range(2000, 2031):
        telegram.add_person(person, "P")

    results = await asyncio.gather(
        *(bot.send_message(person, "x") for person in range(2000, 2031)), return_exceptions=True
    )

    assert sum(isinstance(one, TelegramRetryAfter) for one in results) <= 1
    assert sum(not isinstance(one, Exception) for one in results) >= 30


async def test_with_pacing_a_webhook_is_set_once_a_second(telegram, bot):
    telegram.pacing = True

    await bot.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(TelegramRetryAfter):
        await bot.set_webhook("http://127.0.0.1:9/hook")
