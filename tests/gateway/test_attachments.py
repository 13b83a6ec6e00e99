"""Pictures, files and sounds: fetched by us, looked at, sent on as base64; what is wrong with one is said."""

import asyncio
import base64
import io
import json
from typing import Any

import aiohttp
import pytest
from aiohttp.web import json_response

from tests.gateway.program import Program, question
from tests.gateway.upstream import chat
from tests.gateway.web import GIF, PDF, WAV, Web, data_url, png

WHERE = "messages[0].content[1].image_url.url"
MORE = {"input_seconds": 10, "input_part_mb": 1, "input_mb": 2}


@pytest.fixture
def patience():
    return {}


@pytest.fixture
async def web():
    async with Web() as web:
        yield web


@pytest.fixture
def more():
    """Settings of a test's own."""
    return {}


@pytest.fixture
def given(web, more):
    return {"outbound_allow": web.place, **MORE, **more}


def image(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url, "detail": "low"}}


def asking(*parts: dict[str, Any]) -> dict[str, Any]:
    content = [{"type": "text", "text": "What is it?"}, *parts]
    return question() | {"messages": [{"role": "user", "content": content}]}


async def ask(program: Program, *parts: dict[str, Any]):
    body = io.BytesIO(json.dumps(asking(*parts)).encode())
    return await program.post("/chat/completions", data=body, headers={"Content-Type": "application/json"})


def error_of(answer) -> dict[str, Any]:
    return dict(json.loads(answer.body)["error"])


async def test_an_address_becomes_base64_and_never_goes_upstream(program, models, web):
    answer = await ask(program, image(web.url + "/cat.png"), image(web.url + "/a.gif"))

    assert answer.status == 200
    parts = models.bodies[0]["messages"][0]["content"][1:]
    assert [part["image_url"]["url"] for part in parts] == [data_url(png()), data_url(GIF, "image/gif")]
    assert parts[0]["image_url"]["detail"] == "low"
    assert web.place.encode() not in models.raw[0]


async def test_what_a_server_calls_it_does_not_matter(program, models, web):
    await ask(program, image(web.url + "/cat"))

    assert models.bodies[0]["messages"][0]["content"][1]["image_url"]["url"] == data_url(png())


async def test_files_and_sounds_are_fetched_too(program, models, web):
    file = {"type": "file", "file": {"file_data": web.url + "/paper.pdf"}}
    sound = {"type": "input_audio", "input_audio": {"data": web.url + "/hi.wav", "format": "wav"}}

    assert (await ask(program, file, sound)).status == 200

    _, file, sound = models.bodies[0]["messages"][0]["content"]
    assert file["file"] == {"file_data": data_url(PDF, "application/pdf"), "filename": "paper.pdf"}
    assert sound["input_audio"] == {"data": base64.b64encode(WAV).decode(), "format": "wav"}


async def test_responses_have_names_of_their_own(program, models, web):
    content = [
        {"type": "input_image", "image_url": web.url + "/cat.png"},
        {"type": "input_file", "file_url": web.url + "/table.csv"},
    ]
    body = {"model": "gpt-a", "input": [{"role": "user", "content": content}]}

    assert (await program.post("/responses", body)).status == 200

    picture, file = models.bodies[0]["input"][0]["content"]
    assert picture["image_url"] == data_url(png())
    assert file == {
        "type": "input_file", "file_data": data_url(b"a,b\n1,2\n", "text/csv"), "filename": "table.csv"
    }  # fmt: skip


async def test_a_picture_is_judged_by_its_content_too(program, models, web):
    await program.post("/moderations", {"model": "m", "input": [image(web.url + "/cat.png")]})

    assert models.bodies[0]["input"][0]["image_url"]["url"] == data_url(png())


async def test_base64_goes_on_byte_for_byte(program, models):
    body = json.dumps({"max_tokens": 9, **asking(image(data_url(png())))}, indent=1).encode()

    await program.post("/chat/completions", data=body, headers={"Content-Type": "application/json"})

    assert models.raw[0] == body


async def test_a_picture_that_is_called_another_kind_is_called_right(program, models):
    await ask(program, image(data_url(GIF, "image/jpeg")))

    assert models.bodies[0]["messages"][0]["content"][1]["image_url"]["url"] == data_url(GIF, "image/gif")


