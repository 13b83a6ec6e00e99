"""telegram_wire.md 3.2: messages that can't be changed, taken away or replied to."""

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
    said,
    until,
    words,
)

pytestmark = pytest.mark.usefixtures("at_once")

FORUM = -1001000000077


def refused(telegram, method, words, chat=None):
    telegram.add_fault(
        Fault(method, "error", times=99, chat=chat, code=400, description=f"Bad Request: {words}")
    )


async def growing_answer(telegram, upstream, chat=ADA, text="Tell me a long story"):
    """What was asked, and the message in which the answer grows."""
    upstream.chunk_seconds = 0.03
    upstream.will_say("word " * 36)
    asked = telegram.say(ADA, text, chat=chat)
    growing = await telegram.heard(chat, lambda m: len(m["text"]) > 5, after=asked["message_id"])
    return asked, growing


async def test_message_is_not_modified__a_choice_that_was_made_already_is_no_trouble(app, telegram):
    menu = await telegram.heard(ADA, after=telegram.say(ADA, "/mode")["message_id"])

    toast = await telegram.tap(ADA, menu["message_id"], "✓ Normal").answered(5)

    assert "Normal" in words(toast)
    await all_handled(app, telegram)
    assert "message is not modified" in calls(telegram, "editMessageReplyMarkup")[-1].description


async def test_message_to_edit_not_found__an_answer_deleted_in_mid_stream_arrives_as_a_new_one(
    app, telegram, upstream
):
    asked, growing = await growing_answer(telegram, upstream)

    telegram.delete(ADA, growing["message_id"])

    answer = await answered(telegram, ADA, asked)
    assert answer["message_id"] > growing["message_id"]
    assert await balance(app, ADA) == (9_000, 0)
    assert len([m for m in said(telegram, ADA) if "left" in words(m)]) == 1


@pytest.mark.parametrize(
    "refusal",
    ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID",
     "there is no text in the message to edit"],
)  # fmt: skip
async def test_message_cannot_be_edited__the_whole_answer_arrives_as_a_new_one(
    app, telegram, upstream, refusal
):
    asked, growing = await growing_answer(telegram, upstream)

    telegram.add_fault(
        Fault("editMessageText", "error", times=99, code=400, description=f"Bad Request: {refusal}")
    )

    answer = await answered(telegram, ADA, asked)
    assert answer["message_id"] > growing["message_id"]
    assert "reply_markup" not in answer
    assert (await delivery(app)) == ("done", None, 1_000)


async def test_editing_without_reply_markup__the_stop_button_goes_when_the_answer_is_whole(
    app, telegram, upstream
):
    asked, growing = await growing_answer(telegram, upstream)

    answer = await answered(telegram, ADA, asked)

    assert "reply_markup" in growing
    assert answer["message_id"] == growing["message_id"]
    assert "reply_markup" not in answer


@pytest.mark.parametrize(
    "refusal", [None, "message can't be deleted for everyone", "message can't be deleted"]
)  # fmt: skip
async def test_message_to_delete__a_progress_line_that_stays_or_is_gone_is_no_trouble(
    app, telegram, upstream, refusal
):
    status = await drawing(telegram, upstream)

    if refusal is None:
        telegram.delete(ADA, status["message_id"])
    else:
        refused(telegram, "deleteMessage", refusal)

    picture = await telegram.heard(ADA, lambda m: "photo" in m)
    assert "left" in words(picture)
    assert (await delivery(app)).state == "done"
    assert (await balance(app, ADA)).held == 0


async def drawing(telegram, upstream):
    """A picture under way, and the message that says so."""
    upstream.will("slow", path="/generations", seconds=0.8)
    styles = await telegram.heard(ADA, after=telegram.say(ADA, "/image a cat")["message_id"])
    telegram.tap(ADA, styles["message_id"], "Anime")
    counts = await telegram.heard(ADA, lambda m: "How many" in words(m))
    telegram.tap(ADA, counts["message_id"], button(counts, 0))
    return await telegram.heard(ADA, lambda m: "Drawing" in words(m))


async def test_message_to_be_replied_not_found__a_question_deleted_in_a_group_is_answered_all_the_same(
    app, telegram, upstream
):
    upstream.will("slow", seconds=0.3)
    asked = telegram.say(ADA, "@sandbox_bot What is 2 + 2?", chat=GROUP)
    telegram.delete(ADA, asked["message_id"], chat=GROUP)

    answer = await answered(telegram, GROUP, asked)

    assert "reply_to_message" not in answer
    assert await balance(app, ADA) == (9_000, 0)


@pytest.mark.parametrize("refusal", ["message thread not found", "TOPIC_CLOSED", "TOPIC_DELETED"])
async def test_message_thread_not_found__who_asked_in_a_topic_that_is_gone_gets_the_tokens_back(
    app, telegram, upstream, refusal
):
    telegram.add_group(FORUM, "Forum", (ADA, BEN), forum=True)
    topic = telegram.open_topic(ADA, FORUM, "Sums")
    upstream.will("slow", seconds=0.3)
    telegram.say(ADA, "@sandbox_bot What is 2 + 2?", chat=FORUM, topic=topic)
    if refusal == "TOPIC_CLOSED":
        telegram.close_topic(ADA, FORUM, topic)
    else:
        refused(telegram, "sendMessage", refusal, chat=FORUM)

    told = await telegram.heard(ADA, lambda m: "does not let me send it" in words(m))

    assert "your 1 token back" in words(told)
    assert (await delivery(app)).state == "dead"
    assert await balance(app, ADA) == (10_000, 0)


async def test_message_to_copy_not_found__a_support_question_taken_back_reaches_nobody(app, telegram):
    await telegram.heard(ADA, after=telegram.say(ADA, "/support")["message_id"])
    refused(telegram, "copyMessage", "message to copy not found")

    answer = await telegram.heard(ADA, after=telegram.say(ADA, "Never mind")["message_id"])

    assert "Nobody can be reached" in words(answer)
    await all_handled(app, telegram)


async def test_a_job_that_ends_at_once_is_not_overwritten_by_the_line_that_says_it_goes_on(
    app, telegram, upstream
):
    upstream.will("content-refusal", path="/generations")
    styles = await telegram.heard(ADA, after=telegram.say(ADA, "/image a cat")["message_id"])
    telegram.tap(ADA, styles["message_id"], "Anime")
    counts = await telegram.heard(ADA, lambda m: "How many" in words(m))
    telegram.tap(ADA, counts["message_id"], button(counts, 0))
    telegram.tap(ADA, counts["message_id"], button(counts, 0))

    await telegram.heard(ADA, lambda m: "can't help" in words(m))

    await all_handled(app, telegram)
    await until(lambda: len(calls(telegram, "answerCallbackQuery")) == 3)
    assert "can't help" in words(telegram.message(ADA, counts["message_id"]))
    assert await balance(app, ADA) == (10_000, 0)


async def test_an_admins_word_to_the_person_who_blocked_the_bot_is_no_trouble(app, telegram):
    await telegram.heard(ADA, after=telegram.say(ADA, "/support Help!")["message_id"])
    asked = await telegram.heard(BOSS, lambda m: "asks" in words(m))
    telegram.block(ADA)

    telegram.say(BOSS, "Here I am", reply_to=asked["message_id"])

    await all_handled(app, telegram)
