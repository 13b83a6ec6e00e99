"""Free tokens, vouchers and debts as people read them, in English and in Persian."""

import pytest

from tests.telegram.test_gifts import _age_captures
from tests.telegram.test_money import invoice
from tests.telegram.test_vouchers import said, voucher
from tests.world import ADA, BEN, BOSS, all_handled, balance, button, plain, reads, until, words

BOTH = pytest.mark.parametrize("person", [ADA, BEN])
OTHER = {ADA: BEN, BEN: ADA}
NAME = {ADA: "Ada", BEN: "Ben"}
QUESTION = {ADA: "What is 2 + 2?", BEN: "دو به‌علاوهٔ دو چند می‌شود؟"}


async def known(telegram, *people):
    for person in people:
        await telegram.heard(person, after=telegram.say(person, "/help")["message_id"])


async def has(app, person, posted):
    return (await balance(app, person)).posted == posted


def edited(telegram, message, text):
    now = telegram.message(message["chat"]["id"], message["message_id"])
    return now if plain(now["text"]) == text else None


@BOTH
async def test_a_voucher(app, telegram, person):
    _, code = await voucher(telegram, "100 x1 until 2099-01-01")

    assert await said(telegram, person, code) == reads(person, "voucher-redeemed", tokens=100, left=110)
    assert await said(telegram, person, f"/start {code}") == reads(person, "voucher-yours-already")
    assert await said(telegram, OTHER[person], code) == reads(OTHER[person], "voucher-used-up")
    for _ in range(5):
        assert await said(telegram, person, "v_" + "a" * 20) == reads(person, "voucher-unknown")
    assert await said(telegram, person, code) == reads(person, "voucher-too-many-guesses")

    assert await balance(app, person) == (110_000, 0)


@BOTH
async def test_a_voucher_that_has_expired(app, telegram, person):
    _, code = await voucher(telegram, "100 x5 until 2099-01-01")
    await app.storage.write(lambda conn: conn.run("UPDATE voucher SET expires_at = 1"))

    assert await said(telegram, person, code) == reads(person, "voucher-expired")


@BOTH
async def test_a_gift(app, telegram, person):
    other = OTHER[person]
    await known(telegram, person, other)
    offer = await telegram.heard(
        person, after=telegram.say(person, f"/gift 4 @{NAME[other].lower()}")["message_id"]
    )
    assert words(offer) == reads(person, "gift-confirm", tokens=4, name=NAME[other])

    telegram.tap(person, offer["message_id"], button(offer, 0))

    got = await telegram.heard(other, lambda m: "🎁" in m.get("text", ""))
    assert words(got) == reads(other, "gift-got", tokens=4, name=NAME[person])
    given = await until(lambda: edited(telegram, offer, reads(person, "gift-given", tokens=4)))
    assert reads(person, "movement-gift-given") in await said(telegram, person, "/balance")
    telegram.tap(person, offer["message_id"], button(given, 0))
    await until(lambda: edited(telegram, offer, reads(person, "gift-returned", tokens=4)))
    assert reads(other, "movement-gift-refund") in await said(telegram, other, "/balance")
    assert (await balance(app, person), await balance(app, other)) == ((10_000, 0), (10_000, 0))


@BOTH
async def test_a_gift_that_can_not_be_taken_back(app, telegram, person):
    other = OTHER[person]
    await known(telegram, person, other)
    for late in (False, True):
        offer = await telegram.heard(
            person, after=telegram.say(person, f"/gift 4 @{NAME[other].lower()}")["message_id"]
        )
        telegram.tap(person, offer["message_id"], button(offer, 0))
        given = await until(
            lambda offer=offer: edited(telegram, offer, reads(person, "gift-given", tokens=4))
        )
        if late:
            await app.storage.write(lambda conn: conn.run("UPDATE gift SET given_at = 1 WHERE id = 2"))
        else:
            await app.operator.credit(other, -14_000, "spent", "k")

        refused = await telegram.tap(person, offer["message_id"], button(given, 0)).answered(10)

        assert plain(refused["text"]) == reads(person, "gift-too-late" if late else "gift-spent")


@BOTH
async def test_an_invite(app, telegram, person):
    """`person` invites the other, who buys and uses what they bought."""
    other = OTHER[person]
    link = await telegram.heard(person, after=telegram.say(person, "/help")["message_id"])
    code = link["text"].split("start=")[1].split()[0]
    await telegram.heard(other, after=telegram.say(other, f"/start {code}")["message_id"])
    await app.operator.credit(other, -10_000, "spent", "k")
    bill = await invoice(telegram, other)
    await telegram.pay(other, bill["message_id"])
    await until(lambda: has(app, other, 100_000))
    telegram.say(other, QUESTION[other])
    await until(lambda: has(app, other, 99_000))

    await app.sweeps["invites"][1]()

    assert await balance(app, person) == (15_000, 0)
    assert await balance(app, other) == (104_000, 0)
    assert reads(person, "movement-invite") in await said(telegram, person, "/balance")
    assert reads(other, "movement-invited") in await said(telegram, other, "/balance")


