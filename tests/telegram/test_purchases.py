"""The receipt of a purchase can be had again, by its buyer alone."""

import pytest

from tests.telegram.test_money import invoice
from tests.telegram.test_statements import said
from tests.world import ADA, BEN, BOSS, button, plain, until


async def buy(telegram, person=ADA):
    bill = await invoice(telegram, person)
    charge = (await telegram.pay(person, bill["message_id"]))["charge"]
    await telegram.heard(person, lambda m: charge in m.get("text", ""))
    return charge


@pytest.mark.parametrize(
    ("person", "bought", "unspent", "back"),
    [
        (ADA, "100 tokens for ⭐ 100", "Unspent of them: 100", "Refunded: 20"),
        (BEN, "خرید: ۱۰۰ توکن با ⭐ ۱۰۰", "خرج‌نشده: ۱۰۰ توکن", "بازپرداخت شد: ۱۴"),
    ],
)
async def test_a_receipt_is_shown_again_and_says_when_it_went_back(
    app, telegram, person, bought, unspent, back
):
    charge = await buy(telegram, person)

    shown = await said(telegram, person, "/purchases")
    telegram.tap(person, shown["message_id"], button(shown, 0))
    receipt = await telegram.heard(person, after=shown["message_id"])

    assert bought in plain(receipt["text"])
    assert unspent in plain(receipt["text"])
    assert charge in receipt["text"]
    assert [e["type"] for e in receipt["entities"]] == ["code"]
    assert "Refunded" in (await said(telegram, BOSS, f"/refund {charge}"))["text"]
    telegram.tap(person, shown["message_id"], button(shown, 0))
    again = await telegram.heard(person, lambda m: "🧾" in m.get("text", ""), after=receipt["message_id"])
    assert back in plain(again["text"])


async def test_nothing_bought_and_somebody_elses_receipt(app, telegram):
    assert "bought nothing" in (await said(telegram, ADA, "/purchases"))["text"]
    await buy(telegram, BEN)
    shown = await said(telegram, BEN, "/purchases")

    tap = telegram.tap(ADA, 999_999, button(shown, 0))

    await until(lambda: tap.answer)
    assert "bought nothing" in (await said(telegram, ADA, "/purchases"))["text"]
    assert not [m for m in telegram.messages(ADA) if "🧾" in m.get("text", "")]


async def test_many_purchases_are_paged(app, telegram):
    for _ in range(11):
        await buy(telegram)

    shown = await said(telegram, ADA, "/purchases")
    rows = shown["reply_markup"]["inline_keyboard"]
    telegram.tap(ADA, shown["message_id"], rows[-1][0]["callback_data"])

    assert len(rows) == 11
    await until(lambda: _rows(telegram, shown) == 1)


def _rows(telegram, message):
    now = telegram.message(message["chat"]["id"], message["message_id"])
    return len(now["reply_markup"]["inline_keyboard"])


async def test_the_level_of_the_notice_is_shown_and_has_decimals(app, telegram):
    await said(telegram, BEN, "/notice ۱۲٫۵")

    assert "حد کنونی: ۱۲٫۵ توکن" in plain((await said(telegram, BEN, "/notice"))["text"])
    row = await app.storage.fetch_one("SELECT low_level FROM customer WHERE telegram_id = :id", id=BEN)
    assert row.low_level == 12_500
