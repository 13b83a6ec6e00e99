"""Telegram Stars: what can be sold, paid, renewed and given back, and what the ledger says of it."""

import asyncio

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import LabeledPrice

from bot.sandbox.refusals import ApiError
from tests.sandbox.conftest import ADA, BOB

MONTH = 2_592_000


def price(amount=50):
    return [LabeledPrice(label="tokens", amount=amount)]


def invoice(bot, person=ADA, amount=50, payload="order 1", **more):
    given = {"title": "Pack", "description": "100 tokens", "currency": "XTR", **more}
    return bot.send_invoice(person, payload=payload, prices=price(amount), **given)


def link(bot, amount=50, **more):
    given = {"title": "Pack", "description": "100 tokens", "payload": "order 1", "currency": "XTR", **more}
    return bot.create_invoice_link(prices=price(amount), **given)


class Shop:
    """The bot's side: agrees to each pre-checkout (or says why not), and notes what it is told."""

    def __init__(self, bot, refusal=None):
        self.bot, self.refusal, self.offset, self.told = bot, refusal, 0, []

    async def serve(self, count):
        """Take `count` updates."""
        while count > 0:
            for update in await self.bot.get_updates(offset=self.offset, timeout=3):
                self.offset, count = update.update_id + 1, count - 1
                self.told.append(update)
                if update.pre_checkout_query:
                    ok = self.refusal is None
                    answer = self.bot.answer_pre_checkout_query(
                        update.pre_checkout_query.id, ok=ok, error_message=self.refusal
                    )
                    await answer
        return self.told

    async def sell(self, paying, count=2):
        result, _ = await asyncio.gather(paying, self.serve(count))
        return result


async def entries(bot, **page):
    return (await bot.get_star_transactions(**page)).transactions


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"payload": ""}, 'parameter "payload" is required'),
        ({"payload": "ش" * 65}, "INVOICE_PAYLOAD_INVALID"),
        ({"title": "x" * 33}, "STARS_INVOICE_INVALID"),
        ({"title": ""}, 'parameter "title" is required'),
        ({"currency": "USD"}, "PAYMENT_PROVIDER_INVALID"),
        ({"amount": 0}, "total price must be positive"),
        ({"amount": 100_001}, "CURRENCY_TOTAL_AMOUNT_INVALID"),
        ({"need_email": True}, "STARS_INVOICE_INVALID"),
    ],
)
async def test_what_can_not_be_sold_for_stars(telegram, bot, more, words):
    for make in (invoice, link):
        with pytest.raises(TelegramBadRequest) as refused:
            await make(bot, **more)
        assert refused.value.message == "Bad Request: " + words


async def test_an_invoice_has_one_price(telegram, bot, post):
    given = {"title": "P", "description": "d", "payload": "p", "currency": "XTR", "chat_id": ADA}
    two = '[{"label": "a", "amount": 1}, {"label": "b", "amount": 1}]'

    assert (await post("sendInvoice", prices="[]", **given))[1]["description"].endswith(
        "at least one price part"
    )
    assert (await post("sendInvoice", prices=two, **given))[1]["description"].endswith(
        "STARS_INVOICE_INVALID"
    )
    assert (await invoice(bot, amount=100_000)).invoice.total_amount == 100_000


@pytest.mark.parametrize(
    ("amount", "period", "words"),
    [
        (10_001, MONTH, "SUBSCRIPTION_AMOUNT_INVALID"),
        (10, MONTH - 1, "SUBSCRIPTION_PERIOD_INVALID"),
    ],
)
async def test_subscriptions_last_a_month_and_cost_at_most_ten_thousand(telegram, bot, amount, period, words):
    with pytest.raises(TelegramBadRequest, match=words):
        await link(bot, amount, subscription_period=period)
    assert (await link(bot, 10_000, subscription_period=MONTH)).startswith("https://t.me/$")


async def test_a_declined_payment_shows_the_bots_words_and_costs_nothing(telegram, bot):
    sent = await invoice(bot)

    result = await Shop(bot, refusal="Sold out").sell(telegram.pay(ADA, sent.message_id), 1)

    assert result == {"ok": False, "error": "Sold out"}
    assert telegram.stars(ADA) == 10_000
    assert await entries(bot) == []


