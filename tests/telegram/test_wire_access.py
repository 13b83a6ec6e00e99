"""telegram_wire.md 3.4: people and groups whom the bot can't reach any more, or not with everything."""

import pytest

from bot.sandbox.telegram import Fault
from tests.world import (
    ADA,
    BEN,
    BOSS,
    GROUP,
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

SMALL_GROUP = -4242
"""A basic group: it can become a supergroup."""


def slowly(upstream, seconds=0.3):
    upstream.will("slow", seconds=seconds)


async def asked_for(app):
    """Wait until the question has become a job."""
    await until(lambda: app.storage.fetch("SELECT id FROM job WHERE state = 'running'"))


async def blocked(app, person):
    return (await app.storage.fetch("SELECT telegram_id FROM customer WHERE blocked_at IS NOT NULL")) == [
        (person,)
    ]


async def nobody_alarmed(app, telegram):
    await all_handled(app, telegram)
    assert said(telegram, BOSS) == []


# People


async def test_bot_was_blocked_by_the_user__in_the_middle_of_an_answer(app, telegram, upstream):
    slowly(upstream)
    telegram.say(ADA, "What is 2 + 2?")
    await asked_for(app)

    telegram.block(ADA)

    assert await delivery(app) == ("dead", "blocked", 1_000)
    assert await blocked(app, ADA)
    assert await balance(app, ADA) == (9_000, 0)
    assert len(calls(telegram, "sendMessage", ADA)) == 1
    await nobody_alarmed(app, telegram)


async def test_bot_was_blocked_by_the_user__who_comes_back_is_answered(app, telegram, upstream):
    await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))
    telegram.block(ADA)
    await until(lambda: blocked(app, ADA))

    await answered(telegram, ADA, telegram.say(ADA, "What is 3 + 3?"))

    assert await app.storage.fetch("SELECT blocked_at FROM customer") == [(None,)]


@pytest.mark.parametrize("words", ["bot was blocked by the user", "user is deactivated"])
async def test_bot_was_blocked_by_the_user__while_a_command_is_answered(app, telegram, words):
    telegram.add_fault(Fault("sendMessage", "error", chat=ADA, code=403, description=f"Forbidden: {words}"))

    telegram.say(ADA, "/balance")

    await until(lambda: blocked(app, ADA))
    assert len(calls(telegram, "sendMessage", ADA)) == 1
    await nobody_alarmed(app, telegram)


async def test_user_is_deactivated__in_the_middle_of_an_answer(app, telegram, upstream):
    slowly(upstream)
    telegram.say(ADA, "What is 2 + 2?")
    await asked_for(app)

    telegram.deactivate(ADA)

    assert await delivery(app) == ("dead", "blocked", 1_000)
    await nobody_alarmed(app, telegram)


async def test_bot_cannot_initiate_conversation__an_invoice_for_who_never_wrote_to_the_bot(app, telegram):
    telegram.add_person(1003, "Cy", started=False)
    shop = await telegram.heard(GROUP, after=telegram.say(ADA, "/buy", chat=GROUP)["message_id"])

    await telegram.tap(1003, shop["message_id"], button(shop, 0), chat=GROUP).answered(5)

    await until(lambda: calls(telegram, "sendInvoice"))
    assert "can't initiate conversation" in calls(telegram, "sendInvoice")[0].description
    await nobody_alarmed(app, telegram)


async def test_chat_not_found__an_admin_who_never_wrote_to_the_bot_stops_nothing(settings, telegram):
    unknown = 99
    async with hosted(settings.model_copy(update={"admin_ids": (unknown, BOSS)})):
        telegram.add_update("message", {"message_id": 5, "chat": "?"})

        await telegram.heard(BOSS, lambda m: "set aside" in words(m))
        await until(lambda: "issue" in [one["command"] for one in telegram.commands("en", person=BOSS)])
        tried = await until(lambda: calls(telegram, "sendMessage", unknown))
        assert "chat not found" in tried[0].description
        assert [call.code for call in calls(telegram, "setMyCommands")].count(400) == 1