@pytest.mark.parametrize(
    ("path", "code", "says"),
    [
        ("/none.png", "invalid_image_url", "answered 404"),
        ("/redirect.png", "invalid_image_url", "sends elsewhere"),
        ("/packed.png", "invalid_image_url", "packed"), ("/broken.png", "invalid_image_url", "broke off"),
        ("/page", "invalid_image_format", "'png'"), ("/lie.png", "invalid_image_format", "'png'"),
        ("/empty.png", "invalid_image_format", "'png'"), ("/paper.pdf", "invalid_image_format", "'png'"),
        ("/bomb.png", "image_too_large", "50000 x 50000"),
        ("/big.png", "image_file_too_large", "larger than 1 MB"),
        ("/endless.png", "image_file_too_large", "larger than 1 MB"),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_an_address_is_said_and_free(program, models, web, path, code, says):
    await refused(program, models, web.url + path, code, says)


@pytest.mark.parametrize("more", [{"input_seconds": 0.5}])
@pytest.mark.parametrize("path", ["/slow.png", "/drip.png"])
async def test_a_server_that_takes_too_long_is_not_waited_for(program, models, web, path):
    await refused(program, models, web.url + path, "invalid_image_url", "too long")


async def refused(program: Program, models: Any, url: str, code: str, says: str) -> None:
    answer = await ask(program, image(url))

    error = error_of(answer)
    assert (answer.status, error["code"]) == (400, code)
    assert (error["type"], error["param"]) == ("invalid_request_error", WHERE)
    assert says in error["message"]
    assert models.bodies == []
    assert await program.balance() == (1_000_000, 0)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/a.png", "http://localhost/a.png", "http://169.254.169.254/latest/meta-data",
        "http://[::1]/a.png", "http://[::ffff:127.0.0.1]/a.png", "http://0x7f000001/a.png",
        "http://2130706433/",
        "http://10.0.0.1/a.png", "http://100.64.0.1/a.png", "https://user:word@example.org/a.png",
        "http://1.1.1.1:22/a.png", "HTTP://127.1/a.png", "http:///a.png", "http://\u2028/",
        "http://a" + "b" * 3000,
    ],
)  # fmt: skip
async def test_nothing_of_our_own_network_is_fetched(program, models, url):
    answer = await ask(program, image(url))

    assert (answer.status, error_of(answer)["code"]) == (400, "invalid_image_url")
    assert "127.0.0.1" not in error_of(answer)["message"]
    assert models.bodies == []


@pytest.mark.parametrize(
    ("part", "code", "param"),
    [
        (image("cat.png"), "invalid_image_url", "image_url.url"),
        (image(" http://127.0.0.1/"), "invalid_image_url", "image_url.url"),
        (image("ftp://example.org/a.png"), "invalid_image_url", "image_url.url"),
        (image("file:///etc/passwd"), "invalid_image_url", "image_url.url"),
        (image("data:image/png,abc"), "invalid_image_url", "image_url.url"),
        (image("data:image/png;base64,=abc"), "invalid_base64_image", "image_url.url"),
        (image("data:image/png;base64,http://x"), "invalid_base64_image", "image_url.url"),
        (image(data_url(b"<svg/>", "image/svg+xml")), "invalid_image_format", "image_url.url"),
        (image(data_url(png(), "text/html")), "invalid_image_format", "image_url.url"),
        (image(data_url(png(100_000, 100_000))), "image_too_large", "image_url.url"),
        (image(data_url(b"GIF89a\0\0\0\0")), "invalid_image_format", "image_url.url"),
        (image(data_url(png(padding=1_100_000))), "image_file_too_large", "image_url.url"),
        ({"type": "file", "file": {"file_data": data_url(png(), "application/pdf")}},
         "unsupported_file_type", "file.file_data"),
        ({"type": "file", "file": {"file_data": data_url(b"Hello", "application/pdf")}},
         "unsupported_file_type", "file.file_data"),
        ({"type": "file", "file": {"file_data": "file:///etc/passwd"}},
         "invalid_base64_file", "file.file_data"),
        ({"type": "input_audio", "input_audio": {"data": "aGk=", "format": "mp3"}},
         "unsupported_audio_format", "input_audio.data"),
        ({"type": "input_audio", "input_audio": {"data": base64.b64encode(WAV).decode(), "format": "mp3"}},
         "unsupported_audio_format", "input_audio.data"),
        ({"type": "video_url", "video_url": {"url": "http://10.0.0.1/"}}, "invalid_value", "video_url.url"),
        ({"type": "video_url", "video_url": "//10.0.0.1/"}, "invalid_value", "video_url"),
        ({"type": "image", "source": {"type": "url", "url": "https://10.0.0.1/"}},
         "invalid_value", "source.url"),
        ({"type": "image", "image": ["http://10.0.0.1/"]}, "invalid_value", "image"),
        ({"type": "image_url", "image_url": ["http://10.0.0.1/"]}, "invalid_value", "image_url"),
        ({"type": "image_url", "image_url": {"url": ["http://10.0.0.1/"]}}, "invalid_value", "image_url.url"),
        ({"type": "image_url", "imageUrl": "\1http://10.0.0.1/"}, "invalid_value", "imageUrl"),
    ],
)  # fmt: skip
async def test_what_is_no_picture_file_or_sound_is_said(program, models, part, code, param):
    answer = await ask(program, part)

    error = error_of(answer)
    assert (answer.status, error["code"]) == (400, code)
    assert error["param"] == f"messages[0].content[1].{param}"
    assert models.bodies == []


