"""/paysupport: asking for Stars back."""

import asyncio

from bot.sandbox.faults import Fault
from tests.telegram.test_money import invoice
from tests.world import ADA, BEN, BOSS, balance, button, hosted, settings_for, until

SECOND_BOSS = 2


async def bought(telegram, person=ADA):
    bill = await invoice(telegram, person)
    charge = (await telegram.pay(person, bill["message_id"]))["charge"]
    await telegram.heard(person, lambda m: charge in m.get("text", ""))
    return charge


async def choose(telegram, person=ADA, number=0):
    """Send /paysupport and choose a purchase; what is said then."""
    offer = await telegram.heard(person, after=telegram.say(person, "/paysupport")["message_id"])
    telegram.tap(person, offer["message_id"], button(offer, number))
    return await telegram.heard(
        person, lambda m: m["from"]["is_bot"] and "text" in m, after=offer["message_id"]
    )


async def test_an_unspent_purchase_is_refunded_at_once(app, telegram):
    await bought(telegram)

    said = await choose(telegram)

    assert "returned your Stars" in said["text"]
    assert await balance(app, ADA) == (10_000, 0)
    assert telegram.stars(ADA) == 10_000
    again = await telegram.heard(ADA, after=telegram.say(ADA, "/paysupport")["message_id"])
    assert "reply_markup" not in again


async def test_a_refund_in_persian(app, telegram):
    await bought(telegram, BEN)

    said = await choose(telegram, BEN)

    assert "تلگرام ستاره‌هایتان را برگرداند" in said["text"]
    assert await balance(app, BEN) == (10_000, 0)


async def test_without_purchases_the_way_to_a_person_is_shown(app, telegram):
    said = await telegram.heard(ADA, after=telegram.say(ADA, "/paysupport")["message_id"])

    assert "/support" in said["text"]
    assert "reply_markup" not in said


async def test_a_spent_purchase_is_decided_by_the_first_of_two_admins(telegram, upstream, tmp_path):
    telegram.add_person(SECOND_BOSS, "Eve", language_code="en")
    settings = settings_for(telegram, upstream, tmp_path / "data", admin_ids=(BOSS, SECOND_BOSS))
    async with hosted(settings) as app:
        charge = await bought(telegram, BEN)
        await app.operator.credit(BEN, -30_000, "spent", "k")
        assert "تصمیم می‌گیرد" in (await choose(telegram, BEN))["text"]
        shown = [
            await telegram.heard(admin, lambda m: charge in m.get("text", ""))
            for admin in (BOSS, SECOND_BOSS)
        ]
        assert "80 of them unspent" in shown[0]["text"]

        for admin, message in zip((BOSS, SECOND_BOSS), shown, strict=True):
            telegram.tap(admin, message["message_id"], button(message, 0))

        await telegram.heard(BEN, lambda m: "تلگرام ستاره‌هایتان را برگرداند" in m.get("text", ""))
        await until(lambda: "Already approved by " in str(list(telegram.calls)))
        assert await balance(app, BEN) == (0, 0)
        assert telegram.stars(BEN) == 10_000
        loss = await app.storage.fetch("SELECT amount FROM transfer WHERE key LIKE 'rest:%'")
        assert [row.amount for row in loss] == [20_000]


async def test_the_second_tap_is_told_who_was_first(telegram, upstream, tmp_path):
    telegram.add_person(SECOND_BOSS, "Eve", language_code="en")
    settings = settings_for(telegram, upstream, tmp_path / "data", admin_ids=(BOSS, SECOND_BOSS))
    async with hosted(settings) as app:
        charge = await bought(telegram)
        await app.operator.credit(ADA, -30_000, "spent", "k")
        await choose(telegram)
        first, second = [
            await telegram.heard(admin, lambda m: charge in m.get("text", ""))
            for admin in (BOSS, SECOND_BOSS)
        ]
        telegram.say(BOSS, "/balance")
        telegram.tap(BOSS, first["message_id"], button(first, 1))
        await telegram.heard(ADA, lambda m: "could not be given back" in m.get("text", ""))

        telegram.tap(SECOND_BOSS, second["message_id"], button(second, 0))

        await until(lambda: "Already rejected by Boss." in str(list(telegram.calls)))
        assert await balance(app, ADA) == (80_000, 0)
        assert telegram.stars(ADA) == 9_900


async def test_a_refund_is_repeated_until_telegram_has_answered(app, telegram):
    await bought(telegram)
    telegram.add_fault(Fault("refundStarPayment", "lost"))

    said = await choose(telegram)

    assert "Stars follow" in said["text"] or "returned your Stars" in said["text"]
    await app.sweeps["refunds"][1]()
    (row,) = await app.storage.fetch("SELECT state FROM payment")
    assert row.state == "refunded"
    assert telegram.stars(ADA) == 10_000
    assert await balance(app, ADA) == (10_000, 0)


async def test_a_refund_that_telegram_refuses_gives_the_tokens_again(app, telegram):
    await bought(telegram)
    telegram.add_fault(Fault("refundStarPayment", "error", code=400, description="CHARGE_NOT_FOUND"))

    said = await choose(telegram)

    assert "Your tokens stay with you" in said["text"]
    assert await balance(app, ADA) == (110_000, 0)
    await telegram.heard(BOSS, lambda m: "Telegram refuses the refund" in m.get("text", ""))


async def test_two_taps_at_once_are_one_refund(app, telegram):
    await bought(telegram)
    offer = await telegram.heard(ADA, after=telegram.say(ADA, "/paysupport")["message_id"])

    for _ in range(3):
        telegram.tap(ADA, offer["message_id"], button(offer, 0))
    await telegram.heard(ADA, lambda m: "returned your Stars" in m.get("text", ""))
    await asyncio.sleep(0)

    assert telegram.stars(ADA) == 10_000
    assert await balance(app, ADA) == (10_000, 0)


async def test_a_payment_without_an_order_is_given_back_by_an_admin(app, telegram):
    await telegram.heard(ADA, after=telegram.say(ADA, "/balance")["message_id"])
    charge = telegram.add_payment(ADA, 7, "of another bot")
    await app.sweeps["reconciliation"][1]()

    done = await telegram.heard(
        BOSS,
        lambda m: "no order;" in m.get("text", ""),
        after=telegram.say(BOSS, f"/refund {charge}")["message_id"],
    )
    await app.sweeps["reconciliation"][1]()

    assert "returned" in done["text"]
    assert telegram.stars(ADA) == 10_000
    queue = await telegram.heard(BOSS, after=telegram.say(BOSS, "/stars")["message_id"])
    assert "Every Star transaction has its order" in queue["text"]


async def test_requests_that_wait_are_shown_again(app, telegram):
    charge = await bought(telegram)
    none = await telegram.heard(BOSS, after=telegram.say(BOSS, "/refunds")["message_id"])
    await app.operator.credit(ADA, -30_000, "spent", "k")
    await choose(telegram)

    asked = telegram.say(BOSS, "/refunds")
    shown = await telegram.heard(BOSS, lambda m: charge in m.get("text", ""), after=asked["message_id"])

    assert "Nobody waits" in none["text"]
    assert "80 of them unspent" in shown["text"]