@pytest.mark.parametrize("refusal", ["chat not found", "PEER_ID_INVALID", "have no write access to the chat",
                                     "USER_BANNED_IN_CHANNEL", "PRIVACY_PREMIUM_REQUIRED"])  # fmt: skip
async def test_chat_not_found__what_cannot_be_delivered_is_given_back(app, telegram, upstream, refusal):
    slowly(upstream)
    telegram.add_fault(
        Fault("sendMessage", "error", times=99, chat=ADA, code=400, description=f"Bad Request: {refusal}")
    )

    telegram.say(ADA, "What is 2 + 2?")

    assert (await delivery(app)).state == "dead"
    assert await balance(app, ADA) == (10_000, 0)
    assert said(telegram, ADA) == []
    await nobody_alarmed(app, telegram)


async def test_voice_messages_forbidden__speech_comes_as_audio(app, telegram):
    telegram.forbid_voice(ADA)

    sound = await telegram.heard(
        ADA, lambda m: "audio" in m, after=telegram.say(ADA, "/voice Hello!")["message_id"]
    )

    assert "left" in words(sound)
    assert sound["audio"]["duration"] >= 1
    assert (await delivery(app)).state == "done"


async def test_ids_beyond_32_bits_are_ids(app, telegram):
    person = 7_123_456_789
    telegram.add_person(person, "Long")

    await answered(telegram, person, telegram.say(person, "What is 2 + 2?"))

    assert await balance(app, person) == (9_000, 0)


# Groups


@pytest.mark.parametrize("fate", ["kicked", "left", "deleted"])
async def test_bot_was_kicked__who_asked_in_the_group_is_told_and_gets_the_tokens_back(
    app, telegram, upstream, fate
):
    slowly(upstream)
    telegram.say(ADA, "@sandbox_bot What is 2 + 2?", chat=GROUP)
    await asked_for(app)

    if fate == "deleted":
        telegram.delete_group(GROUP)
    elif fate == "kicked":
        telegram.kick_bot(GROUP, by=BEN)
    else:
        left = "Forbidden: bot is not a member of the supergroup chat"
        telegram.add_fault(Fault("*", "error", times=99, chat=GROUP, code=403, description=left))

    told = await telegram.heard(ADA)
    assert "your 1 token back" in words(told)
    assert (await delivery(app)).state == "dead"
    assert await balance(app, ADA) == (10_000, 0)
    assert not await blocked(app, ADA)
    await nobody_alarmed(app, telegram)


async def test_not_enough_rights_to_send_photos__they_come_as_files(app, telegram):
    telegram.forbid(GROUP, "photo")

    picture = await picture_in_the_group(telegram, 0)

    assert "left" in words(picture)
    assert (await delivery(app)).state == "done"


async def picture_in_the_group(telegram, count, found=lambda m: "document" in m):
    styles = await telegram.heard(
        GROUP, after=telegram.say(ADA, "/image@sandbox_bot a cat", chat=GROUP)["message_id"]
    )
    telegram.tap(ADA, styles["message_id"], "Anime", chat=GROUP)
    counts = await telegram.heard(GROUP, lambda m: "How many" in words(m))
    telegram.tap(ADA, counts["message_id"], button(counts, count), chat=GROUP)
    return await telegram.heard(GROUP, found)


async def test_not_enough_rights_to_send_voice_notes__they_come_as_music(app, telegram):
    telegram.forbid(GROUP, "voice")
    asked = telegram.say(ADA, "/voice@sandbox_bot Hello!", chat=GROUP)

    sound = await telegram.heard(GROUP, lambda m: "audio" in m, after=asked["message_id"])

    assert "left" in words(sound)


async def test_not_enough_rights_to_send_anything_but_text__said_there_and_given_back(app, telegram):
    telegram.forbid(GROUP, "photo", "document", "voice", "audio")

    told = await picture_in_the_group(telegram, 1, lambda m: "does not let me send" in words(m))

    assert "your 2 tokens back" in words(told)
    assert "reply_markup" not in told
    assert await balance(app, ADA) == (10_000, 0)


