"""Invoices that come back changed, old, forwarded or paid; refunds that Telegram has made before."""

import pytest

from billing.payments import stars
from billing.payments.orders import LIFETIME
from billing.payments.stars import Pack
from bot.books import Secrets
from bot.clock import now
from bot.sandbox.faults import Fault
from tests.telegram.test_money import invoice
from tests.world import ADA, BEN, BOSS, balance, calls, plain, reads, until

BOTH = pytest.mark.parametrize("person", [ADA, BEN])
OTHER = {ADA: BEN, BEN: ADA}
PACK = Pack("100", 100_000, 100)


async def known(telegram, person):
    await telegram.heard(person, after=telegram.say(person, "/help")["message_id"])


async def order(app, settings, person, at):
    """An order's payload, made at another time than now."""
    row = await app.storage.fetch_one("SELECT id FROM customer WHERE telegram_id = :id", id=person)
    return await app.storage.write(stars.open_invoice, Secrets.of(settings).pepper, row.id, PACK, at)


async def pays(telegram, person, payload, amount=100):
    """Why the payment was declined; "" if it was not."""
    paid = await telegram._stars.pay(person, person, {"payload": payload, "amount": amount})
    return plain(paid.get("error", ""))


@BOTH
async def test_an_order_can_be_paid_for_thirty_days(app, settings, telegram, person):
    await known(telegram, person)
    fresh = await order(app, settings, person, now() - LIFETIME + 60_000)
    old = await order(app, settings, person, now() - LIFETIME - 1)

    assert await pays(telegram, person, old) == reads(person, "payment-expired")
    assert await pays(telegram, person, fresh) == ""

    await until(lambda: _has(app, person, 110_000))
    assert telegram.stars(person) == 9_900


async def _has(app, person, posted):
    return (await balance(app, person)).posted == posted


@BOTH
async def test_what_was_changed_on_the_way_is_declined(app, settings, telegram, person):
    await known(telegram, person)
    payload = await order(app, settings, person, now())
    number, tag = payload.split(".")

    for forged in ("", "1", f"{number}.{'0' * 32}", f"{int(number) + 1}.{tag}", f"{number}.{tag}x"):
        assert await pays(telegram, person, forged) == reads(person, "payment-unknown"), forged
    for amount in (1, 99, 101):
        assert await pays(telegram, person, payload, amount) == reads(person, "payment-wrong-amount")

    assert await balance(app, person) == (10_000, 0)
    assert telegram.stars(person) == 10_000


@BOTH
async def test_a_forwarded_invoice_is_for_its_first_reader(app, telegram, person):
    other = OTHER[person]
    await known(telegram, person)
    bill = await invoice(telegram, other)

    refused = await telegram.pay(person, bill["message_id"], chat=other)

    assert plain(refused["error"]) == reads(person, "payment-not-yours")
    assert await balance(app, person) == (10_000, 0)
    assert (await telegram.pay(other, bill["message_id"]))["ok"]


@BOTH
async def test_an_invoice_is_paid_once(app, telegram, person):
    bill = await invoice(telegram, person)
    charge = (await telegram.pay(person, bill["message_id"]))["charge"]
    await telegram.heard(person, lambda m: charge in m.get("text", ""))

    again = await telegram.pay(person, bill["message_id"])

    assert plain(again["error"]) == reads(person, "payment-already-paid")
    assert telegram.stars(person) == 9_900


@BOTH
async def test_a_refund_that_telegram_has_made_before_is_done(app, telegram, person):
    bill = await invoice(telegram, person)
    charge = (await telegram.pay(person, bill["message_id"]))["charge"]
    await telegram.heard(person, lambda m: charge in m.get("text", ""))
    telegram.add_fault(Fault("refundStarPayment", "lost"))
    offer = await telegram.heard(person, after=telegram.say(person, "/paysupport")["message_id"])

    telegram.tap(person, offer["message_id"], offer["reply_markup"]["inline_keyboard"][0][0]["callback_data"])
    await telegram.heard(person, after=offer["message_id"])
    await app.sweeps["refunds"][1]()

    answers = [call.description for call in calls(telegram, "refundStarPayment")]
    assert "CHARGE_ALREADY_REFUNDED" in str(answers)
    assert [row.state for row in await app.storage.fetch("SELECT state FROM payment")] == ["refunded"]
    assert await balance(app, person) == (10_000, 0)
    assert telegram.stars(person) == 10_000
    assert not [m for m in telegram.messages(BOSS) if "refuses" in m.get("text", "")]
