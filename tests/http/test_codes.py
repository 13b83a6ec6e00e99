"""What a code may do, over the wire: budgets, its day, kinds, models, networks, limits, a pause, rotation."""

import asyncio
import json
from typing import Any

import pytest
from standardwebhooks import Webhook

from billing import codes
from billing.set_aside import account_of_code, set_aside
from bot.clock import DAY, HOUR, now
from bot.files import StoredFile, record
from bot.operator import end_code
from tests.http.programs import counted
from tests.world import ADA, balance, until

CODE = 1


async def change(program, option: str, value: Any) -> None:
    assert await program.app.storage.write(codes.change, CODE, None, option, value)


async def account(program) -> tuple[int, dict[str, Any]]:
    async with program.http.get("/api/v1/account", headers=program.bearer) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize(("budget", "words"), [("budget_day", "of the day"), ("budget_all", "budget.")])
async def test_a_budget_is_exact_under_200_parallel_requests(program, upstream, app, budget, words):
    upstream.will("hang", times=1000)
    await change(program, budget, 13_500)
    await change(program, "limits", json.dumps({"text": 500}))

    replies = await asyncio.gather(*(program.post() for _ in range(200)))

    assert counted([reply["code"] for reply in replies]) == {100: 13, -5: 187}
    refused = next(reply for reply in replies if reply["code"] == -5)
    assert "costs 1, 0.5 are left" in refused["detail"]
    assert words in refused["detail"]
    left = (await account(program))[1]["budget"]
    assert left == {"left_today": None, "left_in_all": None} | {
        {"budget_day": "left_today", "budget_all": "left_in_all"}[budget]: 0.5
    }
    await program.withdraw(*(reply for reply in replies if reply["status"]))
    await until(lambda: nothing_held(app))
    assert (await program.post())["code"] == 100


async def nothing_held(app) -> bool:
    return (await balance(app, ADA)).held == 0


async def test_a_code_ends_with_its_day(program):
    await change(program, "expires_at", now() + DAY)
    assert (await program.post())["code"] == 100

    await change(program, "expires_at", now() - 1)

    assert (await program.post())["code"] == -4
    assert (await account(program))[0] == 401


async def test_what_its_owner_changes_holds_from_the_next_request_on(program, app):
    async def status() -> int:
        return (await account(program))[0]

    assert await status() == 200
    await change(program, "networks", json.dumps(["192.0.2.0/24"]))
    assert await status() == 401
    await change(program, "networks", None)
    assert await status() == 200
    await app.storage.write(codes.pause, CODE, None, now())
    assert "paused" in str(await account(program))
    await app.storage.write(codes.pause, CODE, None, None)
    assert await status() == 200
    old, program.code = program.code, await app.operator.rotate(CODE, None, now())
    assert await status() == 200
    assert (await program.post(api=old))["code"] == -4
    await app.storage.write(codes.revoke, CODE, now())
    assert await status() == 401


async def test_a_code_may_be_for_some_kinds_only(program):
    await change(program, "kinds", json.dumps(["text"]))

    image, speech, spoken = [
        await program.post("txtTOimage"),
        await program.post("txtTOvoice"),
        await program.post("text", works='["txtTOvoice"]'),
    ]

    assert [image["code"], speech["code"], spoken["code"]] == [-3] * 3
    assert image["detail"] == "which: this code may be used for text only"
    assert spoken["detail"].startswith("works: ")
    assert (await program.post())["code"] == 100


async def test_a_code_may_be_for_some_models_only(program, app):
    await change(program, "models", json.dumps([app.settings.text_model]))

    assert (await program.post())["code"] == 100
    refused = await program.post("txtTOimage")
    assert refused["code"] == -3
    assert app.settings.image_model in refused["detail"]


@pytest.mark.parametrize(
    ("networks", "code"),
    [
        (["127.0.0.0/8"], 100), (["192.0.2.0/24", "127.0.0.1/32"], 100), (["192.0.2.0/24"], -4),
        (["::1/128"], -4),
    ],
)  # fmt: skip
async def test_a_code_may_be_used_from_its_networks_only(program, networks, code):
    await change(program, "networks", json.dumps(networks))

    reply = await program.send("/api/v1/jobs", json=program.form(), headers={"X-Forwarded-For": "192.0.2.1"})

    assert reply["code"] == code
    assert (await account(program))[0] == (200 if code == 100 else 401)


