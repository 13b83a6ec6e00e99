"""Pictures and speech, from the keyboard to what arrives."""

import aiohttp
import pytest

from tests.world import ADA, BEN, GROUP, answered, balance, button, plain, until


async def chosen(telegram, person, asked, style, count):
    """Choose the style, then how many: the message with the keyboard."""
    styles = await telegram.heard(person, after=asked["message_id"])
    telegram.tap(person, styles["message_id"], style)
    await telegram.heard(
        person, lambda m: any("count:" in str(row) for row in keyboard(m)), after=asked["message_id"]
    )
    telegram.tap(person, styles["message_id"], button(telegram.message(person, styles["message_id"]), count))
    return styles


def keyboard(message):
    return message.get("reply_markup", {}).get("inline_keyboard", [])


async def test_a_picture_comes_in_the_chosen_style_with_its_price(app, telegram, upstream):
    asked = telegram.say(ADA, "/image a red bicycle")

    styles = await chosen(telegram, ADA, asked, "Anime", 0)
    photo = await telegram.heard(ADA, lambda m: "photo" in m, after=asked["message_id"])

    assert len([one for row in keyboard(styles) for one in row]) == 25
    assert "2 tokens" in plain(photo["caption"])
    assert telegram.file(photo["photo"][-1]["file_id"]).data.startswith(b"\x89PNG")
    prompt = upstream.requests[-1].body["prompt"]
    assert "a red bicycle" in prompt
    assert "anime" in prompt.lower()
    assert await balance(app, ADA) == (8_000, 0)
    await until(lambda: styles["message_id"] not in [m["message_id"] for m in telegram.messages(ADA)])


async def test_four_pictures_come_as_an_album_at_the_price_of_many(app, telegram):
    asked = telegram.say(BEN, "عکس گربه زیر باران")

    styles = await telegram.heard(BEN, after=asked["message_id"])
    telegram.tap(BEN, styles["message_id"], button(styles, 0))
    counts = await telegram.heard(BEN, lambda m: "count:" in str(keyboard(m)), after=asked["message_id"])
    telegram.tap(BEN, counts["message_id"], button(counts, 2))
    first = await telegram.heard(BEN, lambda m: "photo" in m, after=asked["message_id"])

    album = [m for m in telegram.messages(BEN) if m.get("media_group_id") == first["media_group_id"]]
    assert len(album) == 4
    assert "۳ توکن" in plain(first["caption"])
    assert await balance(app, BEN) == (7_000, 0)


async def test_two_taps_on_the_buttons_are_one_request(app, telegram, upstream):
    asked = telegram.say(ADA, "/image a cat")
    styles = await telegram.heard(ADA, after=asked["message_id"])
    telegram.tap(ADA, styles["message_id"], "Photo")
    counts = await telegram.heard(ADA, lambda m: "count:" in str(keyboard(m)), after=asked["message_id"])

    data = button(counts, 0)
    telegram.tap(ADA, counts["message_id"], data)
    telegram.tap(ADA, counts["message_id"], data)
    await telegram.heard(ADA, lambda m: "photo" in m, after=asked["message_id"])
    await until(lambda: _nothing_held(app))

    assert (await balance(app, ADA)).posted == 8_000
    assert len([r for r in upstream.requests if "images" in r.path]) == 1


async def _nothing_held(app):
    return (await balance(app, ADA)).held == 0


async def test_nobody_else_can_use_the_buttons(app, telegram):
    asked = telegram.say(ADA, "/image a cat", chat=GROUP)
    styles = await telegram.heard(GROUP, after=asked["message_id"])

    tap = telegram.tap(BEN, styles["message_id"], button(styles, 1), chat=GROUP)
    told = await tap.answered(5)

    assert told["show_alert"]
    assert "count:" not in str(telegram.message(GROUP, styles["message_id"]))


async def test_pictures_that_could_not_be_made_cost_nothing(app, telegram, upstream):
    upstream.will("content-refusal", times=10, path="/images/generations")
    asked = telegram.say(ADA, "/image something bad")

    await chosen(telegram, ADA, asked, "Photo", 0)
    refused = await telegram.heard(
        ADA, lambda m: "nothing was charged" in m.get("text", ""), after=asked["message_id"]
    )

    assert "can't help" in refused["text"]
    assert await balance(app, ADA) == (10_000, 0)


async def test_words_are_spoken_as_a_voice_note_in_ogg_opus(app, telegram):
    asked = telegram.say(ADA, "/voice Good morning, my friend")

    note = await telegram.heard(ADA, lambda m: "voice" in m, after=asked["message_id"])

    sound = telegram.file(note["voice"]["file_id"]).data
    assert sound.startswith(b"OggS")
    assert b"OpusHead" in sound[:100]
    assert 0 < note["voice"]["duration"] < 10
    assert "3 tokens" in plain(note["caption"])
    assert await balance(app, ADA) == (7_000, 0)


