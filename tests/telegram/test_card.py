"""Card to card, over the wire: the customer sends a receipt, an admin decides."""

import io

import pytest
from PIL import Image

from tests.world import (
    ADA,
    BEN,
    BOSS,
    all_handled,
    balance,
    button,
    hosted,
    plain,
    settings_for,
    until,
    words,
)

SECOND_BOSS = 2
PACKS = """
[[pack]]
name = "100"
tokens = 100
stars = 100
prices = { IRT = 150_000, USD = 199 }

[[pack]]
name = "200"
tokens = 200
stars = 190
"""
SAID = {
    ADA: {"offer": "100 tokens · 150,000 IRT", "pay": "transfer 150,000 IRT", "photo": "send a photo",
          "reference": "reference number", "sent": "Passed on", "bought": "✅ 100 tokens for 150,000 IRT",
          "rejected": "not accepted", "used": "was sent before", "moved": "bought", "back": "taken back",
          "asked": "must be sent back by hand", "by hand": "sends your money back"},
    BEN: {"offer": "۱۰۰ توکن · ۱۵۰٬۰۰۰ IRT", "pay": "۱۵۰٬۰۰۰ IRT", "photo": "عکس رسید",
          "reference": "شمارهٔ پیگیری", "sent": "رساندم", "bought": "✅ شما ۱۰۰ توکن",
          "rejected": "پذیرفته نشد", "used": "قبلاً فرستاده شده", "moved": "خرید", "back": "پس گرفتن",
          "asked": "دستی برگرداند", "by hand": "پولتان را برمی‌گرداند"},
}  # fmt: skip
BOTH = pytest.mark.parametrize("person", [ADA, BEN])


@pytest.fixture
def settings(telegram, upstream, tmp_path):
    telegram.add_person(SECOND_BOSS, "Eve", language_code="en")
    (tmp_path / "packs.toml").write_text(PACKS)
    return settings_for(
        telegram, upstream, tmp_path / "data", admin_ids=(BOSS, SECOND_BOSS), card_holder="Operator",
        card_number="6037 9911 1111 1111", packs_file=str(tmp_path / "packs.toml"),
    )  # fmt: skip


def photo(number=0):
    """A photo unlike the others."""
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (number, 90, 120)).save(out, "PNG")
    return out.getvalue()


async def chosen(telegram, person):
    """What is said when the pack has been chosen."""
    shop = await telegram.heard(person, after=telegram.say(person, "/buy")["message_id"])
    offered = [one for row in shop["reply_markup"]["inline_keyboard"] for one in row]
    (card,) = [one for one in offered if one["callback_data"].startswith("card:")]
    assert SAID[person]["offer"] in plain(card["text"])
    telegram.tap(person, shop["message_id"], card["callback_data"])
    return await telegram.heard(person, after=shop["message_id"])


async def send(telegram, person, reference="123456", number=0):
    """The receipt with its number under it; what the bot says then."""
    await chosen(telegram, person)
    sent = telegram.send_photo(person, photo(number), caption=reference)
    return words(await telegram.heard(person, after=sent["message_id"]))


async def shown(telegram, admin, reference="123456"):
    return await telegram.heard(admin, lambda m: f"number: {reference}" in plain(m.get("caption", "")))


@BOTH
async def test_a_receipt_that_an_admin_approves_brings_the_tokens(app, telegram, person):
    said = SAID[person]
    pay = await chosen(telegram, person)
    assert said["pay"] in words(pay)
    assert "6037 9911 1111 1111" in pay["text"]

    wrong = telegram.say(person, "?")
    assert said["photo"] in words(await telegram.heard(person, after=wrong["message_id"]))
    sent = telegram.send_photo(person, photo())
    assert said["reference"] in words(await telegram.heard(person, after=sent["message_id"]))
    number = telegram.say(person, " ۱۲۳-۴۵۶ ")
    assert said["sent"] in words(await telegram.heard(person, after=number["message_id"]))
    asked = await shown(telegram, BOSS)
    assert "100 tokens" in plain(asked["caption"])
    telegram.tap(BOSS, asked["message_id"], button(asked, 0))

    receipt = await telegram.heard(person, lambda m: "receipt:1" in m.get("text", ""))
    assert said["bought"] in words(receipt)
    assert await balance(app, person) == (110_000, 0)
    await until(lambda: "Approved by Boss" in telegram.message(BOSS, asked["message_id"])["caption"])
    assert "reply_markup" not in telegram.message(BOSS, asked["message_id"])
    moved = await telegram.heard(person, after=telegram.say(person, "/balance")["message_id"])
    assert said["moved"] in words(moved)


