"""What people and the operator see of the books."""

from tests.telegram.test_money import invoice
from tests.world import ADA, BEN, BOSS, button, plain, until


async def said(telegram, person, words):
    return await telegram.heard(person, after=telegram.say(person, words)["message_id"])


async def test_balance_pages_through_the_movements(app, telegram):
    await said(telegram, ADA, "/balance")
    for number in range(1, 25):
        await app.operator.credit(ADA, number * 1000, "test", f"k{number}")

    shown = await said(telegram, ADA, "/balance")
    assert [line for line in plain(shown["text"]).split("\n") if "+24 " in line]
    assert "welcome gift" not in shown["text"]
    telegram.tap(ADA, shown["message_id"], button(shown, 0))
    second = await until(lambda: _now(telegram, shown, "+14 "))
    telegram.tap(ADA, shown["message_id"], button(second, 0))
    last = await until(lambda: _now(telegram, shown, "welcome gift"))

    assert "+4 " in plain(last["text"])
    telegram.tap(ADA, shown["message_id"], button(last, 0))
    await until(lambda: _now(telegram, shown, "+24 "))


def _now(telegram, message, words):
    now = telegram.message(message["chat"]["id"], message["message_id"])
    return now if words in plain(now["text"]) else None


async def test_a_low_balance_is_told_once_at_the_level_that_was_set(app, telegram):
    assert "fewer than 8 tokens" in plain((await said(telegram, ADA, "/notice 8"))["text"])
    assert "کمتر از ۸ توکن" in plain((await said(telegram, BEN, "/notice ۸"))["text"])
    await app.sweeps["low balances"][1]()
    await app.operator.credit(ADA, -3_000, "spent", "a")
    await app.operator.credit(BEN, -3_000, "spent", "b")

    for _ in range(3):
        await app.sweeps["low balances"][1]()

    assert "7 tokens left" in plain(_bells(telegram, ADA)[0]["text"])
    assert "۷ توکن مانده" in plain(_bells(telegram, BEN)[0]["text"])
    assert len(_bells(telegram, ADA)) == len(_bells(telegram, BEN)) == 1
    await app.operator.credit(ADA, 9_000, "more", "c")
    await app.sweeps["low balances"][1]()
    await app.operator.credit(ADA, -9_000, "spent", "d")
    await app.sweeps["low balances"][1]()
    assert len(_bells(telegram, ADA)) == 2
    assert "not tell you" in (await said(telegram, ADA, "/notice 0"))["text"]
    for wrong in ("/notice", "/notice x", "/notice -1"):
        assert "below how many" in (await said(telegram, ADA, wrong))["text"]


def _bells(telegram, person):
    return [m for m in telegram.messages(person) if "🔔" in m.get("text", "")]


async def test_the_books_are_shown_to_admins(app, telegram):
    bill = await invoice(telegram)
    charge = (await telegram.pay(ADA, bill["message_id"]))["charge"]
    await telegram.heard(ADA, lambda m: charge in m.get("text", ""))

    shown = plain((await said(telegram, BOSS, "/books"))["text"])

    assert " · 100 · 0 · 20 · 0" in shown
    assert "Outstanding: 120 tokens" in shown
    assert "Stars of payments kept: 100" in shown
    assert "Use it as" in (await said(telegram, BOSS, "/books 100"))["text"]
    assert "don't know this command" in plain((await said(telegram, ADA, "/books"))["text"])
