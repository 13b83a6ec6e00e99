"""Buying with Stars, the admin's acts, and the door for programs."""

import asyncio

import aiohttp
import pytest

from bot.sandbox.telegram import Fault
from handlers.telegram import inbox
from tests.world import ADA, BEN, BOSS, balance, button, plain, until


async def invoice(telegram, person=ADA, pack=0):
    asked = telegram.say(person, "/buy")  # a receipt of before may come meanwhile
    shop = await telegram.heard(person, lambda m: "reply_markup" in m, after=asked["message_id"])
    telegram.tap(person, shop["message_id"], button(shop, pack))
    return await telegram.heard(person, lambda m: "invoice" in m, after=shop["message_id"])


async def test_a_pack_is_bought_with_stars_and_the_receipt_shown(app, telegram):
    bill = await invoice(telegram)

    paid = await telegram.pay(ADA, bill["message_id"])

    assert paid["ok"], paid
    receipt = await telegram.heard(ADA, lambda m: "Receipt" in m.get("text", ""))
    assert paid["charge"] in receipt["text"]
    assert await balance(app, ADA) == (110_000, 0)
    assert telegram.stars(ADA) == 9_900


async def test_a_paid_invoice_is_declined(app, telegram):
    bill = await invoice(telegram)
    await telegram.pay(ADA, bill["message_id"])
    await telegram.heard(ADA, lambda m: "Receipt" in m.get("text", ""))

    again = await telegram.pay(ADA, bill["message_id"])

    assert again == {"ok": False, "error": again["error"]}
    assert "already" in again["error"]
    assert telegram.stars(ADA) == 9_900


@pytest.fixture
def one_lane(monkeypatch):
    monkeypatch.setattr(inbox, "LANES", 1)


async def test_a_pre_checkout_waits_for_no_chat(one_lane, app, telegram):
    bill = await invoice(telegram)
    telegram.add_fault(Fault("sendMessage", "slow", chat=BEN, seconds=8))
    telegram.say(BEN, "/start")
    await until(lambda: not telegram.faults)

    async with asyncio.timeout(6):
        paid = await telegram.pay(ADA, bill["message_id"])

    assert paid["ok"], paid


async def test_somebody_elses_invoice_is_declined(app, telegram):
    bill = await invoice(telegram)
    await telegram.heard(BEN, after=telegram.say(BEN, "/start")["message_id"])

    refused = await telegram.pay(BEN, bill["message_id"], chat=ADA)

    assert not refused["ok"]
    assert await balance(app, BEN) == (10_000, 0)


async def test_the_trial_pack_is_for_admins(app, telegram):
    shop = await telegram.heard(ADA, after=telegram.say(ADA, "/buy")["message_id"])
    admins = await telegram.heard(BOSS, after=telegram.say(BOSS, "/buy")["message_id"])

    assert len(shop["reply_markup"]["inline_keyboard"]) == 5
    assert len(admins["reply_markup"]["inline_keyboard"]) == 6


async def test_balance_shows_what_moved(app, telegram):
    bill = await invoice(telegram)
    await telegram.pay(ADA, bill["message_id"])
    await until(lambda: _has(app, ADA, 110_000))

    shown = await telegram.heard(
        ADA,
        lambda m: "You have" in plain(m["text"]) and "Receipt" not in m["text"],
        after=telegram.say(ADA, "/balance")["message_id"],
    )

    assert "110 tokens" in plain(shown["text"])
    assert "bought with Stars" in plain(shown["text"])
    assert "welcome gift" in plain(shown["text"])


async def _has(app, person, posted):
    return (await balance(app, person)).posted == posted


async def test_an_admin_issues_a_code_that_shows_the_balance(app, telegram):
    issued = await telegram.heard(BOSS, after=telegram.say(BOSS, f"/issue {ADA} my phone")["message_id"])
    code = next(word for word in issued["text"].split() if word.startswith("tb_live_"))

    async with aiohttp.ClientSession(app.address) as http:
        async with http.get("/api/v1/account", headers={"Authorization": f"Bearer {code}"}) as answer:
            assert answer.status == 200
            account = await answer.json()
            assert (account["balance"], account["held"], account["available"]) == (10, 0, 10)
    listed = await telegram.heard(BOSS, after=telegram.say(BOSS, "/codes")["message_id"])
    assert code not in listed["text"]
    assert code[-4:] in listed["text"]


