"""What a prompt or an answer costs beyond the words that can be counted here: held for, or refused."""

import json

import aiohttp
import pytest
from aiohttp import web

from tests.gateway.program import question
from tests.gateway.upstream import chat
from tests.gateway.web import data_url, png

RESPONSE = {"id": "resp_1", "object": "response", "status": "completed", "output": [{"type": "message"}]}
SEARCH = {"type": "web_search"}
TOOLS = pytest.mark.parametrize("given", [{"upstream_tools": True}])


def reporting(models, prompt: int, completion: int = 10, **more: int) -> None:
    async def act(request, body):
        if request.path.endswith("/responses"):
            return web.json_response(
                RESPONSE | {"usage": {"input_tokens": prompt, "output_tokens": completion, **more}}
            )
        answer = chat(usage=(prompt, completion))
        answer["usage"].update(more)
        return web.json_response(answer)

    models.act = act


@pytest.mark.parametrize(
    ("path", "more", "param"),
    [
        ("/responses", {"tools": [{"type": "function", "name": "f"}, SEARCH]}, "tools[1].type"),
        ("/responses", {"tools": [{"type": "image_generation"}]}, "tools[0].type"),
        ("/responses", {"tools": ["web_search"]}, "tools[0].type"),
        ("/chat/completions", {"web_search_options": {}}, "web_search_options"),
    ],
)
async def test_what_an_upstream_would_do_beside_its_tokens_is_not_asked_for(
    program, models, path, more, param
):
    answer = await program.post(path, {"model": "m", "input": "Hi", **question(), **more})

    error = json.loads(answer.body)["error"]
    assert (answer.status, error["param"], error["code"]) == (400, param, "unsupported_value")
    assert models.bodies == []


async def test_tools_of_the_callers_own_are_nobodys_business(program, models):
    tools = [{"type": "function", "name": "f"}, {"type": "custom", "name": "g"}, {"function": {"name": "h"}}]

    assert (await program.chat(tools=tools)).status == 200
    assert models.bodies[0]["tools"] == tools


@TOOLS
async def test_an_operator_may_offer_the_upstreams_tools_and_all_that_they_read_is_held_for(program, models):
    reporting(models, 50_000)

    answer = await program.post(
        "/responses", {"model": "m", "input": "Hi", "max_output_tokens": 20, "tools": [SEARCH]}
    )

    assert answer.headers["x-tokens-charged"] == "50.02"


@TOOLS
async def test_a_picture_by_a_tool_is_a_picture_for_who_may_only_have_texts(program, app, models):
    await app.storage.write(lambda conn: conn.run("UPDATE api_code SET kinds = '[\"text\"]'"))

    answer = await program.post(
        "/responses", {"model": "m", "input": "Hi", "tools": [{"type": "image_generation"}]}
    )

    assert (answer.status, models.bodies) == (403, [])


@pytest.mark.parametrize(
    "more", [{"previous_response_id": "resp_0"}, {"conversation": "conv_0"}, {"prompt": {"id": "pmpt_0"}}]
)
async def test_what_the_upstream_itself_remembers_is_held_for(program, models, more):
    reporting(models, 50_000)

    answer = await program.post(
        "/responses", {"model": "m", "input": "And?", "max_output_tokens": 20, **more}
    )

    assert answer.headers["x-tokens-charged"] == "50.02"


async def test_a_picture_that_a_small_model_counts_dearly_is_held_for(program, models):
    reporting(models, 36_835)
    picture = {"type": "image_url", "image_url": {"url": data_url(png())}}

    answer = await program.chat(messages=[{"role": "user", "content": [picture]}], max_tokens=20)

    assert answer.headers["x-tokens-charged"] == "36.855"


async def test_what_a_model_thought_is_paid_where_only_the_total_has_it(program, models):
    reporting(models, 10, 5, total_tokens=915)

    answer = await program.chat()

    assert answer.headers["x-tokens-charged"] == "1.82"


@pytest.mark.parametrize(("reported", "charged"), [({"seconds": 600}, "40"), (None, "15")])
async def test_a_recording_of_few_bytes_is_held_for_by_its_longest(program, models, reported, charged):
    async def act(request, body):
        usage = {"usage": {"type": "duration", **reported}} if reported else {}
        return web.json_response({"text": "Hi", **usage})

    models.act = act
    form = aiohttp.FormData({"model": "w"})
    form.add_field("file", b"0" * (1_500 * 600), filename="a.ogg")  # ten minutes at 12 kbit/s

    answer = await program.post("/audio/transcriptions", data=form)

    assert answer.headers["x-tokens-charged"] == charged


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/embeddings", {"input": "Hi"}), ("/moderations", {"input": "Hi"}),
        ("/audio/speech", {"input": "Hi", "voice": "alloy"}),
    ],
)  # fmt: skip
async def test_an_alias_tells_only_models_that_answer_who_they_are(program, models, path, body):
    await program.post(path, {"model": "poet", **body})

    assert "instructions" not in models.bodies[0]
    await program.post("/responses", {"model": "poet", "input": "Hi"})
    assert models.bodies[1]["instructions"] == "You are a poet."


async def test_a_model_that_an_alias_leads_to_is_found_by_its_name(program):
    async with program.http.get(program.url + "/models/my-own") as found:
        assert (found.status, (await found.json())["id"]) == (200, "my-own")
    async with program.http.get(program.url + "/models/nobodys") as none:
        assert none.status == 404
