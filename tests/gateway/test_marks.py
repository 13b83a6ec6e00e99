"""What every answer's headers say: a number to find it by, and how much may still be asked."""

import re

import pytest
from aiohttp import web

from tests.gateway.program import question
from tests.gateway.upstream import chat


@pytest.fixture
def patience():
    return {}


@pytest.mark.parametrize("given", [{"api_code_requests": 5}])
@pytest.mark.parametrize("stream", [False, True])
async def test_how_much_may_still_be_asked_is_said_with_each_answer(program, models, stream):
    answers = [await program.chat(stream=stream) for _ in range(3)]

    headers = [answer.headers for answer in answers]
    assert {one["x-ratelimit-limit-requests"] for one in headers} == {"5"}
    left = [int(one["x-ratelimit-remaining-requests"]) for one in headers]
    assert left[0] <= 4
    assert left == sorted(left, reverse=True) or max(left) == 4  # a new minute may begin
    for one in headers:
        assert 0 <= int(one["x-ratelimit-reset-requests"].removesuffix("s")) <= 60


@pytest.mark.parametrize("given", [{"api_code_requests": 0}])
async def test_without_a_limit_nothing_is_said(program):
    assert not [name for name in (await program.chat()).headers if name.lower().startswith("x-ratelimit")]


async def test_every_answer_has_a_number(program, models):
    async def refuse(request, body):
        return web.json_response({"error": {"message": "no"}}, status=400)

    answers = [await program.chat(), await program.chat(stream=True), await program.post("/none", {})]
    answers += [await program.chat(max_tokens=-1), await program.post("/chat/completions", data=b"{")]
    models.act = refuse
    answers += [await program.chat(), await program.post("/embeddings", {"model": "m", "input": "x"})]
    async with program.http.get(program.url + "/models", headers={"Authorization": "none"}) as answer:
        unknown = answer.headers["x-request-id"]

    numbers = [answer.headers["x-request-id"] for answer in answers]
    assert len({*numbers, unknown}) == len(numbers) + 1
    assert all(re.fullmatch(r"req_[0-9a-f]{32}", number) for number in numbers)


async def test_the_upstreams_own_number_passes(program, models):
    async def act(request, body):
        return web.json_response(chat(), headers={"x-request-id": "req_theirs"})

    models.act = act
    answer = await program.post("/chat/completions", question())

    assert answer.headers["x-request-id"] == "req_theirs"
