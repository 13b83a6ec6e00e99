"""Prices are changed while the bot runs: shown first, confirmed, kept. What was agreed before stays."""

from functools import partial

import pytest

from billing.ledger import MILLI
from tests.telegram.test_money import invoice
from tests.telegram.test_statements import said
from tests.world import ADA, BEN, BOSS, balance, button, hosted, plain, until

YES, NO = 0, 1


async def decide(telegram, shown, choice, person=BOSS):
    tap = telegram.tap(person, shown["message_id"], button(shown, choice))
    await until(lambda: tap.answer)
    return tap.answer


async def change(telegram, words):
    """Propose and confirm; what was shown before."""
    shown = await said(telegram, BOSS, words)
    answer = await decide(telegram, shown, YES)
    assert "it holds from now on" in answer["text"], answer
    return shown["text"]


async def costs(app, telegram, person, words="What is 2 + 2?"):
    before = (await balance(app, person)).posted
    asked = telegram.say(person, words)
    await until(lambda: _charged(app, asked, person))
    return before - (await balance(app, person)).posted


async def _charged(app, asked, person):
    return await app.storage.fetch_one(
        "SELECT id FROM job WHERE key = :key AND ended_at IS NOT NULL",
        key=f"tg:{person}:{asked['message_id']}",
    )


async def test_a_price_is_changed_after_the_difference_was_shown_and_outlives_a_restart(settings, telegram):
    async with hosted(settings) as app:
        telegram.say(ADA, "/start")
        await app.operator.credit(ADA, 1_000, "test", "k")
        assert await costs(app, telegram, ADA) == 1_000
        shown = await said(telegram, BOSS, "/price text.0 2.5")
        assert "text.0: 1 → 2.5" in shown["text"]
        assert await costs(app, telegram, ADA) == 1_000
        await decide(telegram, shown, YES)

        assert await costs(app, telegram, ADA) == 2_500
    async with hosted(settings) as app:
        assert await costs(app, telegram, ADA) == 2_500
        assert "text.0: 2.5\n" in (await said(telegram, BOSS, "/prices"))["text"]
        history = (await said(telegram, BOSS, "/prices history"))["text"]
        assert f"tariff · admin {BOSS}\ntext.0: 1 → 2.5" in history
        assert "tariff · the operator's file\nthe first" in history


@pytest.mark.parametrize("person", [ADA, BEN])
async def test_a_price_change_touches_no_open_hold(app, telegram, upstream, person):
    """The job was held at 2; cheaper or dearer while it runs, 2 is what is taken."""
    await app.operator.credit(person, 90_000, "test", "k")
    for number, price in enumerate(("0.5", "9")):
        upstream.chunk_seconds = 0.2
        before = (await balance(app, person)).posted
        asked = telegram.say(person, "Tell me about the sea " + "and the waves " * 60)
        held = await until(lambda: _held(app, person))
        await change(telegram, f"/price text.800 {price}")
        upstream.chunk_seconds = 0
        await until(partial(_charged, app, asked, person))

        assert held == before - (await balance(app, person)).posted
        assert held == (2_000 if number == 0 else 500)


async def _held(app, person):
    return (await balance(app, person)).held


async def test_packs_are_changed_and_an_order_keeps_its_price(app, telegram):
    old = await invoice(telegram)
    shown = await change(telegram, "/price pack.100 120 110")
    assert "pack.100: 100 tokens for ⭐ 100 → 120 tokens for ⭐ 110" in shown
    await change(telegram, "/price pack.7 7 8")

    paid = await telegram.pay(ADA, old["message_id"])
    await until(lambda: _has(app, 110_000))
    new = await invoice(telegram)
    await telegram.pay(ADA, new["message_id"])

    assert paid["ok"]
    await until(lambda: _has(app, 230_000))
    assert "buy:7" in await shop(telegram)
    assert "pack.7: 7 tokens for ⭐ 8 → gone" in await change(telegram, "/price pack.7 off")
    assert "buy:7" not in await shop(telegram)


async def shop(telegram):
    asked = telegram.say(ADA, "/buy")
    shown = await telegram.heard(ADA, lambda m: "reply_markup" in m, after=asked["message_id"])
    return str(shown["reply_markup"])


async def _has(app, amount):
    return (await balance(app, ADA)).posted == amount


