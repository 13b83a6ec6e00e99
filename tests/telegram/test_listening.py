"""Voice in: recordings understood, quoted, answered, paid by the minute; what can't be understood is free."""

import os
import re
import sys
from collections import deque
from functools import partial

import pytest

from bot.providers.speech import audio
from bot.providers.transcription.whisper import LocalWhisper
from bot.voice_choices import VoiceChoice, write
from handlers.telegram.showing import LONG
from tests.sounds import tone_wav
from tests.world import ADA, BEN, GROUP, answered, balance, button, hosted, reads, said, until, words

HEARING = """
import json, os, sys
while head := sys.stdin.buffer.read(4):
    sys.stdin.buffer.read(int.from_bytes(head, "big"))
    print(json.dumps({"words": f"I am process {os.getpid()}"}), flush=True)
"""
LANGUAGES = [(ADA, "How warm is it?", "Warm enough."), (BEN, "هوا چطور است؟", "هوا خوب است.")]


async def recording(seconds=2.0):
    return await audio.encode(await audio.decode(tone_wav(seconds)), "ogg")


async def listened(telegram, person, asked):
    """The voice note that answers."""
    return await telegram.heard(person, lambda m: "voice" in m, after=asked["message_id"])


async def quoted(telegram, person, asked):
    """The answer in writing, with what was understood above it."""
    return await telegram.heard(
        person, lambda m: "🎤" in m.get("text", "") and _has_price(m), after=asked["message_id"], seconds=30
    )


def _has_price(message):
    return any(word in message["text"] for word in ("left", "مانده"))


@pytest.mark.parametrize(("person", "question", "answer"), LANGUAGES)
async def test_a_voice_message_is_quoted_and_answered_by_voice(
    app, telegram, upstream, person, question, answer
):
    upstream.will_hear(question)
    upstream.will_say(answer)

    asked = telegram.send_voice(person, await recording())
    shown = await quoted(telegram, person, asked)
    await listened(telegram, person, asked)

    assert question in words(shown)
    assert answer in words(shown)
    assert [entity["type"] for entity in shown["entities"]][0] == "blockquote"
    assert await balance(app, person) == (10_000 - 1_000 - 1_000 - 3_000, 0)
    call = await app.storage.fetch_one("SELECT engine FROM call")
    assert call.engine.startswith("openai+")


async def test_what_was_said_is_remembered_in_the_conversation(app, telegram, upstream):
    upstream.will_hear("My name is Ada")
    await answered(telegram, ADA, telegram.send_voice(ADA, await recording()))

    await answered(telegram, ADA, telegram.say(ADA, "What is my name?"))

    asked = [message["content"] for message in upstream.requests[-1].body["messages"]]
    assert asked[0] == "My name is Ada"


@pytest.mark.parametrize(
    ("person", "caption", "heard"),
    [(ADA, "In German, please:", "Good morning"), (BEN, "به آلمانی ترجمه کن", "صبح بخیر")],
)
async def test_what_is_written_with_a_recording_is_asked_with_it(
    app, telegram, upstream, person, caption, heard
):
    upstream.will_hear(heard)
    upstream.will_say("Guten Morgen")

    asked = telegram.send_voice(person, await recording(), caption=caption)
    shown = await quoted(telegram, person, asked)

    (request,) = [seen.body for seen in upstream.requests if "/completions" in seen.path]
    assert request["messages"][-1]["content"] == f"{caption}\n\n{heard}"
    assert "🎤 " + heard in words(shown)
    await until(lambda: app.storage.fetch("SELECT 1 FROM delivery WHERE state = 'done'"))
    turns = await app.storage.fetch("SELECT text FROM turn WHERE role = 'user'")
    assert [turn.text for turn in turns] == [f"{caption}\n\n{heard}"]


async def test_what_is_written_with_a_recording_is_held_and_paid_as_its_words(app, telegram, upstream):
    upstream.will_hear("So it is. " * 50)

    await quoted(
        telegram, ADA, telegram.send_voice(ADA, await recording(), caption="Translate: " + "x" * 400)
    )

    job = await app.storage.fetch_one("SELECT price, charged FROM job")
    assert job.price == 1_000 + 2_000 + 5_000
    assert job.charged == 1_000 + 2_000 + 4_000