@BOTH
async def test_a_refill(app, telegram, person):
    telegram.say(person, QUESTION[person])
    await until(lambda: _answered(app))
    await app.storage.write(_age_captures)

    await app.sweeps["refills"][1]()

    assert await balance(app, person) == (20_000, 0)
    assert reads(person, "movement-refill") in await said(telegram, person, "/balance")


async def _answered(app):
    return await app.storage.fetch("SELECT 1 FROM job WHERE state = 'answered'")


@BOTH
async def test_a_chargeback_and_its_debt(app, telegram, person):
    bill = await invoice(telegram, person)
    charge = (await telegram.pay(person, bill["message_id"]))["charge"]
    await telegram.heard(person, lambda m: charge in m.get("text", ""))
    await app.operator.credit(person, -50_000, "spent", "k")

    telegram.charge_back(charge)
    await app.sweeps["reconciliation"][1]()

    assert await said(telegram, person, QUESTION[person]) == reads(person, "error-in-debt", tokens=40)
    assert reads(person, "balance-debt", tokens=40) in await said(telegram, person, "/balance")
    bill = await invoice(telegram, person)
    charge = (await telegram.pay(person, bill["message_id"]))["charge"]
    await telegram.heard(person, lambda m: charge in m.get("text", ""))
    assert await balance(app, person) == (60_000, 0)
    assert reads(person, "movement-repay") in await said(telegram, person, "/balance")


@BOTH
async def test_a_refund_of_what_is_spent_is_for_an_admin(app, telegram, person):
    bill = await invoice(telegram, person)
    charge = (await telegram.pay(person, bill["message_id"]))["charge"]
    await telegram.heard(person, lambda m: charge in m.get("text", ""))
    await app.operator.credit(person, -30_000, "spent", "k")
    offer = await telegram.heard(person, after=telegram.say(person, "/paysupport")["message_id"])
    assert reads(person, "paysupport-choose") in words(offer)

    telegram.tap(person, offer["message_id"], button(offer, 0))
    assert words(await telegram.heard(person, after=offer["message_id"])) == reads(person, "refund-asked")
    request = await telegram.heard(BOSS, lambda m: charge in m.get("text", ""))
    telegram.tap(BOSS, request["message_id"], button(request, 1))

    await telegram.heard(person, lambda m: words(m) == reads(person, "refund-rejected"))
    telegram.tap(person, offer["message_id"], button(offer, 0))
    await all_handled(app, telegram)
    assert await balance(app, person) == (80_000, 0)


@BOTH
async def test_a_subscription(app, telegram, person):
    assert await said(telegram, person, "/subscription") == reads(person, "plan-none")
    shop = await telegram.heard(person, after=telegram.say(person, "/buy")["message_id"])
    telegram.tap(person, shop["message_id"], "buy:month")
    offer = await telegram.heard(person, after=shop["message_id"])
    assert words(offer) == reads(person, "plan-description", tokens=300)
    link = offer["reply_markup"]["inline_keyboard"][0][0]["url"]
    charge = (await telegram.pay_link(person, link))["charge"]
    await telegram.heard(person, lambda m: charge in m.get("text", ""))

    telegram.tap(person, shop["message_id"], "buy:month")
    await telegram.heard(person, lambda m: words(m) == reads(person, "plan-active-already"))
    shown = await telegram.heard(person, after=telegram.say(person, "/subscription")["message_id"])
    telegram.tap(person, shown["message_id"], button(shown, 0))
    cancelled = await until(lambda: _with(telegram, shown, reads(person, "plan-resume-button")))
    telegram.tap(person, shown["message_id"], button(cancelled, 0))
    await until(lambda: edited(telegram, shown, reads(person, "plan-may-resume")))
    telegram.resume_subscription(person, charge)
    telegram.give_stars(person, -telegram.stars(person))
    assert telegram.renew(charge) == ""
    await telegram.heard(person, lambda m: words(m) == reads(person, "plan-failed"))
    assert await balance(app, person) == (310_000, 0)


def _with(telegram, message, label):
    now = telegram.message(message["chat"]["id"], message["message_id"])
    return now if label in plain(str(now.get("reply_markup"))) else None
