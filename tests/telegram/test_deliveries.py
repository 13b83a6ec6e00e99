"""/deliveries over the wire: seen, tried once more, resumed."""

import aiohttp
import pytest
from aiohttp import web

from tests.http.programs import Receiver
from tests.telegram.test_api_codes import forge
from tests.world import ADA, BEN, BOSS, plain, settings_for, until


@pytest.fixture
async def receiver():
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
def settings(telegram, upstream, receiver, tmp_path):
    return settings_for(telegram, upstream, tmp_path / "data", outbound_allow=f"127.0.0.1:{receiver.port}")


async def gone(request: web.Request) -> web.StreamResponse:
    return web.Response(status=410)


async def ask(app, receiver, person) -> str:
    code = await app.operator.issue(person, "tests")
    async with aiohttp.ClientSession(app.address) as http:
        asked = {"api": code, "callback": receiver.url, "which": "text", "text": "What is 2 + 2?"}
        async with http.post("/chatgpt_api/chatgpt_api.php", data=asked) as answer:
            return str((await answer.json())["id"])


async def says(telegram, person, words):
    return await telegram.heard(person, after=telegram.say(person, words)["message_id"])


async def in_state(app, state):
    return await app.storage.fetch("SELECT 1 FROM delivery WHERE state = :state", state=state)


@pytest.mark.parametrize(
    ("person", "none", "given_up", "trying"),
    [
        (ADA, "Nothing has been sent", "given up · tries: 1 (answered 410)", "trying it now"),
        (BEN, "هنوز پاسخی", "رها شد · تلاش‌ها: ۱ خطا: answered 410", "دارم دوباره"),
    ],
)
async def test_a_dead_delivery_is_seen_and_tried_once_more(
    app, telegram, receiver, person, none, given_up, trying
):
    assert none in plain((await says(telegram, person, "/deliveries"))["text"])
    receiver.act = gone
    job = await ask(app, receiver, person)
    notice = await telegram.heard(person, lambda m: receiver.url.split("/")[2] in plain(m.get("text", "")))
    assert f"delivery:resume:{job}" in str(notice["reply_markup"])

    listed = await says(telegram, person, "/deliveries")
    assert given_up in plain(listed["text"])
    receiver.act = None
    telegram.tap(person, listed["message_id"], f"delivery:again:{job}")

    first, second = await receiver.hears(2)
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    await until(lambda: in_state(app, "done"))
    assert trying in str(list(telegram.calls))
    again = await says(telegram, person, "/deliveries")
    assert "reply_markup" not in again


async def test_a_paused_address_is_resumed(app, telegram, receiver):
    receiver.act = gone
    await ask(app, receiver, ADA)
    await until(lambda: in_state(app, "dead"))
    waiting = await ask(app, receiver, ADA)
    await until(lambda: postponed(app))
    listed = await says(telegram, ADA, "/deliveries")
    assert "is left alone until" in plain(listed["text"])

    receiver.act = None
    telegram.tap(ADA, listed["message_id"], f"delivery:resume:{waiting}")

    assert (await receiver.answer(waiting))["status"] == 1
    assert "left alone" not in plain((await says(telegram, ADA, "/deliveries"))["text"])


async def postponed(app):
    return await app.storage.fetch(
        "SELECT 1 FROM delivery JOIN endpoint ON next_at = paused_until WHERE state = 'pending'"
    )


async def test_deliveries_of_others_are_seen_by_admins_alone(app, telegram, receiver):
    receiver.act = gone
    job = await ask(app, receiver, ADA)
    await until(lambda: in_state(app, "dead"))
    own = await says(telegram, BEN, "/deliveries all")
    forge(telegram, BEN, own, f"delivery:again:{job}")
    await until(lambda: "چیزی برای فرستادن نیست" in str(list(telegram.calls)))
    assert len(receiver.heard) == 1

    seen = await says(telegram, BOSS, "/deliveries all")

    assert f"No. {job} →" in plain(seen["text"])
    assert str(ADA) in seen["text"]
    receiver.act = None
    telegram.tap(BOSS, seen["message_id"], f"delivery:again:{job}")
    await receiver.hears(2)
