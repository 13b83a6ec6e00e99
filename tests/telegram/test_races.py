"""A hundred requests at once on a balance for seven: exactly seven run, whichever door they come by."""

import asyncio

import pytest

from tests.http.programs import Program, Receiver, counted
from tests.world import ADA, BEN, balance, hosted, plain, reads, settings_for, until

BOTH = pytest.mark.parametrize("person", [ADA, BEN])
QUESTION = {ADA: "What is 2 + 2?", BEN: "دو به‌علاوهٔ دو چند می‌شود؟"}
AT_ONCE, ENOUGH_FOR = 100, 7


@pytest.fixture
async def receiver():
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
def settings(telegram, upstream, receiver, tmp_path):
    upstream.chunk_seconds = 0
    return settings_for(
        telegram, upstream, tmp_path / "data", signup_tokens=ENOUGH_FOR, chat_waiting_text=AT_ONCE,
        api_waiting_text=AT_ONCE, running_per_customer=AT_ONCE, text_workers=AT_ONCE,
        outbound_allow=f"127.0.0.1:{receiver.port}",
    )  # fmt: skip


async def ended(app):
    """How many jobs there are, once all of them have ended."""

    async def none_runs():
        return not await app.storage.fetch("SELECT 1 FROM job WHERE ended_at IS NULL")

    await until(none_runs)
    return counted([row.state for row in await app.storage.fetch("SELECT state FROM job")])


def refusals(telegram, person):
    words = reads(person, "error-not-enough", price=1, available=0)
    return [m for m in telegram.messages(person) if plain(m.get("text", "")) == words]


@BOTH
async def test_in_the_chat(app, telegram, person):
    for _ in range(AT_ONCE):
        telegram.say(person, QUESTION[person])

    await until(lambda: len(refusals(telegram, person)) == AT_ONCE - ENOUGH_FOR)
    assert await ended(app) == {"answered": ENOUGH_FOR}
    assert await balance(app, person) == (0, 0)


async def test_by_http(app, receiver):
    code = await app.operator.issue(ADA, "tests")
    async with Program(app, code, receiver) as program:
        replies = await asyncio.gather(*(program.post() for _ in range(AT_ONCE)))

    assert counted([reply["code"] for reply in replies]) == {100: ENOUGH_FOR, -5: AT_ONCE - ENOUGH_FOR}
    assert await ended(app) == {"answered": ENOUGH_FOR}
    assert await balance(app, ADA) == (0, 0)
    await receiver.hears(ENOUGH_FOR)


@BOTH
async def test_by_both_doors(app, telegram, receiver, person):
    code = await app.operator.issue(person, "tests")
    async with Program(app, code, receiver) as program:
        for _ in range(AT_ONCE // 2):
            telegram.say(person, QUESTION[person])
        replies = await asyncio.gather(*(program.post() for _ in range(AT_ONCE // 2)))

    taken = sum(reply["status"] for reply in replies)
    await until(lambda: len(refusals(telegram, person)) == AT_ONCE // 2 - (ENOUGH_FOR - taken))
    assert await ended(app) == {"answered": ENOUGH_FOR}
    assert await balance(app, person) == (0, 0)


async def test_after_a_restart_with_seven_held_no_more_are_taken(settings, telegram, upstream):
    upstream.chunk_seconds = 0.2
    async with hosted(settings) as app:
        await telegram.heard(ADA, after=telegram.say(ADA, "/help")["message_id"])
        for _ in range(ENOUGH_FOR):
            telegram.say(ADA, "Tell me a long story")
        await until(lambda: _held(app))
    upstream.chunk_seconds = 0

    async with hosted(settings) as app:
        for _ in range(3):
            telegram.say(ADA, QUESTION[ADA])
        await until(lambda: len(refusals(telegram, ADA)) == 3)
        states = await ended(app)

        assert sum(states.values()) == ENOUGH_FOR
        assert (await balance(app, ADA)).posted == (ENOUGH_FOR - states.get("answered", 0)) * 1_000


async def _held(app):
    return await balance(app, ADA) == (ENOUGH_FOR * 1_000, ENOUGH_FOR * 1_000)
