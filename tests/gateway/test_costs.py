"""What the gateway's requests cost upstream, in the operator's books."""

import asyncio
import csv
import io
from decimal import Decimal

import aiohttp
import pytest
from aiohttp import web

from bot.book_report import Report, report
from bot.catalog.upstream_prices import UpstreamPrices, read_upstream_prices
from tests.gateway.program import Program
from tests.gateway.upstream import chat
from tests.world import until

PRICES = """
star = 0.01
[text."gpt-4o"]
prompt = 2.5
completion = 10
[text."embedder"]
prompt = 1
completion = 0
[image."gpt-image-1"]
picture = 0.04
[voice.openai]
characters = 15
[voice.espeak]
characters = 0
[transcription."whisper-1"]
minute = 0.006
[moderation."omni"]
request = 0
"""


@pytest.fixture
def patience():
    return {}


@pytest.fixture
def given():
    return {"speech_engines": "openai,espeak"}


@pytest.fixture
def prices(tmp_path) -> UpstreamPrices:
    file = tmp_path / "upstream.toml"
    file.write_text(PRICES)
    return read_upstream_prices(file)


async def books(program: Program, prices: UpstreamPrices) -> Report:
    return await report(program.app.storage, prices, 0)


async def test_each_kind_of_request_has_its_cost_by_the_upstreams_model(program, models, prices):
    form = aiohttp.FormData({"model": "whisper-1"})
    form.add_field("file", b"0" * 100_000, filename="a.wav")
    for path, body in (
        ("/chat/completions", {"model": "gpt-4o", "messages": []}),
        ("/responses", {"model": "gpt-4o-2024-08-06", "input": "x"}),
        ("/embeddings", {"model": "embedder", "input": "x"}),
        ("/images/generations", {"model": "gpt-image-1", "prompt": "x", "n": 2}),
        ("/audio/speech", {"model": "tts-9", "input": "x" * 1_000}),
        ("/moderations", {"model": "omni", "input": "x"}),
        ("/chat/completions", {"model": "poet", "messages": []}),
    ):
        assert (await program.post(path, body)).status == 200
    assert (await program.post("/audio/transcriptions", data=form)).status == 200

    found = await books(program, prices)

    (by_model,) = found.relays.values()
    assert {name: cost.dollars for name, cost in by_model.items()} == {
        "gpt-4o": Decimal("0.00075"), "gpt-4o-2024-08-06": Decimal("0.00015"),
        "embedder": Decimal("0.000007"), "gpt-image-1": Decimal("0.08"), "tts-9": Decimal("0.015"),
        "omni": 0, "gpt-a": 0, "whisper-1": Decimal("0.003"),
    }  # fmt: skip
    assert by_model["gpt-a"].unknown == {"text by gpt-a: no price": 1}
    assert sum(cost.calls for cost in found.costs.values()) == 8
    shown = found.text()
    assert "Upstream: $0.0989 for 8 calls, and what is not known of 1 of them:" in shown
    assert "Of that by the gateway:\n  $0.0800 · gpt-image-1: 1 requests\n" in shown
    (row,) = csv.DictReader(io.StringIO(found.table().decode()))
    assert (row["gateway_dollars"], row["gateway_requests"]) == ("0.098907", "8")
    assert row["upstream_dollars"] == row["gateway_dollars"]


async def test_what_was_refused_or_never_taken_up_costs_nothing(program, models, prices):
    async def act(request, body):
        return web.json_response({}, status=body["seed"])

    models.act = act
    for status in (400, 429):
        await program.post("/chat/completions", {"model": "gpt-4o", "messages": [], "seed": status})

    assert (await books(program, prices)).relays == {}


async def test_what_broke_off_or_was_left_is_not_known(program, models, prices):
    async def act(request, body):
        if not body.get("stream"):
            return web.Response(body=b"<html>", content_type="application/json")
        await asyncio.sleep(0.2)
        return web.json_response(chat())

    models.act = act
    await program.post("/chat/completions", {"model": "gpt-4o", "messages": []})

    cost = (await books(program, prices)).relays.popitem()[1]["gpt-4o"]
    assert (cost.dollars, dict(cost.unknown)) == (Decimal(0), {"calls that were cut off": 1})


async def test_a_stream_that_was_left_costs_what_was_produced(program, models, prices):
    models.gap = 0.02
    await program.leave_after(5, model="gpt-4o")
    await until(lambda: models.left)
    await program.settled()

    cost = (await books(program, prices)).relays.popitem()[1]["gpt-4o"]
    assert (cost.calls, cost.dollars > 0, cost.unknown.total()) == (1, True, 0)


async def test_our_own_speech_has_the_price_of_its_engine(program, models, prices):
    async def act(request, body):
        return web.Response(status=404)

    models.act = act
    await program.post("/audio/speech", {"model": "tts-1", "input": "Hello", "voice": "alloy"})

    cost = (await books(program, prices)).relays.popitem()[1]["espeak"]
    assert (cost.dollars, cost.unknown.total()) == (Decimal(0), 0)
