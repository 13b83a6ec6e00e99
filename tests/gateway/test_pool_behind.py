"""The gateway over a pool whose credentials come and go."""

import asyncio
import time

import pytest
from aiohttp import web

from tests.gateway.upstream import chat
from tests.world import until


def refusing(status: int, **headers: str):
    async def act(request, body):
        return web.json_response({"error": {"code": None}}, status=status, headers=headers)

    return act


async def test_when_all_are_bad_it_is_said_in_time_and_the_first_that_is_well_brings_the_traffic_back(
    program, models
):
    models.act = refusing(429, **{"Retry-After": "2"})
    begun = time.monotonic()

    answer = await program.chat()

    assert answer.status == 503
    assert 1 <= int(answer.headers["Retry-After"]) <= 2
    assert time.monotonic() - begun < 2
    asked = len(models.bodies)
    models.act = None
    assert (await program.chat()).status in (200, 503)
    await asyncio.sleep(max(0.0, 2.05 - (time.monotonic() - begun)))
    answers = await asyncio.gather(*(program.chat() for _ in range(10)))
    assert {one.status for one in answers} == {200}
    assert len(models.bodies) >= asked + 10


async def test_a_429_is_waited_for_to_the_second(program, models):
    times: list[float] = []

    async def act(request, body):
        times.append(time.monotonic())
        if len(times) == 1:
            return web.json_response({}, status=429, headers={"Retry-After": "0.6"})
        return web.json_response(chat())

    models.act = act
    assert (await program.chat()).status == 200

    assert 0.6 <= times[1] - times[0] < 1.1


@pytest.mark.parametrize("given", [{"upstream_wait_seconds": 0}])
async def test_a_second_credential_takes_over_without_the_program_noticing(program, models, app):
    from bot.credential_lines import read_lines

    await app.operator.upstreams.add("second", models.base_url, read_lines("sk-second-second-second"))

    async def act(request, body):
        if "second" not in request.headers["Authorization"]:
            return web.json_response({}, status=401)
        return web.json_response(chat())

    models.act = act
    answers = [await program.chat() for _ in range(5)]

    assert {answer.status for answer in answers} == {200}
    assert len(models.bodies) == 6

    async def refused() -> bool:
        return any(row.state == "refused" for row in await app.operator.upstreams.listed())

    await until(refused)


async def test_a_project_goes_upstream(program, models):
    await program.chat()
    await program.post(
        "/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "x"}]},
        headers={"Authorization": f"Bearer {program.code},proj_1"},
    )  # fmt: skip
    await program.post(
        "/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "x"}]},
        headers={"OpenAI-Project": "proj_2"},
    )  # fmt: skip

    assert [seen.get("OpenAI-Project") for seen in models.headers] == [None, "proj_1", "proj_2"]
    assert all(program.code not in str(seen) for seen in models.headers)