async def test_a_person_may_want_text_alone(app, telegram, upstream):
    upstream.will_hear("Good morning")
    await answered(telegram, ADA, telegram.say(ADA, "Hello"))
    customer = (await app.storage.fetch_one("SELECT id FROM customer")).id
    await app.storage.write(write, customer, VoiceChoice(replies=False))

    asked = telegram.send_voice(ADA, await recording())
    shown = await answered(telegram, ADA, asked)

    assert "Good morning" in words(shown)
    assert not [m for m in said(telegram, ADA, asked["message_id"]) if "voice" in m]
    assert await balance(app, ADA) == (10_000 - 1_000 - 2_000, 0)


async def test_an_engine_that_hangs_leaves_time_for_the_next_to_speak_the_answer(
    settings, telegram, upstream
):
    pytest.importorskip("espeakng_loader", reason="the local voice is not installed")
    given = {"speech_engines": ("openai", "espeak"), "text_seconds": 20}
    upstream.will("hang", path="/audio/speech")
    upstream.will_hear("How warm is it?")

    async with hosted(settings.model_copy(update=given)) as app:
        asked = telegram.send_voice(ADA, await recording())
        await listened(telegram, ADA, asked)

        (call,) = await app.storage.fetch("SELECT engine FROM call")
        assert call.engine.endswith("+espeak")


@pytest.mark.parametrize("kind", ["audio", "document", "video_note"])
async def test_audio_files_and_video_notes_are_understood_too(app, telegram, upstream, kind):
    upstream.will_hear("Good morning")
    sound = await recording()
    match kind:
        case "audio":
            asked = telegram.send_audio(ADA, sound, "talk.ogg", "audio/ogg")
        case "document":
            asked = telegram.send_document(ADA, sound, "talk.ogg", "audio/ogg")
        case _:
            asked = telegram.send_video_note(ADA, sound)

    assert "Good morning" in words(await answered(telegram, ADA, asked))


async def test_a_long_recording_is_held_and_paid_by_the_minute(app, telegram, upstream):
    await app.operator.credit(ADA, 10_000, "for tests", "tests")
    upstream.will_hear("Good morning")
    asked = telegram.send_audio(ADA, await recording(), "talk.ogg", "audio/ogg", seconds=121)

    await answered(telegram, ADA, asked)

    job = await app.storage.fetch_one("SELECT price, charged FROM job")
    assert job.price == 3_000 + 2_000 + 5_000
    assert job.charged == 3_000 + 1_000 + 3_000


@pytest.mark.parametrize("person", [ADA, BEN])
async def test_transcribe_writes_down_what_is_said_and_no_more(app, telegram, upstream, person):
    upstream.will_hear("One two three", "One two three")
    upstream.will_say("An answer.")
    spoken = telegram.send_voice(person, await recording())
    await quoted(telegram, person, spoken)
    before = await balance(app, person)

    asked = telegram.say(person, "/transcribe", reply_to=spoken["message_id"])
    text = await telegram.heard(
        person, lambda m: "One two three" in m.get("text", ""), after=asked["message_id"]
    )

    assert words(text).startswith("One two three")
    assert await balance(app, person) == (before.posted - 1_000, 0)


async def test_transcribe_alone_says_how_it_is_used(app, telegram):
    usage = await telegram.heard(ADA, after=telegram.say(ADA, "/transcribe")["message_id"])

    assert "/transcribe" in usage["text"]


SILENCE = audio.wav(bytes(96_000), 24_000)
FREE = [
    (SILENCE, "error-silent-recording"),
    (b"this is no sound at all" * 50, "error-not-a-sound"),
    (b"", "error-not-a-sound"),
    (tone_wav(20), "error-recording-longer"),
]
KINDS = ("voice", "audio", "video_note")


def send(telegram, person, kind, data, seconds=2):
    match kind:
        case "voice":
            return telegram.send_voice(person, data, seconds=seconds)
        case "audio":
            return telegram.send_audio(person, data, "talk.wav", "audio/wav", seconds=seconds)
    return telegram.send_video_note(person, data, seconds=seconds)


@pytest.mark.parametrize("person", [ADA, BEN])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("data", "why"), FREE)
async def test_what_can_not_be_understood_is_said_and_free(app, telegram, upstream, data, why, kind, person):
    asked = send(telegram, person, kind, data)

    await telegram.heard(person, lambda m: reads(person, why) == words(m), after=asked["message_id"])

    assert await balance(app, person) == (10_000, 0)
    assert not [seen for seen in upstream.requests if "audio" in seen.path]


