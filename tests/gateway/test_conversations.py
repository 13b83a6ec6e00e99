"""conversation_id: what was said before is kept here, for its customer and nobody else."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from bot.clock import DAY
from bot.settings import load_settings
from tests.gateway.program import Program, question
from tests.gateway.upstream import DONE, chat, chunk
from tests.gateway.web import data_url, png
from tests.world import BEN, hosted, until

ON = {"conversations": True}


@pytest.fixture
def patience():
    return {}


@pytest.fixture
def given():
    return ON


def said(models, number=-1) -> list[tuple[str, Any]]:
    return [(one["role"], one["content"]) for one in models.bodies[number]["messages"]]


async def begin(program, text="I am Ada.", **more) -> str:
    answer = await program.chat(text=text, conversation_id="new", **more)
    assert answer.status == 200
    return str(answer.headers["x-conversation-id"])


async def test_a_conversation_begins_and_goes_on(program, models):
    first = await program.chat(text="I am Ada.", conversation_id="new")
    body = json.loads(first.body)
    second = await program.chat(text="Who am I?", conversation_id=body["conversation_id"])

    assert body == {"conversation_id": first.headers["x-conversation-id"], **chat()}
    assert said(models, 0) == [("user", "I am Ada.")]
    assert said(models) == [("user", "I am Ada."), ("assistant", "Hello there"), ("user", "Who am I?")]
    assert all("conversation_id" not in given for given in models.bodies)
    assert second.headers["x-conversation-id"] == first.headers["x-conversation-id"]


async def test_a_stream_is_kept_too_and_its_bytes_pass(program, models):
    models.events = [chunk(""), chunk("سلام"), chunk(" Ada"), chunk(finish="stop"), DONE]
    answer = await program.chat(text="I am Ada.", stream=True, conversation_id="")
    await program.chat(text="Who am I?", stream=True, conversation_id=answer.headers["x-conversation-id"])

    assert answer.body == b"".join(models.events)
    assert said(models) == [("user", "I am Ada."), ("assistant", "سلام Ada"), ("user", "Who am I?")]


async def test_calls_of_tools_are_kept(program, models):
    def part(**call):
        body = {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, **call}]}}]}
        return b"data: " + json.dumps(body).encode() + b"\n\n"

    models.events = [
        part(id="call_1", type="function", function={"name": "add", "arguments": ""}),
        part(function={"arguments": '{"a":'}), part(function={"arguments": "2}"}),
        chunk(finish="tool_calls"), DONE,
    ]  # fmt: skip
    id_ = await begin(program, stream=True)
    result = {"role": "tool", "tool_call_id": "call_1", "content": "4"}
    await program.post("/chat/completions", {"model": "gpt-a", "conversation_id": id_, "messages": [result]})

    assert models.bodies[1]["messages"][1:] == [
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a":2}'}}]},
        result,
    ]  # fmt: skip


async def test_what_it_is_told_is_said_once_and_the_last_counts(program, models):
    async def ask(id_, *messages):
        body = {"model": "gpt-a", "conversation_id": id_, "messages": list(messages)}
        return (await program.post("/chat/completions", body)).headers["x-conversation-id"]

    kind, brief = {"role": "system", "content": "Be kind."}, {"role": "developer", "content": "Be brief."}
    question = {"role": "user", "content": "Hi"}
    id_ = await ask("new", kind, question)
    await ask(id_, question)
    await ask(id_, brief, question)
    await ask(id_, question)

    roles = [[role for role, _ in said(models, number)] for number in range(4)]
    assert [said(models, number)[0][1] for number in range(4)] == [
        "Be kind.", "Be kind.", "Be brief.", "Be brief."
    ]  # fmt: skip
    assert roles[3] == ["developer", *["user", "assistant"] * 3, "user"]


async def test_what_was_said_before_is_paid_again(program, models):
    async def act(request, body):
        return web.json_response(chat(usage=None))

    models.act = act
    id_ = await begin(program, text="word " * 4_000)
    await program.chat(conversation_id=id_)

    first, second = await program.relays()
    assert second.held > first.held
    assert second.charged >= first.charged > 4_000


async def test_it_is_nobody_elses(program, app, models):
    id_ = await begin(program)
    other = await app.operator.issue(BEN, "tests")
    same = await app.operator.issue(1001, "another")
    await app.operator.credit(BEN, 100_000, "for tests", "ben")

    async def ask(code):
        headers = {"Authorization": f"Bearer {code}"}
        return await program.post("/chat/completions", question(conversation_id=id_), headers=headers)

    refused, allowed = await ask(other), await ask(same)
    assert (refused.status, json.loads(refused.body)["error"]["code"]) == (404, "conversation_not_found")
    assert allowed.status == 200
    url = f"{program.url}/conversations/{id_}"
    async with program.http.delete(url, headers={"Authorization": f"Bearer {other}"}) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("id_", ["conv_" + "x" * 32, "old", 5, None, ["new"], {"id": "new"}, "x" * 9_999])
async def test_one_that_is_none_is_a_404_and_free(program, models, id_):
    answer = await program.chat(conversation_id=id_)

    assert answer.status == 404
    assert models.bodies == []
    assert await program.balance() == (1_000_000, 0)


async def test_it_can_be_ended(program, app):
    id_ = await begin(program)

    async with program.http.delete(f"{program.url}/conversations/{id_}") as answer:
        assert await answer.json() == {"id": id_, "object": "conversation.deleted", "deleted": True}

    assert (await program.chat(conversation_id=id_)).status == 404
    assert not await app.storage.fetch("SELECT id FROM kept_message")


async def test_two_questions_at_once_are_one_after_the_other(program, models):
    id_ = await begin(program)

    async def act(request, body):
        await asyncio.sleep(0.3)
        return web.json_response(chat())

    models.act = act
    answers = await asyncio.gather(*(program.chat(text=f"{n}?", conversation_id=id_) for n in range(3)))
    later = await program.chat(conversation_id=id_)

    assert sorted(answer.status for answer in answers) == [200, 409, 409]
    locked = next(answer for answer in answers if answer.status == 409)
    assert json.loads(locked.body)["error"]["code"] == "conversation_locked"
    assert locked.headers["Retry-After"] == "1"
    assert later.status == 200
    assert len(said(models)) == 5


@pytest.mark.parametrize("status", [400, 500])
async def test_an_answer_that_failed_leaves_no_trace(program, app, models, status):
    async def act(request, body):
        return web.json_response({"error": {"message": "no"}}, status=status)

    models.act = act
    answer = await program.chat(conversation_id="new")

    assert answer.status in (400, 502)
    assert "x-conversation-id" not in answer.headers
    assert not await app.storage.fetch("SELECT id FROM kept_conversation")


async def test_who_leaves_keeps_what_was_produced_and_paid(program, app, models):
    models.gap = 0.02
    await program.leave_after(5, conversation_id="new")

    await until(lambda: models.left)
    await program.settled()
    rows = await app.storage.fetch("SELECT message FROM kept_message ORDER BY id")
    question, answer = (json.loads(row.message) for row in rows)
    assert question["role"] == "user"
    assert answer["content"].startswith("w0 w1 ")
    assert "w19" not in answer["content"]


@pytest.mark.parametrize("given", [{**ON, "conversation_messages": 4}])
async def test_its_beginning_goes_when_it_has_too_many_messages(program, models):
    id_ = await begin(program, text="0?")
    for number in range(1, 5):
        await program.chat(text=f"{number}?", conversation_id=id_)

    assert [content for role, content in said(models) if role == "user"] == ["2?", "3?", "4?"]


@pytest.mark.parametrize("given", [{**ON, "conversation_kb": 4}])
async def test_its_beginning_goes_when_it_is_too_long_and_pictures_first(program, models):
    id_ = await begin(program, text="a" * 3_000)
    await program.chat(text="b" * 3_000, conversation_id=id_)
    content = [
        {"type": "text", "text": "See"},
        {"type": "image_url", "image_url": {"url": data_url(png(padding=9_000))}},
    ]
    picture = {"role": "user", "content": content}
    await program.post("/chat/completions", {"model": "m", "conversation_id": id_, "messages": [picture]})
    await program.chat(text="And?", conversation_id=id_)

    assert said(models, 2)[0] == ("user", "b" * 3_000)
    assert models.bodies[2]["messages"][-1] == picture
    parts = [one for role, one in said(models) if isinstance(one, list)]
    assert parts == [[
        {"type": "text", "text": "See"}, {"type": "text", "text": "[image_url: not kept]"}
    ]]  # fmt: skip


@pytest.mark.parametrize("given", [{**ON, "conversations_per_customer": 2}])
async def test_a_customer_has_only_so_many(program, app):
    first, *_ = [await begin(program) for _ in range(3)]

    assert (await program.chat(conversation_id=first)).status == 404
    assert len(await app.storage.fetch("SELECT id FROM kept_conversation")) == 2


async def test_it_ends_when_nobody_uses_it(program, app):
    id_ = await begin(program)
    await app.storage.write(
        lambda conn: conn.run("UPDATE kept_conversation SET used_at = used_at - :age", age=31 * DAY)
    )

    assert (await program.chat(conversation_id=id_)).status == 404
    await app.sweeps["kept conversations"][1]()
    assert not await app.storage.fetch("SELECT id FROM kept_message")


@pytest.mark.parametrize("given", [{}])
async def test_by_default_nothing_is_kept_and_the_field_is_the_upstreams(program, app, models):
    answer = await program.chat(conversation_id="new")

    assert models.bodies[0]["conversation_id"] == "new"
    assert "x-conversation-id" not in answer.headers
    assert not await app.storage.fetch("SELECT id FROM kept_conversation")
    assert not load_settings(_env_file=None).conversations


async def test_it_outlives_the_program(settings, models):
    async with hosted(settings) as app, Program(app) as program:
        await program.credit(100)
        id_, code = await begin(program), program.code

    async with hosted(settings) as app, Program(app) as program:
        headers = {"Authorization": f"Bearer {code}"}
        await program.post("/chat/completions", question("And?", conversation_id=id_), headers=headers)
        assert len(said(models)) == 3


@pytest.mark.parametrize("given", [{**ON, "hour_limit": 0, "minute_limit": 0, "second_limit": 0}])
async def test_the_simple_endpoint_keeps_them_too(program, models):
    async def ask(**body):
        async with program.http.post(program.app.address + "/api", json=body) as answer:
            return answer.status, await answer.json()

    _, first = await ask(user_content="I am Ada.", sys_content="Be kind.", conversation_id="new")
    id_ = first["conversation_id"]
    status, second = await ask(user_content="Who am I?", conversation_id=id_)
    unknown, none = await ask(user_content="Who am I?", conversation_id="conv_x")

    assert (status, second["conversation_id"]) == (200, id_)
    assert [role for role, _ in said(models)] == ["system", "user", "assistant", "user"]
    assert unknown == 404
    assert "conversation" in none["data"]["response"]
