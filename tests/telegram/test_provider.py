"""Packs for money through a provider of Telegram Payments, over the wire."""

import pytest

from bot.sandbox.faults import Fault
from bot.settings import SettingsError
from tests.telegram.test_card import PACKS
from tests.world import ADA, BEN, BOSS, all_handled, balance, hosted, plain, settings_for, until, words

PROVIDER = "284685063:TEST:NjQ5ZmE0"
SAID = {
    ADA: {"offer": "100 tokens · 1.99 USD", "pay": "Pay 1.99 USD", "bought": "✅ 100 tokens for 1.99 USD",
          "paid already": "paid already", "unmatched": "could not match", "moved": "bought"},
    BEN: {"offer": "توکنی · ۱٫۹۹ USD", "pay": "پرداخت ۱٫۹۹ USD", "bought": "✅ شما ۱۰۰ توکن به قیمت ۱٫۹۹ USD",
          "paid already": "قبلاً پرداخت شده", "unmatched": "نتوانستم این پرداخت", "moved": "خرید"},
}  # fmt: skip
BOTH = pytest.mark.parametrize("person", [ADA, BEN])


@pytest.fixture
def settings(telegram, upstream, tmp_path):
    (tmp_path / "packs.toml").write_text(PACKS)
    return settings_for(
        telegram, upstream, tmp_path / "data", provider_token=PROVIDER,
        packs_file=str(tmp_path / "packs.toml"),
    )  # fmt: skip


async def billed(telegram, person):
    """The invoice for the pack that has a price in dollars."""
    shop = await telegram.heard(person, after=telegram.say(person, "/buy")["message_id"])
    offered = [one for row in shop["reply_markup"]["inline_keyboard"] for one in row]
    (money,) = [one for one in offered if one["callback_data"].startswith("provider:")]
    assert SAID[person]["offer"] in plain(money["text"])
    telegram.tap(person, shop["message_id"], money["callback_data"])
    return await telegram.heard(person, lambda m: "invoice" in m, after=shop["message_id"])


@BOTH
async def test_a_pack_is_bought_for_money_once(app, telegram, person):
    bill = await billed(telegram, person)
    assert (bill["invoice"]["currency"], bill["invoice"]["total_amount"]) == ("USD", 199)
    assert plain(bill["reply_markup"]["inline_keyboard"][0][0]["text"]) == SAID[person]["pay"]

    charge = (await telegram.pay(person, bill["message_id"]))["charge"]

    receipt = await telegram.heard(person, lambda m: charge in m.get("text", ""))
    assert SAID[person]["bought"] in words(receipt)
    assert await balance(app, person) == (110_000, 0)
    assert telegram.stars(person) == 10_000
    again = await telegram.pay(person, bill["message_id"])
    assert SAID[person]["paid already"] in again["error"]
    moved = await telegram.heard(person, after=telegram.say(person, "/balance")["message_id"])
    assert SAID[person]["moved"] in words(moved)
    (row,) = await app.storage.fetch("SELECT method, currency, price, stars, provider_charge FROM payment")
    assert row[:4] == ("provider", "USD", 199, 0)
    assert row.provider_charge.startswith("pi_")
    await app.sweeps["reconciliation"][1]()
    assert not [m for m in telegram.messages(BOSS) if "⚠️" in m.get("text", "")]


async def test_an_update_that_comes_twice_credits_once(app, telegram):
    bill = await billed(telegram, ADA)
    telegram.add_fault(Fault("getUpdates", "duplicated", times=4))

    charge = (await telegram.pay(ADA, bill["message_id"]))["charge"]

    await telegram.heard(ADA, lambda m: charge in m.get("text", ""))
    await all_handled(app, telegram)
    assert await balance(app, ADA) == (110_000, 0)


@BOTH
async def test_money_that_no_order_explains_goes_to_the_admins(app, telegram, person):
    await telegram.heard(person, after=telegram.say(person, "/help")["message_id"])
    forged = {"payload": "1.forged", "amount": 199, "currency": "USD"}
    assert not (await telegram._stars.pay(person, person, forged))["ok"]
    charge = telegram._stars._charge(person, person, forged, first=True)

    told = await telegram.heard(BOSS, lambda m: charge in m.get("text", ""))

    assert "1.99 USD" in told["text"]
    await telegram.heard(person, lambda m: SAID[person]["unmatched"] in m.get("text", ""))
    assert await balance(app, person) == (10_000, 0)


async def test_an_admin_takes_the_tokens_back_and_is_told_to_give_the_money(app, telegram):
    bill = await billed(telegram, ADA)
    charge = (await telegram.pay(ADA, bill["message_id"]))["charge"]
    await telegram.heard(ADA, lambda m: charge in m.get("text", ""))

    done = telegram.say(BOSS, f"/refund {charge}")
    told = await telegram.heard(BOSS, lambda m: "1.99 USD back" in m["text"], after=done["message_id"])
    await telegram.heard(BOSS, lambda m: "by hand." in m["text"], after=told["message_id"])

    assert "at the provider pi_" in told["text"]
    assert await balance(app, ADA) == (10_000, 0)
    await until(lambda: _state(app, "refunded"))


async def _state(app, state):
    (row,) = await app.storage.fetch("SELECT state FROM payment")
    return row.state == state


async def test_it_is_off_without_a_providers_token(telegram, upstream, tmp_path):
    (tmp_path / "packs.toml").write_text(PACKS)
    settings = settings_for(telegram, upstream, tmp_path / "off", packs_file=str(tmp_path / "packs.toml"))
    async with hosted(settings):
        shop = await telegram.heard(ADA, after=telegram.say(ADA, "/buy")["message_id"])

        assert "provider:" not in str(shop["reply_markup"])


async def test_a_currency_in_which_nothing_has_a_price_is_named_at_the_start(settings):
    with pytest.raises(SettingsError, match="PROVIDER_CURRENCY: no pack has a price in CHF"):
        async with hosted(settings.model_copy(update={"provider_currency": "CHF"})):
            raise AssertionError