async def test_a_revoked_code_opens_nothing(app, telegram):
    issued = await telegram.heard(BOSS, after=telegram.say(BOSS, f"/issue {ADA}")["message_id"])
    code = next(word for word in issued["text"].split() if word.startswith("tb_live_"))

    await telegram.heard(BOSS, after=telegram.say(BOSS, "/revoke 1")["message_id"])

    async with aiohttp.ClientSession(app.address) as http:
        async with http.get("/api/v1/account", headers={"Authorization": f"Bearer {code}"}) as answer:
            assert answer.status == 401
            assert "API code" in (await answer.json())["error"]["message"]


async def test_only_admins_administer(app, telegram):
    refused = await telegram.heard(ADA, after=telegram.say(ADA, f"/credit {ADA} 100 please")["message_id"])

    assert "don't know this command" in plain(refused["text"])
    assert await balance(app, ADA) == (10_000, 0)


async def test_an_admin_credits_looks_and_takes_back(app, telegram):
    say = telegram.say
    done = await telegram.heard(BOSS, after=say(BOSS, f"/credit {ADA} 12.5 a present")["message_id"])
    assert "22.5" in plain(done["text"])
    user = await telegram.heard(BOSS, after=say(BOSS, f"/user {ADA}")["message_id"])
    assert "22.5 tokens" in plain(user["text"])
    too_much = await telegram.heard(BOSS, after=say(BOSS, f"/credit {ADA} -30 mistake")["message_id"])
    assert "only 22.5" in plain(too_much["text"])
    for wrong in (f"/credit {ADA} 5", "/credit x y z", "/credit", f"/credit {ADA} 0 zero", "/revoke me"):
        usage = await telegram.heard(BOSS, after=say(BOSS, wrong)["message_id"])
        assert "Use it as" in plain(usage["text"]), wrong

    assert await balance(app, ADA) == (22_500, 0)


async def test_a_payment_is_refunded_by_an_admin_once(app, telegram):
    bill = await invoice(telegram)
    charge = (await telegram.pay(ADA, bill["message_id"]))["charge"]
    await until(lambda: _has(app, ADA, 110_000))

    done = await telegram.heard(BOSS, after=telegram.say(BOSS, f"/refund {charge}")["message_id"])
    again = await telegram.heard(BOSS, after=telegram.say(BOSS, f"/refund {charge}")["message_id"])

    assert "Refunded" in plain(done["text"])
    assert "before" in plain(again["text"])
    assert await balance(app, ADA) == (10_000, 0)
    assert telegram.stars(ADA) == 10_000


async def test_spent_tokens_are_not_refunded(app, telegram):
    bill = await invoice(telegram)
    charge = (await telegram.pay(ADA, bill["message_id"]))["charge"]
    await until(lambda: _has(app, ADA, 110_000))
    await app.operator.credit(ADA, -50_000, "test", "k")

    refused = await telegram.heard(BOSS, after=telegram.say(BOSS, f"/refund {charge}")["message_id"])

    assert "spent" in plain(refused["text"])
    assert telegram.stars(ADA) == 9_900


async def test_support_reaches_the_admins_and_their_answer_the_person(app, telegram):
    await telegram.heard(ADA, after=telegram.say(ADA, "/support")["message_id"])
    telegram.send_photo(ADA, PNG, caption="it looks like this")
    copied = await telegram.heard(BOSS, lambda m: "photo" in m)
    await telegram.heard(ADA, lambda m: "Passed on" in m.get("text", ""))

    answer = telegram.say(BOSS, "Now it is fine", reply_to=copied["message_id"])
    await telegram.heard(BOSS, after=answer["message_id"])

    heard = await telegram.heard(ADA, lambda m: m.get("text") == "Now it is fine")
    assert heard["from"]["is_bot"]
    assert copied["caption"] == "it looks like this"
    assert await balance(app, ADA) == (10_000, 0)


async def test_support_can_be_given_up(app, telegram):
    await telegram.heard(ADA, after=telegram.say(ADA, "/support")["message_id"])
    await telegram.heard(ADA, after=telegram.say(ADA, "/cancel")["message_id"])

    answer = await telegram.heard(ADA, lambda m: "left" in m.get("text", ""), after=_say(telegram))

    assert answer
    assert not [m for m in telegram.messages(BOSS) if m["from"]["id"] == telegram.bot["id"]]


def _say(telegram):
    return telegram.say(ADA, "What is 2 + 2?")["message_id"]


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
    "0000000500010a2db40000000049454e44ae426082"
)