@BOTH
async def test_a_receipt_that_is_rejected_brings_nothing(app, telegram, person):
    await send(telegram, person)
    asked = await shown(telegram, BOSS)

    telegram.tap(BOSS, asked["message_id"], button(asked, 1))

    await telegram.heard(person, lambda m: SAID[person]["rejected"] in m.get("text", ""))
    assert await balance(app, person) == (10_000, 0)


async def test_two_admins_who_approve_at_once_credit_once(app, telegram):
    await send(telegram, ADA)
    asked = {admin: await shown(telegram, admin) for admin in (BOSS, SECOND_BOSS)}

    taps = [
        telegram.tap(admin, message["message_id"], button(message, 0)) for admin, message in asked.items()
    ]
    answers = [(await tap.answered(10))["text"] for tap in taps]

    assert sorted(answer.partition(" by ")[0] for answer in answers) == ["Already approved", "Done."]
    late = next(answer for answer in answers if answer != "Done.")
    assert "Boss, 20" in late or "Eve, 20" in late
    assert " UTC" in late
    await telegram.heard(ADA, lambda m: "receipt:1" in m.get("text", ""))
    assert await balance(app, ADA) == (110_000, 0)


async def test_twenty_taps_of_both_credit_once(app, telegram):
    await send(telegram, ADA)
    asked = {admin: await shown(telegram, admin) for admin in (BOSS, SECOND_BOSS)}

    taps = [telegram.tap(a, m["message_id"], button(m, 0)) for _ in range(10) for a, m in asked.items()]
    answers = [(await tap.answered(20))["text"] for tap in taps]

    assert answers.count("Done.") == 1
    assert await balance(app, ADA) == (110_000, 0)


@pytest.mark.parametrize(("first", "second"), [(ADA, BEN), (BEN, ADA)])
async def test_a_number_and_a_photo_are_used_once(app, telegram, first, second):
    await send(telegram, first)

    assert SAID[second]["used"] in await send(telegram, second, "۱۲۳ ۴۵۶", 1)
    assert SAID[second]["used"] in await send(telegram, second, "777777", 0)

    rows = await app.storage.fetch("SELECT count(*) AS n FROM receipt")
    assert rows[0].n == 1


async def test_an_admin_approves_so_much_a_day(settings, telegram):
    few = settings.model_copy(update={"card_tokens_per_admin": 150})
    async with hosted(few) as app:
        for number, reference in enumerate(("1111", "2222")):
            await send(telegram, ADA, reference, number)
        first, second = [await shown(telegram, BOSS, reference) for reference in ("1111", "2222")]
        telegram.tap(BOSS, first["message_id"], button(first, 0))

        refused = await telegram.tap(BOSS, second["message_id"], button(second, 0)).answered(10)

        assert "as much as you may in a day" in refused["text"]
        theirs = await shown(telegram, SECOND_BOSS, "2222")
        telegram.tap(SECOND_BOSS, theirs["message_id"], button(theirs, 0))
        await telegram.heard(ADA, lambda m: "receipt:2" in m.get("text", ""))
        assert await balance(app, ADA) == (210_000, 0)


async def test_nobody_approves_their_own_receipt(app, telegram):
    shop = await telegram.heard(BOSS, after=telegram.say(BOSS, "/buy")["message_id"])
    telegram.tap(BOSS, shop["message_id"], "card:100")
    await telegram.heard(BOSS, after=shop["message_id"])
    telegram.send_photo(BOSS, photo(), caption="123456")
    asked = await shown(telegram, BOSS)

    refused = await telegram.tap(BOSS, asked["message_id"], button(asked, 0)).answered(10)

    assert "own receipt" in refused["text"]
    assert await balance(app, BOSS) == (10_000, 0)


