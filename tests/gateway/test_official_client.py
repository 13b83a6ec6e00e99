"""The openai package, with nothing changed but base_url and api_key."""

import io

import openai
import pytest
from aiohttp import web

from tests.gateway.upstream import chat
from tests.gateway.web import data_url, png
from tests.world import ADA

PIXEL = data_url(png())


@pytest.fixture
def patience():
    return {}


def user(content):
    return [{"role": "user", "content": content}]


async def test_chat(client, program):
    answer = await client.chat.completions.with_raw_response.create(model="gpt-a", messages=user("Hi"))

    parsed = answer.parse()
    assert (parsed.id, parsed.choices[0].message.content) == ("chatcmpl-1", "Hello there")
    assert parsed.usage.completion_tokens == 50
    assert answer.headers["x-tokens-charged"] == "0.2"
    assert answer.headers["x-tokens-balance"] == "999.8"
    assert await program.balance() == (999_800, 0)


async def test_chat_streamed(client, program, models):
    stream = await client.chat.completions.create(model="gpt-a", messages=user("Hi"), stream=True)
    chunks = [chunk async for chunk in stream]

    assert "".join(c.choices[0].delta.content or "" for c in chunks).startswith("w0 w1 ")
    assert all(c.choices for c in chunks), "nobody asked for the usage"
    assert models.bodies[0]["stream_options"] == {"include_usage": True}
    assert (await program.settled()).posted == 999_800


async def test_a_stream_with_its_usage_where_it_was_asked_for(client):
    stream = await client.chat.completions.create(
        model="gpt-a", messages=user("Hi"), stream=True, stream_options={"include_usage": True}
    )

    assert [c.usage.completion_tokens async for c in stream if c.usage] == [50]


async def test_tools(client, models):
    call = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a": 2}'}}

    async def act(request, body):
        return web.json_response(chat(choices=[
            {"index": 0, "finish_reason": "tool_calls",
             "message": {"role": "assistant", "content": None, "tool_calls": [call]}}
        ]))  # fmt: skip

    models.act = act
    tool = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
    answer = await client.chat.completions.create(model="gpt-a", messages=user("2 + 2"), tools=[tool])

    assert answer.choices[0].message.tool_calls[0].function.arguments == '{"a": 2}'
    assert models.bodies[0]["tools"] == [tool]


async def test_vision(client, models):
    content = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]

    await client.chat.completions.create(model="gpt-a", messages=user(content))

    assert models.bodies[0]["messages"][0]["content"] == content


async def test_completions(client, program):
    answer = await client.completions.create(model="gpt-a", prompt="Once")

    assert answer.choices[0].text == "Hi"
    assert await program.balance() == (999_980, 0)


async def test_responses(client, program, models):
    answer = await client.responses.create(model="gpt-a", input="Hi")

    assert answer.id == "resp_1"
    assert models.bodies[0]["max_output_tokens"] == 1000
    assert await program.balance() == (999_960, 0)


async def test_responses_streamed(client, program, models):
    done = (
        b'event: response.completed\ndata: {"type":"response.completed","sequence_number":2,"response":'
        b'{"id":"resp_1","object":"response","output":[],"usage":{"input_tokens":20,"output_tokens":10}}}\n\n'
    )
    delta = b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"Hi"}\n\n'
    models.events = [delta, done]

    stream = await client.responses.create(model="gpt-a", input="Hi", stream=True)
    events = [event async for event in stream]

    assert [event.type for event in events] == ["response.output_text.delta", "response.completed"]
    assert (await program.settled()).posted == 999_960


async def test_embeddings(client, program):
    answer = await client.embeddings.create(model="e", input=["one", "two"], encoding_format="float")

    assert answer.data[0].embedding == [0.5, 0.25]
    assert await program.balance() == (999_993, 0)


async def test_moderations(client, program):
    answer = await client.moderations.create(input="Hello")

    assert answer.results[0].flagged is False
    assert await program.balance() == (999_500, 0)


async def test_pictures(client, program):
    answer = await client.images.generate(model="p", prompt="A cat", n=2)

    assert len(answer.data) == 2
    assert await program.balance() == (994_000, 0)


async def test_edited_pictures(client, program, models):
    answer = await client.images.edit(model="my-pictures", image=("a.png", b"png"), prompt="A hat")

    assert answer.data[0].b64_json == "aGk="
    assert models.raw[0].count(b'name="model"') == 1
    assert b"gpt-a" in models.raw[0]
    assert await program.balance() == (997_000, 0)


async def test_speech(client, program):
    sound = await client.audio.speech.create(model="s", voice="alloy", input="x" * 100)

    assert sound.content == b"ID3sound"
    assert await program.balance() == (999_500, 0)


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
@pytest.mark.parametrize("what", ["transcriptions", "translations"])
async def test_transcriptions(client, program, models, what):
    recording = io.BytesIO(b"R" * 2_000_000)
    recording.name = "a.wav"

    answer = await getattr(client.audio, what).create(model="w", file=recording)

    assert answer.text == "Hello"
    assert b"R" * 2_000_000 in models.raw[0]
    assert await program.balance() == (998_000, 0)


async def test_models(client, program):
    listed = [model.id async for model in await client.models.list()]

    assert listed == ["gpt-a", "org/b", "poet"]
    one = await client.models.retrieve("org/b")
    assert one.prices["prompt"] == 1
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("nothing")


async def test_an_unknown_code_is_an_authentication_error(client):
    with pytest.raises(openai.AuthenticationError) as caught:
        await client.with_options(api_key="tb_live_wrong").models.list()

    assert caught.value.code == "invalid_api_key"


async def test_the_upstreams_own_words_about_a_bad_request_arrive(client, program, models):
    async def act(request, body):
        error = {
            "message": "odd",
            "type": "invalid_request_error",
            "param": "temperature",
            "code": None,
        }
        return web.json_response({"error": error}, status=400)

    models.act = act
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(model="gpt-a", messages=user("Hi"), temperature=9)

    assert caught.value.param == "temperature"
    assert await program.balance() == (1_000_000, 0)


async def test_a_balance_that_is_too_small_is_said_so(client, app):
    await app.operator.credit(ADA, -999_999, "gone", "gone")

    with pytest.raises(openai.RateLimitError) as caught:
        await client.chat.completions.create(model="gpt-a", messages=user("Hi"))

    assert caught.value.code == "insufficient_quota"
    assert caught.value.type == "insufficient_quota"
