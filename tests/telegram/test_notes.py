"""Long speech: its notes go out in order while the rest is still being made, for one price at the end."""

import pytest

from bot.sandbox.telegram import Fault
from tests.world import ADA, BEN, balance, reads, said, until, words

LONG = {
    ADA: "The first part is here. And the second one too. The third is the last of all.",
    BEN: "این بخش نخست است که می‌خوانم. این هم بخش دوم این متن است. و این بخش سوم و آخر آن است.",
}


@pytest.fixture(autouse=True)
def short_notes(monkeypatch):
    monkeypatch.setattr("bot.providers.speech.NOTE_CHARACTERS", 32)


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"speech_engines": ("openai",), "voice_seconds": 20})


def refuse(telegram, method, words, times=1):
    telegram.add_fault(Fault(method, "error", times=times, code=400, description=words))


def first_comes_then(upstream, fault):
    upstream.will("slow", path="/speech")
    upstream.will(fault, times=9, path="/speech")


async def first_note(telegram, person, asked):
    return await telegram.heard(person, lambda m: "voice" in m, after=asked["message_id"])


def notes(telegram, person):
    return [m for m in said(telegram, person) if "voice" in m]


async def job(app):
    return await app.storage.fetch_one("SELECT id, state, price, charged FROM job")


@pytest.mark.parametrize("person", [ADA, BEN])
async def test_notes_go_out_while_the_rest_is_still_being_spoken(app, telegram, upstream, person):
    first_comes_then(upstream, "hang")

    asked = telegram.say(person, f"/voice {LONG[person]}")
    await first_note(telegram, person, asked)

    assert (await job(app)).state == "running"
    assert await balance(app, person) == (10_000, (await job(app)).price)


@pytest.mark.parametrize("person", [ADA, BEN])
async def test_all_notes_come_once_and_in_order_for_one_price(app, telegram, upstream, person):
    asked = telegram.say(person, f"/voice {LONG[person]}")
    last = await telegram.heard(person, lambda m: "voice" in m and words(m), after=asked["message_id"])

    rows = await until(lambda: app.storage.fetch("SELECT sent FROM delivery WHERE state = 'done'"))
    stored = await app.storage.fetch("SELECT name FROM file ORDER BY position")
    sent = [telegram.file(note["voice"]["file_id"]).data for note in notes(telegram, person)]
    assert len(sent) == 3
    assert sent == [(app.settings.data_dir / "files" / row.name).read_bytes() for row in stored]
    assert notes(telegram, person)[-1]["message_id"] == last["message_id"]
    assert [words(note) for note in notes(telegram, person)][:2] == ["", ""]
    assert len(rows) == 1
    assert await app.storage.fetch("SELECT * FROM early_note") == []
    assert await balance(app, person) == (10_000 - (await job(app)).charged, 0)
    transfers = await app.storage.fetch("SELECT kind FROM transfer WHERE kind = 'capture'")
    assert len(transfers) == 1


@pytest.mark.parametrize("fault", ["500", "html", "refuse", "empty"])
async def test_a_failure_in_the_middle_is_said_and_costs_nothing(app, telegram, upstream, fault):
    first_comes_then(upstream, fault)

    asked = telegram.say(ADA, f"/voice {LONG[ADA]}")

    await telegram.heard(
        ADA, lambda m: "nothing was charged" in m.get("text", ""), after=asked["message_id"], seconds=30
    )
    assert (await job(app)).state == "failed"
    assert len(notes(telegram, ADA)) <= 1
    assert await balance(app, ADA) == (10_000, 0)


@pytest.mark.parametrize("person", [ADA, BEN])
async def test_who_stops_it_pays_for_the_notes_that_came(app, telegram, upstream, person):
    first_comes_then(upstream, "hang")
    asked = telegram.say(person, f"/voice {LONG[person]}")
    await first_note(telegram, person, asked)
    shown = await telegram.heard(person, lambda m: "stop:" in str(m), after=asked["message_id"])

    telegram.tap(person, shown["message_id"], f"stop:{(await job(app)).id}")

    await telegram.heard(person, lambda m: reads(person, "answer-stopped") in words(m))
    ended = await job(app)
    assert ended.state == "answered"
    assert 0 < ended.charged <= ended.price
    assert len(notes(telegram, person)) == 1
    assert await balance(app, person) == (10_000 - ended.charged, 0)