@BOTH
async def test_a_reversal_takes_back_and_what_is_spent_is_owed(app, telegram, person):
    await send(telegram, person)
    asked = await shown(telegram, BOSS)
    telegram.tap(BOSS, asked["message_id"], button(asked, 0))
    await telegram.heard(person, lambda m: "receipt:1" in m.get("text", ""))
    await app.operator.credit(person, -70_000, "spent", "k")

    async def admin(text):
        return (await telegram.heard(BOSS, after=telegram.say(BOSS, text)["message_id"]))["text"]

    assert "Use it as" in await admin("/reverse receipt:1")
    assert "no such payment" in await admin("/reverse receipt:9 because")
    assert "Reversed" in await admin("/reverse receipt:1 the bank knows nothing of it")
    assert "before" in await admin("/reverse receipt:1 once more")

    assert await balance(app, person) == (0, 0)
    debt = await app.storage.fetch_one("SELECT posted FROM account WHERE id LIKE 'debt:%'")
    assert debt.posted == -60_000
    reasons = await app.storage.fetch("SELECT reason FROM transfer WHERE kind = 'purchase_refund'")
    assert {row.reason for row in reasons} == {f"the bank knows nothing of it ({BOSS})"}
    moved = await telegram.heard(person, after=telegram.say(person, "/balance")["message_id"])
    assert SAID[person]["back"] in words(moved)


@BOTH
async def test_money_is_given_back_by_hand(app, telegram, person):
    await send(telegram, person)
    asked = await shown(telegram, BOSS)
    telegram.tap(BOSS, asked["message_id"], button(asked, 0))
    await telegram.heard(person, lambda m: "receipt:1" in m.get("text", ""))

    offer = await telegram.heard(person, after=telegram.say(person, "/paysupport")["message_id"])
    telegram.tap(person, offer["message_id"], button(offer, 0))
    said = await telegram.heard(person, after=offer["message_id"])
    assert SAID[person]["asked"] in words(said)
    request = await telegram.heard(BOSS, lambda m: "asks for a refund of 150,000 IRT" in m.get("text", ""))
    telegram.tap(BOSS, request["message_id"], button(request, 0))

    await telegram.heard(person, lambda m: SAID[person]["by hand"] in m.get("text", ""))
    await telegram.heard(BOSS, lambda m: "give 150,000 IRT back" in m.get("text", ""))
    assert await balance(app, person) == (10_000, 0)


async def test_receipts_that_wait_are_shown_again(app, telegram):
    none = await telegram.heard(BOSS, after=telegram.say(BOSS, "/receipts")["message_id"])
    await send(telegram, ADA)
    await shown(telegram, BOSS)

    asked = telegram.say(BOSS, "/receipts")
    again = await telegram.heard(BOSS, lambda m: "photo" in m, after=asked["message_id"])

    assert "No receipt" in none["text"]
    assert "123456" in again["caption"]


async def test_it_can_be_given_up(app, telegram):
    await chosen(telegram, ADA)
    await telegram.heard(ADA, after=telegram.say(ADA, "/cancel")["message_id"])

    asked = telegram.say(ADA, "What is 2 + 2?")
    await telegram.heard(ADA, lambda m: "left" in m.get("text", ""), after=asked["message_id"])

    assert not await app.storage.fetch("SELECT 1 FROM receipt")


async def test_only_admins_decide(app, telegram):
    await send(telegram, ADA)
    await shown(telegram, BOSS)

    telegram.tap(ADA, 999_999, "receipt:yes:1")  # as a forged button
    refused = telegram.say(ADA, "/reverse receipt:1 because")

    assert "don't know this command" in words(await telegram.heard(ADA, after=refused["message_id"]))
    await all_handled(app, telegram)
    assert await balance(app, ADA) == (10_000, 0)


async def test_it_is_off_unless_a_card_is_named(telegram, upstream, tmp_path):
    (tmp_path / "packs.toml").write_text(PACKS)
    settings = settings_for(telegram, upstream, tmp_path / "off", packs_file=str(tmp_path / "packs.toml"))
    async with hosted(settings):
        shop = await telegram.heard(ADA, after=telegram.say(ADA, "/buy")["message_id"])

        assert not [one for row in shop["reply_markup"]["inline_keyboard"] for one in row
                    if not one["callback_data"].startswith("buy:")]  # fmt: skip