@pytest.mark.parametrize("data", [SILENCE, b"no sound" * 50])
async def test_a_reply_with_transcribe_to_what_is_no_speech_is_free_too(app, telegram, upstream, data):
    spoken = send(telegram, ADA, "video_note", data)
    await telegram.heard(ADA, lambda m: "nothing was charged" in words(m), after=spoken["message_id"])

    asked = telegram.say(ADA, "/transcribe", reply_to=spoken["message_id"])

    await telegram.heard(ADA, lambda m: "nothing was charged" in words(m), after=asked["message_id"])
    assert await balance(app, ADA) == (10_000, 0)


async def test_a_recording_in_which_nobody_speaks_is_free(app, telegram, upstream):
    upstream.will("empty", path="/transcriptions")

    asked = telegram.send_voice(ADA, await recording())

    await telegram.heard(ADA, lambda m: "heard no words" in m.get("text", ""), after=asked["message_id"])
    assert await balance(app, ADA) == (10_000, 0)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_recording_that_is_too_long_is_not_even_fetched(app, telegram, kind):
    asked = send(telegram, ADA, kind, b"never fetched", seconds=1_801)

    told = await telegram.heard(ADA, after=asked["message_id"])

    assert "30 minutes" in words(told)
    assert await balance(app, ADA) == (10_000, 0)
    assert not [call for call in telegram.calls if call.method == "getFile"]


async def test_a_file_that_plays_for_too_long_is_refused_although_nobody_said_so(
    settings, telegram, upstream
):
    async with hosted(settings.model_copy(update={"recording_minutes": 1})) as app:
        asked = telegram.send_document(ADA, tone_wav(70, rate=8_000), "talk.wav", "audio/wav")

        told = await telegram.heard(ADA, after=asked["message_id"])

        assert words(told) == reads(ADA, "recording-too-long", minutes=1)
        assert await balance(app, ADA) == (10_000, 0)


@pytest.fixture
def in_parts(monkeypatch):
    """Eight seconds are three parts or four."""
    monkeypatch.setattr("bot.providers.transcription.PART_SECONDS", 3)


@pytest.mark.usefixtures("in_parts")
async def test_a_long_recording_is_heard_in_parts_and_its_words_joined_for_one_price(app, telegram, upstream):
    await app.operator.credit(ADA, 10_000, "for tests", "tests")
    upstream.will_hear("one two", "three four", "five six", "seven eight")
    spoken = send(telegram, ADA, "voice", await recording(8), seconds=8)

    shown = await quoted(telegram, ADA, spoken)

    heard = [seen for seen in upstream.requests if "transcriptions" in seen.path]
    assert "one two three four five six" in words(shown)
    assert len(heard) in (3, 4)
    assert (await app.storage.fetch_one("SELECT charged FROM job")).charged == 5_000
    transfers = await app.storage.fetch("SELECT amount FROM transfer WHERE kind = 'capture'")
    assert len(transfers) == 1


@pytest.mark.usefixtures("in_parts")
async def test_who_stops_it_while_it_is_heard_pays_nothing(app, telegram, upstream, monkeypatch):
    monkeypatch.setitem(LONG, "text", 0.1)
    upstream.will_hear("one two")
    upstream.will("slow", path="/transcriptions")
    upstream.will("hang", path="/transcriptions")
    spoken = send(telegram, ADA, "voice", await recording(8), seconds=8)
    shown = await telegram.heard(ADA, lambda m: "stop:" in str(m), after=spoken["message_id"])
    await until(lambda: len([seen for seen in upstream.requests if "transcriptions" in seen.path]) == 2)
    assert (await balance(app, ADA)).held > 0

    telegram.tap(ADA, shown["message_id"], button(shown, 0))

    await telegram.heard(ADA, lambda m: words(m) == reads(ADA, "job-cancelled"))
    assert await balance(app, ADA) == (10_000, 0)
    await until(lambda: upstream.open_requests == 0)