async def test_a_code_has_its_own_limits(program, upstream):
    upstream.will("hang", times=1000)
    await change(program, "limits", json.dumps({"text": 40}))

    replies = await asyncio.gather(*(program.post() for _ in range(60)))

    assert counted([reply["code"] for reply in replies]) == {100: 40, -6: 20}
    assert (await account(program))[1]["limits"]["at_one_time"] == {
        "text": 40, "txtTOimage": 20, "txtTOvoice": 20,
    }  # fmt: skip
    await program.withdraw(*(reply for reply in replies if reply["status"]))


async def test_30_texts_of_one_code_run_at_one_time(program, upstream, app):
    upstream.will("hang", times=1000)

    replies = await asyncio.gather(*(program.post() for _ in range(30)))

    async def running() -> bool:
        return len(await app.storage.fetch("SELECT id FROM job WHERE state = 'running'")) == 30

    await until(running)
    await program.withdraw(*replies)


async def test_a_paused_code_asks_for_nothing_until_it_is_resumed(program, app):
    await app.storage.write(codes.pause, CODE, None, now())

    refused = await program.post()
    assert (refused["code"], "paused" in refused["detail"]) == (-4, True)
    status, body = await account(program)
    assert (status, body["error"]["message"]) == (401, "This API code is paused.")

    await app.storage.write(codes.pause, CODE, None, None)
    assert (await program.post())["code"] == 100


async def test_while_a_code_is_rotated_both_are_valid_and_both_secrets_sign(program, app, receiver):
    before = (await account(program))[1]["webhook_secret"]
    old, program.code = program.code, await app.operator.rotate(CODE, None, now() + HOUR)
    after = (await account(program))[1]["webhook_secret"]
    assert before != after

    assert (await program.post(api=old))["code"] == 100
    heard = (await receiver.hears())[0]
    for secret in (before, after):
        assert Webhook(secret).verify(heard.raw, heard.headers) == heard.body

    def end_the_old(conn):
        conn.run("UPDATE api_code SET previous_until = 1, secret_until = 1")
        conn.tell(codes.CHANGED)

    await app.storage.write(end_the_old)
    assert [(await program.post(api=code))["code"] for code in (old, program.code)] == [-4, 100]
    heard = (await receiver.hears(2))[1]
    assert Webhook(after).verify(heard.raw, heard.headers) == heard.body
    with pytest.raises(Exception, match="signature"):
        Webhook(before).verify(heard.raw, heard.headers)


async def test_a_code_spends_what_is_set_aside_and_revoking_returns_the_rest(
    program, app, upstream, receiver
):
    had = await balance(app, ADA)
    customer = (await app.operator.codes())[0].customer
    assert await app.storage.write(set_aside, "test", CODE, customer, 3_000, now())
    assert (await account(program))[1]["balance"] == 3

    await receiver.answer((await program.post())["id"])
    upstream.will("hang")
    held = await program.post()
    refused = await program.post("txtTOimage")
    assert (refused["code"], "costs 2, 1 are available" in refused["detail"]) == (-5, True)
    assert await app.storage.write(end_code, CODE, customer, now())

    assert (await balance(app, ADA)).posted == had.posted - 2_000
    await program.withdraw(held)
    await receiver.answer(held["id"])
    await app.sweeps["set aside"][1]()
    assert (await balance(app, ADA)).posted == had.posted - 1_000
    row = await app.storage.fetch_one(
        "SELECT posted, held FROM account WHERE id = :id", id=account_of_code(CODE)
    )
    assert tuple(row) == (0, 0)


async def test_a_code_whose_files_take_too_much_makes_no_more(program, app, receiver):
    most = app.settings.api_files_mb * 1_000_000
    job = int((await program.post())["id"])
    await receiver.answer(str(job))
    await app.storage.write(
        record, job, CODE, [StoredFile("x" * 43 + ".png", "image/png", most, None)], now()
    )

    for refused in (await program.post("txtTOimage"), await program.post(works='["txtTOvoice"]')):
        assert refused["code"] == -6
        assert f"take {app.settings.api_files_mb} MB" in refused["detail"]
    assert (await program.post())["code"] == 100
    await app.storage.write(lambda conn: conn.run("UPDATE file SET expires_at = 1"))
    await app.sweeps["files"][1]()
    assert (await program.post("txtTOimage"))["code"] == 100


async def test_the_last_use_is_kept(program, app):
    await program.post()

    [row] = await app.operator.codes()
    assert now() - row.used_at < 10_000
    assert row.today == row.committed == 1_000