async def test_a_file_is_sent_changed_and_sent_back(app, telegram):
    asked = telegram.say(BOSS, "/prices files")
    sheet = await telegram.heard(
        BOSS, lambda m: m.get("document", {}).get("file_name") == "tariff.toml", after=asked["message_id"]
    )
    text = telegram.file(sheet["document"]["file_id"]).data.decode()

    changed = text.replace("{ from = 3, tokens = 3 }", "{ from = 3, tokens = 4 }, { from = 6, tokens = 7 }")
    sent = telegram.send_document(BOSS, changed.encode(), "tariff.toml", "text/plain")
    shown = await telegram.heard(BOSS, lambda m: "What would" in m.get("text", ""), after=sent["message_id"])

    assert "image.3: 3 → 4\nimage.6: new, 7" in shown["text"]
    await decide(telegram, shown, YES)
    assert app.jobs.prices.tariff.image_price(6) == 7 * MILLI


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("/price text.0 1", "how the prices are already"),
        ("/price text.0 0", "every step must cost something"),
        ("/price text.0 -1", "-1.0 is no price"),
        ("/price text.0 0.0005", "at most three decimal places"),
        ("/price text.0 nan", "nan is no price"),
        ("/price text.0 one", "'one' is no number of tokens, as 2 or 2.5"),
        ("/price text.0 off", "steps must begin at 0"),
        ("/price text.7 off", "there is no step text.7"),
        ("/price text.long 2", "is no price of the tariff"),
        ("/price video.0 2", "'video' is none of text, image, voice, recording, pack, plan"),
        ("/price text", "an address and a value"),
        ("/price image.1 2 3", "One number of tokens is needed"),
        ("/price pack.100 120", "Whole numbers of tokens and of Stars"),
        ("/price pack.100 120 0", "1 to 100,000 stars"),
        ("/price plan.month 300 10001", "at most 10,000 stars"),
        ("/price pack.100 120 110 dollars", "'dollars' is no price in money, as USD=199"),
        ("/price pack.month 3 2", "two packs have the same name"),
        ("/price pack.none off", "there is no pack.none"),
    ],
)
async def test_each_mistake_gets_a_sentence_and_changes_nothing(app, telegram, words, sentence):
    shown = await said(telegram, BOSS, words)

    assert sentence in shown["text"]
    assert "reply_markup" not in shown
    assert not await app.storage.fetch("SELECT id FROM price_list WHERE source = 'admin'")


async def test_a_pack_has_prices_in_money_too(app, telegram):
    shown = await change(telegram, "/price pack.100 100 100 USD=199 IRT=150000")
    assert "→ 100 tokens for ⭐ 100 or 1.99 USD or 150,000 IRT" in shown

    await change(telegram, "/price pack.100 120 100")
    assert "for ⭐ 100 or 1.99 USD or 150,000 IRT → 120" in await change(
        telegram, "/price pack.100 120 100 USD=off IRT=150000"
    )

    assert (
        "pack.100: 120 tokens for ⭐ 100 or 150,000 IRT\n" in (await said(telegram, BOSS, "/prices"))["text"]
    )


async def test_what_the_settings_sell_for_keeps_a_price(settings, telegram):
    own = settings.model_copy(update={"card_number": "6037991111111111", "card_currency": "USD"})
    file = own.data_dir.parent / "packs.toml"
    file.write_text('[[pack]]\nname = "a"\ntokens = 10\nstars = 10\nprices = { USD = 99 }\n')
    async with hosted(own.model_copy(update={"packs_file": str(file)})):
        refused = await said(telegram, BOSS, "/price pack.a 10 10 USD=off")

    assert "no pack has a price in USD" in refused["text"]
    assert "reply_markup" not in refused


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[text", b"[[pack]]\nname = 'x'"])
async def test_a_file_with_a_mistake_changes_nothing(app, telegram, content):
    sent = telegram.send_document(BOSS, content, "packs.toml", "text/plain")

    shown = await telegram.heard(BOSS, after=sent["message_id"])

    assert "Nothing was changed" in shown["text"] or "no text in UTF-8" in shown["text"]
    assert len(app.jobs.prices.tariff.text) == 2


async def test_what_was_cancelled_or_overtaken_is_not_confirmed(app, telegram):
    first = await said(telegram, BOSS, "/price text.0 5")
    second = await said(telegram, BOSS, "/price text.0 6")
    third = await said(telegram, BOSS, "/price text.0 7")

    dropped = button(second, YES)
    assert (await decide(telegram, second, NO))["text"] == "Cancelled."
    assert "holds from now on" in (await decide(telegram, third, YES))["text"]

    assert "Ask for it again" in (await decide(telegram, first, YES))["text"]
    again = telegram.tap(BOSS, 999_999, dropped)
    await until(lambda: again.answer)
    assert "Ask for it again" in again.answer["text"]
    assert app.jobs.prices.tariff.text[0].price == 7_000


async def test_nobody_else_changes_prices(app, telegram):
    await app.operator.credit(ADA, 1_000, "test", "k")
    proposed = await said(telegram, BOSS, "/price text.0 5")

    assert "don't know this command" in plain((await said(telegram, ADA, "/price text.0 0.001"))["text"])
    tap = telegram.tap(ADA, 999_000, button(proposed, YES))
    sent = telegram.send_document(ADA, b"[text]", "tariff.toml", "text/plain")
    await telegram.heard(ADA, after=sent["message_id"])

    assert await costs(app, telegram, ADA) == 1_000
    assert "too old" in tap.answer["text"]


async def test_a_file_that_was_changed_while_the_bot_stood_still_counts_from_the_next_start(
    settings, telegram, tmp_path
):
    file = tmp_path / "packs.toml"
    file.write_text('[[pack]]\nname = "a"\ntokens = 10\nstars = 10\n')
    own = settings.model_copy(update={"packs_file": str(file)})
    async with hosted(own):
        await change(telegram, "/price pack.a 11 10")
    async with hosted(own):
        assert "pack.a: 11 tokens" in (await said(telegram, BOSS, "/prices"))["text"]
    file.write_text('[[pack]]\nname = "a"\ntokens = 12\nstars = 10\n')
    async with hosted(own):
        assert "pack.a: 12 tokens" in (await said(telegram, BOSS, "/prices"))["text"]