@pytest.mark.usefixtures("in_parts")
async def test_a_part_that_nobody_could_hear_makes_all_of_it_free(app, telegram, upstream, monkeypatch):
    monkeypatch.setattr("bot.providers.transcription.whisper.is_installed", lambda: False)
    upstream.will_hear("one two")
    upstream.will("slow", path="/transcriptions")
    upstream.will("500", times=9, path="/transcriptions")

    spoken = send(telegram, ADA, "voice", await recording(8), seconds=8)

    await telegram.heard(ADA, lambda m: "nothing was charged" in words(m), after=spoken["message_id"])
    assert await balance(app, ADA) == (10_000, 0)


async def test_a_longer_recording_has_more_time(settings, telegram, upstream):
    upstream.will_hear("Good morning")
    upstream.will("slow", seconds=1.5, path="/completions")
    async with hosted(settings.model_copy(update={"text_seconds": 1.0, "telegram_stream": False})) as app:
        spoken = send(telegram, ADA, "audio", await recording(), seconds=30)

        await telegram.heard(ADA, lambda m: "nothing was charged" in words(m), after=spoken["message_id"])

        jobs = [row.state for row in await app.storage.fetch("SELECT state FROM job")]
        assert jobs == ["failed"], "the upstream was given up, not the job"


async def test_a_recording_of_more_than_20_mb_is_refused(app, telegram):
    asked = telegram.send_document(ADA, bytes(20 * 1024 * 1024 + 1), "talk.wav", "audio/wav")

    told = await telegram.heard(ADA, after=asked["message_id"])

    assert "20 MB" in words(told)


@pytest.mark.parametrize("fault", ["500", "429", "html", "502-html", "refuse", "malformed"])
async def test_a_broken_upstream_is_free_where_nothing_hears(app, telegram, upstream, fault, monkeypatch):
    monkeypatch.setattr("bot.providers.transcription.whisper.is_installed", lambda: False)
    upstream.will(fault, times=9, path="/transcriptions")

    asked = telegram.send_voice(ADA, await recording())

    told = await telegram.heard(
        ADA, lambda m: "nothing was charged" in m.get("text", ""), after=asked["message_id"]
    )
    assert "can't understand speech" in told["text"]
    assert await balance(app, ADA) == (10_000, 0)


async def test_the_local_model_hears_in_a_process_of_its_own(settings, telegram, upstream, monkeypatch):
    """It holds the interpreter for tenths of a second, and with it everybody else."""
    program = (sys.executable, "-P", "-c", HEARING)
    monkeypatch.setattr("bot.providers.transcription.whisper.put_together", lambda folder: None)
    monkeypatch.setattr("bot.providers.opened.LocalWhisper", partial(LocalWhisper, program=program))
    upstream.will_say("Good day.")
    async with hosted(settings.model_copy(update={"transcription_engines": ("whisper",)})) as app:
        shown = await quoted(telegram, ADA, telegram.send_voice(ADA, await recording()))

        (process,) = map(int, re.findall(r"process (\d+)", words(shown)))
        assert process != os.getpid()
        (call,) = await app.storage.fetch("SELECT engine FROM call")
        assert call.engine.startswith("whisper+")
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_in_a_group_only_a_reply_to_the_bot_is_listened_to(app, telegram, upstream):
    telegram.send_voice(ADA, await recording(), chat=GROUP)
    asked = telegram.say(ADA, "/help")

    await telegram.heard(ADA, after=asked["message_id"])

    assert not [call for call in telegram.calls if call.method == "getFile"]


async def test_who_forbids_voice_messages_gets_an_audio_file(app, telegram, upstream):
    upstream.will_hear("Good morning")
    telegram.forbid_voice(ADA, True)

    asked = telegram.send_audio(ADA, await recording(), "talk.ogg", "audio/ogg")
    await answered(telegram, ADA, asked)

    await telegram.heard(
        ADA, lambda m: "audio" in m and m["from"]["id"] == telegram.bot["id"], after=asked["message_id"]
    )


async def press(telegram, person, message, *buttons):
    """Tap one button after the other, each when it is there."""
    for data in buttons:
        await until(lambda data=data: f"'vs:{data}'" in str(telegram.message(person, message)))
        await telegram.tap(person, message, f"vs:{data}").answered(5)


async def settings_of(telegram, person):
    shown = await telegram.heard(person, after=telegram.say(person, "/voice_settings")["message_id"])
    return shown["message_id"]