async def test_declining_needs_a_reason(telegram, bot, post):
    _, body = await post("answerPreCheckoutQuery", pre_checkout_query_id="1", ok="false")

    assert body["description"] == 'Bad Request: parameter "error_message" is required'


async def test_a_bot_that_is_silent_for_ten_seconds_sells_nothing(telegram, bot):
    sent = await invoice(bot)

    paying = asyncio.gather(telegram.pay(ADA, sent.message_id))
    [update] = await bot.get_updates(timeout=2)
    telegram.clock.forward(9)
    await asyncio.sleep(0)
    assert not paying.done()
    telegram.clock.forward(1)

    [result] = await paying
    assert result == {"ok": False, "error": "BOT_PRECHECKOUT_TIMEOUT"}
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_pre_checkout_query(update.pre_checkout_query.id, ok=True)
    assert telegram.stars(ADA) == 10_000


async def test_who_has_too_few_stars_is_not_even_asked_about(telegram, bot):
    telegram.add_person(7, "Poor", stars=49)
    sent = await invoice(bot, 7)

    assert await telegram.pay(7, sent.message_id) == {"ok": False, "error": "BALANCE_TOO_LOW"}
    assert await bot.get_updates() == []


async def test_an_invoice_stays_payable_also_by_whom_it_was_forwarded_to(telegram, bot):
    sent, shop = await invoice(bot), Shop(bot)

    first = await shop.sell(telegram.pay(ADA, sent.message_id))
    second = await shop.sell(telegram.pay(ADA, sent.message_id))
    copy = await shop.sell(telegram.pay(BOB, sent.message_id, chat=ADA))

    assert len({first["charge"], second["charge"], copy["charge"]}) == 3
    assert (telegram.stars(ADA), telegram.stars(BOB)) == (9_900, 9_950)
    asked, paid = shop.told[-2:]
    assert asked.pre_checkout_query.from_user.id == BOB
    assert paid.message.chat.id == paid.message.from_user.id == BOB
    assert paid.message.successful_payment.invoice_payload == "order 1"
    assert (await bot.get_my_star_balance()).amount == 150


async def test_an_invoice_with_a_start_parameter_is_for_its_first_reader(telegram, bot):
    sent = await invoice(bot, start_parameter="pack1")

    assert not (await telegram.pay(BOB, sent.message_id, chat=ADA))["ok"]


async def test_a_forwarded_invoice_is_paid_where_it_was_forwarded_to(telegram, bot):
    sent = await invoice(bot)
    copy = await bot.forward_message(BOB, ADA, sent.message_id)

    result = await Shop(bot).sell(telegram.pay(BOB, copy.message_id))

    assert result["ok"]


async def test_a_refund_comes_once_with_the_payments_id(telegram, bot):
    sent, shop = await invoice(bot), Shop(bot)
    charge = (await shop.sell(telegram.pay(ADA, sent.message_id)))["charge"]

    assert await bot.refund_star_payment(ADA, charge)
    with pytest.raises(TelegramBadRequest, match="CHARGE_ALREADY_REFUNDED"):
        await bot.refund_star_payment(ADA, charge)

    for person, id, words in [
        (ADA, "x", "CHARGE_NOT_FOUND"),
        (BOB, charge, "CHARGE_NOT_FOUND"),
        (9, charge, "USER_ID"),
    ]:
        with pytest.raises(TelegramBadRequest, match=words):
            await bot.refund_star_payment(person, id)
    paid, refunded = await entries(bot)
    assert paid.id == refunded.id == charge
    assert (paid.receiver, refunded.source) == (None, None)
    assert refunded.receiver.user.id == ADA
    assert telegram.stars(ADA) == 10_000
    [*_, told] = await shop.serve(1)
    assert told.message.refunded_payment.telegram_payment_charge_id == charge
    assert (await bot.get_my_star_balance()).amount == 0


async def test_a_chargeback_is_an_entry_and_nothing_else(telegram, bot):
    sent, shop = await invoice(bot), Shop(bot)
    charge = (await shop.sell(telegram.pay(ADA, sent.message_id)))["charge"]

    telegram.charge_back(charge)

    assert [entry.id for entry in await entries(bot)] == [charge, charge]
    assert telegram.stars(ADA) == 9_950
    assert await bot.get_updates(offset=shop.offset) == []
    with pytest.raises(TelegramBadRequest, match="CHARGE_ALREADY_REFUNDED"):
        await bot.refund_star_payment(ADA, charge)