async def test_who_forbids_voice_messages_gets_each_note_as_audio(app, telegram, upstream):
    telegram.forbid_voice(ADA)

    asked = telegram.say(ADA, f"/voice {LONG[ADA]}")
    await telegram.heard(ADA, lambda m: "audio" in m and words(m), after=asked["message_id"])

    assert len([m for m in said(telegram, ADA) if "audio" in m]) == 3


async def test_who_can_hear_nothing_gets_each_note_in_writing_and_the_tokens_back(app, telegram, upstream):
    telegram.forbid_voice(ADA)
    refuse(telegram, "sendAudio", "Bad Request: not enough rights to send music to the chat", times=9)

    asked = telegram.say(ADA, f"/voice {LONG[ADA]}")
    await telegram.heard(
        ADA, lambda m: reads(ADA, "answer-undeliverable", amount=3) in words(m), after=asked["message_id"]
    )

    written = [words(m) for m in said(telegram, ADA) if reads(ADA, "sound-in-writing") in words(m)]
    assert [text.rpartition("\n")[2] for text in written] == [
        "The first part is here.", "And the second one too.", "The third is the last of all."
    ]  # fmt: skip
    assert await balance(app, ADA) == (10_000, 0)


async def test_a_note_that_is_refused_for_once_comes_with_the_delivery(app, telegram, upstream):
    for method in ("sendVoice", "sendAudio", "sendMessage"):
        refuse(telegram, method, "Bad Request: something is wrong for once")

    asked = telegram.say(ADA, f"/voice {LONG[ADA]}")
    await telegram.heard(ADA, lambda m: "voice" in m and words(m), after=asked["message_id"])

    sent = [telegram.file(note["voice"]["file_id"]).data for note in notes(telegram, ADA)]
    assert len(sent) == len(set(sent)) == 3


@pytest.fixture
def speaking(app, telegram):
    """Make every answer to that person come as voice too."""

    async def switch(person):
        usage = await telegram.heard(person, after=telegram.say(person, "/voice")["message_id"])
        await telegram.tap(person, usage["message_id"], "speak:on").answered(5)

    return switch


async def spoken_answer(app, telegram, person, asked):
    """The answer in writing, and its notes once all have come."""
    await until(lambda: app.storage.fetch("SELECT 1 FROM delivery WHERE state = 'done'"))
    (written,) = [m for m in said(telegram, person, asked["message_id"]) if "text" in m]
    return words(written), notes(telegram, person)


@pytest.mark.parametrize("person", [ADA, BEN])
async def test_all_of_a_long_answer_is_spoken(app, telegram, upstream, speaking, person, monkeypatch):
    monkeypatch.setattr("bot.providers.speech.NOTE_CHARACTERS", 1_500)
    await speaking(person)
    upstream.will_say(f"{LONG[person]} " * 45 + "Goodbye.")

    written, came = await spoken_answer(app, telegram, person, telegram.say(person, "Tell me"))

    assert len(came) == 3
    assert "Goodbye" in [seen.body["input"] for seen in upstream.requests if "/speech" in seen.path][-1]
    assert "🔈" not in written


@pytest.mark.parametrize("person", [ADA, BEN])
async def test_who_hears_the_beginning_alone_is_told(app, telegram, upstream, speaking, person, monkeypatch):
    monkeypatch.setattr("bot.providers.text.SPOKEN_MOST", 60)
    await speaking(person)
    upstream.will_say(LONG[person])

    written, came = await spoken_answer(app, telegram, person, telegram.say(person, "Tell me"))

    assert len(came) == 2
    assert LONG[person] in written
    assert reads(person, "unspoken-long") in written
    assert await balance(app, person) == (6_000, 0)


@pytest.mark.parametrize("person", [ADA, BEN])
async def test_a_spoken_answer_that_breaks_off_is_told_and_its_speech_is_free(
    app, telegram, upstream, speaking, person
):
    await speaking(person)
    upstream.will_say(LONG[person])
    first_comes_then(upstream, "500")

    written, came = await spoken_answer(app, telegram, person, telegram.say(person, "Tell me"))

    assert len(came) == 1
    assert LONG[person] in written
    assert reads(person, "unspoken-failed") in written
    assert await balance(app, person) == (9_000, 0)