@pytest.mark.parametrize(
    "body",
    [
        rb'{"model":"m","messages":[{"role":"user","content":[{"type":"x","\u0069mage_url":{"url":"%s"}}]}]}',
        rb'{"model":"m","messages":[{"content":[{"image_url":{"url":"%s"}}]}],"messages":[{"content":"image"}]}',
        rb'{"model":"m","messages":[{"role":"user","content":[{"image_url":{"url":"%s","url":"%s"}}]}]}',
    ],
)
async def test_an_address_cannot_be_hidden(program, models, web, body):
    """By letters written as numbers, by slashes with backslashes, by a name that is given twice."""
    url = f"{web.url}/cat.png".replace("/", "\\/").encode()

    await program.post(
        "/chat/completions", data=body.replace(b"%s", url), headers={"Content-Type": "application/json"}
    )

    assert len(models.raw) == 1
    assert b"127.0.0.1" not in models.raw[0]


@pytest.mark.parametrize("more", [{"upstream_tools": True}])
@pytest.mark.parametrize("url", ["http://10.0.0.1/mcp", "http://127.0.0.1:9/mcp", "file:///etc/passwd"])
async def test_an_upstream_calls_no_tools_in_our_own_network(program, models, url):
    tool = {"type": "mcp", "server_label": "x", "server_url": url}
    answer = await program.post("/responses", {"model": "m", "input": "Hi", "tools": [tool]})

    assert (answer.status, error_of(answer)["param"]) == (400, "tools[0].server_url")
    assert models.bodies == []


async def test_a_form_takes_no_addresses(program, models):
    form = aiohttp.FormData({"model": "m", "prompt": "x", "image": "http://10.0.0.1/a.png"})
    form.add_field("file", b"0", filename="a.png")

    answer = await program.post("/images/edits", data=form)

    assert (answer.status, models.bodies) == (400, [])


async def test_words_about_addresses_and_schemas_stay_as_they_are(program, models):
    tool = {"type": "function", "function": {"name": "see", "parameters": {"type": "object", "properties": {
        "image_url": {"type": "string", "default": "http://10.0.0.1/"}, "url": {}}}}}  # fmt: skip
    calls = [{"id": "1", "type": "function", "function": {"name": "see", "arguments": '{"url":"http://a"}'}}]
    messages = [
        {"role": "user", "content": "Is http://10.0.0.1/ an image_url?"},
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "http://10.0.0.1/"}]},
    ]

    answer = await program.post("/chat/completions", {"model": "m", "messages": messages, "tools": [tool]})

    assert answer.status == 200
    assert (models.bodies[0]["messages"], models.bodies[0]["tools"]) == (messages, [tool])


@pytest.mark.parametrize("more", [{"input_addresses": 1, "input_parts": 2}])
async def test_there_are_only_so_many(program, models, web):
    cat = image(web.url + "/cat.png")

    addresses, parts = await ask(program, cat, cat), await ask(program, *[image(data_url(png()))] * 3)

    assert error_of(addresses)["code"] == "too_many_addresses"
    assert error_of(parts)["code"] == "too_many_parts"
    assert web.asked == []


