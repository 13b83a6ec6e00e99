"""kill -9 of the bot at each moment that matters, then a start: nothing is lost, nothing charged twice.

Telegram and the upstream outlive the bot, as they do.
"""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from billing import Balance
from bot.audit import audit
from bot.providers.speech import audio
from bot.storage import open_storage
from tests.crashing import PLACES
from tests.crashing_bot import crashing_bot
from tests.world import ADA, BOSS, answered, button, plain, until

RARER = (
    "job held, not begun", "call intended, not made", "answer there, not captured", "delivered, not noted",
    "delivery begun, not sent", "payment credited, not told", "two notes sent, the others not made",
)  # fmt: skip
"""Moments beside those of the default suite: as true, but each takes seconds."""


def moments(places):
    return [pytest.param(place, marks=[pytest.mark.slow] if place in RARER else []) for place in places]


WITH_A_JOB = [
    place
    for place in PLACES
    if not place.startswith(("payment", "callback")) and "note sent" not in place and "notes" not in place
]
SPEAKING = {"two notes sent, the others not made": [0, 1, 2], "a note sent, not noted": [0, 0, 1, 2]}
"""Which notes come: only the one that was on its way may come twice."""
PAYING = [place for place in PLACES if place.startswith("payment")]


@asynccontextmanager
async def bot(
    telegram, upstream, folder: Path, place: str = "nowhere"
) -> AsyncIterator[asyncio.subprocess.Process]:
    async with crashing_bot(
        telegram, upstream, folder, place, ADMIN_IDS=str(BOSS), HTTP_PORT="0", TELEGRAM_PACING="false",
        NOTE_CHARACTERS=os.environ.get("NOTE_CHARACTERS", "1500"),
    ) as process:  # fmt: skip
        yield process


async def died(process) -> None:
    assert await asyncio.wait_for(process.wait(), 40) == -signal.SIGKILL


async def books(folder: Path) -> Balance:
    """What Ada has, after the audit has found nothing."""
    async with open_storage(folder / "books.db") as storage:
        assert await audit(storage) == []
        rows = await storage.fetch("SELECT posted, held FROM account WHERE id = 'customer:1'")
        waiting = await storage.fetch("SELECT id FROM job WHERE state IN ('queued', 'running')")
        undelivered = await storage.fetch("SELECT job FROM delivery WHERE state <> 'done'")
        assert (waiting, undelivered) == ([], [])
        return Balance(*rows[0])


def delivered(folder: Path) -> bool:
    """Seen from outside, while the bot runs."""
    with closing(sqlite3.connect(f"file:{folder}/books.db?mode=ro", uri=True)) as books:
        return books.execute("SELECT state FROM delivery").fetchall() == [("done",)]


@pytest.mark.parametrize("place", moments(WITH_A_JOB))
async def test_a_question_survives(place, telegram, upstream, tmp_path):
    upstream.chunk_seconds = 0.03
    async with bot(telegram, upstream, tmp_path, place) as first:
        asked = telegram.say(ADA, "Tell me a long story")
        await died(first)

    async with bot(telegram, upstream, tmp_path):
        answer = await answered(telegram, ADA, asked)
        await until(lambda: delivered(tmp_path))

    assert "9 left" in plain(answer["text"])
    assert await books(tmp_path) == (9_000, 0)
    answers = [m for m in telegram.messages(ADA) if "9 left" in plain(m.get("text", ""))]
    assert len(answers) <= (2 if place == "delivered, not noted" else 1)


async def lengths(sounds):
    return [audio.seconds(await audio.decode(data)) for data in sounds]


@pytest.mark.parametrize("place", moments(SPEAKING))
async def test_a_long_speech_survives_between_its_notes(place, telegram, upstream, tmp_path, monkeypatch):
    monkeypatch.setenv("NOTE_CHARACTERS", "32")
    upstream.will("slow", times=2, path="/speech")
    upstream.will("slow", seconds=2, path="/speech")
    async with bot(telegram, upstream, tmp_path, place) as first:
        asked = telegram.say(ADA, "/voice Only four words. The second has so many words. Here is the end.")
        await died(first)

    async with bot(telegram, upstream, tmp_path):
        await answered(telegram, ADA, asked)
        await until(lambda: delivered(tmp_path))

    heard = [telegram.file(m["voice"]["file_id"]).data for m in telegram.messages(ADA) if "voice" in m]
    with closing(sqlite3.connect(f"file:{tmp_path}/books.db?mode=ro", uri=True)) as file:
        made = [row[0] for row in file.execute("SELECT seconds FROM file ORDER BY position")]
    # By how long they are: the local voice never says the same in the very same bytes.
    which = [min(range(3), key=lambda n: abs(made[n] - seconds)) for seconds in await lengths(heard)]
    assert which == SPEAKING[place]
    assert await books(tmp_path) == (7_000, 0)


@pytest.mark.parametrize("place", moments(PAYING))
async def test_a_payment_survives(place, telegram, upstream, tmp_path):
    async with bot(telegram, upstream, tmp_path, place) as first:
        shop = await telegram.heard(ADA, after=telegram.say(ADA, "/buy")["message_id"], seconds=30)
        telegram.tap(ADA, shop["message_id"], button(shop, 0))
        bill = await telegram.heard(ADA, lambda m: "invoice" in m, seconds=30)
        paid = await telegram.pay(ADA, bill["message_id"])
        await died(first)

    async with bot(telegram, upstream, tmp_path):
        receipt = await telegram.heard(ADA, lambda m: "Receipt" in plain(m.get("text", "")), seconds=30)

    assert paid["ok"]
    assert paid["charge"] in receipt["text"]
    assert await books(tmp_path) == (110_000, 0)


@pytest.mark.slow
async def test_a_job_that_kills_the_bot_twice_is_given_up_and_costs_nothing(telegram, upstream, tmp_path):
    telegram.say(ADA, "Tell me a long story")
    for _ in range(2):
        async with bot(telegram, upstream, tmp_path, "answer there, not captured") as crashing:
            await died(crashing)

    async with bot(telegram, upstream, tmp_path):
        said = await telegram.heard(ADA, lambda m: "interrupted" in plain(m.get("text", "")), seconds=30)

    assert "nothing was charged" in plain(said["text"])
    assert await books(tmp_path) == (10_000, 0)


async def test_updates_that_came_while_the_bot_was_down_are_answered(telegram, upstream, tmp_path):
    questions = [telegram.say(ADA, f"What is {number} + 1?") for number in range(3)]

    async with bot(telegram, upstream, tmp_path):
        for number, asked in enumerate(questions):
            await telegram.heard(
                ADA, lambda m, n=number: f"= {n + 1}." in plain(m.get("text", "")),
                after=asked["message_id"], seconds=30,
            )  # fmt: skip

    assert await books(tmp_path) == (7_000, 0)
