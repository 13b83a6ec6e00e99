"""/apicode, /code and /blocks over the wire: codes asked for, shown, restricted, lifted."""

import io
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.settings import Settings
from tests.world import ADA, BEN, BOSS, balance, hosted, plain, settings_for, until


@pytest.fixture
def settings(telegram, upstream, tmp_path) -> Settings:
    return settings_for(telegram, upstream, tmp_path / "data", api_codes_on_request=True)


def buttons(message: dict[str, Any]) -> dict[str, str]:
    """What stands on the buttons, by what a tap sends."""
    rows = message["reply_markup"]["inline_keyboard"]
    return {one["callback_data"]: one["text"] for row in rows for one in row}


async def says(telegram, person, words):
    return await telegram.heard(person, after=telegram.say(person, words)["message_id"])


async def tap(telegram, person, message, data, expected):
    """Tap, and wait until this message or a new one says so."""
    telegram.tap(person, message["message_id"], data)
    return await telegram.heard(
        person, lambda m: expected in plain(m.get("text") or m.get("caption") or ""),
        after=message["message_id"] - 1,
    )  # fmt: skip


def forge(telegram, person, message, data) -> None:
    """Tap on a button that the bot has never shown."""
    markup = {"inline_keyboard": [[{"text": "forged", "callback_data": data}]]}
    telegram.message(person, message["message_id"])["reply_markup"] = markup
    telegram.tap(person, message["message_id"], data)


async def card_of(telegram, person):
    """The card of the only code."""
    shown = await says(telegram, person, "/apicode")
    telegram.tap(person, shown["message_id"], "code:show:1")
    return await telegram.heard(
        person, lambda m: "code:pause:1" in str(m.get("reply_markup")), after=shown["message_id"] - 1
    )


async def account(app, code) -> int:
    async with aiohttp.ClientSession(app.address) as http:
        async with http.get("/api/v1/account", headers={"Authorization": f"Bearer {code}"}) as answer:
            return int(answer.status)


def code_of(message) -> str:
    return next(word for word in plain(message["text"]).split() if word.startswith("tb_live_"))


async def approved(telegram, person) -> str:
    offer = await says(telegram, person, "/apicode")
    telegram.tap(person, offer["message_id"], "code:ask:0")
    asked = await telegram.heard(BOSS, lambda m: "asks for an API code" in m.get("text", ""))
    telegram.tap(BOSS, asked["message_id"], next(iter(buttons(asked))))
    return code_of(await telegram.heard(person, lambda m: "tb_live_" in m.get("text", "")))


@pytest.mark.parametrize(
    ("person", "none", "passed_on", "shown_once"),
    [
        (ADA, "You have no API code", "I have passed it on", "show it this once"),
        (BEN, "شما کد API ندارید", "درخواستتان را رساندم", "فقط همین یک بار"),
    ],
)
async def test_a_code_is_asked_for_approved_with_one_tap_and_shown_once(
    app, telegram, person, none, passed_on, shown_once
):
    offer = await says(telegram, person, "/apicode")
    assert none in plain(offer["text"])
    await tap(telegram, person, offer, "code:ask:0", passed_on)
    telegram.tap(person, offer["message_id"], "code:ask:0")
    asked = await telegram.heard(BOSS, lambda m: "asks for an API code" in m.get("text", ""))
    assert str(person) in asked["text"]

    telegram.tap(BOSS, asked["message_id"], "coderequest:approve:1")
    issued = await telegram.heard(person, lambda m: "tb_live_" in m.get("text", ""))
    telegram.tap(BOSS, asked["message_id"], "coderequest:decline:1")

    assert shown_once in plain(issued["text"])
    assert await account(app, code_of(issued)) == 200
    await telegram.heard(BOSS, lambda m: "decided before" in m.get("text", ""))
    assert len(await app.operator.codes()) == 1
    assert code_of(issued) not in repr(await app.storage.fetch("SELECT * FROM api_code"))


async def test_an_admin_declines_a_request(app, telegram):
    offer = await says(telegram, ADA, "/apicode")
    telegram.tap(ADA, offer["message_id"], "code:ask:0")
    asked = await telegram.heard(BOSS, lambda m: "asks for an API code" in m.get("text", ""))

    forge(telegram, ADA, offer, "coderequest:approve:1")
    telegram.tap(BOSS, asked["message_id"], "coderequest:decline:1")

    await telegram.heard(ADA, lambda m: "was declined" in m.get("text", ""))
    assert await app.operator.codes() == []
    assert await telegram.heard(ADA, lambda m: "I have passed it on" in m["text"])
    again = await says(telegram, ADA, "/apicode")
    telegram.tap(ADA, again["message_id"], "code:ask:0")
    await until(lambda: _asked_twice(app))


