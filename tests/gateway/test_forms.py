"""Forms are read as upstreams read them: nothing in them is overlooked, and what could be is refused."""

import io
import json

import pytest
from aiohttp import web

from billing.model_prices import Alias

MEDIA = {"Content-Type": "multipart/form-data; boundary=b"}
MODEL = b'Content-Disposition: form-data; name="model"\r\n\r\nw'
RECORDING = b'Content-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n' + b"0" * 400_000
"""100 seconds."""


def form(*parts: bytes, end: bytes = b"--b--\r\n") -> io.BytesIO:
    return io.BytesIO(b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end)


def field(name: str, value: bytes = b"x") -> bytes:
    return b'Content-Disposition: form-data; name="%s"\r\n\r\n' % name.encode() + value


HIDDEN = RECORDING.replace(b"000", b'0--b\r\nContent-Disposition: form-data; name="z"\r\n\r\n00', 1)
"""The border in the middle of a line is none."""


@pytest.mark.parametrize("more", [[RECORDING], [HIDDEN], [field(f"x{n}") for n in range(98)] + [RECORDING]])
async def test_all_of_a_recording_is_held_for(program, models, more):
    async def act(request, body):
        return web.json_response({"text": "Hello", "usage": {"type": "duration", "seconds": 100}})

    models.act = act
    answer = await program.post("/audio/transcriptions", data=form(MODEL, *more), headers=MEDIA)

    assert answer.status == 200
    assert answer.headers["x-tokens-charged"] == "6.667"


@pytest.mark.parametrize(
    "body",
    [
        form(MODEL, *(field(f"x{n}") for n in range(100)), RECORDING), form(MODEL, RECORDING, end=b""),
        form(MODEL, MODEL, RECORDING), form(MODEL, end=b"--b--\r\n--b\r\n" + RECORDING + b"\r\n--b--\r\n"),
        io.BytesIO(form(MODEL, RECORDING).getvalue().replace(b"\r\n", b"\n")),
    ],
    ids=["too many parts", "no end", "two models", "more after the end", "other lines"],
)  # fmt: skip
async def test_what_could_be_read_otherwise_is_refused(program, models, body):
    answer = await program.post("/audio/transcriptions", data=body, headers=MEDIA)

    assert (answer.status, models.raw) == (400, [])
    assert json.loads(answer.body)["error"]["type"] == "invalid_request_error"


async def test_an_alias_of_the_same_name_leaves_a_form_as_it_is(program, models, app):
    app.gateway._prices.models.aliases["w"] = Alias("w", parameters={"temperature": 0})
    body = form(MODEL, RECORDING)

    answer = await program.post("/audio/transcriptions", data=body.getvalue(), headers=MEDIA)

    assert (answer.status, models.raw) == (200, [body.getvalue()])
