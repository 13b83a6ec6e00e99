"""Step 1 over the wire: every parameter, every encoding, every refusal, every price."""

import asyncio
import io
from typing import Any

import pytest

from bot.catalog.modes import read_modes
from bot.catalog.styles import read_styles
from bot.catalog.voices import read_voices
from handlers.http.contract import Bytes, Contract
from tests.http.programs import HISTORIC, PATH, counted
from tests.world import BEN

CHARACTER = "س"
"""Two bytes of UTF-8."""


def persian(size: int) -> str:
    return CHARACTER * (size // 2) + "a" * (size % 2)


@pytest.mark.parametrize("path", [HISTORIC, PATH])
async def test_the_three_encodings_are_understood_on_both_paths(program, path):
    asked = program.form(mode="poem", works='["txtTOvoice"]')
    replies = [
        await program.post(path=path, mode="poem", works='["txtTOvoice"]'),
        await program.send(path, data=asked),
        await program.send(path, json=asked),
    ]

    assert [reply["code"] for reply in replies] == [100] * 3
    stored = [await program.request_of(reply) for reply in replies]
    assert stored[0] == stored[1] == stored[2]
    assert (stored[0]["question"], stored[0]["mode"], stored[0]["speak"]) == ("What is 2 + 2?", "poem", True)


@pytest.mark.parametrize(("which", "turn"), [("text", str), ("txtTOimage", int), ("txtTOvoice", int)])
async def test_a_reply_has_the_types_that_clients_were_taught(program, which, turn):
    reply = await program.post(which)

    assert (reply["status"], reply["code"], reply["detail"]) == (True, 100, "Success")
    assert isinstance(reply["id"], str)
    assert reply["id"].isdigit()
    assert isinstance(reply["turn"], turn)
    assert int(reply["turn"]) >= 1


ANY = {"txtTOvoice_lang": "english"}
LONG = persian(2000)
BEYOND = persian(2001)

TABLE: list[tuple[str, str, Any, int, tuple[str, Any] | None]] = [
    # which, parameter, value, code, stored as
    ("text", "text", None, -3, None),
    ("text", "text", "", -3, None),
    ("text", "text", " " * 20, -3, None),
    ("text", "text", persian(7), -3, None),
    ("text", "text", persian(8), 100, ("question", persian(8))),
    ("text", "text", LONG, 100, ("question", LONG)),
    ("text", "text", BEYOND, -3, None),
    ("text", "text", 12345678, -3, None),
    ("text", "text", ["What is 2 + 2?"], -3, None),
    ("text", "text", "\ud800 is half a letter", -3, None),
    ("text", "which", None, -3, None),
    ("text", "which", "", -3, None),
    ("text", "which", "Text", -3, None),
    ("text", "which", 5, -3, None),
    ("text", "mode", None, 100, ("mode", None)),
    ("text", "mode", "", 100, ("mode", None)),
    ("text", "mode", "none", 100, ("mode", None)),
    ("text", "mode", "programmer", 100, ("mode", "programmer")),
    ("text", "mode", "anime", -3, None),
    ("text", "mode", 5, -3, None),
    ("text", "works", None, 100, ("speak", False)),
    ("text", "works", "", 100, ("speak", False)),
    ("text", "works", "[]", 100, ("speak", False)),
    ("text", "works", [], 100, ("speak", False)),
    ("text", "works", '["txtTOvoice"]', 100, ("speak", True)),
    ("text", "works", ["txtTOvoice"], 100, ("speak", True)),
    ("text", "works", ["txtTOvoice", "txtTOvoice"], 100, ("speak", True)),
    ("text", "works", '["txtTOimage"]', -3, None),
    ("text", "works", "txtTOvoice", -3, None),
    ("text", "works", '{"txtTOvoice": 1}', -3, None),
    ("text", "works", "[" * 100_000, -3, None),
    ("text", "works", [5], -3, None),
    ("text", "works", 5, -3, None),
    ("txtTOimage", "text", None, -3, None),
    ("txtTOimage", "text", "", -3, None),
    ("txtTOimage", "text", ["A cat in the rain"], -3, None),
    ("txtTOimage", "text", persian(7), -3, None),
    ("txtTOimage", "text", persian(8), 100, ("prompt", persian(8))),
    ("txtTOimage", "text", LONG, 100, ("prompt", LONG)),
    ("txtTOimage", "text", BEYOND, -3, None),
    ("txtTOimage", "mode", None, 100, ("style", None)),
    ("txtTOimage", "mode", "", 100, ("style", None)),
    ("txtTOimage", "mode", "none", 100, ("style", None)),
    ("txtTOimage", "mode", "impasto oil", 100, ("style", "impasto oil")),
    ("txtTOimage", "mode", "ImageHSIv1", 100, ("style", "ImageHSIv1")),
    ("txtTOimage", "mode", "poem", -3, None),
    ("txtTOimage", "mode", 5, -3, None),
    ("txtTOimage", "txtTOimage_count", None, 100, ("count", 1)),
    ("txtTOimage", "txtTOimage_count", "", 100, ("count", 1)),
    ("txtTOimage", "txtTOimage_count", 1, 100, ("count", 1)),
    ("txtTOimage", "txtTOimage_count", "4", 100, ("count", 4)),
    ("txtTOimage", "txtTOimage_count", 10, 100, ("count", 10)),
    ("txtTOimage", "txtTOimage_count", "11", 100, ("count", 10)),
    ("txtTOimage", "txtTOimage_count", 10**17, 100, ("count", 10)),
    ("txtTOimage", "txtTOimage_count", 10**30, 100, ("count", 10)),
    ("txtTOimage", "txtTOimage_count", 0, -3, None),
    ("txtTOimage", "txtTOimage_count", "-1", -3, None),
    ("txtTOimage", "txtTOimage_count", "four", -3, None),
    ("txtTOimage", "txtTOimage_count", 1.5, -3, None),
    ("txtTOimage", "txtTOimage_count", 2.0, 100, ("count", 2)),
    ("txtTOimage", "txtTOimage_count", 1e300, 100, ("count", 10)),
    ("txtTOimage", "txtTOimage_count", True, -3, None),
    ("txtTOimage", "txtTOimage_count", [4], -3, None),
    ("txtTOimage", "txtTOimage_nPrompt", None, 100, ("negative", None)),
    ("txtTOimage", "txtTOimage_nPrompt", "", 100, ("negative", None)),
    ("txtTOimage", "txtTOimage_nPrompt", "a", 100, ("negative", "a")),
    ("txtTOimage", "txtTOimage_nPrompt", LONG, 100, ("negative", LONG)),
    ("txtTOimage", "txtTOimage_nPrompt", BEYOND, -3, None),
    ("txtTOimage", "txtTOimage_nPrompt", {}, -3, None),
    ("txtTOvoice", "text", None, -3, None),
    ("txtTOvoice", "text", "", -3, None),
    ("txtTOvoice", "text", 12345678, -3, None),
    ("txtTOvoice", "text", persian(7), -3, None),
    ("txtTOvoice", "text", persian(8), 100, ("text", persian(8))),
    ("txtTOvoice", "text", LONG, 100, ("text", LONG)),
    ("txtTOvoice", "text", BEYOND, -3, None),
    ("txtTOvoice", "mode", "poem", 100, ("style", None)),
    ("txtTOvoice", "txtTOvoice_lang", None, 100, ("language", None)),
    ("txtTOvoice", "txtTOvoice_lang", "", 100, ("language", None)),
    ("txtTOvoice", "txtTOvoice_lang", "auto", 100, ("language", None)),
    ("txtTOvoice", "txtTOvoice_lang", "persian", 100, ("language", "fa")),
    ("txtTOvoice", "txtTOvoice_lang", "fa", 100, ("language", "fa")),
    ("txtTOvoice", "txtTOvoice_lang", "fa-IR", 100, ("language", "fa")),
    ("txtTOvoice", "txtTOvoice_lang", "bn", 100, ("language", "bn-BD")),
    ("txtTOvoice", "txtTOvoice_lang", "bn-IN", 100, ("language", "bn-IN")),
    ("txtTOvoice", "txtTOvoice_lang", "klingon", -11, None),
    ("txtTOvoice", "txtTOvoice_lang", "x" * 100, -3, None),
    ("txtTOvoice", "txtTOvoice_lang", 5, -3, None),
    ("txtTOvoice", "txtTOvoice_who", None, 100, ("voice", None)),
    ("txtTOvoice", "txtTOvoice_who", "", 100, ("voice", None)),
    ("txtTOvoice", "txtTOvoice_who", "auto", 100, ("voice", None)),
    ("txtTOvoice", "txtTOvoice_who", "dilara", 100, ("voice", "dilara")),
    ("txtTOvoice", "txtTOvoice_who", "nobody", -12, None),
    ("txtTOvoice", "txtTOvoice_who", "x" * 64, -12, None),
    ("txtTOvoice", "txtTOvoice_who", "x" * 65, -3, None),
    ("txtTOvoice", "txtTOvoice_who", 5, -3, None),
    ("txtTOvoice", "txtTOvoice_mode", None, 100, ("style", None)),
    ("txtTOvoice", "txtTOvoice_mode", "", 100, ("style", None)),
    ("txtTOvoice", "txtTOvoice_mode", "default", 100, ("style", None)),
    ("txtTOvoice", "txtTOvoice_mode", "cheerful", 100, ("style", "cheerful")),
    ("txtTOvoice", "txtTOvoice_mode", "furious", -3, None),
    ("txtTOvoice", "txtTOvoice_mode", 5, -3, None),
    ("txtTOvoice", "txtTOvoice_format", None, 100, ("format", "mp3")),
    ("txtTOvoice", "txtTOvoice_format", "", 100, ("format", "mp3")),
    ("txtTOvoice", "txtTOvoice_format", "ogg", 100, ("format", "ogg")),
    ("txtTOvoice", "txtTOvoice_format", "wav", 100, ("format", "wav")),
    ("txtTOvoice", "txtTOvoice_format", "flac", -3, None),
    ("txtTOvoice", "txtTOvoice_format", 3, -3, None),
    ("txtTOvoice", "txtTOvoice_speed", None, 100, ("speed", 0)),
    ("txtTOvoice", "txtTOvoice_speed", "", 100, ("speed", 0)),
    ("txtTOvoice", "txtTOvoice_speed", "-100", 100, ("speed", -100)),
    ("txtTOvoice", "txtTOvoice_speed", 200, 100, ("speed", 200)),
    ("txtTOvoice", "txtTOvoice_speed", "+20", 100, ("speed", 20)),
    ("txtTOvoice", "txtTOvoice_speed", "-101", -3, None),
    ("txtTOvoice", "txtTOvoice_speed", 201, -3, None),
    ("txtTOvoice", "txtTOvoice_speed", "fast", -3, None),
    ("txtTOvoice", "txtTOvoice_speed", [20], -3, None),
    ("txtTOvoice", "txtTOvoice_pitch", None, 100, ("pitch", 0)),
    ("txtTOvoice", "txtTOvoice_pitch", "", 100, ("pitch", 0)),
    ("txtTOvoice", "txtTOvoice_pitch", "-50", 100, ("pitch", -50)),
    ("txtTOvoice", "txtTOvoice_pitch", 50, 100, ("pitch", 50)),
    ("txtTOvoice", "txtTOvoice_pitch", -51, -3, None),
    ("txtTOvoice", "txtTOvoice_pitch", "51", -3, None),
    ("txtTOvoice", "txtTOvoice_pitch", False, -3, None),
]


async def test_every_parameter_is_read_as_the_contract_says(program, upstream):
    upstream.will("hang", times=1000)
    wrong = []
    for which, parameter, value, code, stored in TABLE:
        reply = await program.post_json(which, **{parameter: value})
        named = stored is None and parameter in reply["detail"]
        if reply["code"] == 100:
            request = await program.request_of(reply)
            named = stored is not None and request[stored[0]] == stored[1]
        if reply["code"] != code or not named:
            wrong.append((which, parameter, str(value)[:40], reply))
        if reply["code"] == 100:
            await program.withdraw(reply)

    assert wrong == []


def test_every_parameter_of_every_kind_is_in_the_table():
    contract = Contract(tuple(read_modes()), read_styles(), read_voices(), Bytes(8, 2000))
    for which, parameters in contract.parameters().items():
        for parameter in parameters:
            rows = [row for row in TABLE if row[:2] == (which, parameter.name)]
            values = [row[2] for row in rows]
            assert None in values, parameter.name
            assert "" in values, parameter.name
            assert any(code == 100 and value for _, _, value, code, _ in rows), parameter.name
            assert any(code < 0 and isinstance(value, str) for _, _, value, code, _ in rows), parameter.name
            assert any(code < 0 and not isinstance(value, (str, type(None))) for _, _, value, code, _ in rows)


MODES = (
    ["comedy", "upset", "depress", "love", "poem", "shy", "coward", "impolite", "rough", "programmer",
     "chat"],
    ["paint", "game", "fantasy", "anime", "cyberpunk", "nature", "steampunk", "sci-fi", "space", "creepy",
     "tattoo", "texture", "anything", "photo", "tarot", "impasto oil", "child drawing", "saladwave",
     "woolworld", "synthwave", "midjourney", "xmas", "debug", "ImageHSIv1"],
)  # fmt: skip


async def test_all_modes_of_the_contract_are_there(program, upstream):
    upstream.will("hang", times=1000)
    for which, modes in zip(("text", "txtTOimage"), MODES, strict=True):
        for mode in modes:
            reply = await program.post(which, mode=mode)
            assert reply["code"] == 100, mode
            await program.withdraw(reply)


async def test_a_form_says_the_same_as_json(program, upstream):
    """Each value that a form can carry is understood alike there."""
    upstream.will("hang", times=1000)
    for which, parameter, value, code, _ in TABLE:
        if isinstance(value, str) and "\ud800" not in value:
            asked = program.form(which, **{parameter: value})
            reply = await program.send(HISTORIC, data=asked)
            assert reply["code"] == code, (which, parameter, value[:40], reply)
            if code == 100:
                await program.withdraw(reply)


@pytest.mark.parametrize("name", ["works[]", "works[0]"])
async def test_works_may_be_repeated(program, name):
    reply = await program.send(HISTORIC, data={**program.form(), name: "txtTOvoice"})

    assert (await program.request_of(reply))["speak"] is True


@pytest.mark.parametrize(
    ("voice", "code"),
    [
        ({"txtTOvoice_lang": "persian", "txtTOvoice_who": "dilara"}, 100),
        ({"txtTOvoice_lang": "fa", "txtTOvoice_who": "farid"}, 100),
        ({"txtTOvoice_lang": "english", "txtTOvoice_who": "dilara"}, -12),
        ({"txtTOvoice_lang": "persian", "txtTOvoice_who": "dilara", "txtTOvoice_mode": "sad"}, -3),
        ({"txtTOvoice_lang": "persian", "txtTOvoice_mode": "sad"}, -3),
        ({"txtTOvoice_lang": "english", "txtTOvoice_mode": "sad"}, 100),
    ],
)
async def test_a_voice_is_of_its_language_and_has_its_styles(program, voice, code):
    assert (await program.post("txtTOvoice", **voice))["code"] == code


async def test_clients_may_send_every_parameter_empty_where_unused(program):
    unused = dict.fromkeys(
        ["mode", "works", "txtTOimage_count", "txtTOimage_nPrompt", "txtTOvoice_lang", "txtTOvoice_who",
         "txtTOvoice_mode", "txtTOvoice_format", "txtTOvoice_speed", "txtTOvoice_pitch"], "",
    )  # fmt: skip
    for which in ("text", "txtTOimage", "txtTOvoice"):
        assert (await program.post(which, **unused))["code"] == 100
    assert (await program.post("text", txtTOimage_count="10", txtTOvoice_speed="x"))["code"] == 100


PRICES: list[tuple[str, dict[str, Any], int]] = [
    ("text", {"text": persian(8)}, 1),
    ("text", {"text": persian(799)}, 1),
    ("text", {"text": persian(800)}, 2),
    ("text", {"text": persian(2000)}, 2),
    ("text", {"text": persian(800), "mode": "poem"}, 2),
    ("text", {"mode": "poem"}, 2),
    ("text", {"works": ["txtTOvoice"]}, 4),
    ("text", {"works": ["txtTOvoice"], "text": persian(800)}, 6),
    ("txtTOimage", {}, 2),
    ("txtTOimage", {"txtTOimage_count": 2, "mode": "anime"}, 2),
    ("txtTOimage", {"txtTOimage_count": 3}, 3),
    ("txtTOimage", {"txtTOimage_count": 4}, 3),
    ("txtTOvoice", {"txtTOvoice_lang": "persian"}, 2),
    ("txtTOvoice", {}, 3),
    ("txtTOvoice", {"text": persian(799), "txtTOvoice_lang": "fa"}, 2),
    ("txtTOvoice", {"text": persian(800), "txtTOvoice_lang": "fa"}, 3),
    ("txtTOvoice", {"text": persian(1599), "txtTOvoice_lang": "fa"}, 3),
    ("txtTOvoice", {"text": persian(1600), "txtTOvoice_lang": "fa"}, 4),
    ("txtTOvoice", {"text": persian(2000)}, 5),
]


async def test_prices_are_those_of_the_contract(program, upstream):
    upstream.will("hang", times=1000)
    held = []
    for which, parameters, _ in PRICES:
        reply = await program.post_json(which, **parameters)
        held.append((await program.row(reply)).price / 1000)
        await program.withdraw(reply)

    assert held == [price for _, _, price in PRICES]


async def test_the_samples_of_the_contract_cost_1_4_3_3(program):
    samples = [
        await program.post("text"),
        await program.post("text", works='["txtTOvoice"]'),
        await program.post("txtTOimage", txtTOimage_count="4", mode="anime"),
        await program.post("txtTOvoice", txtTOvoice_lang="auto"),
    ]

    assert [(await program.receiver.answer(reply["id"]))["token"] for reply in samples] == [1, 4, 3, 3]


BAD_BODIES = [
    (b"", "application/json"), (b"[]", "application/json"), (b"{", "application/json"),
    (b"null", "application/json"), (b'{"api": "\xff"}', "application/json"),
    (b"[" * 100_000, "application/json"), (b"hello", "text/plain"), (b"", "text/plain"),
    (b"api=%ff", "application/x-www-form-urlencoded"), (b"api=\xff", "application/x-www-form-urlencoded"),
    (b"&".join([b"a=b"] * 1000), "application/x-www-form-urlencoded"),
    (b"x", "multipart/form-data"), (b"x", "multipart/form-data; boundary=b"),
    (b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b"),
    (b"--b\r\nContent-Disposition: form-data; name=\"text\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n",
     "multipart/form-data; boundary=b"),
    (b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n",
     "multipart/form-data; boundary=b"),
    *((body, "multipart/form-data; boundary=b") for body in (
        b"", b"--b--", b"--b\r\n", b"--b\r\n--b--\r\n", b"--bx\r\n\r\n\r\n--b--",
        b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nno end',
        b'--b\nContent-Disposition: form-data; name="text"\n\nx\n--b--\n',
        b'--b\r\nContent-Disposition: form-data; name="text"\r\n--b--\r\n',
        b'--b\r\nContent-Disposition: attachment; name="text"\r\n\r\nx\r\n--b--\r\n',
        b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xff\r\n--b--\r\n',
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * 1000 + b"--b--\r\n",
    )),
    (b"x" * 2_000_000, "multipart/form-data; boundary=b"),
    (b"x" * 2_000_000, "application/json"),
    (b"api=" + b"x" * 2_000_000, "application/x-www-form-urlencoded"),
]  # fmt: skip


async def test_a_body_that_is_none_is_refused_in_words(program):
    for body, media in BAD_BODIES:
        reply = await program.send(HISTORIC, data=io.BytesIO(body), headers={"Content-Type": media})

        assert reply["code"] == -3, (body[:40], media)
        assert reply["detail"]


def part(value: str, head: str = 'Content-Disposition: form-data; name="{}"', name: str = "") -> str:
    return f"{head.format(name)}\r\n\r\n{value}\r\n"


MULTIPART = {
    "as curl writes it": ("b", "--b\r\n{0}--b\r\n{1}--b\r\n{2}--b--\r\n"),
    "a preamble and an epilogue": (
        "b",
        "hello\r\n--b\r\n{0}--b\r\n{1}--b\r\n{2}--b--bye",
    ),
    "spaces after the boundary": ("b", "--b \t\r\n{0}--b\r\n{1}--b \r\n{2}--b--"),
    "a boundary in quotes": ('"b c:d"', "--b c:d\r\n{0}--b c:d\r\n{1}--b c:d\r\n{2}--b c:d--\r\n"),
}
HEADS = {
    "as curl": 'Content-Disposition: form-data; name="{}"',
    "a type": 'Content-Type: text/plain; charset=utf-8\r\ncontent-disposition: Form-Data;  NAME="{}"',
    "no quotes": "Content-Disposition:form-data;name={}\r\nContent-Length: 5",
}


@pytest.mark.parametrize("frame", MULTIPART)
@pytest.mark.parametrize("head", HEADS)
async def test_multipart_is_understood_however_it_is_written(program, frame, head):
    boundary, body = MULTIPART[frame]
    text = "What is\r\n--2 + 2?\r\n\r\n"
    fields = program.form(callback=None, text=text)
    parts = [part(value, HEADS[head], name) for name, value in fields.items()]

    reply = await program.send(
        PATH, data=body.format(*parts).encode(),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )  # fmt: skip

    assert reply["code"] == 100, reply
    assert (await program.request_of(reply))["question"] == text


CALLBACKS: list[tuple[Any, int]] = [
    ("", -3), ("nowhere", -3), ("ftp://a.example/", -3), ("http://10.0.0.1/", -3),
    ("http://169.254.169.254/latest", -3), ("http://localhost/", -3), ("http://2130706433/", -3),
    ("http://user:word@93.184.216.34/", -3), ("http://93.184.216.34:22/", -3), ("http://[::1]/", -3),
    (5, -3), (["http://93.184.216.34/"], -3), ("https://93.184.216.34/answers?to=me", 100),
]  # fmt: skip


async def test_a_callback_address_must_be_one_that_may_be_called(program, upstream):
    upstream.will("hang")
    for callback, code in CALLBACKS:
        reply = await program.post_json(path=HISTORIC, callback=callback)

        assert reply["code"] == code, (callback, reply)
        assert code == 100 or reply["detail"].startswith("callback: ")
    await program.withdraw(reply)


async def test_only_the_new_path_takes_requests_without_a_callback(program):
    assert (await program.post_json(path=PATH, callback=""))["code"] == 100
    assert (await program.post_json(path=HISTORIC, callback=""))["code"] == -3


async def test_a_code_that_is_none_is_refused(program):
    issued = await program.app.operator.codes()

    for api, code in ((None, -3), ("", -3), (5, -3), ("nonsense", -4), (program.code + "x", -4)):
        assert (await program.post_json(api=api))["code"] == code
    await program.app.operator.revoke(issued[0].id)
    assert (await program.post())["code"] == -4


async def test_who_has_too_little_is_told_what_it_costs(app, program):
    program.code = await app.operator.issue(BEN, "poor")
    await app.operator.credit(BEN, -8_000, "for tests", "poor")

    reply = await program.post("text", works='["txtTOvoice"]')

    assert reply["code"] == -5
    assert "costs 4, 2 are available" in reply["detail"]


async def test_a_code_for_one_address_is_refused_from_another(app, program):
    await app.storage.write(lambda conn: conn.run("UPDATE api_code SET addresses_most = 1"))
    assert (await program.post())["code"] == 100

    await app.storage.write(lambda conn: conn.run("UPDATE code_address SET address = '192.0.2.1'"))

    reply = await program.post()
    assert reply["code"] == -7
    assert "1 addresses a day" in reply["detail"]


async def test_a_banned_owner_is_blocked(app, program):
    await app.storage.write(lambda conn: conn.run("UPDATE customer SET banned_at = 1"))

    assert (await program.post())["code"] == -2


@pytest.mark.parametrize(("which", "most"), [("text", 30), ("txtTOimage", 20), ("txtTOvoice", 20)])
async def test_so_many_at_one_time_and_no_more(program, upstream, which, most):
    upstream.will("hang", times=1000)

    replies = await asyncio.gather(*(program.post(which, txtTOvoice_lang="english") for _ in range(200)))

    assert counted([reply["code"] for reply in replies]) == {100: most, -6: 200 - most}
    await program.withdraw(*(reply for reply in replies if reply["status"]))


async def test_a_mistake_of_ours_is_minus_1_and_costs_nothing(program, monkeypatch):
    async def broken(*_):
        raise RuntimeError("a mistake")

    monkeypatch.setattr(program.app.jobs, "submit", broken)

    reply = await program.post()

    assert reply["code"] == -1
    assert "nothing was charged" in reply["detail"]
