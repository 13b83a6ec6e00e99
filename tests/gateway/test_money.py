"""What is held and what is charged: to the unit, whoever leaves, whatever the upstream says."""

import asyncio
import json
import time

import pytest
from aiohttp import web

from billing import codes
from billing.model_prices import Alias
from billing.set_aside import set_aside
from bot.audit import audit
from bot.clock import now
from tests.gateway.program import Program, question
from tests.gateway.upstream import DONE, chat, chunk
from tests.world import ADA, BEN, hosted, until

PROMPT = 5
"""Tokens of the question, counted: 14 bytes and 4 of its role."""
WORDS = [chunk(f"word{n} ") for n in range(10)]
"""60 bytes: 15 tokens, counted."""
STOP = chunk(finish="stop")


@pytest.mark.parametrize("stream", [False, True])
async def test_two_hundred_at_one_time_on_a_balance_for_seven_are_seven(app, models, stream):
    async def act(request, body):
        await asyncio.sleep(0.05)
        if stream:
            return await models.stream(request, [*WORDS, STOP, chunk(usage=(34, 1000)), DONE])
        return web.json_response(chat(usage=(34, 1000)))

    models.act = act
    async with Program(app) as program:
        price = 34 + 1000 * 2  # what is held; the prompt has 34 tokens at most
        await app.operator.credit(ADA, 7 * price, "for tests", "seven")
        said = await asyncio.gather(*(program.chat(max_tokens=1000, stream=stream) for _ in range(200)))

        statuses = [one.status for one in said]
        assert (statuses.count(200), statuses.count(429)) == (7, 193)
        assert len(models.bodies) == 7
        codes_said = {json.loads(one.body)["error"]["code"] for one in said if one.status == 429}
        assert codes_said == {"insufficient_quota"}
        assert all(one.body.endswith(DONE) for one in said if one.status == 200 and stream)
        assert await program.settled() == (0, 0)


async def test_a_long_answer_is_cut_to_what_the_balance_affords(app, models):
    async with Program(app) as program:
        await program.credit(0.5)
        answer = await program.chat(max_tokens=1000)

    assert answer.status == 200
    sent = models.bodies[0]["max_tokens"]
    assert 200 <= sent < 250
    assert answer.headers["x-tokens-charged"] == "0.2"


async def test_nothing_is_asked_where_no_useful_answer_can_be_paid(app, models):
    async with Program(app) as program:
        await program.credit(0.03)
        answer = await program.chat()

    assert answer.status == 429
    assert models.bodies == []


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({}, {"max_tokens": 1000}), ({"max_tokens": 77}, {"max_tokens": 77}),
        ({"max_completion_tokens": 88}, {"max_completion_tokens": 88}),
        ({"model": "gpt-5-mini"}, {"max_completion_tokens": 1000}),
        (
            {"model": "gpt-5-mini", "max_tokens": None},
            {"max_tokens": None, "max_completion_tokens": 1000},
        ),
        (
            {"max_tokens": None, "max_completion_tokens": 88},
            {"max_tokens": None, "max_completion_tokens": 88},
        ),
    ],
)  # fmt: skip
async def test_an_answer_always_has_a_limit(program, models, asked, sent):
    await program.chat(**asked)

    assert {name: models.bodies[0].get(name) for name in sent} == sent


async def test_an_answer_has_not_two_limits_of_which_only_one_is_held_for(program, models):
    answer = await program.chat(max_tokens=10, max_completion_tokens=100_000)

    error = json.loads(answer.body)["error"]
    assert (answer.status, error["param"]) == (400, "max_tokens")
    assert error["code"] == "invalid_parameter_combination"
    assert models.bodies == []


async def test_several_answers_are_held_for_together(app, models):
    async with Program(app) as program:
        await program.credit(1)
        answer = await program.chat(max_tokens=1000, n=4)

    assert answer.status == 200
    assert models.bodies[0]["max_tokens"] <= 125


async def test_more_than_was_held_is_never_charged(program, models):
    async def act(request, body):
        return web.json_response(chat(usage=(10**9, 10**9)))

    models.act = act
    answer = await program.chat(max_tokens=10)

    assert answer.status == 200
    row = (await program.relays())[0]
    assert row.charged == row.held < 100


