"""Legacy completions where the upstream has only chat."""

import json

import pytest
from aiohttp import web

from tests.gateway.upstream import DONE, chat, chunk
from tests.world import until

PATH = "/completions"


@pytest.fixture
def patience():
    return {}


@pytest.fixture
def lacking(models):
    """An upstream without /completions, as llama.cpp's and others say it."""

    async def act(request, body):
        if request.path == "/v1/completions":
            return web.json_response({"detail": "Not Found"}, status=404)
        return (
            await models.stream(request, models.events) if body.get("stream") else web.json_response(chat())
        )

    models.act = act
    return models


async def test_the_answer_is_a_completions(client, program, lacking):
    answer = await client.completions.create(
        model="gpt-a", prompt="Once", stop=["."], temperature=0.5, max_tokens=500, user="ada"
    )

    assert (answer.id, answer.object) == ("cmpl-1", "text_completion")
    assert answer.choices[0].model_dump() == {
        "text": "Hello there", "index": 0, "logprobs": None, "finish_reason": "stop"
    }  # fmt: skip
    assert answer.usage.total_tokens == 150
    assert lacking.paths == ["/completions", "/chat/completions"]
    assert lacking.bodies[1] == {
        "model": "gpt-a", "messages": [{"role": "user", "content": "Once"}], "stop": ["."],
        "temperature": 0.5, "max_tokens": 500, "user": "ada",
    }  # fmt: skip
    assert [(row.path, row.state) for row in await program.relays()] == [(PATH, "answered")]
    # 100 prompt tokens at 1 for 1,000, and 50 completion tokens at 2
    assert await program.balance() == (999_800, 0)


async def test_the_limit_that_is_held_for_is_the_only_one(program, lacking):
    await program.post(PATH, {"model": "gpt-a", "prompt": "x", "max_completion_tokens": 100_000})

    assert lacking.bodies[1] == {
        "model": "gpt-a", "messages": [{"role": "user", "content": "x"}], "max_tokens": 1000,
    }  # fmt: skip


async def test_an_upstream_that_lacks_it_is_not_asked_again(client, lacking):
    for _ in range(3):
        await client.completions.create(model="gpt-a", prompt="Once")

    assert lacking.paths == ["/completions"] + ["/chat/completions"] * 3


async def test_a_stream_is_translated_event_by_event(client, program, lacking):
    stream = await client.completions.create(model="gpt-a", prompt="Once", stream=True)
    chunks = [one async for one in stream]

    assert "".join(one.choices[0].text for one in chunks) == "".join(f"w{n} " for n in range(20))
    assert {(one.id, one.object) for one in chunks} == {("cmpl-1", "text_completion")}
    assert [one.choices[0].finish_reason for one in chunks] == [None] * 20 + ["stop"]
    assert await program.settled() == (999_800, 0)


async def test_usage_arrives_where_it_is_asked_for(program, lacking):
    body = {"model": "m", "prompt": "Once", "stream": True, "stream_options": {"include_usage": True}}
    answer = await program.post(PATH, body)

    *_, last, done = answer.body.split(b"\n\n")[:-1]
    assert (done + b"\n\n", json.loads(last[5:])["choices"]) == (DONE, [])


async def test_echo_comes_before_each_answer(program, lacking):
    plain = await program.post(PATH, {"model": "m", "prompt": ["Once"], "echo": True})
    lacking.events = [chunk(""), chunk(" upon"), chunk(finish="stop"), DONE]
    streamed = await program.post(PATH, {"model": "m", "prompt": "Once", "echo": True, "stream": True})

    assert json.loads(plain.body)["choices"][0]["text"] == "OnceHello there"
    texts = [json.loads(event[5:])["choices"][0]["text"] for event in streamed.body.split(b"\n\n")[:-2]]
    assert texts == ["Once", " upon", ""]


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"prompt": ["a", "b"]}, "prompt"), ({"prompt": [1, 2]}, "prompt"),
        ({"prompt": [[1], [2]]}, "prompt"),
        ({"suffix": "end"}, "suffix"), ({"best_of": 3}, "best_of"),
    ],
)  # fmt: skip
async def test_what_a_chat_cannot_do_is_said_and_free(program, lacking, more, param):
    answer = await program.post(PATH, {"model": "m", "prompt": "Once", **more})

    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"], error["param"]) == (400, "unsupported_value", param)
    assert lacking.paths in (["/completions"], [])  # what can't be read is refused before
    assert await program.balance() == (1_000_000, 0)


async def test_a_model_that_is_none_is_nobodys_lack(program, models):
    async def act(request, body):
        return web.json_response({"error": {"code": "model_not_found"}}, status=404)

    models.act = act
    for _ in range(2):
        assert (await program.post(PATH, {"model": "none", "prompt": "Once"})).status in (404, 503)
    assert set(models.paths) == {"/completions"}


@pytest.mark.parametrize("given", [{"completions_by_chat": True}])
async def test_the_operator_may_want_it_always(program, models):
    answer = await program.post(PATH, {"model": "poet", "prompt": "Once"})

    assert answer.status == 200
    assert models.paths == ["/chat/completions"]
    assert models.bodies[0]["messages"] == [
        {"role": "system", "content": "You are a poet."}, {"role": "user", "content": "Once"}
    ]  # fmt: skip


@pytest.mark.parametrize("body", [b"[]", b'{"choices": [5]}', b'{"choices": "x"}', b"<html>", b"{}"])
async def test_an_answer_that_is_none_is_a_502_and_free(program, models, body):
    async def act(request, given):
        if request.path == "/v1/completions":
            return web.Response(status=404)
        return web.Response(body=body, content_type="application/json")

    models.act = act
    assert (await program.post(PATH, {"model": "m", "prompt": "Once"})).status == 502
    assert await program.settled() == (1_000_000, 0)


async def test_who_leaves_a_translated_stream_pays_for_what_was_produced(program, lacking):
    lacking.gap = 0.02
    body = {"model": "m", "prompt": "Once", "stream": True}
    async with program.http.post(program.url + PATH, json=body) as answer:
        await answer.content.readany()
        answer.close()

    await until(lambda: lacking.left)
    row = (await program.relays())[0] if await program.settled() else None
    assert row is not None
    assert (row.state, 0 < row.charged < row.held) == ("left", True)
