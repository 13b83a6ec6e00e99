"""Step 2 over the wire: what arrives at a program's address, and what happens where it doesn't."""

import asyncio
from datetime import UTC, datetime
from email.utils import format_datetime
from socket import AF_INET
from typing import Any

import pytest
from aiohttp import web
from standardwebhooks import Webhook

from bot.books import Secrets
from bot.clock import DAY, HOUR, MINUTE, SECOND, now
from bot.signing import signing_secret
from handlers.http import deliveries
from handlers.http.deliveries import PAUSES, wait_of
from tests.world import ADA, balance, plain, until


def answering(status: int, **headers: str):
    async def act(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers=headers)

    return act


async def delivery(program, reply) -> Any:
    return await program.app.storage.fetch_one("SELECT * FROM delivery WHERE job = :id", id=int(reply["id"]))


async def delivered(program, reply, state: str = "done", attempts: int = 1) -> Any:
    """Wait until the delivery is in this state after so many tries."""

    async def there() -> Any:
        row = await delivery(program, reply)
        return row if row and (row.state, row.attempts) == (state, attempts) else None

    return await until(there)


async def hasten(program) -> None:
    """What waits for its next try is due now."""
    await program.app.storage.write(lambda conn: conn.run("UPDATE delivery SET next_at = 0"))
    program.app.jobs.doors["callback_api"].ended(0)


async def test_an_answer_has_exactly_the_fields_of_the_contract(program, receiver):
    reply = await program.post("text")

    heard = (await receiver.hears())[0]
    assert heard.path == "/answers"
    assert heard.headers["content-type"] == "application/json"
    assert heard.body == {
        "id": int(reply["id"]), "status": 1, "code": 100, "detail": "Success", "text": heard.body["text"],
        "files": [], "token": 1,
    }  # fmt: skip
    assert "4" in heard.body["text"]
    assert b'"status": 1' in heard.raw
    assert type(heard.body["status"]) is int


async def test_four_pictures_come_as_addresses_that_can_be_fetched(program, receiver):
    reply = await program.post("txtTOimage", txtTOimage_count="4", mode="anime")

    answer = await receiver.answer(reply["id"])
    assert (answer["text"], answer["token"], list(answer["files"])) == ("", 3, ["txtTOimage"])
    assert len(set(answer["files"]["txtTOimage"])) == 4
    for address in answer["files"]["txtTOimage"]:
        assert address.startswith(f"{program.app.address}/files/")
        async with program.http.get(address) as picture:
            assert picture.status == 200
            assert address.endswith(picture.content_type.removeprefix("image/").replace("jpeg", "jpg"))


@pytest.mark.parametrize("which", ["text", "txtTOvoice"])
async def test_speech_comes_as_a_sound_file_with_its_words(program, receiver, which):
    words = "Good morning to all of you."
    reply = await program.post(which, text=words, works='["txtTOvoice"]', txtTOvoice_lang="english")

    answer = await receiver.answer(reply["id"])
    assert (answer["text"] == words) == (which == "txtTOvoice")
    assert answer["token"] == (2 if which == "txtTOvoice" else 4)
    [address] = answer["files"]["txtTOvoice"]
    assert address.endswith(".mp3")
    async with program.http.get(address, headers={"Range": "bytes=0-9"}) as sound:
        assert (sound.status, len(await sound.read())) == (206, 10)


@pytest.mark.parametrize(
    ("which", "fault", "code"),
    [
        ("text", "500", -1), ("text", "content-refusal", -8), ("text", "empty", -9),
        ("txtTOimage", "content-refusal", -8),
    ],
)  # fmt: skip
async def test_a_failure_is_told_with_status_0_and_costs_nothing(
    program, receiver, upstream, app, which, fault, code
):
    had = await balance(app, ADA)
    upstream.will(fault, times=10)

    answer = await receiver.answer((await program.post(which))["id"])

    assert (answer["status"], answer["token"], answer["text"], answer["files"]) == (0, 0, "", [])
    assert answer["code"] == code
    assert answer["detail"]
    assert type(answer["status"]) is int
    assert await balance(app, ADA) == had


async def test_a_language_that_cannot_be_told_is_minus_10(program, receiver):
    answer = await receiver.answer((await program.post("txtTOvoice", text="1234567890 !!"))["id"])

    assert (answer["status"], answer["code"]) == (0, -10)


async def test_a_voice_of_another_language_than_the_text_is_minus_12(program, receiver):
    reply = await program.post("txtTOvoice", text="Good morning to you all.", txtTOvoice_who="dilara")

    assert (await receiver.answer(reply["id"]))["code"] == -12


async def test_an_answer_is_signed_with_the_codes_own_secret(program, receiver, app):
    await program.post()
    heard = (await receiver.hears())[0]
    code = (await app.operator.codes())[0].id
    key = Secrets.of(app.settings).encryption_key

    assert Webhook(signing_secret(key, code)).verify(heard.raw, heard.headers) == heard.body
    with pytest.raises(Exception, match="signature"):
        Webhook(signing_secret(key, code + 1)).verify(heard.raw, heard.headers)
    assert heard.headers["webhook-id"] == f"dlv_{heard.body['id']}"


