"""What we add to the contract: keys that make a request once, asking after jobs, voices, the account."""

import asyncio

import pytest

from bot.providers.speech.espeak import Espeak
from tests.http.programs import HISTORIC, PATH, counted
from tests.world import ADA, balance, until

KEY = {"Idempotency-Key": "question-1"}


async def send(program, headers=KEY, path=PATH, **parameters):
    async with program.http.post(path, data=program.form(**parameters), headers=headers) as answer:
        return answer.status, await answer.json(), answer.headers.get("Idempotency-Replayed")


async def look(program, job, method="GET", headers=None):
    async with program.http.request(method, f"{PATH}/{job}", headers=headers or program.bearer) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize("path", [PATH, HISTORIC])
async def test_the_same_key_brings_the_same_reply_and_is_charged_once(program, receiver, app, path):
    had = (await balance(app, ADA)).posted
    status, first, replayed = await send(program, path=path)
    await receiver.answer(first["id"])

    again = await send(program, path=path)

    assert (status, replayed) == (200, None)
    assert again == (200, first, "true")
    assert (await balance(app, ADA)).posted == had - 1000


async def test_another_encoding_is_the_same_content(program):
    _, first, _ = await send(program)

    async with program.http.post(PATH, json=program.form(), headers=KEY) as answer:
        assert await answer.json() == first
        assert answer.headers["Idempotency-Replayed"] == "true"


async def test_the_same_key_with_other_content_is_refused_with_422(program, app):
    await send(program)

    status, body, _ = await send(program, text="What is 3 + 3?")

    assert (status, body["status"], body["code"]) == (422, False, -3)
    assert len(await app.storage.fetch("SELECT id FROM job")) == 1


async def test_the_same_key_while_the_first_runs_is_409(program, app):
    replies = await asyncio.gather(*(send(program) for _ in range(20)))

    by_status = counted([status for status, _, _ in replies])
    assert set(by_status) <= {200, 409}
    assert by_status[200] >= 1
    assert len({body["id"] for status, body, _ in replies if status == 200}) == 1
    assert len(await app.storage.fetch("SELECT id FROM job")) == 1


async def test_a_key_belongs_to_its_code(program, app):
    _, first, _ = await send(program)
    program.code = await app.operator.issue(ADA, "second")

    _, second, replayed = await send(program)

    assert first["id"] != second["id"]
    assert replayed is None


async def test_a_refusal_is_not_kept(program, upstream):
    assert (await send(program, text="short"))[1]["code"] == -3

    assert (await send(program, headers=KEY))[1]["code"] == 100


async def test_a_reply_that_was_lost_in_a_crash_is_made_again_for_the_same_job(program, app):
    _, first, _ = await send(program)
    await app.storage.write(lambda conn: conn.run("DELETE FROM reply"))

    _, again, _ = await send(program)
    await app.storage.write(lambda conn: conn.run("DELETE FROM reply"))
    status, _, _ = await send(program, text="What is 3 + 3?")

    assert again["id"] == first["id"]
    assert status == 422


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_that_is_none_is_refused(program, key):
    status, body, _ = await send(program, headers={"Idempotency-Key": key})

    assert (status, body["code"]) == (200, -3)
    assert "Idempotency-Key" in body["detail"]


async def test_an_answer_can_be_fetched_without_a_callback(program, app):
    reply = await program.post_json(callback="")

    async def ended():
        status, seen = await look(program, reply["id"])
        assert status == 200
        return seen if seen["state"] == "answered" else None

    seen = await until(ended)
    assert seen["answer"]["id"] == seen["id"] == int(reply["id"])
    assert (seen["answer"]["status"], seen["answer"]["token"], seen["turn"]) == (1, 1, 0)
    assert seen["delivery"] is None
    assert await app.storage.fetch("SELECT * FROM delivery") == []


async def test_the_tries_of_a_callback_are_seen(program, receiver):
    reply = await program.post()
    await receiver.answer(reply["id"])

    async def done():
        seen = (await look(program, reply["id"]))[1]
        return seen["delivery"] if seen["delivery"] and seen["delivery"]["state"] == "done" else None

    assert await until(done) == {"state": "done", "tries": 1, "status": 204, "error": None, "next_at": None}


@pytest.mark.parametrize("running_per_code", [3])
async def test_a_job_that_has_not_begun_can_be_cancelled_and_costs_nothing(program, upstream, app, receiver):
    upstream.will("hang", times=10)
    had = await balance(app, ADA)
    replies = [await program.post() for _ in range(5)]
    await until(lambda: running(app))

    status, seen = await look(program, replies[-1]["id"], "DELETE")
    begun = await look(program, replies[0]["id"], "DELETE")
    queued = await look(program, replies[-2]["id"])

    assert (status, seen["state"], seen["answer"]["status"]) == (200, "cancelled", 0)
    assert begun[0] == 409
    assert (queued[1]["state"], queued[1]["turn"], queued[1]["answer"]) == ("queued", 1, None)
    assert (await balance(app, ADA)).held == 1000 * (len(replies) - 1)
    assert (await receiver.answer(replies[-1]["id"]))["token"] == 0
    await program.withdraw(*replies[:-1])
    await until(lambda: nothing_held(app))
    assert await balance(app, ADA) == had


async def running(app):
    rows = await app.storage.fetch("SELECT id FROM job WHERE state = 'running'")
    return len(rows) == 3


async def nothing_held(app):
    return (await balance(app, ADA)).held == 0


async def test_jobs_of_others_are_not_seen(program, app):
    reply = await program.post()
    other = {"Authorization": f"Bearer {await app.operator.issue(ADA, 'other')}"}

    for method in ("GET", "DELETE"):
        assert (await look(program, reply["id"], method, other))[0] == 404
        assert (await look(program, reply["id"], method, {"Authorization": "Bearer no"}))[0] == 401
        assert (await look(program, 10**17, method))[0] == 404


async def test_voices_are_listed_with_who_serves_them(program):
    async with program.http.get("/api/v1/voices") as answer:
        voices = (await answer.json())["voices"]

    assert len(voices) == 294
    dilara = next(voice for voice in voices if voice["who"] == "dilara")
    assert dilara | {"engine": None} == {
        "language": "persian",
        "code": "fa",
        "who": "dilara",
        "gender": "female",
        "styles": [],
        "engine": None,
    }
    assert dilara["engine"] in ("openai", "espeak" if Espeak().speaks("fa") else None)


async def test_the_account_shows_limits_and_prices(program):
    async with program.http.get("/api/v1/account", headers=program.bearer) as answer:
        account = await answer.json()

    assert account["balance"] == account["available"] == 10_010
    assert account["limits"]["at_one_time"] == {"text": 30, "txtTOimage": 20, "txtTOvoice": 20}
    assert account["limits"]["text_bytes"] == {"least": 8, "most": 2000}
    assert account["prices"]["text"] == {
        "steps": [{"from": 0, "tokens": 1}, {"from": 800, "tokens": 2}],
        "with_mode": 2,
    }
    assert account["webhook_secret"].startswith("whsec_")