async def test_transactions_come_oldest_first_in_pages(telegram, bot):
    for number in range(250):
        telegram.add_payment(ADA, 1, f"order {number}")

    first = await entries(bot)
    last = await entries(bot, offset=200, limit=100)
    clamped = await entries(bot, offset=-5, limit=1000)

    assert [one.source.invoice_payload for one in first] == [f"order {n}" for n in range(100)]
    assert [one.source.invoice_payload for one in last] == [f"order {n}" for n in range(200, 250)]
    assert len(clamped) == 100
    assert len(await entries(bot, offset=249)) == 1
    assert await entries(bot, offset=250) == []


async def subscribed(telegram, bot):
    shop = Shop(bot)
    result = await shop.sell(telegram.pay_link(ADA, await link(bot, 100, subscription_period=MONTH)))
    return shop, result["charge"]


async def test_a_subscription_renews_itself_when_its_time_comes(telegram, bot):
    shop, charge = await subscribed(telegram, bot)

    telegram.clock.forward(2 * MONTH + 10)
    await shop.serve(1)

    payments = [one.message.successful_payment for one in shop.told if one.message]
    assert [(one.is_recurring, one.is_first_recurring) for one in payments] == [(True, True), (True, None)]
    assert payments[1].telegram_payment_charge_id != charge
    assert payments[1].subscription_expiration_date >= payments[0].subscription_expiration_date + MONTH
    assert len(await entries(bot)) == 3, "the first renewal's update has grown too old, its Stars have not"
    assert (await entries(bot))[0].source.subscription_period == MONTH
    assert telegram.stars(ADA) == 9_700


async def test_a_subscription_can_be_renewed_at_once(telegram, bot):
    shop, charge = await subscribed(telegram, bot)

    second = telegram.renew(charge)
    third = telegram.renew(second)

    await shop.serve(2)
    paid = [one.message.successful_payment.telegram_payment_charge_id for one in shop.told if one.message]
    assert paid == [charge, second, third]


async def test_a_cancelled_subscription_is_not_renewed(telegram, bot):
    shop, charge = await subscribed(telegram, bot)

    assert await bot.edit_user_star_subscription(ADA, charge, is_canceled=True)
    telegram.clock.forward(MONTH + 1)
    with pytest.raises(TelegramBadRequest, match="CHARGE_ID_INVALID"):
        await bot.edit_user_star_subscription(BOB, charge, is_canceled=True)

    assert len(await entries(bot)) == 1
    assert await bot.get_updates(offset=shop.offset) == [], "the bot knows what it did itself"


async def test_what_the_bot_cancelled_goes_on_only_with_its_leave(telegram, bot):
    _, charge = await subscribed(telegram, bot)

    await bot.edit_user_star_subscription(ADA, charge, is_canceled=True)
    with pytest.raises(ApiError, match="SUBSCRIPTION_NOT_ACTIVE"):
        telegram.resume_subscription(ADA, charge)
    await bot.edit_user_star_subscription(ADA, charge, is_canceled=False)
    telegram.resume_subscription(ADA, charge)
    telegram.clock.forward(MONTH + 1)

    assert len(await entries(bot)) == 2


async def test_a_person_cancels_and_the_bot_is_told(telegram, bot):
    shop, charge = await subscribed(telegram, bot)

    telegram.cancel_subscription(ADA, charge)

    [*_, told] = await shop.serve(1)
    assert (told.subscription.state, told.subscription.user.id) == ("canceled", ADA)
    telegram.resume_subscription(ADA, charge)
    [*_, told] = await shop.serve(1)
    assert told.subscription.state == "active"
    telegram.clock.forward(MONTH + 1)
    assert len(await entries(bot)) == 2


async def test_a_renewal_without_stars_fails(telegram, bot):
    shop, charge = await subscribed(telegram, bot)
    telegram.give_stars(ADA, -telegram.stars(ADA))

    telegram.clock.forward(MONTH + 1)

    [*_, told] = await shop.serve(1)
    assert told.subscription.state == "failed"
    assert len(await entries(bot)) == 1
