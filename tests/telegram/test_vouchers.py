"""Vouchers over the wire."""

import pytest

from handlers.telegram.vouchers import voucher_of
from tests.world import ADA, BEN, BOSS, balance, plain, until


async def voucher(telegram, words="100 x50 until 2027-01-01"):
    """What the admin is shown, and the code."""
    asked = telegram.say(BOSS, f"/voucher {words}")
    shown = await telegram.heard(BOSS, lambda m: "shown this once" in m["text"], after=asked["message_id"])
    return shown["text"], shown["text"].split("\n")[1]


async def said(telegram, person, words):
    return plain((await telegram.heard(person, after=telegram.say(person, words)["message_id"]))["text"])


async def test_a_voucher_is_redeemed_by_message_and_by_link_once(app, telegram):
    shown, code = await voucher(telegram, "100 x50 until 2099-01-01")
    assert "100 tokens for 50 customers, until 2099-01-01" in shown
    assert f"?start={code}" in shown

    assert "brought you 100 tokens. You have 110" in await said(telegram, ADA, f" {code.upper()} ")
    assert "۱۰۰ توکن" in await said(telegram, BEN, f"/start {code}")
    assert "already" in await said(telegram, ADA, f"/start {code}")
    assert "قبلاً گرفته‌اید" in await said(telegram, BEN, code)

    assert (await balance(app, ADA), await balance(app, BEN)) == ((110_000, 0), (110_000, 0))
    assert "2 of 50" in await said(telegram, BOSS, "/vouchers")


async def test_of_50_people_at_once_ten_redeem_a_voucher_of_ten(app, telegram):
    _, code = await voucher(telegram, "7 x10")
    people = range(3001, 3051)
    for person in people:
        telegram.add_person(person, f"P{person}", language_code="en")

    sent = {person: telegram.say(person, code)["message_id"] for person in people}
    answers = [
        plain((await telegram.heard(person, after=message))["text"]) for person, message in sent.items()
    ]

    assert sum("brought you 7 tokens" in answer for answer in answers) == 10
    assert sum("used up" in answer for answer in answers) == 40
    held = [(await balance(app, person)).posted for person in people]
    assert sorted(held) == [10_000] * 40 + [17_000] * 10


async def test_guesses_are_limited_and_reported(app, telegram):
    wrong = "v_" + "a" * 20
    answers = [await said(telegram, ADA, wrong) for _ in range(6)]

    assert ["no such voucher" in answer for answer in answers] == [True] * 5 + [False]
    assert "Too many codes" in answers[5]
    await telegram.heard(BOSS, lambda m: "guesses voucher codes" in m.get("text", ""))
    assert await balance(app, ADA) == (10_000, 0)
    await until(lambda: True)


async def test_only_admins_make_vouchers(app, telegram):
    assert "don't know this command" in await said(telegram, ADA, "/voucher 100")


@pytest.mark.parametrize(
    "words",
    ["", "x", "-5", "0", "100 50", "100 x0", "100 x1000000", "100 x٣x", "100 until", "100 until 2020-01-01",
     "100 until tomorrow", "100 x5 till 2099-01-01", "100 x5 until 2099-13-01"],
)  # fmt: skip
async def test_what_is_no_voucher_is_explained(app, telegram, words):
    assert "Use it as" in await said(telegram, BOSS, f"/voucher {words}")


def test_a_voucher_as_admins_write_it():
    assert voucher_of("12.5") == (12_500, 1, None)
    assert voucher_of("100 x50") == (100_000, 50, None)
    assert voucher_of("100 until 2099-01-01") == (100_000, 1, 4_070_995_200_000)