async def _asked_twice(app):
    return len(await app.storage.fetch("SELECT 1 FROM code_request")) == 2


async def test_where_it_is_not_allowed_nobody_asks(telegram, upstream, tmp_path):
    async with hosted(settings_for(telegram, upstream, tmp_path / "other")) as app:
        offer = await says(telegram, ADA, "/apicode")
        assert "given out by the operator" in plain(offer["text"])
        assert "reply_markup" not in offer
        forge(telegram, ADA, offer, "code:ask:0")

        await says(telegram, ADA, "/balance")
        assert await app.storage.fetch("SELECT * FROM code_request") == []


async def test_an_owner_pauses_resumes_renews_and_revokes(app, telegram):
    code = await approved(telegram, ADA)
    shown = await says(telegram, ADA, "/apicode")
    assert code[-4:] in shown["text"]
    assert code not in shown["text"]

    shown = await tap(telegram, ADA, shown, "code:show:1", "Never used")
    paused = await tap(telegram, ADA, shown, "code:pause:1", "paused")
    assert "code:resume:1" in buttons(paused)
    assert await account(app, code) == 401
    await tap(telegram, ADA, shown, "code:resume:1", "active")
    assert await account(app, code) == 200

    renewed = await tap(telegram, ADA, shown, "code:rotate:1", "show it this once")
    new = code_of(renewed)
    assert [await account(app, one) for one in (code, new)] == [200, 200]
    sure = await tap(telegram, ADA, shown, "code:revoke:1", "valid until")
    await until(lambda: "code:revoke_sure:1" in buttons(telegram.message(ADA, sure["message_id"])))
    assert await account(app, new) == 200
    await tap(telegram, ADA, shown, "code:revoke_sure:1", "revoked")
    assert [await account(app, one) for one in (code, new)] == [401, 401]


@pytest.mark.parametrize(
    ("person", "words", "budget", "aside", "asking"),
    [(ADA, ("12.5", "4", "nonsense"), "Budget for a day: 12.5 tokens", "are left: 4 tokens",
     "shall I set aside"),
     (BEN, ("۱۲٫۵", "۴", "چند تا"), "بودجهٔ روزانه: ۱۲٫۵ توکن", "مانده: ۴ توکن",
     "کنار بگذارم؟")],
)  # fmt: skip
async def test_an_owner_sets_a_budget_and_tokens_aside(app, telegram, person, words, budget, aside, asking):
    await approved(telegram, person)
    shown = await card_of(telegram, person)

    asked = await tap(telegram, person, shown, "code:budget_day:1", "/cancel")
    wrong = await says(telegram, person, words[2])
    assert "50" in plain(wrong["text"]) or "۵۰" in plain(wrong["text"])
    card = await says(telegram, person, words[0])
    assert budget in plain(card["text"])
    assert asked["message_id"] < card["message_id"]
    none = await telegram.heard(person, after=await _ask_again(telegram, person, card, "0"))
    assert budget not in plain(none["text"])

    await tap(telegram, person, none, "code:aside:1", asking)
    card = await says(telegram, person, words[1])
    assert aside in plain(card["text"])
    assert await balance(app, person) == (6_000, 0)
    telegram.tap(person, card["message_id"], "code:back:1")
    await until(lambda: _has(app, person, 10_000))


async def _ask_again(telegram, person, card, words) -> int:
    await tap(telegram, person, card, "code:budget_day:1", "/cancel")
    return int(telegram.say(person, words)["message_id"])


async def _awaits(app, person, purpose):
    return await app.storage.fetch_one(
        "SELECT 1 FROM customer WHERE telegram_id = :id AND awaiting = :purpose", id=person, purpose=purpose
    )


async def _has(app, person, posted):
    return (await balance(app, person)).posted == posted


async def test_more_than_there_is_is_not_set_aside(app, telegram):
    await approved(telegram, ADA)
    shown = await card_of(telegram, ADA)
    await tap(telegram, ADA, shown, "code:aside:1", "shall I set aside")

    refused = await says(telegram, ADA, "11")

    assert "only 10 tokens free" in plain(refused["text"])
    assert "are left: 3" in plain((await says(telegram, ADA, "3"))["text"])


