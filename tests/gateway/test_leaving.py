"""A program leaves in the middle: what it pays, whatever its upstream reports, to the millitoken."""

import asyncio
import time
from typing import NamedTuple

import pytest
from aiohttp import web

from bot.storage import StorageBusy
from tests.gateway.upstream import DONE, chunk
from tests.world import until

PROMPT = 5
"""Tokens of the question, counted: 14 bytes and 4 of its role."""
ALL = PROMPT + 2 * 15
"""Ten words are 60 bytes: 15 tokens, counted; a prompt token costs 1, another 2."""
REPORTED = 100 + 2 * 50
SO_FAR = 100 + 2 * 10
STOP = chunk(finish="stop")
WORDS = [chunk(f"word{n} ") for n in range(10)]


class Way(NamedTuple):
    """How an upstream reports what it did: ten words, and what comes after the end and before [DONE]."""

    words: list[bytes]
    report: list[bytes]


USAGES = {
    "none": Way(WORDS, []),
    "zero": Way([chunk(f"word{n} ", usage=(0, 0)) for n in range(10)], [chunk(usage=(0, 0))]),
    "once": Way(WORDS, [chunk(usage=(100, 50))]),
    "twice": Way(WORDS, [chunk(usage=(100, 50)), chunk(usage=(100, 50))]),
    "cumulative": Way([chunk(f"word{n} ", usage=(100, n + 1)) for n in range(10)], []),
}
CHARGED = {
    # left:                 usage: none, zero, once, twice, cumulative
    "before the first event": (0, 0, 0, 0, 0),
    "after ten events": (ALL, ALL, ALL, ALL, SO_FAR),
    "before [DONE]": (ALL, ALL, REPORTED, REPORTED, SO_FAR),
    "not at all": (ALL, ALL, REPORTED, REPORTED, SO_FAR),
}
EVENTS = {"before the first event": 0, "after ten events": 10, "before [DONE]": 11, "not at all": 10**6}


def pausing(left: str):
    """An upstream that waits where the program leaves, until it has; its model's name says how it reports."""

    async def act(request, body):
        way = USAGES[body["model"]]
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        if left == "before the first event":
            await asyncio.sleep(30)
        await answer.prepare(request)
        for event in way.words:
            await answer.write(event)
        if left == "after ten events":
            await asyncio.sleep(30)
        await answer.write(STOP)
        if left == "before [DONE]":
            await asyncio.sleep(0.8)  # the gateway looks twice a second who is there
        for event in (*way.report, DONE):
            await answer.write(event)
        return answer

    return act


@pytest.mark.parametrize("given", [{"gateway_silence_seconds": 20, "gateway_seconds": 20}])
@pytest.mark.parametrize("left", CHARGED)
async def test_what_a_stream_costs_whoever_leaves_and_whatever_is_reported(program, models, left):
    models.act = pausing(left)

    await asyncio.gather(*(program.leave_after(EVENTS[left], model=usage) for usage in USAGES))
    balance = await program.settled()

    rows = {row.model: row for row in await program.relays()}
    assert {usage: rows[usage].charged for usage in USAGES} == dict(zip(USAGES, CHARGED[left], strict=True))
    assert {row.state for row in rows.values()} == {"answered" if left == "not at all" else "left"}
    assert balance == (1_000_000 - sum(CHARGED[left]), 0)
    await until(lambda: models.open == 0)
    if EVENTS[left] <= 10:
        assert models.left == len(USAGES), "nobody goes on producing for nobody"


@pytest.mark.parametrize("given", [{"gateway_silence_seconds": 20, "gateway_seconds": 20}])
async def test_who_leaves_while_much_is_coming_pays_for_what_came_by_then(program, models):
    models.events, models.gap = [chunk("abcd") for _ in range(200)], 0.02

    seen = await program.leave_after(10)

    assert len(seen) == 10
    left = await program.settled()
    row = (await program.relays())[0]
    assert row.state == "left"
    assert row.charged == 1_000_000 - left.posted == PROMPT + 2 * row.completion_tokens
    assert 10 <= row.completion_tokens <= 60
    await until(lambda: models.left == 1 and models.open == 0)


async def test_a_program_that_leaves_a_plain_request_pays_nothing(program, models):
    async def act(request, body):
        await asyncio.sleep(30)
        return web.Response()

    models.act = act
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await program.chat()

    assert (await program.settled()).posted == 1_000_000
    await until(lambda: models.left == 1)


def slow_books(seconds: float):
    """A write that everybody else waits for."""
    return lambda conn: time.sleep(seconds)


async def test_who_leaves_while_the_hold_is_being_made_gets_it_back(program, app, models):
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(app.storage.write(slow_books(1.2)))
        await asyncio.sleep(0.05)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await program.chat()

    async def made():
        return await program.relays()

    rows = await until(made)
    assert await program.settled() == (1_000_000, 0)
    assert [row.charged for row in rows] == [0]
    assert (await program.chat()).status == 200
    assert len(models.bodies) == 1, "nobody was asked for who had gone"


@pytest.mark.parametrize("stream", [False, True])
async def test_what_can_not_be_written_at_the_end_is_written_as_soon_as_it_can(
    program, app, models, monkeypatch, stream
):
    async def act(request, body):
        monkeypatch.setattr(app.storage.writer, "put", full)
        return await models.usual(request, "/chat/completions", body)

    def full(*_, **__):
        raise StorageBusy("the disk is full")

    models.act = act
    answer = await program.chat(stream=stream)
    held = await program.balance()
    monkeypatch.undo()

    assert answer.status == 200
    assert held.held > 0
    assert await program.settled() == (999_800, 0)
    assert [row.state for row in await program.relays()] == ["answered"]


async def test_an_upstream_that_falls_silent_is_told_of_though_the_books_are_slow(program, app, models):
    """Nothing wakes a request that only waits for its end to be written."""

    async def act(request, body):
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        await answer.write(b'{"id": "x", "choices": [')
        await asyncio.sleep(60)
        return answer

    models.act = act
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(program.chat())
        await until(lambda: models.bodies)
        await asyncio.sleep(0.7)
        tasks.create_task(app.storage.write(slow_books(2)))

    assert asking.result().status == 502
    assert await program.settled() == (1_000_000, 0)


@pytest.mark.parametrize("given", [{"gateway_silence_seconds": 20, "gateway_seconds": 20}])
async def test_a_report_is_waited_for_also_where_it_was_a_write_that_showed_who_had_left(program, models):
    async def act(request, body):
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        for event in WORDS:
            await answer.write(event)
        await asyncio.sleep(0.1)
        await answer.write(STOP)
        await asyncio.sleep(1.2)  # meanwhile the gateway looks who is there
        await answer.write(chunk(usage=(100, 50)) + DONE)
        return answer

    models.act = act
    await program.leave_after(10)

    assert await program.settled() == (1_000_000 - REPORTED, 0)
