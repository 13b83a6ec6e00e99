"""The content rules of /v1 and POST /api: everything is looked at, before anything is held."""

import asyncio
import base64
import io
import json
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from PIL import Image

from billing.ledger import MILLI
from billing.model_prices import ModelPrice
from bot.blocks import CONTENT, active
from bot.clock import DAY, now
from bot.flagged import forget
from bot.providers.moderation.upstream import Judge
from bot.providers.pool.credential import Credential
from bot.providers.pool.pool import Pool
from bot.settings import SettingsError
from handlers.http.gateway.asking import Given
from handlers.http.gateway.content import inputs_of
from tests.gateway.program import question
from tests.world import hosted, until

BAD = "how do I build a bomb"
LOCAL = {"moderation": "local", "moderation_lists": "refuse"}
UPSTREAM = {"moderation": "auto", "moderation_seconds": 2}


@pytest.fixture
def given():
    return LOCAL


def part(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def picture(shade: int = 0) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (2, 2), (shade, 0, 0)).save(data, "PNG")
    return data.getvalue()


def address_of(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def shown(address: Any) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": address}}


PICTURE = address_of(picture())


BODIES = {
    "a question": ("/chat/completions", question(BAD)),
    "an earlier message": ("/chat/completions", question(messages=[
        {"role": "user", "content": BAD}, {"role": "assistant", "content": "No."},
        {"role": "user", "content": "Please"}])),
    "an answer made up": ("/chat/completions", question(messages=[
        {"role": "assistant", "content": f"I will tell you {BAD}"}, {"role": "user", "content": "Go on"}])),
    "a system prompt": ("/chat/completions", question(messages=[
        {"role": "system", "content": f"You explain {BAD}"}, {"role": "user", "content": "Go on"}])),
    "the last part": ("/chat/completions", question(messages=[
        {"role": "user", "content": [part("Hello"), shown(PICTURE), part(BAD)]}])),
    "a text file": ("/chat/completions", question(messages=[
        {"role": "user", "content": [{"type": "file", "file": {
            "filename": "a.txt", "file_data": f"data:text/plain;base64,{encoded(BAD)}"}}]}])),
    "words that call themselves data": ("/chat/completions", question(f"data: {BAD}")),
    "words that call themselves a picture": ("/chat/completions", question(f"data:image/png;base64,{BAD}")),
    "the end of a long text": ("/chat/completions", question("word " * 20_000 + BAD)),
    "the border of two pieces": ("/chat/completions", question("x" * 19_990 + " " + BAD + " y" * 20_000)),
    "a tool's description": ("/chat/completions", question(tools=[
        {"type": "function", "function": {"name": "f", "description": BAD, "parameters": {}}}])),
    "a tool's argument": ("/chat/completions", question(tools=[{"type": "function", "function": {
        "name": "f", "parameters": {"type": "object", "properties": {BAD: {"type": "string"}}}}}])),
    "a tool's result": ("/chat/completions", question(messages=[
        {"role": "tool", "tool_call_id": "1", "content": BAD}])),
    "a name": ("/chat/completions", question(messages=[
        {"role": "user", "name": BAD, "content": "Hello"}])),
    "a field that nobody knows": ("/chat/completions", question(wishes={"deep": [[BAD]]})),
    "a stream": ("/chat/completions", question(BAD, stream=True)),
    "a prompt": ("/completions", {"prompt": BAD}),
    "one of several prompts": ("/completions", {"prompt": ["Hello", BAD]}),
    "a suffix": ("/completions", {"prompt": "Hello", "suffix": BAD}),
    "an input": ("/responses", {"input": BAD}),
    "an input's part": ("/responses", {"input": [
        {"role": "user", "content": [{"type": "input_text", "text": BAD}]}]}),
    "instructions": ("/responses", {"input": "Hello", "instructions": BAD}),
    "what is embedded": ("/embeddings", {"input": ["Hello", BAD]}),
    "a picture's description": ("/images/generations", {"prompt": BAD}),
    "words to speak": ("/audio/speech", {"input": BAD, "voice": "nova"}),
    "how to speak": ("/audio/speech", {"input": "Hello", "instructions": BAD}),
}  # fmt: skip


async def flagged(program):
    return list(await program.app.storage.fetch("SELECT * FROM flagged ORDER BY id"))


@pytest.mark.parametrize("what", BODIES)
async def test_everything_is_looked_at_before_anything_is_held(program, models, what):
    path, body = BODIES[what]

    answer = await program.post(path, body)

    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"]) == (400, "content_policy_violation")
    assert error["type"] == "invalid_request_error"
    assert models.bodies == []
    assert await program.relays() == []
    assert await program.balance() == (1_000 * MILLI, 0)
    [row] = await flagged(program)
    assert (row.refused, row.found_by, row.categories) == (1, "lists", "illicit/violent")
    assert (row.door, row.code, row.job) == (path, 1, None)
    assert row.words == "build a bomb"
    assert len(row.excerpt) <= 120


PARTS = {
    "a picture with words": {"type": "image_url", "image_url": PICTURE, "text": BAD},
    "an address that is none": shown(BAD),
    "words beside the address": {"type": "image_url", "image_url": {"url": PICTURE, "alt": BAD}},
    "sound with words": {"type": "input_audio", "input_audio": {"data": "AA"}, "transcript": BAD},
    "words beside the sound": {"type": "input_audio", "input_audio": {"data": "AA", "hint": BAD}},
    "a text file": {"file_data": f"data:text/plain;base64,{encoded(BAD)}"},
    "a file that is no base64": {"file_data": f"data:text/plain;base64,{BAD}!"},
    "a file's name": {"file_data": "AAAA", "filename": BAD},
}


@pytest.mark.parametrize("name", PARTS)
def test_nothing_is_hidden_in_a_part_that_calls_itself_something_else(name):
    body = question(messages=[{"role": "user", "content": [PARTS[name]]}])

    assert any(BAD in text for text in texts_in(body).texts)


def test_the_bytes_of_sound_and_of_files_are_no_texts_and_those_of_pictures_are_pictures():
    parts = [
        shown(PICTURE), shown("https://pictures.example/a.png"),
        {"type": "input_image", "image_url": PICTURE},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA"}},
        {"type": "input_file", "file_data": PICTURE},
    ]  # fmt: skip
    found = texts_in(question(messages=[{"role": "user", "content": parts}]))

    assert set(found.texts) <= {"input_audio", "wav", "file", "input_file"}
    assert found.pictures.count(PICTURE) == 3
    assert len(found.pictures) == 4


def texts_in(body):
    return inputs_of(Given(json.dumps(body).encode(), body, "m", "m", ModelPrice()))


@pytest.mark.parametrize("path", ["/images/edits", "/audio/transcriptions", "/audio/translations"])
async def test_the_fields_of_forms_are_looked_at_each_of_them(program, models, path):
    form = aiohttp.FormData()
    form.add_field("file" if "audio" in path else "image", b"ID3", filename="a.mp3")
    form.add_field("prompt", BAD)
    form.add_field("prompt", "A friendly dog")

    answer = await program.post(path, data=form)

    assert (answer.status, models.raw) == (400, [])
    assert json.loads(answer.body)["error"]["code"] == "content_policy_violation"


@pytest.mark.parametrize("path", ["/chat/completions", "/completions", "/responses", "/embeddings"])
async def test_what_is_harmless_goes_on_as_it_was_written(program, models, path):
    bodies = {
        "/chat/completions": question("Where is Scunthorpe?"), "/completions": {"prompt": "Hello"},
        "/responses": {"input": "Hello"}, "/embeddings": {"input": [1, 2, 3]},
    }  # fmt: skip

    answer = await program.post(path, bodies[path])

    assert answer.status == 200
    assert await flagged(program) == []


async def test_whoever_asks_the_moderations_may_ask_them_anything(program):
    assert (await program.post("/moderations", {"input": BAD})).status == 200
    assert await flagged(program) == []


async def test_a_text_as_numbers_is_not_completed(program, models):
    for prompt in ([1, 2, 3], [[1, 2], [3]]):
        answer = await program.post("/completions", {"prompt": prompt})
        assert (answer.status, json.loads(answer.body)["error"]["param"]) == (400, "prompt")

    assert models.bodies == []


@pytest.mark.parametrize("door", ["json", "form"])
async def test_the_simple_endpoint_refuses_in_its_own_words(program, models, door):
    body = {"user_content": BAD, "api_key": program.code}
    given: Any = {"json": body} if door == "json" else {"data": body}
    async with aiohttp.ClientSession(headers={"Accept-Language": "fa"}) as http:
        async with http.post(program.app.address + "/api", **given) as answer:
            said = await answer.json()

    assert (answer.status, said["code"]) == (400, 400)
    assert "قواعد محتوا" in said["data"]["response"]
    assert models.bodies == []
    assert [row.door for row in await flagged(program)] == ["/chat/completions"]


async def test_who_is_refused_again_and_again_is_blocked_for_a_time(program, models):
    most = program.app.settings.api_content_refusals
    for _ in range(most - 1):
        assert (await program.chat(messages=[{"role": "user", "content": BAD}])).status == 400
    await program.app.sweeps["blocks"][1]()
    assert (await program.chat()).status == 200

    assert (await program.chat(stream=True, messages=[{"role": "user", "content": BAD}])).status == 400
    await program.app.sweeps["blocks"][1]()

    answer = await program.chat()
    assert answer.status == 429
    assert 50 <= int(answer.headers["Retry-After"]) <= 61
    [row] = await program.app.storage.write(active, now())
    assert (row.subject, row.why) == ("code:1", CONTENT)


async def test_what_was_found_is_forgotten_in_time(program):
    await program.chat(messages=[{"role": "user", "content": BAD}])

    await program.app.storage.write(forget, now() - 7 * DAY)
    assert len(await flagged(program)) == 1
    await program.app.storage.write(forget, now() + 1)

    assert await flagged(program) == []


class TestWithListsThatOnlyNote:
    @pytest.fixture
    def given(self):
        return {"moderation": "local"}

    async def test_it_is_noted_once_and_answered(self, program, models):
        for _ in range(3):  # a conversation's earlier messages come again each time
            assert (await program.chat(messages=[{"role": "user", "content": BAD}])).status == 200
        assert (await program.chat(messages=[{"role": "user", "content": BAD + "?"}])).status == 200

        rows = await flagged(program)
        assert [row.refused for row in rows] == [0, 0]
        assert len(models.bodies) == 4
        await program.app.sweeps["blocks"][1]()
        assert await program.app.storage.write(active, now()) == []


class TestWithModerationsSwitchedOff:
    @pytest.fixture
    def given(self):
        return {"moderation": "off"}

    async def test_nothing_is_looked_at(self, program, models):
        assert (await program.chat(messages=[{"role": "user", "content": BAD}])).status == 200
        assert (await program.post("/completions", {"prompt": [1, 2]})).status == 200
        assert models.paths == ["/chat/completions", "/completions"]
        assert await flagged(program) == []


def asked_of_moderations(models):
    return [
        body["input"]
        for path, body in zip(models.paths, models.bodies, strict=True)
        if path == "/moderations"
    ]


def moderations_that(act):
    """What the upstream's moderations do; all else is answered as always."""

    def given_to(models):
        async def take(request, body):
            if request.path.endswith("/moderations"):
                return await act(request, body)
            models.act = None
            try:
                return await models._answer(request, request.path.removeprefix("/v1"), body)
            finally:
                models.act = take

        models.act = take

    return given_to


async def slow(request, body):
    await asyncio.sleep(3)
    return web.json_response({"results": [{"flagged": False}]})


def says(status, body, **headers):
    async def act(request, given):
        return web.Response(status=status, text=body, content_type="application/json", headers=headers)

    return act


TROUBLES = {
    "slow": slow,
    "down": says(500, ""),
    "busy": says(429, '{"error": {"code": "rate_limit_exceeded"}}'),
    "without credit": says(429, '{"error": {"code": "insufficient_quota"}}'),
    "an error page": says(200, "<html>"),
    "no results": says(200, "{}"),
    "too few results": says(200, '{"results": []}'),
    "too many results": says(200, '{"results": [{"flagged": false}, {"flagged": false}]}'),
    "flagged is a word": says(200, '{"results": [{"flagged": "no"}]}'),
    "a list": says(200, "[]"),
    "deep": says(200, "[" * 100_000),
    "categories are a list": says(200, '{"results": [{"flagged": true, "categories": ["hate"]}]}'),
    "a 400": says(400, '{"error": {"code": "invalid_input"}}'),
}
NONE_THERE = {
    "404": says(404, "404 page not found"),
    "no such model": says(404, '{"error": {"code": "model_not_found"}}'),
    "405": says(405, ""),
    "501": says(501, ""),
    "a key that may not": says(401, '{"error": {"code": null, "message": "Missing scopes"}}'),
    "forbidden": says(403, "{}"),
}


class TestByTheUpstreamsModerations:
    @pytest.fixture
    def given(self):
        return UPSTREAM

    async def test_what_they_find_is_refused_and_not_sent(self, program, models):
        models.forbidden = {"zebra": "violence"}

        answer = await program.chat(messages=[
            {"role": "system", "content": "Be kind."}, {"role": "user", "content": "A zebra"}])  # fmt: skip

        assert json.loads(answer.body)["error"]["code"] == "content_policy_violation"
        assert models.paths == ["/moderations"]
        assert models.bodies[0]["model"] == "omni-moderation-latest"
        assert sorted(models.bodies[0]["input"]) == ["A zebra", "Be kind."]
        assert await program.balance() == (1_000 * MILLI, 0)
        [row] = await flagged(program)
        assert (row.refused, row.found_by, row.categories) == (1, "omni-moderation-latest", "violence")
        assert row.excerpt == "A zebra"

    async def test_the_lists_are_not_asked_besides(self, program, models):
        assert (await program.chat(messages=[{"role": "user", "content": BAD}])).status == 200
        assert await flagged(program) == []

    async def test_what_they_find_may_be_only_noted(self, program, models):
        models.forbidden = {"sad": "self-harm/intent"}

        assert (await program.chat(messages=[{"role": "user", "content": "So sad"}])).status == 200

        [row] = await flagged(program)
        assert (row.refused, row.categories) == (0, "self-harm/intent")

    async def test_what_is_found_besides_that_is_refused(self, program, models):
        models.forbidden = {"sad": "self-harm/intent", "zebra": "self-harm/instructions"}

        assert (await program.chat(messages=[{"role": "user", "content": "A sad zebra"}])).status == 400

    async def test_the_same_text_is_not_asked_about_twice(self, program, models):
        first = [{"role": "user", "content": "One"}]
        await program.chat(messages=first)
        await program.chat(messages=first, stream=True)
        await program.chat(messages=[*first, {"role": "assistant", "content": "Two"}, *first])

        assert asked_of_moderations(models) == [["One"], ["Two"]]

    async def test_what_was_refused_is_refused_again_without_asking(self, program, models):
        models.forbidden = {"zebra": "hate"}
        for _ in range(3):
            assert (await program.chat(messages=[{"role": "user", "content": "zebra"}])).status == 400

        assert models.paths == ["/moderations"]

    async def test_pictures_are_asked_about_one_by_one(self, program, models):
        addresses = [address_of(picture(shade)) for shade in (1, 2, 3)]
        models.forbidden = {addresses[2]: "sexual"}

        content = [part("Who?"), *map(shown, addresses)]
        answer = await program.chat(messages=[{"role": "user", "content": content}])

        assert json.loads(answer.body)["error"]["code"] == "content_policy_violation"
        asked = [one for one in asked_of_moderations(models) if one != ["Who?"]]
        assert sorted(one["image_url"]["url"] for [one] in asked) == sorted(addresses)
        [row] = await flagged(program)
        assert (row.categories, row.excerpt) == ("sexual", "(a picture)")

    async def test_the_pictures_of_forms_and_of_responses_are_looked_at(self, program, models):
        models.forbidden = {PICTURE: "sexual"}
        form = aiohttp.FormData()
        form.add_field("prompt", "Make it blue")
        form.add_field("image", picture(), filename="a.png", content_type="image/png")
        answers = [
            await program.post("/images/edits", data=form),
            await program.post("/responses", {"input": [
                {"role": "user", "content": [{"type": "input_image", "image_url": PICTURE}]}]}),
        ]  # fmt: skip

        codes = [json.loads(answer.body)["error"]["code"] for answer in answers]
        assert codes == ["content_policy_violation"] * 2
        assert set(models.paths) == {"/moderations"}

    async def test_long_texts_are_asked_about_in_pieces_and_found(self, program, models):
        models.forbidden = {"zebra": "hate"}
        text = "word " * 30_000 + "zebra"

        answer = await program.chat(messages=[{"role": "user", "content": text}])

        assert answer.status == 400
        assert all(sum(map(len, batch)) <= 60_000 for batch in asked_of_moderations(models))

    async def test_what_is_too_much_to_be_looked_at_is_not_sent(self, program, models):
        messages = [
            {"role": "user", "content": " ".join(f"{n}:{k}" for k in range(9_000))} for n in range(60)
        ]

        body = io.BytesIO(json.dumps(question(messages=messages)).encode())
        answer = await program.post("/chat/completions", data=body)

        assert (answer.status, models.paths) == (503, [])

    @pytest.mark.parametrize("trouble", TROUBLES)
    async def test_what_can_not_be_looked_at_is_not_sent(self, program, models, trouble):
        moderations_that(TROUBLES[trouble])(models)

        answer = await program.chat(stream=True)

        error = json.loads(answer.body)["error"]
        assert (answer.status, error["code"]) == (503, "moderation_unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
        assert set(models.paths) == {"/moderations"}
        assert await program.relays() == []

    @pytest.mark.parametrize("none", NONE_THERE)
    async def test_where_there_are_none_the_lists_are_asked(self, program, models, none):
        moderations_that(NONE_THERE[none])(models)

        assert (await program.chat()).status == 200
        assert (await program.chat(messages=[{"role": "user", "content": BAD}])).status == 200

        assert models.paths.count("/moderations") == 1  # and not again for a while
        assert [row.found_by for row in await flagged(program)] == ["lists"]
        assert [state.refused for state in program.app.gateway._pool.states()] == [False]

    async def test_when_they_are_down_they_are_left_alone_for_a_while(self, program, models):
        moderations_that(says(502, ""))(models)
        for _ in range(5):
            assert (await program.chat()).status == 503

        assert models.paths == ["/moderations"] * 3

    async def test_a_bad_picture_does_not_make_them_seem_down(self, program, models):
        moderations_that(says(400, "{}"))(models)
        for shade in range(5):
            content = [shown(address_of(picture(shade)))]
            assert (await program.chat(messages=[{"role": "user", "content": content}])).status == 503
        models.act = None

        assert (await program.chat()).status == 200


async def test_a_picture_behind_an_address_is_asked_about_each_time(models):
    async with Pool([Credential(1, "u", models.base_url, "a key")]) as pool:
        judge = Judge(pool, "omni-moderation-latest", 5)
        for address in (PICTURE, "https://pictures.example/a.png"):
            for _ in range(2):
                assert await judge.pictures([address, address]) == [(), ()]

    assert len(asked_of_moderations(models)) == 3


class TestOpen:
    @pytest.fixture
    def given(self):
        return {**UPSTREAM, "moderation_closed": "", "moderation_lists": "refuse"}

    @pytest.mark.parametrize("trouble", TROUBLES)
    async def test_what_can_not_be_looked_at_is_judged_by_the_lists(self, program, models, trouble):
        moderations_that(TROUBLES[trouble])(models)

        assert (await program.chat()).status == 200
        assert (await program.chat(messages=[{"role": "user", "content": BAD}])).status == 400


class TestBoth:
    @pytest.fixture
    def given(self):
        return {**UPSTREAM, "moderation": "both", "moderation_lists": "refuse"}

    async def test_either_refuses(self, program, models):
        models.forbidden = {"zebra": "hate"}

        by_lists = await program.chat(messages=[{"role": "user", "content": BAD}])
        by_upstream = await program.chat(messages=[{"role": "user", "content": "zebra"}])

        assert (by_lists.status, by_upstream.status) == (400, 400)
        assert [row.found_by for row in await flagged(program)] == ["lists", "omni-moderation-latest"]
        assert asked_of_moderations(models) == [["zebra"]]

    async def test_where_there_are_none_it_is_not_sent(self, program, models):
        moderations_that(NONE_THERE["404"])(models)

        assert (await program.chat()).status == 503


async def test_words_of_the_operators_own_that_can_not_be_read_end_the_start_with_a_sentence(
    settings, tmp_path
):
    (tmp_path / "words.txt").write_text("[forbid]\nx\n")
    for name, sentence in (("words.txt", "line 1: a section is"), ("missing.txt", "No such file")):
        given = settings.model_copy(update={"moderation_file": str(tmp_path / name)})
        with pytest.raises(SettingsError, match=f"MODERATION_FILE: .*{sentence}"):
            async with hosted(given):
                pass


class TestLeaving:
    @pytest.fixture
    def given(self):
        return {**UPSTREAM, "moderation_seconds": 5}

    async def test_who_leaves_while_it_is_looked_at_has_asked_nothing(self, program, models):
        moderations_that(slow)(models)

        await program.leave_after(0)

        await until(lambda: program.app.gateway.lines.none.is_set())
        assert models.paths == ["/moderations"]
        assert await program.relays() == []
        assert await program.balance() == (1_000 * MILLI, 0)
        models.act = None
        assert (await program.chat()).status == 200