@pytest.mark.parametrize("large", [data_url(png(padding=900_000)), "/large.png"])
async def test_all_together_has_a_bound(program, models, web, large):
    web.things["/large.png"] = (png(padding=900_000), "image/png")
    part = image(large if large.startswith("data:") else web.url + large)

    answer = await ask(program, part, part, part)

    assert (answer.status, error_of(answer)["code"]) == (400, "input_too_large")


@pytest.mark.parametrize("more", [{"input_memory_mb": 1}])
async def test_what_is_fetched_for_all_has_a_bound_and_is_given_back(program, models, web):
    web.things["/large.png"] = (png(padding=600_000), "image/png")
    part = image(web.url + "/large.png")

    async def act(request, body):
        await asyncio.sleep(0.3)
        return json_response(chat())

    models.act = act
    answers = await asyncio.gather(ask(program, part), ask(program, part))
    later = await ask(program, part)

    assert sorted(answer.status for answer in answers) == [200, 503]
    assert later.status == 200


@pytest.mark.parametrize("more", [{"input_types": "jpeg,pdf"}])
async def test_the_operator_says_which_types_are_taken(program, web):
    answer = await ask(program, image(web.url + "/cat.png"))

    assert error_of(answer)["code"] == "invalid_image_format"
    assert "['jpeg']" in error_of(answer)["message"]


async def test_nothing_is_fetched_for_who_cannot_pay(app, web):
    async with Program(app) as program:
        answer = await ask(program, image(web.url + "/cat.png"))
        wrong = await program.post("/chat/completions", {"max_tokens": -1, **asking(image(web.url))})

    assert (answer.status, error_of(answer)["code"]) == (429, "insufficient_quota")
    assert wrong.status == 400
    assert web.asked == []


async def test_who_hangs_up_while_we_fetch_pays_nothing(program, models, web):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await ask(program, image(web.url + "/slow.png"))

    assert models.bodies == []
    assert await program.balance() == (1_000_000, 0)


# UPLOAD_BY_URL

UPLOAD = pytest.mark.parametrize("more", [{"upload_by_url": True}])


async def test_addresses_in_a_text_are_words_unless_the_operator_says_otherwise(program, models, web):
    await program.chat(text=f"{web.url}/cat.png what is it?")

    assert models.bodies[0]["messages"][0]["content"] == f"{web.url}/cat.png what is it?"
    assert web.asked == []


@UPLOAD
async def test_leading_addresses_become_what_they_lead_to(program, models, web):
    await program.chat(text=f"{web.url}/cat.png  {web.url}/paper.pdf What is on http://example.org?")

    assert models.bodies[0]["messages"][0]["content"] == [
        {"type": "image_url", "image_url": {"url": data_url(png())}},
        {"type": "file",
         "file": {"filename": "paper.pdf", "file_data": data_url(PDF, "application/pdf")}},
        {"type": "text", "text": "What is on http://example.org?"},
    ]  # fmt: skip


@UPLOAD
async def test_they_do_so_in_responses_and_alone(program, models, web):
    await program.post("/responses", {"model": "gpt-a", "input": f"{web.url}/cat.png"})

    assert models.bodies[0]["input"] == [
        {"role": "user", "content": [{"type": "input_image", "image_url": data_url(png())}]}
    ]


@UPLOAD
async def test_only_the_last_message_fails_for_an_address_that_has_died(program, models, web):
    messages = [
        {"role": "user", "content": f"{web.url}/gone.png one"}, {"role": "assistant", "content": web.url},
        {"role": "user", "content": f"{web.url}/cat.png two"},
    ]  # fmt: skip
    answer = await program.post("/chat/completions", {"model": "m", "messages": messages})
    dead = await program.chat(text=f"{web.url}/gone.png one")

    assert answer.status == 200
    assert models.bodies[0]["messages"][:2] == messages[:2]
    assert models.bodies[0]["messages"][2]["content"][0]["type"] == "image_url"
    assert (dead.status, error_of(dead)["param"]) == (400, "messages[0].content")


@UPLOAD
async def test_a_text_for_speech_is_spoken_as_it_is(program, models, web):
    await program.post("/audio/speech", {"model": "m", "input": f"{web.url}/cat.png"})

    assert models.bodies[0]["input"] == f"{web.url}/cat.png"
