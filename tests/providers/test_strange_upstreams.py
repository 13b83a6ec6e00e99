"""Servers that speak the OpenAI API in their own way, or no API at all."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.catalog.modes import read_modes
from bot.catalog.styles import read_styles
from bot.catalog.voices import read_voices
from bot.providers import Answer, ImageRequest, SpeechRequest, TextRequest, Usage
from bot.providers.errors import BadAnswer, NoAnswer, ProviderError
from bot.providers.image import ImageProvider
from bot.providers.speech import SpeechProvider, audio
from bot.providers.speech.espeak import Espeak
from bot.providers.speech.openai import OpenAISpeech
from bot.providers.text import TextProvider
from bot.providers.upstream import Upstream, open_upstream
from bot.sandbox.pictures import draw_picture
from tests.providers.conftest import KEY
from tests.serving import serving
from tests.sounds import tone_wav

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[Upstream]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    async with serving(app, handler_cancellation=True, shutdown_timeout=0) as address:
        async with open_upstream(f"{address}/v1", KEY) as client:
            yield client


def saying(body: str, media: str = "application/json", **headers: str) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(text=body, content_type=media, headers=headers)

    return handler


async def ask(client: Upstream, stream: bool):
    provider = TextProvider(client, "m", read_modes(), stream=stream, seconds=1)
    return await provider.answer(TextRequest(question="Why?"), (), lambda text: None)


BAD_BODIES = [
    "", "null", "[]", "5", '"text"', "{}", '{"choices": null}', '{"choices": 7}', '{"choices": [null]}',
    '{"choices": [{"message": "hello", "finish_reason": "stop"}]}',
    '{"choices": [{"message": {"content": 5}}]}',
    '{"error": {"message": "no"}}', '{"object": "chat.completion", "choices": []}',
]  # fmt: skip


@pytest.mark.parametrize("body", BAD_BODIES)
async def test_a_plain_answer_of_the_wrong_shape_is_a_bad_answer(body):
    async with served(saying(body)) as client:
        with pytest.raises(BadAnswer):
            await ask(client, stream=False)


@pytest.mark.parametrize("body", [*BAD_BODIES, "{"])
async def test_a_stream_of_the_wrong_shape_is_no_answer(body):
    async with served(saying(f"data: {body}\n\ndata: [DONE]\n\n", "text/event-stream")) as client:
        with pytest.raises((BadAnswer, NoAnswer)):
            await ask(client, stream=True)


async def test_a_server_that_leaves_out_what_it_can_is_understood():
    event = 'data: {"choices": [{"delta": {"content": "Hi"}, "finish_reason": "eos"}]}\n\n'

    async with served(saying(event, "text/event-stream")) as client:
        answer = await ask(client, stream=True)

    assert (answer.text, answer.usage, answer.engine) == ("Hi", None, "m")


async def test_usage_of_a_server_that_repeats_it_is_the_last():
    def event(reason: str | None, completion: int) -> str:
        choice = {"delta": {"content": "a"}, "finish_reason": reason}
        usage = {"prompt_tokens": 1, "completion_tokens": completion}
        return f"data: {json.dumps({'choices': [choice], 'usage': usage})}\n\n"

    async with served(saying(event(None, 1) + event("stop", 2), "text/event-stream")) as client:
        answer = await ask(client, stream=True)

    assert answer.usage == Usage(1, 2)


async def test_a_packed_answer_is_not_unpacked():
    async with served(saying("x" * 100, **{"Content-Encoding": "gzip"})) as client:
        with pytest.raises(BadAnswer, match="packed"):
            await ask(client, stream=False)


@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer_without_an_end_is_left(stream):
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        media = "text/event-stream" if stream else "application/json"
        answer = web.StreamResponse(headers={"Content-Type": media})
        await answer.prepare(request)
        while sent < 40_000_000:
            await answer.write(b": x" * 100_000)
            sent += 300_000
        return answer

    async with served(endless) as client:
        with pytest.raises(BadAnswer, match="longer than 8 MB"):
            await ask(client, stream)

    assert sent < 30_000_000


async def test_an_upstream_behind_a_proxy_is_reached_through_it():
    asked: list[str] = []

    async def proxy(request: web.Request) -> web.Response:
        asked.append(str(request.url))
        choice = {"message": {"content": "Hi"}, "finish_reason": "stop"}
        return web.json_response({"choices": [choice]})

    async with (
        served(proxy) as client,
        open_upstream(
            "http://upstream.invalid/v1", KEY, str(client.client.base_url.copy_with(path="/"))
        ) as behind,
    ):
        answer = await ask(behind, stream=False)

    assert answer.text == "Hi"
    assert asked == ["http://upstream.invalid/v1/chat/completions"]


async def test_a_redirect_is_not_followed_with_our_key():
    async def elsewhere(request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "http://127.0.0.1:9/v1/chat/completions"})

    async with served(elsewhere) as client:
        with pytest.raises(BadAnswer, match="307"):
            await ask(client, stream=False)


@pytest.mark.parametrize(
    "data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, b"GIF89a" + b"\0" * 100]
)
async def test_a_picture_that_is_none_is_a_bad_answer(data):
    async def pictures(request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.Response(body=data, content_type="image/png")
        return web.json_response({"created": 1, "data": [{"url": f"http://{request.host}/picture.png"}]})

    async with served(pictures) as client:
        with pytest.raises(BadAnswer):
            await ImageProvider(client, "m", read_styles()).answer(
                ImageRequest(prompt="x"), (), lambda text: None
            )


async def test_half_a_picture_is_a_bad_answer():
    whole = draw_picture("x", 0, 64, 64)

    async def pictures(request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.Response(body=whole[: len(whole) // 2])
        return web.json_response({"created": 1, "data": [{"url": f"http://{request.host}/picture.png"}]})

    async with served(pictures) as client:
        with pytest.raises(BadAnswer):
            await ImageProvider(client, "m", read_styles()).answer(
                ImageRequest(prompt="x"), (), lambda text: None
            )


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://127.0.0.1/x", "nonsense", "http://", "data:image/png;base64,!!"]
)
async def test_an_address_that_is_none_is_a_bad_answer(address):
    async with served(saying(f'{{"created": 1, "data": [{{"url": "{address}"}}]}}')) as client:
        with pytest.raises(ProviderError):
            await ImageProvider(client, "m", read_styles()).answer(
                ImageRequest(prompt="x"), (), lambda text: None
            )


async def test_an_upstream_that_makes_one_picture_a_call_is_asked_several_times():
    calls = []
    picture = draw_picture("x", 0, 64, 64)

    async def one_only(request: web.Request) -> web.Response:
        if request.method == "GET":
            assert "Authorization" not in request.headers
            return web.Response(body=picture)
        calls.append(body := await request.json())
        if "size" in body:
            refusal = {"message": "Unknown parameter: size", "param": "size", "code": "unknown_parameter"}
            return web.json_response({"error": refusal}, status=400)
        if body["n"] > 1:
            return web.json_response(
                {"error": {"message": "You must provide n=1 for this model."}}, status=400
            )
        return web.json_response({"created": 1, "data": [{"url": f"http://{request.host}/picture.png"}]})

    async with served(one_only) as client:
        provider = ImageProvider(client, "dall-e-3", read_styles())
        steps: list[str | Answer] = []
        first = await provider.answer(ImageRequest(prompt="x", count=4), (), steps.append)
        calls_of_first = len(calls)
        second = await provider.answer(ImageRequest(prompt="x", count=2), (), lambda text: None)

    assert (len(first.files), len(second.files)) == (4, 2)
    assert steps == ["1/4", "2/4", "3/4", "4/4"]
    assert [body["n"] for body in calls[calls_of_first:]] == [1, 1], "it was remembered"


async def spoken_by(client: Upstream) -> Answer:
    """By the upstream, which gets a second; else by the local voice."""
    provider = SpeechProvider([OpenAISpeech(client, "m", seconds=1), Espeak()], read_voices(), seconds=1)
    request = SpeechRequest(text="Good morning to all of you, dear friends, wherever you are.", language="en")
    return await provider.answer(request, (), lambda text: None)


async def as_speech(share: float) -> bytes:
    """An MP3 of three seconds, of which only so much comes."""
    data = await audio.encode(await audio.decode(tone_wav(3)), "mp3")
    return data[: int(len(data) * share)]


@pytest.mark.parametrize(("share", "engine"), [(1, "openai"), (0.3, "espeak"), (0.01, "espeak")])
async def test_an_upstreams_mp3_that_breaks_off_is_not_taken(share, engine):
    data = await as_speech(share)

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=data, content_type="audio/mpeg")

    async with served(handler) as client:
        assert (await spoken_by(client)).engine == engine


@pytest.mark.parametrize("after", [0, 500])
async def test_an_upstream_that_hangs_before_or_amid_its_speech_is_left_in_time(after):
    data = (await as_speech(1))[:after]

    async def handler(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "audio/mpeg", "Content-Length": "9000"})
        if after:
            await answer.prepare(request)
            await answer.write(data)
        await asyncio.sleep(60)
        return answer

    async with served(handler) as client, asyncio.timeout(20):
        assert (await spoken_by(client)).engine == "espeak"
