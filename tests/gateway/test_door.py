"""The door itself: paths, errors, limits, and how bytes arrive."""

import asyncio
import gc
import io
import json

import aiohttp
import pytest
from aiohttp import web

from bot.audit import Violation
from handlers.http.app import make_app
from handlers.http.gateway.routes import METERED, PREFIX
from tests.gateway.program import Program, question
from tests.gateway.upstream import DONE, chunk
from tests.world import until

FREE = {
    f"{PREFIX}/models",
    f"{PREFIX}/models/{{name}}",
    f"{PREFIX}/conversations/{{id}}",
    f"{PREFIX}/{{rest}}",
}
"""What costs nothing."""
CONTRACT = {
    "/chat/completions", "/completions", "/responses", "/images/generations", "/images/edits", "/embeddings",
    "/moderations", "/audio/speech", "/audio/transcriptions", "/audio/translations",
}  # fmt: skip
BODIES = {
    "/completions": {"prompt": "x"}, "/responses": {"input": "x"}, "/embeddings": {"input": "x"},
    "/audio/speech": {"input": "x"}, "/images/generations": {"prompt": "x"}, "/moderations": {"input": "x"},
}  # fmt: skip


def test_every_path_is_metered_or_named_as_free():
    app = make_app()
    paths = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource and route.resource.canonical.startswith(PREFIX + "/")
    }
    metered = {("POST", PREFIX + route.path) for route in METERED}

    assert {route.path for route in METERED} == CONTRACT
    assert metered <= paths
    assert {path for _, path in paths - metered} <= FREE


@pytest.mark.parametrize("path", sorted(CONTRACT))
async def test_nothing_is_asked_upstream_without_tokens(app, models, path):
    form = aiohttp.FormData({"model": "m", "prompt": "x"})
    form.add_field("file", b"0" * 100_000, filename="a.wav")

    async with Program(app) as program:
        if path in ("/images/edits", "/audio/transcriptions", "/audio/translations"):
            answer = await program.post(path, data=form)
        else:
            answer = await program.post(path, {"model": "m", **BODIES.get(path, question())})

    assert answer.status == 429
    assert json.loads(answer.body)["error"]["code"] == "insufficient_quota"
    assert models.paths == []


@pytest.mark.parametrize("path", sorted(CONTRACT))
async def test_what_every_path_does_is_held_and_charged(program, models, path):
    form = aiohttp.FormData({"model": "m", "prompt": "x"})
    form.add_field("file", b"0" * 100_000, filename="a.wav")

    if path in ("/images/edits", "/audio/transcriptions", "/audio/translations"):
        answer = await program.post(path, data=form)
    else:
        answer = await program.post(path, {"model": "m", **BODIES.get(path, question())})

    assert answer.status == 200
    row = (await program.relays())[0]
    assert (row.path, row.state) == (path, "answered")
    assert 0 < row.charged <= row.held
    assert answer.headers["x-tokens-charged"] == f"{row.charged / 1000:g}"
    assert float(answer.headers["x-tokens-balance"]) == (await program.balance()).available / 1000


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"", None), (b"[]", None), (b"{", None), (b"[" * 100_000, None), (b'{"model": 5}', "model"),
        (b'{"model": "m", "max_tokens": -1}', "max_tokens"),
        (b'{"model": "m", "max_tokens": "9"}', "max_tokens"),
        (b'{"model": "m", "max_tokens": true}', "max_tokens"), (b'{"model": "m", "n": 5000}', "n"),
        (b'{"model": "' + b"m" * 500 + b'"}', "model"),
    ],
)  # fmt: skip
async def test_a_request_that_is_none_is_a_400(program, models, body, param):
    answer = await program.post("/chat/completions", data=body, headers={"Content-Type": "application/json"})

    error = json.loads(answer.body)["error"]
    assert answer.status == 400
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert models.bodies == []
    assert await program.balance() == (1_000_000, 0)


@pytest.mark.parametrize("body", [b"", b"--b", b"--b\r\n\r\nx\r\n--b--", b"--b\r\nname=x\r\n\r\nx\r\n--b--"])
async def test_a_form_that_is_none_is_a_400(program, models, body):
    for media in ("multipart/form-data; boundary=b", "multipart/form-data", "application/json"):
        answer = await program.post(
            "/audio/transcriptions", data=b"--b\r\n" + body, headers={"Content-Type": media}
        )
        assert answer.status in (400, 200)
    assert (await program.balance()).held == 0


async def test_a_path_that_is_none_is_a_404(program):
    answer = await program.post("/chat/completion", {})

    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (404, "unknown_url")


@pytest.mark.parametrize("given", [{"gateway_body_mb": 1}])
async def test_a_body_that_is_too_large_is_a_413(program, models):
    answer = await program.post("/chat/completions", data=io.BytesIO(b"x" * 1_100_000))

    assert answer.status == 413
    assert models.bodies == []


