"""Pictures, sound and recordings that are streamed cost what they cost at once, whatever is reported."""

import asyncio
import json

import aiohttp
import pytest

from tests.world import until

PICTURES = {"model": "p", "prompt": "A cat", "n": 2, "stream": True, "partial_images": 1}
SPEECH = {"model": "s", "voice": "alloy", "input": "x" * 1000, "stream_format": "sse"}
TOKENS = {"input_tokens": 14, "output_tokens": 101, "total_tokens": 115}
TIMED = {"type": "duration", "seconds": 5}


def event(name: str, **more: object) -> bytes:
    return b"data: " + json.dumps({"type": name, **more}).encode() + b"\n\n"


PARTIAL = event("image_generation.partial_image", b64_json="aGk=", partial_image_index=0)
SOUND = event("speech.audio.delta", audio="aGk=")
WORDS = event("transcript.text.delta", delta="Hello")


def recording() -> aiohttp.FormData:
    form = aiohttp.FormData({"model": "w", "stream": "true"})
    form.add_field("file", b"0" * 40_000, filename="a.wav")
    return form


async def asked(program, path):
    if path == "/audio/transcriptions":
        return await program.post(path, data=recording())
    return await program.post(path, SPEECH if path == "/audio/speech" else PICTURES)


@pytest.mark.parametrize(
    ("path", "events", "price"),
    [
        ("/images/generations", [PARTIAL, event("image_generation.completed", b64_json="aGk=")], 6_000),
        ("/images/generations", [PARTIAL, event("image_generation.completed", usage=TOKENS)], 6_000),
        ("/audio/speech", [SOUND, event("speech.audio.done")], 5_000),
        ("/audio/speech", [SOUND, event("speech.audio.done", usage=TOKENS)], 5_000),
        ("/audio/transcriptions", [WORDS, event("transcript.text.done", text="Hello")], 667),
        ("/audio/transcriptions", [WORDS, event("transcript.text.done", text="Hello", usage=TOKENS)], 667),
        ("/audio/transcriptions", [WORDS, event("transcript.text.done", text="Hello", usage=TIMED)], 334),
    ],
)
async def test_a_stream_costs_what_the_answer_at_once_does(program, models, path, events, price):
    async def act(request, body):
        return await models.stream(request, events)

    models.act = act
    answer = await asked(program, path)

    assert (answer.status, answer.body) == (200, b"".join(events))
    assert await program.settled() == (1_000_000 - price, 0)


@pytest.mark.parametrize("patience", [{"gateway_silence_seconds": 20, "gateway_seconds": 20}])
@pytest.mark.parametrize(
    ("path", "event", "price"),
    [
        ("/images/generations", PARTIAL, 6_000), ("/audio/speech", SOUND, 5_000),
        ("/images/generations", b": at work\n\n", 0),
    ],
)  # fmt: skip
async def test_who_leaves_when_something_has_come_pays_for_it(program, models, path, event, price):
    async def act(request, body):
        await models.stream(request, [event])
        await asyncio.sleep(30)

    models.act = act
    body = SPEECH if path == "/audio/speech" else PICTURES
    async with program.http.post(program.url + path, json=body) as answer:
        assert await answer.content.readany()
        answer.close()

    assert await program.settled() == (1_000_000 - price, 0)
    await until(lambda: models.open == 0)