USAGES = {
    "as it should be": ([*WORDS, STOP, chunk(usage=(100, 50)), DONE], 100 + 2 * 50),
    "none": ([*WORDS, STOP, DONE], PROMPT + 2 * 15),
    "zero": ([*WORDS, STOP, chunk(usage=(0, 0)), DONE], PROMPT + 2 * 15),
    "twice": ([*WORDS, STOP, chunk(usage=(100, 50)), chunk(usage=(100, 50)), DONE], 200),
    "the sum so far, each time": (
        [*(chunk(f"word{n} ", usage=(100, n + 1)) for n in range(10)), STOP, DONE], 100 + 2 * 10,
    ),
    "with the last event": ([*WORDS, chunk("", "stop", usage=(100, 50)), DONE], 200),
    "then zero": ([*WORDS, STOP, chunk(usage=(100, 50)), chunk(usage=(0, 0)), DONE], 200),
    "nonsense": ([*WORDS, STOP, b'data: {"choices":[],"usage":{"prompt_tokens":-5}}\n\n', DONE], PROMPT + 30),
    "no end mark after the end": ([*WORDS, STOP], PROMPT + 30),
}  # fmt: skip


@pytest.mark.parametrize("usage", USAGES)
async def test_what_a_stream_costs_whatever_usage_is_reported(program, models, usage):
    models.events, price = USAGES[usage]

    answer = await program.chat(stream=True)

    assert answer.body.count(b"word") == 10
    assert (await program.settled()).posted == 1_000_000 - price


@pytest.mark.parametrize(
    ("usage", "price"), [((100, 50), 200), (None, PROMPT + 2 * 3), ((0, 0), PROMPT + 2 * 3), ((3, 0), 3)]
)
async def test_what_a_plain_answer_costs_whatever_usage_is_reported(program, models, usage, price):
    async def act(request, body):
        return web.json_response(chat("Hello there", usage))

    models.act = act
    await program.chat()

    assert await program.balance() == (1_000_000 - price, 0)


async def test_a_program_that_never_reads_does_not_fill_the_memory(program, models):
    """The upstream is read only as fast as the program reads."""
    sent = 0

    async def act(request, body):
        nonlocal sent
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        while sent < 60_000_000:
            await answer.write(chunk("x" * 50_000))
            sent += 50_000
        return answer

    models.act = act
    async with program.http.post(program.url + "/chat/completions", json=question(stream=True)) as answer:
        await asyncio.sleep(1)
        assert sent < 20_000_000
        answer.close()

    await program.settled()


async def test_a_crash_gives_back_what_was_held(settings, models):
    async def act(request, body):
        await asyncio.sleep(60)
        return web.Response()

    models.act = act
    async with hosted(settings) as app, Program(app) as program:
        await program.credit(10)
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(program.chat())
            await until(lambda: models.bodies)
            await app.storage.write(
                lambda conn: conn.run("UPDATE relay SET boot = 'an earlier run' WHERE state = 'running'")
            )
            asking.cancel()
            # As after a crash: the rows are of another run, and nobody ends them.
        assert await audit(app.storage) == []


async def test_who_waits_too_long_for_the_books_is_told(program, app, models):
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(app.storage.write(lambda conn: time.sleep(4)))
        await asyncio.sleep(0.1)
        answer = await program.chat()

    assert answer.status == 502
    assert models.bodies == []
    assert await program.settled() == (1_000_000, 0)


async def test_the_prices_of_a_model_are_its_own(program):
    cheap = await program.chat(model="cheap-one")
    alias = await program.chat(model="poet")

    assert cheap.headers["x-tokens-charged"] == "0.002"
    assert alias.headers["x-tokens-charged"] == "0.2"


async def test_an_alias_brings_its_prompt_and_parameters(program, models):
    await program.chat(model="poet")

    sent = models.bodies[0]
    assert (sent["model"], sent["temperature"]) == ("gpt-a", 0.5)
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]


@pytest.mark.parametrize(
    "more",
    [
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"k" * 50_000: {}}}}]},
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"enum": [0.25] * 12_500}}}]},
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"enum": [[]] * 25_000}}}]},
        {"documents": [{"text": "k" * 50_000}]},
    ],
    ids=["names", "numbers", "nothings", "another field"],
)
async def test_whatever_a_prompt_is_made_of_is_held_for(program, models, more):
    async def act(request, body):
        return web.json_response(chat(usage=(50_000, 10)))

    models.act = act
    await program.chat(max_tokens=16, **more)

    assert (await program.balance()) == (1_000_000 - 50_020, 0)


