"""Speech where no upstream speaks: this machine's own engines."""

import json

import pytest
from aiohttp import web

from bot.providers.speech import audio

PATH = "/audio/speech"
TEXT = "Hello, this is a test of speech."


@pytest.fixture
def patience():
    return {}


@pytest.fixture
def given():
    return {"speech_engines": "openai,espeak", "upstream_wait_seconds": 0}


@pytest.fixture
def silent(models):
    """An upstream without speech."""

    async def act(request, body):
        return web.json_response({"detail": "Not Found"}, status=404)

    models.act = act
    return models


async def seconds(sound: bytes, form: str = "mp3") -> float:
    if form == "pcm":
        return len(sound) / 2 / 24_000
    return float(audio.seconds(await audio.decode(sound)))


@pytest.mark.parametrize(
    ("form", "media", "begins"),
    [
        ("mp3", "audio/mpeg", (b"ID3", b"\xff\xfb", b"\xff\xf3")), ("opus", "audio/opus", b"OggS"),
        ("wav", "audio/wav", b"RIFF"), ("flac", "audio/flac", b"fLaC"), ("aac", "audio/aac", b"\xff\xf1"),
        ("pcm", "audio/pcm", b""),
    ],
)  # fmt: skip
async def test_our_own_engine_speaks_in_every_format_at_the_same_price(program, silent, form, media, begins):
    body = {"model": "tts-1", "input": TEXT, "voice": "onyx", "response_format": form}
    answer = await program.post(PATH, body)

    assert (answer.status, answer.headers["Content-Type"]) == (200, media)
    assert answer.body.startswith(begins)
    assert 1 < await seconds(answer.body, form) < 6
    assert answer.headers["x-tokens-charged"] == f"{len(TEXT) * 5 / 1000:g}"
    row = (await program.relays())[0]
    assert (row.state, row.asked, row.characters, row.credential) == ("answered", "espeak", len(TEXT), None)


async def test_the_official_client_saves_it(client, silent, tmp_path):
    async with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="alloy", input=TEXT
    ) as answer:
        await answer.stream_to_file(tmp_path / "speech.mp3")

    assert await seconds((tmp_path / "speech.mp3").read_bytes()) > 1


@pytest.mark.parametrize(("speed", "factor"), [(0.25, 4), (0.5, 2), (2.0, 0.5), (4.0, 0.25)])
async def test_speed_is_honoured(program, silent, speed, factor):
    body = {"model": "tts-1", "input": TEXT, "voice": "nova"}
    normal = await seconds((await program.post(PATH, body)).body)
    changed = await seconds((await program.post(PATH, {**body, "speed": speed})).body)

    assert changed == pytest.approx(normal * factor, rel=0.35)


async def test_voices_of_both_genders_and_our_own_differ(program, silent):
    body = {"model": "tts-1", "input": TEXT, "response_format": "wav"}
    voices = ("nova", "onyx", "en/aria", "guy")
    sounds = {(await program.post(PATH, {**body, "voice": voice})).body for voice in voices}

    assert len(sounds) >= 2


@pytest.mark.parametrize("status", [429, 503, 401, 402])
async def test_it_speaks_while_every_upstream_cools_down(program, models, status):
    async def act(request, body):
        return web.json_response({}, status=status, headers={"Retry-After": "60"})

    models.act = act
    for _ in range(2):
        answer = await program.post(PATH, {"model": "tts-1", "input": TEXT, "voice": "alloy"})
        assert (answer.status, answer.headers["Content-Type"]) == (200, "audio/mpeg")


async def test_an_upstream_that_may_have_been_paid_is_not_replaced(program, models):
    async def act(request, body):
        return web.Response(status=504)

    models.act = act
    assert (await program.post(PATH, {"model": "tts-1", "input": TEXT})).status == 502
    assert await program.settled() == (1_000_000, 0)


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"input": "བོད་སྐད་ནི་ལྷག་པར་དུ་གལ་ཆེ་བའི་སྐད་ཡིག་ཅིག་རེད།"}, "input"), ({"input": "..."}, "input"),
        ({"input": "x" * 5_000}, "input"), ({"voice": "nobody"}, "voice"),
        ({"response_format": "midi"}, "response_format"), ({"speed": 9}, "speed"),
        ({"stream_format": "sse"}, "stream_format"),
    ],
)  # fmt: skip
async def test_what_nobody_can_speak_is_said_and_free(program, silent, more, param):
    answer = await program.post(PATH, {"model": "tts-1", "input": TEXT, "voice": "alloy", **more})

    assert (answer.status, json.loads(answer.body)["error"]["param"]) == (400, param)
    assert await program.settled() == (1_000_000, 0)


@pytest.mark.parametrize("given", [{"speech_engines": "openai", "upstream_wait_seconds": 0}])
async def test_without_engines_of_our_own_the_upstreams_word_stands(program, models, silent):
    assert (await program.post(PATH, {"model": "tts-1", "input": TEXT})).status == 404

    async def act(request, body):
        return web.json_response({}, status=429, headers={"Retry-After": "60"})

    models.act = act
    assert (await program.post(PATH, {"model": "tts-1", "input": TEXT})).status == 503