async def test_use_by_day_is_a_picture(app, telegram):
    code = await approved(telegram, ADA)
    async with aiohttp.ClientSession(app.address) as http:
        asked = {"api": code, "which": "text", "text": "What is 2 + 2?"}
        async with http.post("/api/v1/jobs", data=asked) as answer:
            assert (await answer.json())["code"] == 100
    shown = await card_of(telegram, ADA)

    used = await tap(telegram, ADA, shown, "code:use:1", "1 requests, 1 tokens")

    picture = Image.open(io.BytesIO(telegram.file(used["photo"][-1]["file_id"]).data))
    assert picture.size == (960, 480)
    assert len(picture.getcolors(100_000) or ()) > 3
    by_admin = await says(telegram, BOSS, "/code 1 use")
    assert plain(by_admin["caption"]) == "1 requests, 1 tokens"


async def test_codes_of_others_are_not_touched(app, telegram):
    code = await approved(telegram, ADA)
    other = await says(telegram, BEN, "/apicode")

    for act in ("show", "pause", "rotate", "revoke_sure", "back", "use", "budget_day"):
        forge(telegram, BEN, other, f"code:{act}:1")
    await until(lambda: _awaits(app, BEN, "code:budget_day:1"))
    telegram.say(BEN, "5")
    await until(lambda: _no_purpose(app))

    [row] = await app.operator.codes()
    assert (row.paused_at, row.revoked_at, row.budget_day) == (None, None, None)
    assert await account(app, code) == 200


async def _no_purpose(app):
    return not await app.storage.fetch("SELECT 1 FROM customer WHERE awaiting IS NOT NULL")


async def test_an_admin_restricts_a_code(app, telegram):
    code = await approved(telegram, ADA)

    for words, said in {
        "name phone": "phone ·", "budget-day 5": "Budget for a day: 5", "budget-day 0": "Never used",
        "budget-all 7.5": "Budget in all: 7.5", "expires 2099-01-01": "Valid until 2099-01-02 00:00",
        "expires never": "Never used", "kinds text, image": "kinds: text, image", "kinds all": "Never used",
        "models a,b": "models: a, b", "models all": "Never used",
        "networks 192.0.2.7/24": "networks: 192.0.2.0/24", "networks all": "Never used",
        "addresses 3": "addresses a day: 3", "addresses 0": "Never used",
        "limits 5/6/7": "limits: text 5, image 6, voice 7", "limits default": "Never used",
        "pause": "paused", "resume": "active", "": "phone",
    }.items():  # fmt: skip
        card = plain((await says(telegram, BOSS, f"/code 1 {words}"))["text"])
        assert said in card, (words, card)
    assert "budget-day" not in card
    for wrong in (
        "kinds video", "networks here", "limits 1/2", "limits a/b/c", "budget-day -5", "expires soon",
        "addresses many", "nonsense", "name", "models ,",
    ):  # fmt: skip
        assert "Use it as" in plain((await says(telegram, BOSS, f"/code 1 {wrong}"))["text"]), wrong
    assert "Use it as" in (await says(telegram, BOSS, "/code"))["text"]
    assert "no such code" in (await says(telegram, BOSS, "/code 9"))["text"]
    assert "don't know this command" in plain((await says(telegram, ADA, "/code 1 budget-day 1"))["text"])
    assert await account(app, code) == 200

    new = code_of(await says(telegram, BOSS, "/code 1 rotate"))
    assert await account(app, new) == 200


async def test_an_admin_sees_who_is_blocked_and_lifts_it(app, telegram):
    code = await approved(telegram, ADA)
    assert "Nobody is blocked" in (await says(telegram, BOSS, "/blocks"))["text"]
    for _ in range(app.settings.api_bad_codes + 1):
        await account(app, "tb_live_wrong")
    assert await account(app, code) == 429

    listed = await says(telegram, BOSS, "/blocks")
    assert "127.0.0.1 · wrong codes · until" in listed["text"]
    forge(telegram, ADA, await says(telegram, ADA, "/apicode"), "block:1")
    telegram.tap(BOSS, listed["message_id"], "block:1")
    await telegram.heard(BOSS, lambda m: "Nobody" in m["text"], after=listed["message_id"] - 1)

    assert await account(app, code) == 200
