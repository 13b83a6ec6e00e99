"""Stars whose updates never came, came twice, or went back behind our back."""

import asyncio

from bot.sandbox.faults import Fault
from tests.telegram.test_money import invoice
from tests.world import ADA, BEN, BOSS, balance, calls, hosted, plain, until


async def reconcile(app):
    await app.sweeps["reconciliation"][1]()


async def payload_of(app, telegram, person=ADA):
    """An order's payload, as Telegram keeps it."""
    bill = await invoice(telegram, person)
    return telegram._stars.invoices[f"{person}:{bill['message_id']}"]["payload"]


async def payments(app):
    return (await app.storage.fetch_one("SELECT count(*) AS n FROM payment")).n


async def test_all_of_250_payments_are_credited_once_after_a_fifth_of_the_updates_was_lost(
    settings, telegram
):
    telegram.give_stars(ADA, 100_000)
    async with hosted(settings) as app:
        payload = await payload_of(app, telegram)
        bill = {"payload": payload, "amount": 100}
        for number in range(250):
            if number % 5 == 0:
                telegram.add_payment(ADA, 100, payload)
            else:
                telegram._stars._charge(ADA, ADA, bill, first=True)
        await until(lambda: _all(app, 200), seconds=30)
        assert (await balance(app, ADA)).posted == (10 + 200 * 100) * 1000

        await reconcile(app)
        await reconcile(app)

        assert (await balance(app, ADA)).posted == (10 + 250 * 100) * 1000
        credited = {row.charge for row in await app.storage.fetch("SELECT charge FROM payment")}
        assert credited == {one["id"] for one in telegram.transactions}
        assert await payments(app) == 250
        pages = [int(call.params.get("offset", 0)) for call in calls(telegram, "getStarTransactions")]
        assert pages[-6:] == [0, 100, 200, 50, 150, 250]
        assert [row.next_offset for row in await app.storage.fetch("SELECT next_offset FROM star_list")] == [
            250
        ]
    assert not [m for m in telegram.messages(BOSS) if "Star balance" in m.get("text", "")]
    async with hosted(settings) as app:  # it reads the list at its start as well
        assert (await balance(app, ADA)).posted == (10 + 250 * 100) * 1000


async def _all(app, count):
    return await payments(app) >= count


async def test_what_was_paid_while_we_were_away_is_credited_at_the_start_and_told(settings, telegram):
    async with hosted(settings) as app:
        payload = await payload_of(app, telegram, BEN)
    charge = telegram.add_payment(BEN, 100, payload)

    async with hosted(settings) as app:
        receipt = await telegram.heard(BEN, lambda m: charge in m.get("text", ""))

        assert "خریدید" in receipt["text"]
        assert await balance(app, BEN) == (110_000, 0)


async def test_a_dropped_update_of_a_payment_loses_nothing(app, telegram):
    bill = await invoice(telegram)
    paying = telegram.pay(ADA, bill["message_id"])
    await app.storage.fetch("SELECT 1")
    charge = (await paying)["charge"]
    await telegram.heard(ADA, lambda m: charge in m.get("text", ""))
    telegram.add_fault(Fault("*", "dropped"))
    telegram._stars._charge(ADA, ADA, {"payload": await _payload(telegram), "amount": 100}, first=True)

    await reconcile(app)

    assert await balance(app, ADA) == (210_000, 0)


async def _payload(telegram):
    return next(iter(telegram._stars.invoices.values()))["payload"]


async def test_a_chargeback_is_taken_back_and_the_rest_is_repaid_by_the_next_purchase(app, telegram):
    bill = await invoice(telegram)
    charge = (await telegram.pay(ADA, bill["message_id"]))["charge"]
    await telegram.heard(ADA, lambda m: charge in m.get("text", ""))
    await app.operator.credit(ADA, -50_000, "spent", "k")

    telegram.charge_back(charge)
    await reconcile(app)

    assert await balance(app, ADA) == (0, 0)
    asked = telegram.say(ADA, "What is 2 + 2?")
    refused = await telegram.heard(ADA, after=asked["message_id"])
    assert "You owe 40 tokens" in plain(refused["text"])
    shown = await telegram.heard(ADA, after=telegram.say(ADA, "/balance")["message_id"])
    assert "You owe 40 tokens" in plain(shown["text"])

    again = await invoice(telegram)
    await telegram.pay(ADA, again["message_id"])
    await until(lambda: _has(app, ADA, 60_000))


async def _has(app, person, posted):
    return (await balance(app, person)).posted == posted


async def test_a_persian_debtor_is_told_in_persian(app, telegram):
    bill = await invoice(telegram, BEN)
    charge = (await telegram.pay(BEN, bill["message_id"]))["charge"]
    await telegram.heard(BEN, lambda m: charge in m.get("text", ""))
    await app.operator.credit(BEN, -50_000, "spent", "k")
    telegram.charge_back(charge)
    await reconcile(app)

    refused = await telegram.heard(BEN, after=telegram.say(BEN, "سلام، دو به‌اضافهٔ دو؟")["message_id"])

    assert "۴۰ توکن بدهکارید" in plain(refused["text"])


async def test_a_refund_by_telegram_itself_takes_the_tokens_back(app, telegram):
    bill = await invoice(telegram)
    charge = (await telegram.pay(ADA, bill["message_id"]))["charge"]
    await telegram.heard(ADA, lambda m: charge in m.get("text", ""))

    telegram._stars.refund(ADA, charge)
    await until(lambda: _has(app, ADA, 10_000))
    await reconcile(app)

    assert await balance(app, ADA) == (10_000, 0)


async def test_a_list_that_cannot_be_understood_ends_nothing_but_the_reconciliation(
    settings, telegram, monkeypatch
):
    async with hosted(settings) as app:
        payload = await payload_of(app, telegram)
        telegram.add_payment(ADA, 100, payload)
    read = asyncio.Event()

    def surprised(one):
        read.set()
        raise AttributeError("a shape of tomorrow")

    monkeypatch.setattr("handlers.telegram.reconciliation.transaction_of", surprised)
    async with hosted(settings) as app:
        await asyncio.wait_for(read.wait(), 10)
        asked = telegram.say(ADA, "/balance")
        heard = await telegram.heard(ADA, after=asked["message_id"])
        assert "10 tokens" in plain(heard["text"])

        monkeypatch.undo()
        await reconcile(app)

        assert (await balance(app, ADA)).posted == 110_000


async def test_a_payment_without_an_order_goes_to_the_admins_once(app, telegram):
    await telegram.heard(ADA, after=telegram.say(ADA, "/balance")["message_id"])
    charge = telegram.add_payment(ADA, 7, "of another bot")

    await reconcile(app)
    await reconcile(app)

    told = [m for m in telegram.messages(BOSS) if charge in m.get("text", "")]
    assert len(told) == 1
    queue = await telegram.heard(BOSS, after=telegram.say(BOSS, "/stars")["message_id"])
    assert charge in queue["text"]
    assert "7 ⭐" in queue["text"]
    assert await balance(app, ADA) == (10_000, 0)


async def test_a_balance_that_does_not_add_up_alarms_the_admins_once(app, telegram):
    telegram.add_payment(ADA, 7, "x")
    await reconcile(app)
    await app.storage.write(lambda conn: conn.run("UPDATE star_transaction SET stars = 9"))

    await reconcile(app)
    await reconcile(app)

    told = [m for m in telegram.messages(BOSS) if "-2 from what its list adds up to" in m.get("text", "")]
    assert len(told) == 1