@pytest.mark.parametrize("given", [{"api_code_requests": 3}])
async def test_too_many_in_a_minute_are_refused_with_the_time_to_wait(program, models):
    answers = [await program.chat() for _ in range(4)]

    assert [answer.status for answer in answers][:2] == [200, 200]
    if answers[3].status == 429:  # else a new minute has just begun
        assert 1 <= int(answers[3].headers["Retry-After"]) <= 60
        assert json.loads(answers[3].body)["error"]["code"] == "rate_limit_exceeded"
        assert answers[3].headers["x-ratelimit-limit-requests"] == "3"


@pytest.mark.parametrize("given", [{"gateway_at_one_time": 2}])
async def test_too_many_at_one_time_are_refused(program, models):
    async def act(request, body):
        await asyncio.sleep(0.3)
        return web.json_response({}, status=400)

    models.act = act
    answers = await asyncio.gather(*(program.chat() for _ in range(5)))

    assert sorted(answer.status for answer in answers) == [400, 400, 429, 429, 429]


async def test_each_event_arrives_alone_and_whole_however_the_upstream_cuts_it(program, models):
    text = b"".join([chunk("a"), chunk("\u0633\u0644\u0627\u0645"), chunk(finish="stop"), DONE])

    async def act(request, body):
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        for start in range(0, len(text), 7):
            await answer.write(text[start : start + 7])
        return answer

    models.act = act
    async with program.http.post(program.url + "/chat/completions", json=question(stream=True)) as answer:
        pieces = []
        piece = b""
        async for data, ends in answer.content.iter_chunks():
            piece += data
            if ends and piece:
                pieces.append(piece)
                piece = b""

    assert b"".join(pieces) == text
    assert len(pieces) == 4
    assert all(piece.endswith(b"\n\n") and piece.count(b"\n\n") == 1 for piece in pieces)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert "x-tokens-held" in answer.headers


async def test_a_piece_of_one_byte_is_no_event(program, models):
    text = chunk("a")

    async def act(request, body):
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        for piece in (text[:1], text[1:], chunk(finish="stop"), DONE):
            await answer.write(piece)
            await asyncio.sleep(0.05)
        return answer

    models.act = act
    answer = await program.chat(stream=True)

    assert answer.body == text + chunk(finish="stop") + DONE


async def test_crlf_and_comments_and_a_missing_last_line_are_understood(program, models):
    models.events = [
        b": comment\r\n\r\n", chunk("a").replace(b"\n", b"\r\n"), chunk(finish="stop"), b"data: [DONE]\n"
    ]  # fmt: skip

    answer = await program.chat(stream=True)

    assert answer.body.endswith(b"data: [DONE]\n\n")
    assert answer.body.startswith(b": comment\n\n")


@pytest.mark.parametrize("given", [{"gateway_seconds": 10}])
async def test_silence_is_filled_between_events(program, models, monkeypatch):
    monkeypatch.setattr("handlers.http.gateway.lines.KEEP_ALIVE_SECONDS", 0.1)
    models.events, models.gap = [chunk("a"), chunk(finish="stop"), DONE], 0.8

    answer = await program.chat(stream=True)

    assert b": keep-alive\n\n" in answer.body
    for event in answer.body.split(b"\n\n")[:-1]:
        assert event == b": keep-alive" or event.startswith(b"data: ")
    assert (await program.settled()).posted < 1_000_000


async def test_an_end_of_the_program_waits_for_streams_and_takes_no_more(program, models, app):
    models.gap = 0.02
    gateway = app.gateway
    async with asyncio.TaskGroup() as tasks:
        streaming = tasks.create_task(program.chat(stream=True))
        await until(lambda: models.open)
        draining = tasks.create_task(gateway.drain(5))
        await asyncio.sleep(0.01)
        assert (await program.chat()).status == 503
    assert draining.done()
    assert streaming.result().body.endswith(DONE)


@pytest.mark.parametrize("word", ["", "Basic abc", "Bearer", "Bearer tb_live_x", "Bearer " + "x" * 5000])
async def test_who_has_no_code_is_told_so_and_nothing_more(app, word):
    async with aiohttp.ClientSession() as http:
        async with http.post(
            app.address + "/v1/chat/completions",
            json=question(),
            headers={"Authorization": word} if word else {},
        ) as answer:
            assert answer.status == 401
            assert (await answer.json())["error"]["code"] == "invalid_api_key"
            assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_nothing_is_kept_of_who_has_no_code(app):
    async with aiohttp.ClientSession() as http:
        for _ in range(10):
            async with http.get(app.address + "/v1/models") as answer:
                assert answer.status == 401

    gc.collect()
    assert sum(isinstance(one, web.Request) for one in gc.get_objects()) < 5


async def test_nothing_is_taken_while_the_books_are_wrong(program, app, models):
    app.jobs.watch.violations = [Violation("I1", [])]

    answer = await program.chat()

    assert (answer.status, models.bodies) == (503, [])
    app.jobs.watch.violations = []
