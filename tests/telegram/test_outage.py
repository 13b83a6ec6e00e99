"""A day of being down, or cut off: what Telegram forgot meanwhile is found in its list, without a restart."""

import asyncio

import pytest

from bot.sandbox.faults import Fault
from tests.telegram.test_money import invoice
from tests.telegram.test_subscriptions import subscribed
from tests.world import ADA, BEN, BOSS, balance, calls, reads, until, words

BOTH = pytest.mark.parametrize("person", [ADA, BEN])


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The first failed poll is an outage, so that no test has to wait for three."""
    monkeypatch.setattr("handlers.telegram.inbox.OUTAGE_FAILURES", 1)


@BOTH
async def test_a_renewal_while_the_bot_is_down_for_25_hours(app, telegram, person):
    charge, _ = await subscribed(telegram, person)
    telegram.cut_off(True)
    renewal = telegram.renew(charge)
    await until(lambda: any(call.code == 0 for call in calls(telegram, "getUpdates")))

    telegram.clock.forward(25 * 3600)
    telegram.cut_off(False)

    receipt = await telegram.heard(person, lambda m: renewal in m.get("text", ""))
    assert reads(person, "receipt", tokens=300, stars=250, left=610, charge=renewal) == words(receipt)
    assert await balance(app, person) == (610_000, 0)


async def test_while_the_bot_is_down_nobody_can_pay(app, telegram):
    bill = await invoice(telegram)
    telegram.cut_off(True)

    paying = telegram._stars.pay(ADA, ADA, telegram._stars.invoices[f"{ADA}:{bill['message_id']}"])
    paid, _ = await asyncio.gather(paying, ten_seconds(telegram))
    telegram.cut_off(False)

    assert paid == {"ok": False, "error": "BOT_PRECHECKOUT_TIMEOUT"}
    assert telegram.stars(ADA) == 10_000
    assert await balance(app, ADA) == (10_000, 0)


async def ten_seconds(telegram):
    await asyncio.sleep(0)
    telegram.clock.forward(11)


@BOTH
async def test_the_news_of_a_payment_is_lost_and_an_admin_has_the_list_read(app, telegram, person):
    bill = await invoice(telegram, person)
    telegram.add_fault(Fault("successful_payment", "dropped"))
    charge = (await telegram.pay(person, bill["message_id"]))["charge"]
    assert telegram.faults == []
    assert await balance(app, person) == (10_000, 0)

    asked = telegram.say(BOSS, "/reconcile")

    done = await telegram.heard(BOSS, after=asked["message_id"])
    assert "1 payments of which no update told" in done["text"]
    await telegram.heard(person, lambda m: charge in m.get("text", ""))
    assert await balance(app, person) == (110_000, 0)
