"""Every way in which an upstream can be broken: the request ends in time, and costs nothing."""

import asyncio
import gzip
import json
import resource
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.audit import audit
from bot.credential_lines import read_lines
from tests.gateway.program import Program
from tests.gateway.upstream import DONE, chat, chunk
from tests.world import hosted

LIMIT = 2 + 5
"""Seconds: the time limit of these tests' settings and five more."""
SSE = {"Content-Type": "text/event-stream"}
Act = Callable[[web.Request, Any], Awaitable[web.StreamResponse]]


def drop(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def begun(request: web.Request, body: Any, **headers: str) -> web.StreamResponse:
    """An answer that has begun: half of one, plain or streamed."""
    media = SSE if body.get("stream") else {"Content-Type": "application/json"}
    answer = web.StreamResponse(headers={**media, **headers})
    await answer.prepare(request)
    await answer.write(chunk("half ") + chunk("an ") if body.get("stream") else b'{"id": "x", "choices": [')
    return answer


def status(number: int, text: str = "", **headers: str) -> Act:
    async def act(request, body):
        if text:
            return web.Response(status=number, text=text, content_type="text/html", headers=headers)
        error = {"message": "sk-secret-of-the-operator", "type": "server_error", "code": None}
        return web.json_response({"error": error}, status=number, headers=headers)

    return act


async def hang(request, body):
    await asyncio.sleep(60)
    return web.Response()


async def hang_in_the_middle(request, body):
    await begun(request, body)
    await asyncio.sleep(60)
    return web.Response()


async def drip(request, body):
    answer = await begun(request, body)
    while True:
        await answer.write(b" ")
        await asyncio.sleep(0.3)


async def refuse(request, body):
    return drop(request)


async def error_as_200(request, body):
    error = {"error": {"message": "sk-secret-of-the-operator", "type": "server_error", "code": None}}
    if not body.get("stream"):
        return web.json_response(error)
    answer = web.StreamResponse(headers=SSE)
    await answer.prepare(request)
    await answer.write(b"data: " + json.dumps(error).encode() + b"\n\n")
    return answer


async def malformed(request, body):
    return web.Response(text='{"id": "x", "choices": [{"ind', content_type="application/json")


async def half_then_reset(request, body):
    await begun(request, body)
    await asyncio.sleep(0.05)
    return drop(request)


async def without_end(request, body):
    return await begun(request, body)


async def endless(request, body):
    answer = await begun(request, body)
    piece = b"x" * 1_000_000
    for _ in range(5_000):
        await answer.write(piece)
    return answer


BOMB = gzip.compress(b" " * 50_000_000)


async def bomb(request, body):
    media = SSE["Content-Type"] if body.get("stream") else "application/json"
    return web.Response(body=BOMB, headers={"Content-Encoding": "gzip", "Content-Type": media})


async def wrong_type(request, body):
    return web.Response(text="<html>Welcome</html>", content_type="text/html")


async def empty(request, body):
    media = SSE["Content-Type"] if body.get("stream") else "application/json"
    return web.Response(body=b"", content_type=media)


async def no_choices(request, body):
    return web.json_response({"id": "x", "choices": []})


BROKEN: dict[str, tuple[Act, set[int]]] = {
    "hangs before the headers": (hang, {502}),
    "hangs in the middle": (hang_in_the_middle, {502}),
    "drips": (drip, {502}),
    "refuses": (refuse, {502}),
    "429": (status(429), {503}),
    "429 with Retry-After": (status(429, **{"Retry-After": "30"}), {503}),
    "401": (status(401), {503}),
    "402": (status(402), {503}),
    "500": (status(500), {502}),
    "502 in HTML": (status(502, "<html>Bad Gateway</html>"), {502}),
    "504": (status(504), {502}),
    "a redirect": (status(307, Location="http://127.0.0.1:9/"), {502}),
    "an error as 200": (error_as_200, {502}),
    "malformed": (malformed, {502}),
    "half, then reset": (half_then_reset, {502}),
    "without an end": (without_end, {502}),
    "5 GB": (endless, {502}),
    "a bomb": (bomb, {502}),
    "the wrong type": (wrong_type, {502}),
    "empty": (empty, {502}),
    "no choices": (no_choices, {502}),
}


async def check(program, models, name: str, stream: bool, seconds: float = LIMIT) -> None:
    """Ask; see that it ends in time and what it says."""
    models.act, statuses = BROKEN[name]
    begin = time.monotonic()

    answer = await program.chat(stream=stream)

    assert time.monotonic() - begin < seconds
    if answer.status == 200:  # the stream had begun
        assert stream
        last = answer.body.strip().split(b"\n\n")[-1]
        error = json.loads(last.removeprefix(b"data: "))["error"]
        assert DONE.strip() not in answer.body
    else:
        assert answer.status in statuses, answer.body
        error = json.loads(answer.body)["error"]
        assert ("Retry-After" in answer.headers) == (answer.status == 503)
    assert error["message"]
    if name != "an error as 200" or not stream:  # then the bytes are the upstream's
        assert b"sk-secret" not in answer.body


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_upstream_costs_nothing_and_is_told_of(program, app, models, name, stream):
    await check(program, models, name, stream)

    assert await program.settled() == (1_000_000, 0)
    assert await audit(app.storage) == []
    await app.operator.upstreams.set_state(1, "enabled")
    models.act = None
    assert (await program.chat(stream=stream)).status == 200, "it is well again"


MANY = 50
QUICK = {
    "gateway_silence_seconds": 0.5, "gateway_seconds": 1.5, "upstream_wait_seconds": 0, "retry_times": 0,
    "gateway_at_one_time": 0,
}  # fmt: skip
"""Each request asks one credential: none of them is spared because another's has failed."""
AT_ONE_TIME = {"5 GB": 2, "without an end": 10}
"""All at once, but for what would fill this process's memory with its upstream's side of it."""


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("given", [QUICK])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", BROKEN)
async def test_fifty_times_each(program, app, models, name, stream):
    at_one_time = AT_ONE_TIME.get(name, MANY)
    keys = "\n".join(f"sk-many-many-many-{number:04}" for number in range(at_one_time - 1))
    await app.operator.upstreams.add("many", models.base_url, read_lines(keys))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    for _ in range(MANY // at_one_time):
        await asyncio.gather(*(check(program, models, name, stream, 1.5 + 5) for _ in range(at_one_time)))
        for row in await app.operator.upstreams.listed():
            await app.operator.upstreams.set_state(row.id, "enabled")

    assert len(models.bodies) == MANY, "each has met the broken upstream"
    assert await program.settled() == (1_000_000, 0)
    states = {row.state for row in await program.relays()}
    assert states == {"failed"}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000, "kilobytes"


@asynccontextmanager
async def tls_that_fails() -> AsyncIterator[str]:
    async def talk(reader, writer):
        await reader.read(100)
        writer.write(b"this is no TLS")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


WHERE = ("nobody listens", "no such name", "tls")


@pytest.mark.parametrize("where", WHERE)
async def test_an_upstream_that_can_not_be_reached_is_a_502(settings, telegram, where):
    await check_unreachable(settings, where, 1)


@pytest.mark.slow
@pytest.mark.parametrize("given", [QUICK])
@pytest.mark.parametrize("where", WHERE)
async def test_fifty_times_each_that_can_not_be_reached(settings, telegram, where):
    await check_unreachable(settings, where, MANY)


async def check_unreachable(settings, where: str, times: int) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with tls_that_fails() as tls:
        urls = {
            "nobody listens": f"http://127.0.0.1:{port}/v1", "tls": tls, "no such name": "http://no.invalid/v1",
        }  # fmt: skip
        elsewhere = settings.model_copy(update={"openai_base_url": urls[where]})
        async with hosted(elsewhere) as app, Program(app) as program:
            await program.credit(1_000)
            keys = "\n".join(f"sk-many-many-many-{number:04}" for number in range(times))
            await app.operator.upstreams.add("many", urls[where], read_lines(keys))
            begin = time.monotonic()
            answers = await asyncio.gather(*(program.chat(stream=bool(n % 2)) for n in range(times)))
            assert time.monotonic() - begin < settings.gateway_seconds + 5
            assert {answer.status for answer in answers} == {502}
            assert await program.settled() == (1_000_000, 0)


async def test_a_duplicated_last_chunk_is_passed_on_and_paid_once(program, models):
    stop = chunk(finish="stop")
    models.events = [chunk("a"), stop, stop, chunk(usage=(100, 50)), DONE, DONE]

    answers = await asyncio.gather(*(program.chat(stream=True) for _ in range(MANY)))

    assert all(answer.body.count(b'"stop"') == 2 for answer in answers)
    assert await program.settled() == (1_000_000 - MANY * 200, 0)


@pytest.mark.parametrize("how", ["silent", "gone"])
@pytest.mark.parametrize(
    ("more", "price"), [([chunk(usage=(100, 50)), DONE], 200), ([], 5 + 2 * 3)], ids=["done", "finished"]
)
async def test_whatever_happens_after_the_end_the_answer_is_whole_and_paid(program, models, how, more, price):
    events = [chunk("Hello there"), chunk(finish="stop"), *more]

    async def act(request, body):
        answer = await models.stream(request, events)
        if how == "gone":
            await asyncio.sleep(0.1)
            request.transport.abort()
        else:
            await asyncio.sleep(30)
        return answer

    models.act = act
    answer = await program.chat(stream=True)

    seen = [event for event in events if b'"choices": []' not in event]
    assert answer.body == b"".join(seen)
    assert await program.settled() == (1_000_000 - price, 0)


@pytest.mark.parametrize(
    "end",
    [
        b'event: error\ndata: {"type":"error","code":"server_error","message":"Oh."}\n\n',
        b'event: response.failed\ndata: {"type":"response.failed","response":{"error":{"code":"x"}}}\n\n',
    ],
)
async def test_a_response_that_fails_in_the_middle_is_free_and_says_so_once(program, models, end):
    models.events = [b'event: x\ndata: {"type":"response.output_text.delta","delta":"Hello"}\n\n', end]

    answer = await program.post("/responses", {"model": "gpt-a", "input": "x", "stream": True})

    assert answer.body == b"".join(models.events)
    assert await program.settled() == (1_000_000, 0)


async def test_an_upstream_that_ignores_stream_is_answered_plainly(program, models):
    async def act(request, body):
        return web.json_response(chat())

    models.act = act
    answer = await program.chat(stream=True)

    assert json.loads(answer.body)["choices"]
    assert answer.headers["x-tokens-charged"] == "0.2"


async def test_nobody_makes_an_upstream_look_broken_by_asking_for_an_answer_later(program, models):
    for _ in range(6):
        answer = await program.post("/responses", {"model": "gpt-a", "input": "x", "background": True})
        assert (answer.status, json.loads(answer.body)["error"]["param"]) == (400, "background")

    assert models.bodies == []


async def test_nobody_makes_an_upstream_look_broken_by_silent_recordings(program, models):
    async def act(request, body):
        return web.Response(text="\n")

    models.act = act
    for _ in range(6):
        form = aiohttp.FormData({"model": "w", "response_format": "text"})
        form.add_field("file", b"0" * 3_600, filename="a.wav")
        answer = await program.post("/audio/transcriptions", data=form)
        assert (answer.status, answer.body) == (200, b"\n")

    assert await program.balance() == (1_000_000 - 6 * 67, 0)