@pytest.mark.parametrize("person", [ADA, BEN])
async def test_the_settings_are_chosen_by_buttons_and_used(app, telegram, upstream, person):
    await app.operator.credit(person, 10_000, "for tests", "tests")
    message = await settings_of(telegram, person)

    await press(telegram, person, message, "languages:0", "languages:1", "languages:0", "language:fa")
    await press(telegram, person, message, "voices:fa", "voice:fa/farid", "main:", "speed:up", "pitch:down")
    await press(telegram, person, message, "styles:", "style:cheerful", "main:")
    await until(lambda: "Farid" in words(telegram.message(person, message)))
    asked = telegram.say(person, "/voice سلام دنیای زیبا")
    await listened(telegram, person, asked)

    seen = next(seen.body for seen in upstream.requests if seen.path.endswith("/speech"))
    assert seen["voice"] in ("onyx", "ash", "echo", "ballad")
    assert "cheerful" in seen["instructions"]
    job = await app.storage.fetch_one("SELECT request, charged FROM job")
    assert '"speed":25' in job.request.replace(" ", "")
    assert '"pitch":-15' in job.request.replace(" ", "")
    assert job.charged == 2_000, "the language is fixed"


async def test_what_was_chosen_can_be_taken_back(app, telegram):
    message = await settings_of(telegram, ADA)

    await press(telegram, ADA, message, "languages:0", "language:ar", "languages:0", "language:auto")
    await press(telegram, ADA, message, "styles:", "style:sad", "style:none", "main:", "replies:", "replies:")
    await press(telegram, ADA, message, *["speed:down"] * 4)

    row = await app.storage.fetch_one("SELECT language, style, speed, replies FROM voice_choice")
    assert tuple(row) == (None, None, -100, 1)


async def test_a_sample_is_heard_before_choosing_and_costs_nothing(app, telegram):
    message = await settings_of(telegram, ADA)

    await press(telegram, ADA, message, "speakers:0", "voices:fa", "hear:fa/dilara")
    note = await telegram.heard(ADA, lambda m: "voice" in m, after=message)

    assert "Dilara" in note["caption"]
    assert telegram.file(note["voice"]["file_id"]).data.startswith(b"OggS")
    assert await balance(app, ADA) == (10_000, 0)


async def test_samples_are_bounded(app, telegram, monkeypatch):
    monkeypatch.setattr("handlers.telegram.samples.deque", lambda maxlen: deque(maxlen=1))
    monkeypatch.setattr("handlers.telegram.samples.MOST", 1)
    message = await settings_of(telegram, ADA)

    await press(telegram, ADA, message, "hear:en/jenny")
    told = await telegram.tap(ADA, message, "vs:hear:en/jenny").answered(5)

    assert told["show_alert"]


@pytest.mark.parametrize(("person", "why"), [(ADA, "only one style"), (BEN, "یک لحن")])
async def test_a_style_that_todays_voice_has_not_says_why(app, telegram, upstream, person, why):
    upstream.will("500", times=20, path="/speech")
    await listened(telegram, person, telegram.say(person, "/voice Good morning"))
    message = await settings_of(telegram, person)

    await press(telegram, person, message, "styles:")
    await until(lambda: "🚫" in str(telegram.message(person, message)))
    told = await telegram.tap(person, message, "vs:style:sad").answered(5)

    assert told["show_alert"]
    assert why in told["text"]


async def test_every_page_of_voices_fits(app, telegram):
    message = await settings_of(telegram, ADA)

    await press(
        telegram, ADA, message, "speakers:0", "voices:ar", "voices:ar/1", "voices:ar/2", "voices:ar/1"
    )

    await until(lambda: "hear:ar/" in str(telegram.message(ADA, message)))
    shown = telegram.message(ADA, message)
    buttons = [one for row in shown["reply_markup"]["inline_keyboard"] for one in row]
    assert len(buttons) <= 27
    assert all(len(one["callback_data"].encode()) <= 64 for one in buttons)


async def test_what_a_browser_records_is_understood(app, telegram, upstream):
    upstream.will_hear("Good morning")
    webm = await audio.ffmpeg(
        ("-f", "wav", "-i", "pipe:0", "-c:a", "libopus", "-f", "webm"), tone_wav(2, rate=48_000)
    )

    asked = telegram.send_voice(ADA, webm, mime="audio/webm")

    assert "Good morning" in words(await answered(telegram, ADA, asked))
