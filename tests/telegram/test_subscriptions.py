"""A subscription, over the wire: bought by a link, renewed by Telegram, cancelled and resumed."""

import pytest

from billing.payments.subscriptions import MONTH
from bot.sandbox.faults import Fault
from tests.world import ADA, BEN, BOSS, balance, button, calls, plain, until, words

GIVEN_BACK = {ADA: "a month of it was given back", BEN: "یک ماه از اشتراکتان بازپرداخت شد"}
NONE = {ADA: "no subscription", BEN: "اشتراکی ندارید"}


async def subscribed(telegram, person=ADA):
    """The charge of a new subscription's first month."""
    shop = await telegram.heard(person, after=telegram.say(person, "/buy")["message_id"])
    telegram.tap(person, shop["message_id"], "buy:month")
    offer = await telegram.heard(person, after=shop["message_id"])
    link = offer["reply_markup"]["inline_keyboard"][0][0]["url"]
    paid = await telegram.pay_link(person, link)
    assert paid["ok"], paid
    await telegram.heard(person, lambda m: paid["charge"] in m.get("text", ""))
    return paid["charge"], link


async def _has(app, person, posted):
    return (await balance(app, person)).posted == posted


async def look(telegram, person=ADA):
    return await telegram.heard(person, after=telegram.say(person, "/subscription")["message_id"])


async def test_each_month_is_credited_when_it_is_paid(app, telegram):
    assert "no subscription" in (await look(telegram))["text"]
    charge, link = await subscribed(telegram)
    assert await balance(app, ADA) == (310_000, 0)

    renewal = telegram.renew(charge)

    receipt = await telegram.heard(ADA, lambda m: renewal in m.get("text", ""))
    assert receipt
    assert await balance(app, ADA) == (610_000, 0)
    assert telegram.stars(ADA) == 9_500
    again = await telegram.pay_link(ADA, link)
    assert not again["ok"]
    shop = await telegram.heard(ADA, after=telegram.say(ADA, "/buy")["message_id"])
    telegram.tap(ADA, shop["message_id"], "buy:month")
    assert "already" in (await telegram.heard(ADA, after=shop["message_id"]))["text"]


async def test_months_that_pass_are_paid_by_the_clock_and_found_after_an_outage(app, telegram):
    charge, _ = await subscribed(telegram, BEN)
    assert "تمدید می‌شود" in (await look(telegram, BEN))["text"]

    telegram.clock.forward(MONTH + 60)
    await until(lambda: _has(app, BEN, 610_000))
    await app.sweeps["reconciliation"][1]()

    assert await balance(app, BEN) == (610_000, 0)
    assert charge


async def test_a_cancelled_subscription_is_not_renewed_and_can_be_resumed(app, telegram):
    charge, _ = await subscribed(telegram)
    shown = await look(telegram)
    assert "renews by itself on" in plain(shown["text"])

    telegram.tap(ADA, shown["message_id"], button(shown, 0))
    ended = await until(lambda: _edited(telegram, shown, "does not renew"))
    assert telegram._stars.subscriptions[charge]["canceled"]
    telegram.tap(ADA, shown["message_id"], button(ended, 0))
    await until(lambda: _edited(telegram, shown, "My Stars"))
    telegram.resume_subscription(ADA, charge)
    await until(lambda: _state(app, "active"))

    assert not telegram._stars.subscriptions[charge]["canceled"]
    telegram.cancel_subscription(ADA, charge)
    await until(lambda: _state(app, "canceled"))
    assert "reply_markup" not in await look(telegram)


def _edited(telegram, message, words):
    now = telegram.message(message["chat"]["id"], message["message_id"])
    return now if words in now["text"] else None


async def _state(app, state):
    (row,) = await app.storage.fetch("SELECT state FROM subscription")
    return row.state == state


async def test_too_few_stars_for_the_next_month_are_told(app, telegram):
    charge, _ = await subscribed(telegram, BEN)
    telegram.give_stars(BEN, -9_700)

    assert telegram.renew(charge) == ""

    await telegram.heard(BEN, lambda m: "تمدید نشد" in m.get("text", ""))
    assert await balance(app, BEN) == (310_000, 0)


async def test_an_old_button_of_a_subscription_does_nothing(app, telegram):
    charge, _ = await subscribed(telegram)
    shown = await look(telegram)
    await app.storage.write(lambda conn: conn.run("UPDATE subscription SET paid_until = 1"))

    telegram.tap(ADA, shown["message_id"], button(shown, 0))

    await until(lambda: "too old" in str(list(telegram.calls)))
    assert not telegram._stars.subscriptions[charge]["canceled"]


async def is_cancelled(telegram, person, charge):
    """In Telegram, and the person was told."""
    await telegram.heard(person, lambda m: GIVEN_BACK[person] in m.get("text", ""))
    assert telegram._stars.subscriptions[charge]["canceled"]
    assert telegram._stars.subscriptions[charge]["by_bot"]


@pytest.mark.parametrize("person", [ADA, BEN])
async def test_a_subscription_whose_month_is_refunded_is_cancelled(app, telegram, person):
    charge, _ = await subscribed(telegram, person)

    telegram.say(BOSS, f"/refund {charge}")
    await is_cancelled(telegram, person, charge)
    await app.sweeps["refunds"][1]()
    await app.sweeps["reconciliation"][1]()

    assert await balance(app, person) == (10_000, 0)
    assert NONE[person] in words(await look(telegram, person))
    assert len(calls(telegram, "editUserStarSubscription")) == 1
    await subscribed(telegram, person)
    assert await balance(app, person) == (310_000, 0)


@pytest.mark.parametrize("person", [ADA, BEN])
async def test_a_subscription_that_is_charged_back_is_cancelled(app, telegram, person):
    charge, _ = await subscribed(telegram, person)
    renewal = telegram.renew(charge)
    await telegram.heard(person, lambda m: renewal in m.get("text", ""))

    telegram.charge_back(renewal)
    await app.sweeps["reconciliation"][1]()
    await app.sweeps["refunds"][1]()

    await is_cancelled(telegram, person, charge)
    assert await balance(app, person) == (310_000, 0)
    telegram.clock.forward(3 * MONTH)
    await app.sweeps["reconciliation"][1]()
    assert await balance(app, person) == (310_000, 0)


async def test_telegram_is_asked_to_cancel_until_it_has_answered(app, telegram):
    charge, _ = await subscribed(telegram)
    telegram.add_fault(Fault("editUserStarSubscription", "refused", times=2))

    telegram._stars.refund(ADA, charge)
    await until(lambda: _has(app, ADA, 10_000))
    for _ in range(3):
        await app.sweeps["refunds"][1]()

    await is_cancelled(telegram, ADA, charge)
    assert not await app.storage.fetch("SELECT 1 FROM subscription WHERE cancel_due = 1")
