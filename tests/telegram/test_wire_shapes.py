"""telegram_wire.md 3.7: what comes in shapes that a careless bot stumbles over. No error tells of these."""

from typing import Any

import pytest

from tests.world import ADA, BEN, GROUP, all_handled, answered, balance, hosted, said, until, words

pytestmark = pytest.mark.usefixtures("at_once")

ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
CHANNEL_BOT = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
FORWARDER = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
CHANNEL = {"id": -1001000000005, "type": "channel", "title": "News"}


def in_the_group(text, **fields):
    chat = {"id": GROUP, "type": "supergroup", "title": "Friends"}
    return {"message_id": 900, "date": 1, "chat": chat, "text": text, **fields}


async def test_sender_chat__who_is_no_person_gets_no_answer_and_has_no_account(app, telegram):
    senders: list[dict[str, Any]] = [
        {"from": ANONYMOUS, "sender_chat": {"id": GROUP, "type": "supergroup", "title": "Friends"}},
        {"from": CHANNEL_BOT, "sender_chat": CHANNEL},
        {"from": FORWARDER, "sender_chat": CHANNEL, "is_automatic_forward": True},
        {"from": {"id": 55, "is_bot": True, "first_name": "Another"}},
        {},
    ]
    for fields in senders:
        for text in ("@sandbox_bot What is 2 + 2?", "/help@sandbox_bot", "/start"):
            telegram.add_update("message", in_the_group(text, **fields))

    await all_handled(app, telegram)
    await answered(telegram, GROUP, telegram.say(ADA, "@sandbox_bot What is 2 + 2?", chat=GROUP))
    assert len(said(telegram, GROUP)) == 1
    assert await app.storage.fetch("SELECT telegram_id FROM customer") == [(ADA,)]


async def test_channel_posts__are_not_asked_for_and_ignored_all_the_same(app, telegram):
    post = {"message_id": 3, "date": 1, "chat": CHANNEL, "sender_chat": CHANNEL, "text": "/help"}
    telegram._world.updates.allowed = ["channel_post", "message"]
    telegram.add_update("channel_post", post)

    await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))

    await all_handled(app, telegram)
    assert "channel_post" not in telegram._world.updates.allowed


async def test_edited_message__is_not_a_second_question(app, telegram):
    asked = telegram.say(ADA, "What is 2 + 2?")
    await answered(telegram, ADA, asked)

    telegram.edit(ADA, asked["message_id"], "What is 3 + 3?")

    await until(lambda: app.storage.fetch("SELECT id FROM update_received WHERE id = 2"))
    await all_handled(app, telegram)
    assert len(said(telegram, ADA)) == 1
    assert await balance(app, ADA) == (9_000, 0)


async def test_command_at_bot_args__in_a_group_is_a_command_with_its_words(app, telegram):
    asked = telegram.say(ADA, "/voice@sandbox_bot Hello there!", chat=GROUP)

    note = await telegram.heard(GROUP, lambda m: "voice" in m, after=asked["message_id"])

    assert "left" in words(note)


async def test_command_at_another_bot__is_not_ours(app, telegram):
    telegram.promote_bot(GROUP, by=ADA)  # now it sees everything

    for text in (
        "/help@other_bot",
        "@sandbox_bot2 hello",
        "mail me at x@sandbox_bot.org",
        "hello",
        "/nonsense",
    ):
        telegram.say(ADA, text, chat=GROUP)

    await answered(telegram, GROUP, telegram.say(ADA, "@Sandbox_Bot What is 2 + 2?", chat=GROUP))
    await all_handled(app, telegram)
    assert len(said(telegram, GROUP)) == 1


async def test_no_username_and_no_language__is_a_person_like_any_other(app, telegram):
    telegram.add_person(1003, "م", language_code=None)

    picker = await telegram.heard(1003, after=telegram.say(1003, "/start")["message_id"])
    await telegram.tap(1003, picker["message_id"], "فارسی").answered(5)

    await telegram.heard(1003, lambda m: "سلام" in words(m))


async def test_start_payload__whatever_it_is_the_person_is_welcomed(app, telegram):
    for payload in ("", "inv", "inv0", "invx", "inv" + "9" * 61, "x" * 64, "-_-", "inv-1", "inv٣"):
        await telegram.heard(ADA, after=telegram.say(ADA, f"/start {payload}")["message_id"])

    await all_handled(app, telegram)
    assert await app.storage.fetch("SELECT invited_by FROM customer") == [(None,)]


async def test_user_deleting_the_chat__is_block_and_unblock(app, telegram):
    await telegram.heard(ADA, after=telegram.say(ADA, "/help")["message_id"])

    telegram.block(ADA)
    telegram.unblock(ADA)

    await all_handled(app, telegram)
    assert await app.storage.fetch("SELECT blocked_at FROM customer") == [(None,)]


async def test_two_people_in_a_group_pay_each_for_themselves(app, telegram):
    await answered(telegram, GROUP, telegram.say(ADA, "@sandbox_bot What is 2 + 2?", chat=GROUP))
    asked = telegram.say(BEN, "@sandbox_bot What is 3 + 3?", chat=GROUP)
    await telegram.heard(GROUP, lambda m: "مانده" in words(m), after=asked["message_id"])

    assert (await balance(app, ADA), await balance(app, BEN)) == ((9_000, 0), (9_000, 0))


async def test_a_new_update_id_after_a_quiet_week__may_be_lower_than_the_last(settings, telegram):
    async with hosted(settings) as app:
        telegram._world.updates.next_id = 5_000
        await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))
        rows = await app.storage.fetch("SELECT id FROM update_received")
    telegram._world.updates.next_id = 40

    async with hosted(settings) as app:
        await answered(telegram, ADA, telegram.say(ADA, "What is 3 + 3?"))

        assert rows == [(5_000,)]
        assert await balance(app, ADA) == (8_000, 0)
