"""Pictures that an upstream answers with the address of."""

import json
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web

from bot.outbound import read_place
from tests.gateway.program import Program
from tests.gateway.web import Web, data_url, png
from tests.world import hosted

ASKED = {"model": "gpt-image-1", "prompt": "a cat"}


@pytest.fixture
def patience():
    return {}


@pytest.fixture
async def elsewhere():
    """A server of pictures that is not the upstream's own."""
    async with Web() as elsewhere:
        yield elsewhere


def answering(models, *urls, **more):
    async def act(request, body):
        return web.json_response({"created": 1, "data": [{"url": url, **more} for url in urls]})

    models.act = act


def urls_of(answer) -> list[str]:
    return [one["url"] for one in json.loads(answer.body)["data"]]


@pytest.fixture
def near(models):
    """Pictures on the upstream's own host, in our own network."""
    models.things["/cat.png"] = (png(), "image/png")
    return models.base_url + "/cat.png"


async def test_an_address_is_answered_with_ours(program, app, models, near):
    answering(models, near, near, revised_prompt="a white cat")

    answer = await program.post("/images/generations", {**ASKED, "n": 2})

    assert answer.status == 200
    assert models.base_url not in answer.body.decode()
    assert json.loads(answer.body)["data"][0]["revised_prompt"] == "a white cat"
    first, second = urls_of(answer)
    assert first != second
    async with aiohttp.ClientSession() as http:
        for url in (first, second):
            assert url.startswith(app.address + "/files/")
            assert len(urlsplit(url).path) > 50
            async with http.get(url) as file:
                assert (file.status, await file.read()) == (200, png())
    assert await program.balance() == (994_000, 0)
    assert [row.pictures for row in await program.relays()] == [2]


async def test_form_edits_are_hosted_too(program, models, near):
    answering(models, near)
    form = aiohttp.FormData({"model": "m", "prompt": "x"})
    form.add_field("image", png(), filename="a.png")

    answer = await program.post("/images/edits", data=form)

    assert "/files/" in urls_of(answer)[0]


@pytest.mark.parametrize("given", [{"outbound_allow": ""}])
async def test_base64_stays_as_it_came(program, models, app):
    body = json.dumps({"created": 1, "data": [{"b64_json": "aGk=", "url": None}]}, indent=2).encode()

    async def act(request, given):
        return web.Response(body=body, content_type="application/json")

    models.act = act
    assert (await program.post("/images/generations", ASKED)).body == body
    assert not await app.storage.fetch("SELECT name FROM file")


async def test_an_upstream_cannot_lead_us_into_our_own_network(program, app, models, elsewhere):
    answering(models, elsewhere.url + "/cat.png")

    answer = await program.post("/images/generations", ASKED)

    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (502, "upstream_failed")
    assert elsewhere.asked == []
    assert await program.settled() == (1_000_000, 0)
    assert not await app.storage.fetch("SELECT name FROM file")


@pytest.mark.parametrize("path", ["/page", "/none.png", "/redirect.png", "/a.gif"])
async def test_what_is_no_picture_is_a_502_and_free(settings, models, elsewhere, path):
    allowed = settings.model_copy(update={"outbound_allow": (read_place(elsewhere.place),)})
    answering(models, elsewhere.url + path)
    async with hosted(allowed) as app, Program(app) as program:
        await program.credit(10)
        assert (await program.post("/images/generations", ASKED)).status == 502
        assert await program.settled() == (10_000, 0)


async def test_data_in_the_place_of_an_address_stays(program, models):
    answering(models, data_url(png()))

    assert urls_of(await program.post("/images/generations", ASKED)) == [data_url(png())]


@pytest.mark.parametrize("given", [{"api_files_mb": 1}])
async def test_a_code_whose_files_take_too_much_makes_no_more(program, app, models, near):
    answering(models, near)
    await program.post("/images/generations", ASKED)
    await app.storage.write(lambda conn: conn.run("UPDATE file SET size = 2000000"))

    answer = await program.post("/images/generations", ASKED)

    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (403, "files_full")
    assert models.paths.count("/images/generations") == 1