async def test_not_enough_rights_to_send_text_messages__nothing_is_tried_twice(app, telegram, upstream):
    telegram.forbid(GROUP, "text")

    telegram.say(ADA, "/help", chat=GROUP)
    telegram.say(ADA, "@sandbox_bot What is 2 + 2?", chat=GROUP)

    told = await telegram.heard(ADA)
    assert "your 1 token back" in words(told)
    assert len(calls(telegram, "sendMessage", GROUP)) == 3  # the help, the answer, the apology
    await nobody_alarmed(app, telegram)


async def test_chat_write_forbidden__a_command_there_is_dropped_without_a_word(app, telegram):
    for refusal in ("CHAT_WRITE_FORBIDDEN", "CHAT_ADMIN_REQUIRED", "CHAT_RESTRICTED"):
        telegram.add_fault(
            Fault("sendMessage", "error", chat=GROUP, code=400, description=f"Bad Request: {refusal}")
        )

        telegram.say(ADA, "/help", chat=GROUP)

        await until(lambda: not telegram.faults)
        await nobody_alarmed(app, telegram)


async def test_group_chat_was_upgraded__answer_and_context_move_along(app, telegram, upstream):
    telegram.add_group(SMALL_GROUP, "Small", (ADA, BEN))
    first = telegram.say(ADA, "@sandbox_bot My name is Ada.", chat=SMALL_GROUP)
    await answered(telegram, SMALL_GROUP, first)
    upstream.chunk_seconds = 0.03
    upstream.will_say("word " * 50)
    asked = telegram.say(ADA, "@sandbox_bot Tell me a story", chat=SMALL_GROUP)
    await telegram.heard(SMALL_GROUP, lambda m: "word" in words(m), after=asked["message_id"])

    group = telegram.migrate(SMALL_GROUP, by=BEN)

    answer = await telegram.heard(group, lambda m: "left" in words(m))
    assert words(answer).startswith("word word")
    assert "reply_to_message" not in answer
    question = telegram.say(ADA, "@sandbox_bot What is my name?", chat=group)
    await answered(telegram, group, question)
    context = [m["content"] for m in upstream.requests[-1].body["messages"]]
    assert "My name is Ada." in context
    assert "Tell me a story" in context
    assert await balance(app, ADA) == (7_000, 0)
    assert len([m for m in said(telegram, group) if "left" in words(m)]) == 2
    await nobody_alarmed(app, telegram)


async def test_group_chat_was_upgraded__only_the_refusal_tells(app, telegram, upstream):
    """The service messages may come later than the refusal, or be lost."""
    telegram.add_group(SMALL_GROUP, "Small", (ADA, BEN))
    slowly(upstream, 0.6)
    telegram.say(ADA, "@sandbox_bot What is 2 + 2?", chat=SMALL_GROUP)
    await asked_for(app)
    telegram.add_fault(Fault("getUpdates", "dropped", times=2))

    group = telegram.migrate(SMALL_GROUP, by=BEN)

    answer = await telegram.heard(group, lambda m: "left" in words(m))
    assert "4" in words(answer)
    assert await app.storage.fetch("SELECT chat, moved_to FROM chat_moved") == [(SMALL_GROUP, group)]


async def test_group_chat_was_upgraded__the_context_moves_before_anything_is_sent(app, telegram, upstream):
    telegram.add_group(SMALL_GROUP, "Small", (ADA, BEN))
    first = telegram.say(ADA, "@sandbox_bot My name is Ada.", chat=SMALL_GROUP)
    await answered(telegram, SMALL_GROUP, first)

    group = telegram.migrate(SMALL_GROUP, by=BEN)

    await until(lambda: app.storage.fetch("SELECT moved_to FROM chat_moved"))
    await answered(telegram, group, telegram.say(ADA, "@sandbox_bot And now?", chat=group))
    assert "My name is Ada." in str(upstream.requests[-1].body["messages"])


async def test_textdraft_peer_invalid__nothing_is_sent_as_a_draft(app, telegram, upstream):
    upstream.chunk_seconds = 0.02
    upstream.will_say("word " * 50)

    await answered(telegram, GROUP, telegram.say(ADA, "@sandbox_bot Tell me a story", chat=GROUP))

    assert calls(telegram, "sendMessageDraft") == []
