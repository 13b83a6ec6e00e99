"""The audit finds something wrong while the bot runs: the alarm, the refusals on every door, the mending."""

import sqlite3
from contextlib import closing

import aiohttp
import pytest

from bot.settings import Settings
from tests.http.programs import Program, Receiver
from tests.world import ADA, BEN, BOSS, answered, balance, button, hosted, settings_for, until, words

SAID = {ADA: "no new requests at the moment", BEN: "درخواست تازه‌ای نمی‌پذیرم"}
LEFT = {ADA: "left", BEN: "مانده"}
QUESTION = {ADA: "What is 2 + 2?", BEN: "دو به‌علاوهٔ دو چند می‌شود؟"}
BREAK = "UPDATE account SET posted = posted + 1 WHERE id = 'sales'"
MEND = "UPDATE account SET posted = posted - 1 WHERE id = 'sales'"


@pytest.fixture
async def receiver():
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
def settings(telegram, upstream, receiver, tmp_path) -> Settings:
    allowed = f"127.0.0.1:{receiver.port}"
    return settings_for(telegram, upstream, tmp_path / "data", outbound_allow=allowed)


async def write(app, sql):
    """As somebody with the database's shell."""
    await app.storage.write(lambda conn: conn.run(sql))


async def look(app):
    """What happens every minute."""
    await app.sweeps["audit"][1]()


async def asks(telegram, person):
    asked = telegram.say(person, QUESTION[person])
    return words(await telegram.heard(person, after=asked["message_id"]))


async def health(app, path):
    async with aiohttp.ClientSession(app.address) as http, http.get(path) as answer:
        return answer.status, await answer.json()


def alarms(telegram, text="The books are wrong"):
    return [m for m in telegram.messages(BOSS) if text in m.get("text", "")]


async def test_wrong_books_stop_new_requests_on_every_door_until_an_audit_passes(app, telegram, receiver):
    code = await app.operator.issue(ADA, "tests")
    await app.operator.issue(BEN, "tests")
    await write(app, BREAK)

    await look(app)
    await look(app)

    (alarm,) = alarms(telegram)
    assert "I1 " in alarm["text"]
    assert "No new requests are taken" in alarm["text"]
    for person in (ADA, BEN):
        assert SAID[person] in await asks(telegram, person)
        assert await balance(app, person) == (10_000, 0)
    async with Program(app, code, receiver) as program:
        refused = await program.post()
        assert (refused["status"], refused["code"]) == (False, -1)
        assert "no new requests are taken" in refused["detail"]
        for path, status in (("/healthz", "wrong"), ("/readyz", "stopped")):
            seen, body = await health(app, path)
            assert (seen, body["status"]) == (503, status)
            assert body["audit"][0].startswith("I1 ")

        await write(app, MEND)
        await look(app)

        assert len(alarms(telegram, "right again")) == 1
        assert await health(app, "/readyz") == (200, {"status": "ready", "audit": []})
        assert (await health(app, "/healthz"))[0] == 200
        assert (await program.post())["status"]
    for person in (ADA, BEN):
        await is_answered(telegram, person)


async def is_answered(telegram, person):
    asked = telegram.say(person, QUESTION[person])
    await telegram.heard(person, lambda m: LEFT[person] in m.get("text", ""), after=asked["message_id"])


async def test_what_runs_when_the_books_are_found_wrong_is_finished(app, telegram, upstream):
    upstream.chunk_seconds = 0.05
    asked = telegram.say(ADA, "Tell me a story about a lighthouse")
    await until(lambda: _running(app))
    await write(app, BREAK)

    await look(app)
    await answered(telegram, ADA, asked)

    assert await balance(app, ADA) == (9_000, 0)
    await write(app, MEND)


async def _running(app):
    return await app.storage.fetch("SELECT 1 FROM job WHERE state = 'running'")


async def test_pictures_and_speech_are_refused_too(app, telegram):
    await telegram.heard(ADA, after=telegram.say(ADA, "/help")["message_id"])
    await write(app, BREAK)
    await look(app)

    spoken = telegram.say(ADA, "/voice Good morning!")
    assert SAID[ADA] in words(await telegram.heard(ADA, after=spoken["message_id"]))
    drawn = await telegram.heard(ADA, after=telegram.say(ADA, "/image a cat")["message_id"])
    telegram.tap(ADA, drawn["message_id"], button(drawn, 0))
    counts = await until(lambda: _with_counts(telegram, drawn))
    refused = await telegram.tap(ADA, drawn["message_id"], button(counts, 0)).answered(10)
    assert SAID[ADA] in refused["text"]

    assert await balance(app, ADA) == (10_000, 0)
    await write(app, MEND)


def _with_counts(telegram, message):
    now = telegram.message(ADA, message["message_id"])
    return now if now != message else None


async def test_an_admin_says_that_requests_are_taken_again(app, telegram):
    async def admin(text):
        said = telegram.say(BOSS, text)
        return words(
            await telegram.heard(BOSS, lambda m: not m["text"].startswith("⚠️"), after=said["message_id"])
        )

    await write(app, BREAK)
    assert "Still wrong: I1 " in await admin("/resume")
    assert SAID[ADA] in await asks(telegram, ADA)

    assert "until something else is wrong" in await admin("/resume anyway")
    asked = telegram.say(ADA, "What is 2 + 2?")
    await answered(telegram, ADA, asked)
    assert (await health(app, "/readyz"))[0] == 200
    assert (await health(app, "/healthz"))[0] == 503
    await look(app)
    assert len(alarms(telegram)) == 1

    await write(app, "UPDATE account SET held = held + 1 WHERE id = 'customer:1'")
    await look(app)
    assert len(alarms(telegram)) == 2
    assert SAID[ADA] in await asks(telegram, ADA)
    await write(app, "UPDATE account SET held = held - 1 WHERE id = 'customer:1'")
    await write(app, MEND)
    assert "The books are right; requests are taken." in await admin("/resume")
    assert "don't know this command" in words(
        await telegram.heard(ADA, after=telegram.say(ADA, "/resume anyway")["message_id"])
    )


async def test_books_that_are_wrong_at_the_start_stop_requests_from_the_start(settings, telegram):
    async with hosted(settings):
        await telegram.heard(ADA, after=telegram.say(ADA, "/help")["message_id"])
    outside(settings, BREAK)

    async with hosted(settings) as app:
        assert SAID[ADA] in await asks(telegram, ADA)
        await telegram.heard(BOSS, lambda m: "The books are wrong" in m.get("text", ""))
        await write(app, MEND)


def outside(settings, sql):
    with closing(sqlite3.connect(settings.data_dir / "books.db")) as sqlite, sqlite:
        sqlite.execute(sql)
