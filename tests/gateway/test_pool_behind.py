"""The gateway over a pool whose credentials come and go."""

import asyncio
import json
import time

import pytest
from aiohttp import web

from bot.credential_lines import read_lines
from tests.gateway.program import question
from tests.gateway.upstream import chat
from tests.serving import serving
from tests.world import until


def refusing(status: int, **headers: str):
    async def act(request, body):
        return web.json_response({"error": {"code": None}}, status=status, headers=headers)

    return act


def by_key(well: set[str], **headers: str):
    """An upstream that takes only these keys."""
    refuse = refusing(429, **headers)

    async def act(request, body):
        if request.headers["Authorization"].removeprefix("Bearer ") in well:
            return web.json_response(chat())
        return await refuse(request, body)

    return act


def whatever(handle) -> web.Application:
    """A server that handles whatever is asked."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    return app


@pytest.fixture
async def three(app, models) -> list[str]:
    """The keys of three credentials of one upstream; that of the settings is switched off."""
    keys = [f"sk-three-three-three-{number}" for number in range(3)]
    await app.operator.upstreams.add("three", models.base_url, read_lines("\n".join(keys)))
    await app.operator.upstreams.set_state(1, "disabled")
    return keys


@pytest.mark.parametrize("given", [{"upstream_wait_seconds": 0.5}])
@pytest.mark.parametrize(
    ("status", "headers", "bound"),
    [(429, {"Retry-After": "30"}, 30), (429, {}, 2), (401, {}, 30), (403, {}, 30), (402, {}, 1_800)],
)
async def test_when_all_are_bad_it_is_said_in_time_and_nobody_is_asked_again(
    program, models, three, status, headers, bound
):
    models.act = refusing(status, **headers)
    begun = time.monotonic()

    first = await program.chat()
    asked = len(models.bodies)
    more = await asyncio.gather(*(program.chat(stream=bool(n % 2)) for n in range(30)))

    assert {answer.status for answer in (first, *more)} == {503}
    assert all(1 <= int(answer.headers["Retry-After"]) <= bound for answer in (first, *more))
    assert {json.loads(answer.body)["error"]["code"] for answer in more} == {"upstream_busy"}
    assert asked == 3, "each once"
    if bound > 2:
        assert len(models.bodies) == 3, "what cools down, or is refused, is left alone"
    assert time.monotonic() - begun < 3
    assert await program.settled() == (1_000_000, 0)


@pytest.mark.parametrize("given", [{"upstream_wait_seconds": 0}])
async def test_the_first_that_is_well_again_brings_the_traffic_back_with_one_probe(program, models, three):
    models.act = refusing(429, **{"Retry-After": "1"})
    assert (await program.chat()).status == 503
    models.act = by_key({three[1]}, **{"Retry-After": "30"})
    await asyncio.sleep(1.05)

    probe = await program.chat()
    asked = len(models.bodies)
    answers = await asyncio.gather(*(program.chat() for _ in range(20)))

    assert probe.status == 200
    assert asked <= 3 + 3, "each bad one was probed once at most"
    assert {answer.status for answer in answers} == {200}
    assert len(models.bodies) - asked <= 20 + 2


async def test_a_refused_credential_that_is_well_again_is_found_by_a_look_that_costs_nothing(
    program, models, app, three
):
    models.act = refusing(401)
    assert (await program.chat()).status == 503

    async def refused():
        return [row.state for row in await app.operator.upstreams.listed()].count("refused") == 3

    await until(refused)
    models.act = None
    asked = len(models.bodies)
    await app.sweeps["upstreams"][1]()

    assert len(models.bodies) == asked, "it reads the list of models"
    answers = await asyncio.gather(*(program.chat() for _ in range(10)))
    assert {answer.status for answer in answers} == {200}


@pytest.mark.parametrize("given", [{"upstream_wait_seconds": 5, "gateway_seconds": 10}])
@pytest.mark.parametrize("wait", ["2", "0.6"])
async def test_a_429_is_waited_for_to_the_second_by_all_who_come_meanwhile(program, models, wait):
    times: list[float] = []

    async def act(request, body):
        times.append(time.monotonic())
        if len(times) == 1:
            return web.json_response({}, status=429, headers={"Retry-After": wait})
        await asyncio.sleep(0.1)
        return web.json_response(chat())

    models.act = act
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(program.chat())]
        await until(lambda: times)
        asked += [tasks.create_task(program.chat()) for _ in range(20)]

    assert {task.result().status for task in asked} == {200}
    assert float(wait) <= times[1] - times[0] < float(wait) + 0.5
    assert len(times) == 1 + 21
    assert times[2] - times[1] >= 0.1, "one probe goes first"
    assert times[-1] - times[1] < 1, "then all"


class Cloud:
    """Hands out access tokens that end soon, and takes only those that have not."""

    def __init__(self) -> None:
        self.ends: dict[str, float] = {}
        self.refused = 0

    async def give(self, request: web.Request) -> web.Response:
        await asyncio.sleep(0.05)
        text = f"access-{len(self.ends)}"
        self.ends[text] = time.monotonic() + 0.5
        return web.json_response({"access_token": text, "expires_in": 0.5})

    async def act(self, request, body):
        key = request.headers["Authorization"].removeprefix("Bearer ")
        if self.ends.get(key, 0) < time.monotonic():
            self.refused += 1
            return web.json_response({}, status=401)
        return None


@pytest.mark.parametrize("given", [{"gateway_silence_seconds": 20, "gateway_seconds": 20}])
async def test_an_oauth_token_that_ends_in_mid_load_fails_no_request(program, models, app, monkeypatch):
    monkeypatch.setattr("bot.providers.pool.grants.MARGIN_SECONDS", 0.2)
    cloud = Cloud()

    async def act(request, body):
        return await cloud.act(request, body) or await models.usual(request, "/chat/completions", body)

    models.act = act
    giving = web.Application()
    giving.router.add_post("/token", cloud.give)
    async with serving(giving) as url:
        line = f"oauth token_url={url}/token client_id=client-1 client_secret=secret-1"
        await app.operator.upstreams.add("cloud", models.base_url, read_lines(line))
        await app.operator.upstreams.set_state(1, "disabled")
        ends, answers = time.monotonic() + 2.5, []
        while time.monotonic() < ends:
            answers += await asyncio.gather(*(program.chat(stream=bool(n % 2)) for n in range(10)))

    assert {answer.status for answer in answers} == {200}
    assert cloud.refused == 0
    assert 2 <= len(cloud.ends) <= 15, "one refresh for all who need it"
    assert await program.settled() == (1_000_000 - 200 * len(answers), 0)


@pytest.mark.parametrize("given", [{"upstream_wait_seconds": 0}])
async def test_a_second_credential_takes_over_without_the_program_noticing(program, models, app):
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


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (401, "mismatched_project", 403), (403, "", 403), (403, "model_not_found", 404),
        (429, "insufficient_quota", 503), (429, "rate_limit_exceeded", 503),
    ],
)  # fmt: skip
async def test_a_project_that_is_refused_is_nobody_elses_trouble(program, models, app, status, code, said):
    async def act(request, body):
        if "OpenAI-Project" in request.headers:
            return web.json_response({"error": {"code": code}}, status=status)
        return await models.usual(request, "/chat/completions", body)

    models.act = act
    refused = await program.post("/chat/completions", question(), headers={"OpenAI-Project": "proj_0"})
    others = await program.chat()

    assert (refused.status, others.status) == (said, 200)
    assert {row.state for row in await app.operator.upstreams.listed()} == {"enabled"}
    assert (await program.relays())[0].charged == 0


async def test_what_an_upstreams_moderation_flags_is_the_callers_alone(program, models, app):
    """As OpenRouter says it."""

    async def act(request, body):
        if "bad" not in str(body["messages"]):
            return await models.usual(request, "/chat/completions", body)
        metadata = {"reasons": ["violence"], "flagged_input": "bad", "provider_name": "OpenAI"}
        error = {"code": 403, "message": "Your input was flagged", "metadata": metadata}
        return web.json_response({"error": error}, status=403)

    models.act = act
    flagged = await program.post("/chat/completions", question("bad"))
    others = await program.chat()

    assert (flagged.status, json.loads(flagged.body)["error"]["code"]) == (403, 403)
    assert others.status == 200
    assert {row.state for row in await app.operator.upstreams.listed()} == {"enabled"}


@pytest.mark.parametrize("given", [{"check_model": True}])
async def test_a_server_without_a_list_is_asked_for_every_model(program, models, app):
    lists = []

    async def handle(request):
        if request.method == "POST":
            return web.json_response(chat())
        lists.append(request.path)
        return web.json_response({}, status=500)

    async with serving(whatever(handle)) as url:
        line = read_lines("sk-listless-0123456789")
        await app.operator.upstreams.add("listless", f"{url}/v1", line)
        await app.operator.upstreams.set_state(1, "disabled")
        async with program.http.get(program.url + "/models") as answer:
            assert [one["id"] for one in (await answer.json())["data"]] == ["poet"]
        answered = await program.chat()

    assert (lists, answered.status) == (["/v1/models"], 200)


async def test_servers_that_hang_do_not_hold_up_the_list_of_models(program, models, app, monkeypatch):
    monkeypatch.setattr("bot.providers.pool.models.FIRST_SECONDS", 0.5)

    async def handle(request):
        await asyncio.sleep(30)

    async with serving(whatever(handle), shutdown_timeout=0.1) as url:
        lines = "\n".join(f"sk-hanging-0123456789-{number}" for number in range(20))
        await app.operator.upstreams.add("hanging", f"{url}/v1", read_lines(lines))
        begun = time.monotonic()
        async with program.http.get(program.url + "/models") as answer:
            listed = [one["id"] for one in (await answer.json())["data"]]

    assert listed == ["gpt-a", "org/b", "poet"]
    assert time.monotonic() - begun < 5