async def test_a_receiver_that_fails_is_tried_again_with_the_same_id_and_not_charged_again(
    program, receiver, app
):
    receiver.act = answering(500)
    had = (await balance(app, ADA)).posted
    reply = await program.post()
    failed = await delivered(program, reply, "pending")
    assert 0 < failed.next_at - now() <= 5 * SECOND
    assert (failed.status, failed.error) == (500, "answered 500")

    receiver.act = None
    await hasten(program)

    await delivered(program, reply, "done", attempts=2)
    first, second = await receiver.hears(2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert (await balance(app, ADA)).posted == had - 1000
    assert len(await app.storage.fetch("SELECT * FROM call")) == 1


async def test_the_tries_follow_the_contract_and_end(program, receiver, app, telegram):
    receiver.act = answering(500)
    reply = await program.post()
    waits = []
    for attempt in range(1, 10):
        row = await delivered(program, reply, "pending", attempt)
        waits.append(row.next_at - now())
        await hasten(program)
    await delivered(program, reply, "dead", 10)

    for wait, pause in zip(waits, PAUSES, strict=True):
        assert pause - 2 * SECOND < wait <= pause
    contract = (5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, DAY)
    assert contract == PAUSES
    told = await telegram.heard(ADA, lambda m: "does not take its answers" in plain(m.get("text", "")))
    assert f"http://127.0.0.1:{receiver.port}" in plain(told["text"])


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_a_failure_and_not_followed(program, receiver, status):
    receiver.act = answering(status, Location=receiver.url + "/elsewhere")

    row = await delivered(program, await program.post(), "pending")

    assert row.status == status
    assert [heard.path for heard in receiver.heard] == ["/answers"]


async def test_410_stops_and_the_address_is_left_alone_for_a_time(program, receiver, app, telegram):
    receiver.act = answering(410)
    await delivered(program, await program.post(), "dead")

    second = await program.post()

    row = await until(lambda: delivery(program, second))
    await until(lambda: waits(program, second, HOUR - MINUTE))
    assert row.attempts == 0
    assert len(receiver.heard) == 1
    assert await telegram.heard(ADA, lambda m: "does not take its answers" in plain(m.get("text", "")))


async def waits(program, reply, at_least: int) -> bool:
    return bool((await delivery(program, reply)).next_at > now() + at_least)


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_obeyed(program, receiver, status):
    receiver.act = answering(status, **{"Retry-After": "100"})

    row = await delivered(program, await program.post(), "pending")

    assert 95 * SECOND < row.next_at - now() <= 100 * SECOND


def test_retry_after_is_seconds_or_a_date_and_a_day_at_most():
    assert wait_of("7") == 7 * SECOND
    assert wait_of("99999999999999999999") == DAY
    assert wait_of(format_datetime(datetime.now(UTC).replace(year=2099), usegmt=True)) == DAY
    assert wait_of("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert [wait_of(nonsense) for nonsense in ("", "soon", "-5", "٣")] == [None] * 4


async def test_a_receiver_that_hangs_does_not_hold_up_others(program, receiver, other, monkeypatch):
    monkeypatch.setattr(deliveries, "SECONDS", 1.0)
    stuck = []

    async def hang(request: web.Request) -> web.StreamResponse:
        stuck.append(request)
        await asyncio.sleep(60)
        return web.Response()

    receiver.act = hang
    slow = [await program.post() for _ in range(6)]
    await until(lambda: stuck)

    quick = await program.post(callback=other.url)

    await other.answer(quick["id"])
    assert len(stuck) == 2
    assert (await delivered(program, slow[0], "pending")).error == "no answer in time"


async def test_a_receiver_that_refuses_is_tried_again(program, other):
    await other.close()

    row = await delivered(program, await program.post(callback=other.url), "pending")

    assert row.status is None
    assert row.error.startswith("no connection")


async def test_a_receiver_that_answers_without_end_has_taken_it(program, receiver):
    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Length": str(5 << 30)})
        await answer.prepare(request)
        for _ in range(5 << 14):
            await answer.write(b"x" * 65_536)
        return answer

    receiver.act = endless
    async with asyncio.timeout(8):
        await delivered(program, await program.post())


async def test_a_name_that_leads_elsewhere_after_step_1_is_not_called(program, private, monkeypatch):
    said = iter(["93.184.216.34"])

    async def resolve(self: Any, host: str, port: int = 0, family: Any = None) -> Any:
        address = next(said, "127.0.0.1")
        return [{"hostname": host, "host": address, "port": port, "family": AF_INET, "proto": 0, "flags": 0}]

    monkeypatch.setattr("aiohttp.resolver.ThreadedResolver.resolve", resolve)
    reply = await program.post(callback=f"http://rebinding.example:{private.port}/")

    row = await delivered(program, reply, "pending")

    assert private.heard == []
    assert "not a public address" in row.error
