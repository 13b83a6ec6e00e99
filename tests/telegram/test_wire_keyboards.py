"""telegram_wire.md 3.3: buttons, and taps that come late, twice, or under messages that are gone."""

import re
from pathlib import Path

import pytest

from bot.sandbox.telegram import Fault
from bot.texts import LANGUAGES, Texts
from handlers import telegram as handlers
from tests.world import (
    ADA,
    BOSS,
    all_handled,
    balance,
    button,
    calls,
    hosted,
    said,
    until,
    words,
)

HANDLERS = Path(handlers.__file__).parent
pytestmark = pytest.mark.usefixtures("at_once")


async def every_keyboard(telegram, upstream, person):
    """Have the bot show each keyboard that it has."""
    for command in ("/language", "/mode", "/buy", "/voice"):
        await telegram.heard(person, after=telegram.say(person, command)["message_id"])
    styles = await telegram.heard(person, after=telegram.say(person, "/image a cat")["message_id"])
    telegram.tap(person, styles["message_id"], button(styles, 1))
    await telegram.heard(person, lambda m: "count:" in str(m.get("reply_markup")))
    upstream.chunk_seconds = 0.05
    asked = telegram.say(person, "Tell me a long story")
    await telegram.heard(person, lambda m: "stop:" in str(m.get("reply_markup")), after=asked["message_id"])


async def test_button_data_invalid__every_keyboard_is_accepted_in_every_language(app, telegram, upstream):
    for number, code in enumerate(("en", "fa", "ru", "zh-hans", "zh-hant")):
        telegram.add_person(2000 + number, "Person", language_code=code)
        await every_keyboard(telegram, upstream, 2000 + number)
        upstream.behave()

    assert [call for call in telegram.calls if call.code >= 400] == []
    for chat in range(2000, 2005):
        for message in said(telegram, chat):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                assert all(len(one["callback_data"].encode()) <= 64 for one in row)


def test_button_data_invalid__there_is_room_for_any_number():
    """Each `name:{number}` of the sources, with twenty characters for what is put in."""
    sources = "".join(file.read_text("utf-8") for file in HANDLERS.rglob("*.py"))
    formats = set(re.findall(r'f"([a-z]+(?::[a-z]+)?(?::\{[^}"]+\})+)"', sources))

    assert {"stop:{shown.job.id}", "style:{draft}:{number}", "buy:{pack.name}"} <= formats
    for data in formats:
        assert len(re.sub(r"\{[^}]+\}", "x" * 20, data)) <= 64, data


def test_answer_callback_query_text__no_toast_is_longer_than_200():
    keys = (
        "language-chosen", "voice-on", "voice-off", "stopping", "nothing-to-stop", "button-too-old",
        "error-banned", "error-queue-full",
    )  # fmt: skip
    for code in LANGUAGES:
        say = Texts().say(code)
        assert [key for key in keys if len(say(key)) > 200] == [], code
        assert len(say("error-not-enough", price=1_000_000, available=1_000_000)) <= 200
        assert len(say("mode-chosen", mode=say("mode-programmer"))) <= 200


async def test_query_is_too_old__a_tap_that_is_answered_late_has_its_effect_all_the_same(app, telegram):
    picker = await telegram.heard(ADA, after=telegram.say(ADA, "/language")["message_id"])

    telegram.tap(ADA, picker["message_id"], "Русский")
    telegram.clock.forward(120)

    await telegram.heard(ADA, lambda m: "reply_markup" not in m and "Здравствуйте" in words(m))
    assert "query is too old" in calls(telegram, "answerCallbackQuery")[-1].description
    await all_handled(app, telegram)


async def test_query_is_too_old__a_tap_made_while_the_bot_was_down_can_be_made_again(
    settings, telegram, upstream
):
    async with hosted(settings):
        picker = await telegram.heard(ADA, after=telegram.say(ADA, "/language")["message_id"])
    telegram.tap(ADA, picker["message_id"], "Русский")
    telegram.clock.forward(200)

    async with hosted(settings) as app:
        tap = telegram.tap(ADA, picker["message_id"], "فارسی")
        await tap.answered(5)

        await all_handled(app, telegram)
        rows = await app.storage.fetch("SELECT language FROM customer")
        assert rows == [("fa",)]


async def test_query_answered_twice__a_tap_that_is_delivered_twice_is_handled_once(app, telegram):
    shop = await telegram.heard(ADA, after=telegram.say(ADA, "/buy")["message_id"])
    telegram.add_fault(Fault("getUpdates", "duplicated", chat=ADA))

    telegram.tap(ADA, shop["message_id"], button(shop, 0))

    await telegram.heard(ADA, lambda m: "invoice" in m)
    await all_handled(app, telegram)
    assert telegram.faults == []
    assert len(calls(telegram, "sendInvoice")) == 1
    assert len(calls(telegram, "answerCallbackQuery")) == 1


async def test_a_button_that_is_pressed_twice_asks_once(app, telegram, upstream):
    styles = await telegram.heard(ADA, after=telegram.say(ADA, "/image a cat")["message_id"])
    telegram.tap(ADA, styles["message_id"], "Anime")
    counts = await telegram.heard(ADA, lambda m: "How many" in words(m))

    taps = [telegram.tap(ADA, counts["message_id"], button(counts, 0)) for _ in range(3)]
    for tap in taps:
        await tap.answered(5)
    await telegram.heard(ADA, lambda m: "photo" in m)
    # Once more, as a tap that was long on its way: the message is gone by now.
    await until(lambda: counts["message_id"] not in [m["message_id"] for m in telegram.messages(ADA)])
    await telegram.tap(ADA, counts["message_id"], button(counts, 0)).answered(5)

    await all_handled(app, telegram)
    assert len([m for m in said(telegram, ADA) if "photo" in m]) == 1
    assert await app.storage.fetch("SELECT count(*) FROM hold") == [(1,)]
    assert (await balance(app, ADA)).held == 0


async def test_inaccessible_message__a_button_under_a_message_that_is_gone_is_answered(app, telegram):
    known = ("language:fa", "mode:poem", "speak:on", "buy:none", "stop:1", "style:x:1", "count:x:1")
    made_up = ("style:x:y:z", "count:x", "plan:cancel:x", "payback:x", "gift:give:x", "nonsense", "a:b:c")
    for data in (*known, *made_up):
        await telegram.tap(ADA, 999, data).answered(5)

    await all_handled(app, telegram)


async def test_inaccessible_message__a_picture_asked_for_under_one_is_drawn(app, telegram):
    styles = await telegram.heard(ADA, after=telegram.say(ADA, "/image a cat")["message_id"])
    telegram.tap(ADA, styles["message_id"], "Anime")
    counts = await telegram.heard(ADA, lambda m: "How many" in words(m))
    telegram.delete(ADA, counts["message_id"])

    telegram.tap(ADA, counts["message_id"], button(counts, 0))

    assert "left" in words(await telegram.heard(ADA, lambda m: "photo" in m))


async def test_a_button_of_somebody_elses_picture_does_nothing(app, telegram):
    styles = await telegram.heard(ADA, after=telegram.say(ADA, "/image a cat")["message_id"])

    toast = await telegram.tap(BOSS, styles["message_id"], button(styles, 0), chat=ADA).answered(5)

    assert "too old" in words(toast)