@pytest.mark.parametrize(
    ("parameters", "asked", "sent", "held"),
    [
        ({"max_tokens": 20}, {}, {"max_tokens": 20}, 34 + 2 * 20),
        ({"max_tokens": 20}, {"max_completion_tokens": 500}, {"max_tokens": 20}, 34 + 2 * 20),
        ({"n": 5}, {"max_tokens": 10, "n": 1}, {"max_tokens": 10, "n": 5}, 34 + 2 * 50),
    ],
)
async def test_what_an_alias_forces_is_what_is_held_for(program, app, models, parameters, asked, sent, held):
    app.gateway._prices.models.aliases["short"] = Alias("gpt-a", parameters=parameters)

    answer = await program.chat(model="short", **asked)

    assert answer.status == 200
    assert models.bodies == [{**question(), **sent}]
    assert (await program.relays())[0].held == held


async def test_the_programs_own_bytes_go_on_where_nothing_must_change(program, models):
    raw = b'{"model":"gpt-a" ,  "max_tokens":5,"messages":[{"role":"user","content":"\\u0633\xd9\x84"}]}'

    await program.post("/chat/completions", data=raw, headers={"Content-Type": "application/json"})

    assert models.raw == [raw]


async def test_a_banned_customer_gets_nothing(program, app, models):
    await app.storage.write(lambda conn: conn.run("UPDATE customer SET banned_at = 1"))

    answer = await program.chat()

    assert (answer.status, models.bodies) == (403, [])


async def test_one_customers_code_never_spends_anothers_balance(program, app):
    code = await app.operator.issue(BEN, "other")

    answer = await program.post("/chat/completions", question(), headers={"Authorization": f"Bearer {code}"})

    assert answer.status == 429
    assert await program.balance() == (1_000_000, 0)


async def test_the_money_adds_up_over_many_requests_of_all_kinds(program, models, app):
    models.gap = 0.001
    await asyncio.gather(
        *(program.chat(stream=bool(n % 2), max_tokens=100) for n in range(60)),
        *(program.leave_after(1 + n % 9) for n in range(20)),
    )
    left = await program.settled()

    rows = await program.relays()
    assert len(rows) == 80
    assert sum(row.charged for row in rows) == 1_000_000 - left.posted
    answered = [row.charged for row in rows if row.state == "answered"]
    assert len(answered) >= 60
    assert sum(answered) == 200 * len(answered), "what the upstream reported, times the price"
    assert await audit(app.storage) == []


async def test_a_code_spends_from_its_own_tokens_and_within_its_budget(program, app, models):
    def restrict(conn):
        set_aside(conn, "one", 1, 1, 5_000, now())
        codes.change(conn, 1, 1, "budget_all", 500)

    await app.storage.write(restrict)
    first = await program.chat(max_tokens=100)
    second = await program.chat(max_tokens=1000)
    third = await program.chat(max_tokens=1000)

    assert first.headers["x-tokens-balance"] == "4.8"
    assert models.bodies[1]["max_tokens"] == 133, "what the budget leaves: 300 less the prompt's 34"
    assert second.status == 200
    assert third.status == 200
    fourth = await program.chat(max_tokens=1000)
    assert json.loads(fourth.body)["error"]["code"] == "insufficient_quota"
    assert (await program.balance()).posted == 995_000


@pytest.mark.parametrize(
    ("option", "value", "status"),
    [("kinds", '["image"]', 403), ("models", '["other"]', 403), ("kinds", '["text"]', 200),
        ("networks", '["10.0.0.0/8"]', 401)],
)  # fmt: skip
async def test_what_a_code_may_ask_for_is_looked_at(program, app, option, value, status):
    await app.storage.write(lambda conn: codes.change(conn, 1, 1, option, value))

    assert (await program.chat()).status == status


async def test_a_paused_code_is_refused(program, app):
    await app.storage.write(lambda conn: codes.pause(conn, 1, 1, now()))

    assert (await program.chat()).status == 401
