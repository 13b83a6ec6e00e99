"""Real clients, with nothing changed but their base URL and their key: what they ask, get, and pay."""

import asyncio
import base64
import json
import shutil
import struct
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from tests.gateway.clients import installed
from tests.gateway.clients.cases import CASES, LATER
from tests.gateway.upstream import chat
from tests.serving import serving
from tests.world import BEN

pytestmark = pytest.mark.slow

HERE = installed.HERE
PNG = b"\x89PNG\r\n\x1a\n" + base64.b64decode(
    "AAAADUlIRFIAAAABAAAAAQgGAAAAHxXEiQAAAA1JREFUeNpjZPj/vx4ABYUCgI1Xh0UAAAAASUVORK5CYII="
)
PIXEL = "data:image/png;base64," + base64.b64encode(PNG).decode()


@pytest.fixture
async def picture() -> AsyncIterator[str]:
    """The address of one, on this machine."""

    async def show(request: web.Request) -> web.Response:
        return web.Response(body=PNG, content_type="image/png")

    app = web.Application()
    app.router.add_get("/cat.png", show)
    async with serving(app) as address:
        yield f"{address}/cat.png"


@pytest.fixture
def given(picture):
    port = picture.rsplit(":", 1)[1].split("/")[0]
    return {"outbound_allow": f"127.0.0.1:{port}", "outbound_ports": f"80,443,{port}"}


@pytest.fixture
async def poor(app) -> str:
    """The code of somebody who has nothing."""
    code: str = await app.operator.issue(BEN, "poor")
    return code


def answering(models):
    """OpenAI, as far as these cases go."""

    async def act(request, body):
        match request.path.removeprefix("/v1"), body.get("model"):
            case _, "gone":
                return refused(404, "model_not_found")
            case _, "busy":
                return refused(429, "rate_limit_exceeded")
            case "/chat/completions", _ if body.get("temperature") == 9:
                return refused(400, "odd_temperature")
            case "/chat/completions", _ if "tools" in body:
                return web.json_response(chat(choices=[CALLED]))
            case "/responses", _ if body.get("stream"):
                return await models.stream(request, RESPONSES)
            case "/responses", _:
                return web.json_response(RESPONSE)
            case "/embeddings", _ if body.get("encoding_format") == "base64":
                packed = base64.b64encode(struct.pack("<2f", 0.5, 0.25)).decode()
                data = [{"object": "embedding", "index": 0, "embedding": packed}]
                return web.json_response({"object": "list", "data": data, "usage": {"prompt_tokens": 7}})
            case path, _:
                return await models.usual(request, path, body)

    return act


def refused(status: int, code: str) -> web.Response:
    error = {"message": "No.", "type": "invalid_request_error", "param": None, "code": code}
    return web.json_response({"error": error}, status=status)


CALLED = {
    "index": 0, "finish_reason": "tool_calls",
    "message": {"role": "assistant", "content": None, "tool_calls": [
        {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a": 2}'}}
    ]},
}  # fmt: skip
RESPONSE = {
    "id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed",
    "output": [{"id": "msg_1", "type": "message", "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": "Hi", "annotations": []}]}],
    "usage": {"input_tokens": 20, "output_tokens": 10, "total_tokens": 30},
}  # fmt: skip
DELTA: dict[str, Any] = {
    "type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0,
    "sequence_number": 1, "delta": "Hi", "logprobs": [],
}  # fmt: skip
COMPLETED: dict[str, Any] = {"type": "response.completed", "sequence_number": 2, "response": RESPONSE}
RESPONSES = [
    b"event: %s\ndata: %s\n\n" % (event["type"].encode(), json.dumps(event).encode())
    for event in (DELTA, COMPLETED)
]


def python() -> tuple[list[str], dict[str, str]]:
    return [sys.executable, "-m", "tests.gateway.clients.openai_python"], {}


def python_before_1() -> tuple[list[str], dict[str, str]]:
    return [str(installed.python_before_1()), "-m", "tests.gateway.clients.openai_python_0"], {}


def npm() -> tuple[list[str], dict[str, str]]:
    package = installed.npm_package()
    return [str(installed.node_and_npm()[0]), str(HERE / "openai_npm.mjs")], {"OPENAI": str(package)}


def curl() -> tuple[list[str], dict[str, str]]:
    assert shutil.which("curl"), ".ci/run installs it"
    return [sys.executable, str(HERE / "by_curl.py")], {}


CLIENTS = {"openai": python, "openai before 1.0": python_before_1, "npm": npm, "curl": curl}


@pytest.fixture(scope="session")
def client(request) -> tuple[list[str], dict[str, str]]:
    """Its command and environment. What can't be installed is tried once, not for each case."""
    return CLIENTS[request.param]()


@pytest.mark.parametrize(
    ("client", "case"),
    [(who, case) for who in CLIENTS for case in CASES if case not in LATER or who != "openai before 1.0"],
    indirect=["client"],
)
async def test_a_real_client_gets_what_it_asks_for_and_pays_its_price(
    program, models, app, poor, picture, client, case
):
    models.act = answering(models)
    command, more = client
    environment = installed.environment(
        API=program.url, CODE=program.code, POOR=poor, PICTURE=picture, PIXEL=PIXEL, **more
    )

    process = await asyncio.create_subprocess_exec(
        *command, case, cwd=installed.ROOT, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, said = await asyncio.wait_for(process.communicate(), 60)

    assert process.returncode == 0, said.decode()
    assert json.loads(out) == CASES[case].says
    assert await program.settled() == (1_000_000 - CASES[case].price, 0)
    check_what_was_sent(models, case)


def check_what_was_sent(models, case: str) -> None:
    if case.startswith("vision"):
        text, image = models.bodies[0]["messages"][0]["content"]
        assert text == {"type": "text", "text": "What?"}
        url = image["image_url"]["url"]
        # An address stays one, or is fetched for an upstream that may not reach it.
        assert url == PIXEL or (case == "vision by url" and url.endswith("/cat.png"))
    if case == "transcription":
        assert b"R" * 200_000 in models.raw[0]
    if case == "tools":
        assert models.bodies[0]["tools"][0]["function"]["name"] == "add"
