"""What is sold for money through a provider of Telegram Payments."""

import pytest
from aiogram.exceptions import TelegramBadRequest

from tests.sandbox.conftest import ADA
from tests.sandbox.test_telegram_stars import Shop, entries, invoice, link

PROVIDER = "284685063:TEST:NjQ5ZmE0"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"provider_token": ""}, "PAYMENT_PROVIDER_INVALID"),
        ({"provider_token": "none"}, "PAYMENT_PROVIDER_INVALID"),
        ({"currency": "XTR"}, "PAYMENT_PROVIDER_INVALID"),
        ({"currency": "ABC"}, "CURRENCY_INVALID"),
        ({"amount": 99}, "CURRENCY_TOTAL_AMOUNT_INVALID"),
        ({"amount": 1_000_001}, "CURRENCY_TOTAL_AMOUNT_INVALID"),
        ({"amount": 0}, "total price must be positive"),
    ],
)
async def test_what_can_not_be_sold_for_money(telegram, bot, more, words):
    for make in (invoice, link):
        with pytest.raises(TelegramBadRequest) as refused:
            await make(bot, **({"provider_token": PROVIDER, "currency": "USD", "amount": 199} | more))
        assert refused.value.message == "Bad Request: " + words


async def test_money_is_asked_about_and_paid_and_no_star_moves(telegram, bot):
    sent = await invoice(bot, amount=199, provider_token=PROVIDER, currency="USD")
    assert (sent.invoice.currency, sent.invoice.total_amount) == ("USD", 199)

    shop = Shop(bot)
    result = await shop.sell(telegram.pay(ADA, sent.message_id))

    asked, paid = shop.told[0].pre_checkout_query, shop.told[1].message.successful_payment
    assert (asked.currency, asked.total_amount) == (paid.currency, paid.total_amount) == ("USD", 199)
    assert paid.telegram_payment_charge_id == result["charge"]
    assert paid.provider_payment_charge_id.startswith("pi_")
    assert telegram.stars(ADA) == 10_000
    assert await entries(bot) == []
    with pytest.raises(TelegramBadRequest, match="CHARGE_NOT_FOUND"):
        await bot.refund_star_payment(ADA, result["charge"])


async def test_it_can_be_paid_without_any_star_and_declined(telegram, bot):
    telegram.give_stars(ADA, -10_000)
    sent = await invoice(bot, amount=199, provider_token=PROVIDER, currency="EUR")

    result = await Shop(bot, refusal="Sold out").sell(telegram.pay(ADA, sent.message_id), 1)

    assert result == {"ok": False, "error": "Sold out"}