async def test_one_short_word_has_a_duration_too(app, telegram):
    asked = telegram.say(ADA, "/voice Hi")

    note = await telegram.heard(ADA, lambda m: "voice" in m, after=asked["message_id"])

    assert note["voice"]["duration"] == 1


async def test_persian_words_are_spoken_by_the_engine_that_can(app, telegram, upstream):
    upstream.will("500", times=20, path="/audio/speech")
    asked = telegram.say(BEN, "ویس سلام دنیا")

    note = await telegram.heard(BEN, lambda m: "voice" in m, after=asked["message_id"])

    assert telegram.file(note["voice"]["file_id"]).data.startswith(b"OggS")
    call = await app.storage.fetch_one("SELECT engine FROM call WHERE state = 'ok'")
    assert "espeak" in call.engine


@pytest.mark.parametrize(
    ("person", "asked", "read"),
    [
        (ADA, "/voice ```\nx = 1\ny = 2\n```", "code, two lines."),
        (BEN, "ویس ```\nx = 1\ny = 2\n```", "کد، دو خط."),
        (ADA, "/voice 12", "twelve"),
        (BEN, "/voice 12", "دوازده"),
    ],
)
async def test_what_has_no_words_is_spoken_in_the_persons_language(
    app, telegram, upstream, person, asked, read
):
    await telegram.heard(person, lambda m: "voice" in m, after=telegram.say(person, asked)["message_id"])

    assert [seen.body["input"] for seen in upstream.requests if "/speech" in seen.path] == [read]
    assert await balance(app, person) == (7_000, 0)


@pytest.mark.parametrize(
    ("person", "asked", "read"), [(ADA, "6 times 7?", "forty two"), (BEN, "شش هفت تا؟", "چهل و دو")]
)
async def test_an_answer_without_words_is_spoken_in_the_language_of_its_question(
    app, telegram, upstream, person, asked, read
):
    usage = await telegram.heard(person, after=telegram.say(person, "/voice")["message_id"])
    await telegram.tap(person, usage["message_id"], "speak:on").answered(5)
    upstream.will_say("42")

    await telegram.heard(person, lambda m: "voice" in m, after=telegram.say(person, asked)["message_id"])

    assert [seen.body["input"] for seen in upstream.requests if "/speech" in seen.path] == [read]


@pytest.mark.parametrize("command", ["/voice", "/image"])
async def test_a_command_without_words_says_how_it_is_used(app, telegram, command):
    usage = await telegram.heard(ADA, after=telegram.say(ADA, command)["message_id"])

    assert command in usage["text"]
    assert await balance(app, ADA) == (10_000, 0)


async def test_a_reply_with_a_command_takes_the_words_replied_to(app, telegram):
    answer = await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))

    asked = telegram.say(ADA, "/voice", reply_to=answer["message_id"])

    await telegram.heard(ADA, lambda m: "voice" in m, after=asked["message_id"])


async def test_answers_come_as_voice_too_when_asked_for(app, telegram):
    usage = await telegram.heard(ADA, after=telegram.say(ADA, "/voice")["message_id"])
    await telegram.tap(ADA, usage["message_id"], "speak:on").answered(5)

    asked = telegram.say(ADA, "What is 2 + 2?")
    answer = await answered(telegram, ADA, asked)
    note = await telegram.heard(ADA, lambda m: "voice" in m, after=asked["message_id"])

    assert "4 tokens" in plain(answer["text"])
    assert telegram.file(note["voice"]["file_id"]).data.startswith(b"OggS")
    assert await balance(app, ADA) == (6_000, 0)


async def test_an_answer_that_could_not_be_spoken_costs_only_the_text(app, telegram, upstream):
    usage = await telegram.heard(ADA, after=telegram.say(ADA, "/voice")["message_id"])
    await telegram.tap(ADA, usage["message_id"], "speak:on").answered(5)
    upstream.will_say("#!?")

    answer = await answered(telegram, ADA, telegram.say(ADA, "Say nothing"))

    assert "1 token" in plain(answer["text"])
    assert await balance(app, ADA) == (9_000, 0)


async def test_produced_files_are_served_until_they_expire(app, telegram):
    asked = telegram.say(ADA, "/voice Good morning")
    await telegram.heard(ADA, lambda m: "voice" in m, after=asked["message_id"])
    row = await app.storage.fetch_one("SELECT name FROM file")

    async with aiohttp.ClientSession(app.address) as http:
        async with http.get(f"/files/{row.name}") as answer:
            assert answer.status == 200
            assert answer.content_type == "audio/ogg"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert (await answer.read()).startswith(b"OggS")
        async with http.get(f"/files/{row.name}", headers={"Range": "bytes=0-3"}) as part:
            assert (part.status, await part.read()) == (206, b"OggS")
        for name in ("../books.db", "x" * 43 + ".ogg", row.name + "x", "..%2fbooks.db"):
            async with http.get(f"/files/{name}") as missing:
                assert missing.status == 404, name
        await app.storage.write(lambda conn: conn.run("UPDATE file SET expires_at = 1"))
        async with http.get(f"/files/{row.name}") as expired:
            assert expired.status == 404
