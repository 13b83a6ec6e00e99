"""telegram_wire.md 3.5: pictures and sounds that Telegram does not take as such."""

import pytest

from bot.providers.speech import audio
from bot.sandbox.telegram import Fault
from tests.world import ADA, BEN, all_handled, balance, button, calls, delivery, reads, said, words

pytestmark = pytest.mark.usefixtures("at_once")


async def ask_for_pictures(telegram, count):
    """By the button with this number; the id of the message with the buttons."""
    styles = await telegram.heard(ADA, after=telegram.say(ADA, "/image a cat")["message_id"])
    telegram.tap(ADA, styles["message_id"], "Anime")
    counts = await telegram.heard(ADA, lambda m: "How many" in words(m))
    telegram.tap(ADA, counts["message_id"], button(counts, count))
    return counts["message_id"]


def refuse(telegram, method, words, times=1, code=400):
    telegram.add_fault(Fault(method, "error", times=times, code=code, description=words))


async def test_photo_refused__it_comes_as_a_file(app, telegram):
    for refusal in (
        "PHOTO_INVALID_DIMENSIONS", "IMAGE_PROCESS_FAILED",
        "file of size 12000000 bytes is too big for a photo; the maximum size is 10485760 bytes",
        "photo has unsupported extension. Use one of .jpg, .jpeg, .gif, .png, .tif or .bmp",
    ):  # fmt: skip
        refuse(telegram, "sendPhoto", f"Bad Request: {refusal}")
        asked = await ask_for_pictures(telegram, 0)

        picture = await telegram.heard(ADA, lambda m: "document" in m, after=asked)

        assert "left" in words(picture)
        assert telegram.file(picture["document"]["file_id"]).data[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0")
    assert (await delivery(app)).state == "done"


async def test_failed_to_send_message_2_of_an_album__it_comes_as_an_album_of_files(app, telegram):
    refuse(
        telegram, "sendMediaGroup",
        'Bad Request: failed to send message #2 with the error message "PHOTO_INVALID_DIMENSIONS"',
    )  # fmt: skip

    await ask_for_pictures(telegram, 1)

    last = await telegram.heard(ADA, lambda m: "document" in m and "caption" in m)
    album = [m for m in said(telegram, ADA) if "document" in m]
    assert len(album) == 2
    assert len({m["media_group_id"] for m in album}) == 1
    assert "left" in words(last)
    assert await delivery(app) == ("done", None, 2_000)


async def test_album__its_price_is_under_the_first(app, telegram):
    await ask_for_pictures(telegram, 2)

    first = await telegram.heard(ADA, lambda m: "photo" in m and "caption" in m)
    await delivery(app)

    album = [m for m in said(telegram, ADA) if "photo" in m]
    assert len(album) == 4
    assert album[0] == first
    assert ["caption" in m for m in album] == [True, False, False, False]
    assert "3 tokens" in words(first)


async def test_request_entity_too_large__is_not_sent_again_and_costs_nothing(app, telegram):
    refuse(telegram, "sendPhoto", "Request Entity Too Large", times=99, code=413)

    await ask_for_pictures(telegram, 0)

    told = await telegram.heard(ADA, lambda m: "your 2 tokens back" in words(m))
    assert "photo" not in told
    assert len(calls(telegram, "sendPhoto")) == 1
    assert await balance(app, ADA) == (10_000, 0)


@pytest.mark.parametrize(
    "refusal", ["VOICE_MESSAGES_FORBIDDEN", "not enough rights to send voice notes to the chat"]
)
async def test_voice_refused__it_comes_as_audio(app, telegram, refusal):
    refuse(telegram, "sendVoice", f"Bad Request: {refusal}")

    asked = telegram.say(ADA, "/voice Hello!")

    sound = await telegram.heard(ADA, lambda m: "audio" in m, after=asked["message_id"])
    assert "left" in words(sound)
    music = telegram.file(sound["audio"]["file_id"])
    assert (music.name, music.mime) == ("answer.mp3", "audio/mpeg")
    assert audio.seconds(await audio.decode(music.data)) > 0.3


@pytest.mark.parametrize("person", [ADA, BEN])
async def test_voice_and_audio_refused__the_words_come_in_writing_and_cost_nothing(app, telegram, person):
    telegram.forbid_voice(person)
    refuse(telegram, "sendAudio", "Bad Request: not enough rights to send music to the chat")

    text = "Hello, **my** friend no. 12!\n```\nx = 1\n```"

    asked = telegram.say(person, f"/voice {text}")

    written = await telegram.heard(
        person, lambda m: reads(person, "sound-in-writing") in words(m), after=asked["message_id"]
    )
    assert words(written).endswith(f"\n\n{text}")
    await telegram.heard(
        person,
        lambda m: reads(person, "answer-undeliverable", amount=3) in words(m),
        after=asked["message_id"],
    )
    assert len(said(telegram, person, asked["message_id"])) == 2
    assert (await delivery(app)).state == "done"
    assert await balance(app, person) == (10_000, 0)


async def test_voice_and_audio_refused__a_long_text_is_written_to_its_end(app, telegram):
    telegram.forbid_voice(ADA)
    refuse(telegram, "sendAudio", "Bad Request: not enough rights to send music to the chat")

    asked = telegram.say(ADA, "/voice Look:\n```\n" + "x = 1\n" * 800 + "```\nGoodbye.")

    last = await telegram.heard(ADA, lambda m: words(m).endswith("Goodbye."), after=asked["message_id"])
    first = said(telegram, ADA, asked["message_id"])[0]
    assert words(first).startswith(reads(ADA, "sound-in-writing"))
    assert first["message_id"] < last["message_id"]


async def test_voice_and_audio_refused__a_written_answer_says_why_it_is_not_spoken(app, telegram):
    await telegram.heard(ADA, after=telegram.say(ADA, "/voice")["message_id"])
    switch = said(telegram, ADA)[-1]
    await telegram.tap(ADA, switch["message_id"], button(switch, 0)).answered(5)
    telegram.forbid_voice(ADA)
    refuse(telegram, "sendAudio", "Bad Request: not enough rights to send music to the chat")

    asked = telegram.say(ADA, "What is 2 + 2?")

    await telegram.heard(ADA, lambda m: reads(ADA, "sound-refused") == words(m), after=asked["message_id"])
    assert len([m for m in said(telegram, ADA, asked["message_id"]) if "left" in words(m)]) == 1


async def test_a_sample_that_is_not_taken_says_why(app, telegram):
    telegram.forbid_voice(ADA)
    refuse(telegram, "sendAudio", "Bad Request: not enough rights to send music to the chat")
    settings = await telegram.heard(ADA, after=telegram.say(ADA, "/voice_settings")["message_id"])

    telegram.tap(ADA, settings["message_id"], "vs:hear:en/jenny")

    await telegram.heard(ADA, lambda m: reads(ADA, "sound-refused") == words(m))


async def test_a_sample_comes_as_music_to_who_takes_no_voice(app, telegram):
    telegram.forbid_voice(ADA)
    settings = await telegram.heard(ADA, after=telegram.say(ADA, "/voice_settings")["message_id"])

    telegram.tap(ADA, settings["message_id"], "vs:hear:en/jenny")

    sample = await telegram.heard(ADA, lambda m: "audio" in m)
    assert sample["audio"]["file_name"] == "answer.mp3"
    assert "Jenny" in words(sample)


async def test_an_incoming_album_is_one_request(app, telegram):
    telegram.send_album(ADA, [b"a", b"b", b"c"], caption="look")

    await telegram.heard(ADA)

    await all_handled(app, telegram)
    assert len(said(telegram, ADA)) == 1


async def test_an_answer_that_is_spoken_too_has_its_price_once(app, telegram):
    await telegram.heard(ADA, after=telegram.say(ADA, "/voice")["message_id"])
    switch = said(telegram, ADA)[-1]
    await telegram.tap(ADA, switch["message_id"], button(switch, 0)).answered(5)
    telegram.forbid_voice(ADA)

    asked = telegram.say(ADA, "What is 2 + 2?")

    sound = await telegram.heard(ADA, lambda m: "audio" in m, after=asked["message_id"])
    assert "caption" not in sound
    assert (await delivery(app)).state == "done"
    assert len([m for m in said(telegram, ADA, asked["message_id"]) if "left" in words(m)]) == 1
