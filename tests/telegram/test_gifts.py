"""/gift over the wire; refills and invites by their sweeps."""

from tests.telegram.test_money import invoice
from tests.world import ADA, BEN, answered, balance, button, plain, until


async def offered(telegram, sender, words):
    return await telegram.heard(sender, after=telegram.say(sender, words)["message_id"])


async def test_a_gift_is_confirmed_arrives_and_is_taken_back(app, telegram):
    await telegram.heard(BEN, after=telegram.say(BEN, "/balance")["message_id"])
    offer = await offered(telegram, ADA, "/gift 4 @Ben")
    assert "Give 4 tokens to Ben?" in plain(offer["text"])
    assert await balance(app, ADA) == (10_000, 0)

    telegram.tap(ADA, offer["message_id"], button(offer, 0))
    got = await telegram.heard(BEN, lambda m: "🎁" in m.get("text", ""))

    assert "۴ توکن" in plain(got["text"])
    assert "Ada" in got["text"]
    assert (await balance(app, ADA), await balance(app, BEN)) == ((6_000, 0), (14_000, 0))
    given = await until(lambda: _edited(telegram, offer, "For a minute"))
    telegram.tap(ADA, offer["message_id"], button(given, 0))
    await until(lambda: _edited(telegram, offer, "yours again"))
    assert (await balance(app, ADA), await balance(app, BEN)) == ((10_000, 0), (10_000, 0))


def _edited(telegram, message, words):
    now = telegram.message(message["chat"]["id"], message["message_id"])
    return now if words in now["text"] else None


async def test_what_is_wrong_with_a_gift_is_said(app, telegram):
    await telegram.heard(BEN, after=telegram.say(BEN, "/balance")["message_id"])
    for words, said in {
        "/gift": "Tell me how much", "/gift x @ben": "Tell me how much", "/gift -1 @ben": "Tell me how much",
        "/gift 5": "Tell me how much", "/gift 1 @nobody": "I don't know @nobody", "/gift 1 @ada": "yourself",
        "/gift 101 @ben": "100 tokens are still possible",
    }.items():  # fmt: skip
        assert said in plain((await offered(telegram, ADA, words))["text"]), words
    offer = await offered(telegram, BEN, "/gift ۱۱ @ada")
    assert "۱۱ توکن" in plain(offer["text"])
    telegram.tap(BEN, offer["message_id"], button(offer, 0))
    await until(lambda: "توکن کافی ندارید" in str(list(telegram.calls)))

    assert (await balance(app, ADA), await balance(app, BEN)) == ((10_000, 0), (10_000, 0))


async def test_an_invited_persons_first_bought_answer_pays_both(app, telegram):
    help_ = await telegram.heard(ADA, after=telegram.say(ADA, "/help")["message_id"])
    code = help_["text"].split("start=")[1].split()[0]
    await telegram.heard(BEN, after=telegram.say(BEN, f"/start {code}")["message_id"])
    await app.operator.credit(BEN, -10_000, "spent", "k")
    bill = await invoice(telegram, BEN)
    await telegram.pay(BEN, bill["message_id"])
    await until(lambda: _has(app, BEN, 100_000))
    await app.sweeps["invites"][1]()
    assert (await balance(app, ADA)).posted == 10_000

    asked = telegram.say(BEN, "What is 2 + 2?")
    await until(lambda: _spent(app, BEN))
    await app.sweeps["invites"][1]()
    await app.sweeps["invites"][1]()

    assert (await balance(app, ADA)).posted == 15_000
    assert (await balance(app, BEN)).posted == 104_000
    assert asked
    shown = await telegram.heard(ADA, after=telegram.say(ADA, "/balance")["message_id"])
    assert "you invited somebody" in plain(shown["text"])


async def _has(app, person, posted):
    return (await balance(app, person)).posted == posted


async def _spent(app, person):
    return await balance(app, person) == (99_000, 0)


async def test_twelve_hours_after_the_last_use_one_has_twenty_tokens(app, telegram):
    await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))
    await app.sweeps["refills"][1]()
    assert (await balance(app, ADA)).posted == 9_000

    await app.storage.write(_age_captures)
    await app.sweeps["refills"][1]()
    await app.sweeps["refills"][1]()

    assert (await balance(app, ADA)).posted == 20_000
    shown = await telegram.heard(ADA, after=telegram.say(ADA, "/balance")["message_id"])
    assert "refill" in plain(shown["text"])


def _age_captures(conn):
    """As if thirteen hours had passed; the books allow no change, so their guard is set aside."""
    conn.run("DROP TRIGGER transfer_is_never_changed")
    conn.run("UPDATE transfer SET created_at = created_at - 13 * 3600000")
