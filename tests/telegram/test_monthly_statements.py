"""/statement: a month on paper, as a picture and as a table; its figures are the ledger's."""

import asyncio
import csv
import io
import time
from datetime import UTC, datetime
from decimal import Decimal

import pypdfium2
import pytest

from bot import customers
from bot.clock import DAY, now
from bot.statements import maker
from bot.statements.maker import Statements
from bot.statements.months import month_at
from bot.texts import Texts
from tests.telegram.test_money import invoice
from tests.world import ADA, BEN, answered, balance, button, plain, until, words

PERSIAN = str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")


async def paper(telegram, person, command="/statement"):
    """The message with the document, and the document's text with all white space made one space."""
    asked = telegram.say(person, command)
    message = await telegram.heard(person, lambda m: "document" in m, after=asked["message_id"])
    data = telegram.file(message["document"]["file_id"]).data
    assert data.startswith(b"%PDF"), data[:20]
    with pypdfium2.PdfDocument(data) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return message, " ".join(" ".join(pages).split())


async def table(telegram, person, command="/statement csv"):
    asked = telegram.say(person, command)
    message = await telegram.heard(person, lambda m: "document" in m, after=asked["message_id"])
    return rows_of(telegram, message)


def rows_of(telegram, message):
    text = telegram.file(message["document"]["file_id"]).data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


async def speak(telegram, person, code):
    shown = await telegram.heard(person, after=telegram.say(person, "/language")["message_id"])
    codes = ["en", "fa", "ru", "zh_CN", "zh_TW"]
    telegram.tap(person, shown["message_id"], button(shown, codes.index(code)))
    await until(lambda: "reply_markup" not in telegram.message(person, shown["message_id"]))


async def busy_month(app, telegram, upstream):
    """Ada has signed up, bought 100 tokens, and asked for a text and two pictures."""
    upstream.chunk_seconds = 0
    bill = await invoice(telegram)
    await telegram.pay(ADA, bill["message_id"])
    await telegram.heard(ADA, lambda m: "Receipt" in m.get("text", ""))
    await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))
    await answered(telegram, ADA, telegram.say(ADA, "/voice Good morning"))


async def test_a_statement_adds_up_and_is_the_ledgers(app, telegram, upstream):
    await busy_month(app, telegram, upstream)

    message, text = await paper(telegram, ADA)

    spent = 110_000 - (await balance(app, ADA)).posted
    assert spent > 0
    left, gone = Decimal(110_000 - spent) / 1000, Decimal(spent) / 1000
    month = month_at(now(), persian=False)
    assert message["document"]["file_name"] == f"statement-{month}.pdf"
    assert f"0 at the beginning, 110 came in, {gone} went out, {left} at the end" in words(message)
    for shown in ("Statement", "Ada", "1001", "+110", f"−{gone}", f"{left}", "+100", "Page 1 of 1"):
        assert shown in text, shown
    picture = [m for m in telegram.messages(ADA) if "photo" in m][-1]
    assert telegram.file(picture["photo"][-1]["file_id"]).data.startswith(b"\x89PNG")
    assert picture["message_id"] == message["message_id"] - 1


async def test_the_table_has_each_movement_with_the_balance_after_it(app, telegram, upstream):
    await busy_month(app, telegram, upstream)

    head, opening, *rows = await table(telegram, ADA)

    ledger = await app.storage.fetch(
        "SELECT CASE WHEN source LIKE 'customer:%' THEN -amount ELSE amount END AS amount FROM transfer"
        " JOIN customer ON 'customer:' || customer.id IN (source, destination)"
        " WHERE telegram_id = :id ORDER BY transfer.id",
        id=ADA,
    )
    assert head == ["date", "what", "tokens", "balance"]
    assert opening[3] == "0"
    assert [Decimal(row[2]) * 1000 for row in rows] == [row.amount for row in ledger]
    after = Decimal(0)
    for row in rows:
        after += Decimal(row[2])
        assert Decimal(row[3]) == after
    assert after * 1000 == (await balance(app, ADA)).posted


async def test_a_persian_statement_is_of_a_persian_month_in_persian_digits(app, telegram):
    telegram.say(BEN, "/start")
    month = month_at(now(), persian=True)

    message, text = await paper(telegram, BEN)

    assert message["document"]["file_name"] == f"statement-{month}.pdf"
    caption = words(message)
    assert "صورت‌حساب شما" in caption
    assert "موجودی پایان ۱۰ توکن" in caption
    assert month.name("fa").translate(PERSIAN) in caption
    assert "+۱۰" in text
    assert not set("0123456789") & set(text), text
    again, _ = await paper(telegram, BEN, f"/statement \u2068{month}\u2069".translate(PERSIAN))
    assert again["document"]["file_name"] == message["document"]["file_name"]
    rows = await table(telegram, BEN)
    assert rows[0] == ["تاریخ", "شرح", "توکن", "مانده"]


@pytest.mark.parametrize(
    ("code", "title"), [("ru", "Выписка"), ("zh_CN", "对账单"), ("zh_TW", "對帳單"), ("fa", None)]
)
async def test_every_language_has_its_letters_on_paper(app, telegram, code, title):
    await telegram.heard(ADA, after=telegram.say(ADA, "/start")["message_id"])
    await speak(telegram, ADA, code)

    _, text = await paper(telegram, ADA)

    assert title is None or title in text
    assert "Ada" in text
    assert "�" not in text


async def test_the_month_before_and_the_table_are_a_tap_away(app, telegram):
    telegram.say(ADA, "/start")
    message, _ = await paper(telegram, ADA)

    telegram.tap(ADA, message["message_id"], button(message, 0))
    sheet = await telegram.heard(ADA, lambda m: "document" in m, after=message["message_id"])
    telegram.tap(ADA, message["message_id"], button(message, 1))
    before = await telegram.heard(ADA, lambda m: "Nothing moved" in m.get("text", ""))

    assert len(rows_of(telegram, sheet)) == 3
    assert "You had 0 tokens all the time" in words(before)


@pytest.mark.parametrize("wrong", ["/statement soon", "/statement 2026-13", "/statement 2199-01 csv"])
async def test_what_is_no_month_gets_an_example(app, telegram, wrong):
    answer = await telegram.heard(ADA, after=telegram.say(ADA, wrong)["message_id"])

    assert f"/statement {month_at(now(), persian=False)}" in plain(answer["text"])


async def test_the_month_before_is_told_apart_from_this_one(app, telegram):
    telegram.say(ADA, "/start")
    await app.operator.credit(ADA, 5_000, "test", "now")
    this = month_at(now(), persian=False)
    await app.storage.write(movements, 3, 1_000, this.begin - 1)
    await app.storage.write(movements, 2, 1_000, this.begin, "b")

    earlier = await table(telegram, ADA, f"/statement {this.moved(-1)} csv")
    later = await table(telegram, ADA, f"/statement {this} csv")

    assert [row[3] for row in earlier[1:]] == ["0", "1", "2", "3"]
    assert later[1][3] == "3"
    assert later[-1][3] == "20"


def movements(conn, count, amount, at, prefix="a"):
    """So many grants to Ada at one time, as the ledger would have booked them."""
    account = conn.only("SELECT 'customer:' || id AS id FROM customer WHERE telegram_id = :t", t=ADA).id
    conn.run(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
        " INSERT INTO transfer (key, kind, source, destination, amount, created_at)"
        " SELECT 'test:' || :prefix || i, 'grant', 'world:grant', :account, :amount, :at FROM n",
        count=count, prefix=prefix, account=account, amount=amount, at=at,
    )  # fmt: skip
    for who, all_of_it in ((account, count * amount), ("world:grant", -count * amount)):
        conn.run("UPDATE account SET posted = posted + :all WHERE id = :who", all=all_of_it, who=who)


@pytest.mark.slow
async def test_a_hundred_thousand_movements_are_shown_by_day_and_hold_nobody_up(app, telegram, monkeypatch):
    await telegram.heard(ADA, after=telegram.say(ADA, "/start")["message_id"])
    month = month_at(now(), persian=False)
    for number in range(4):
        at = max(month.begin, now() - (3 - number) * DAY)
        await app.storage.write(movements, 25_000, 1, at, f"{number}-")

    _, text = await paper(telegram, ADA)
    rows = await table(telegram, ADA)

    assert "100,001 movements" in text
    assert "× 25000" in text
    assert len(rows) == 2 + 100_001
    assert Decimal(rows[-1][3]) == Decimal(110)
    # What the sandbox's Telegram and this test do with the files is not the bot's.
    del rows
    made, say = Statements(app.storage), Texts().say("en")
    longest = measured(monkeypatch)
    ada = await app.storage.write(customers.meet, ADA, now())
    await made.document(ada, month, say, "en")
    await made.table(ada, month, say, "en")
    assert longest() < 0.05


def measured(monkeypatch):
    """The longest time, of the processor's, that the event loop's thread was busy with one thing."""
    run, longest = asyncio.Handle._run, [0.0]

    def timed(self):
        began = time.thread_time()
        run(self)
        longest[0] = max(longest[0], time.thread_time() - began)

    monkeypatch.setattr(asyncio.Handle, "_run", timed)
    return lambda: longest[0]


async def test_a_second_statement_at_the_same_time_waits_for_the_first(app, telegram, monkeypatch):
    await telegram.heard(ADA, after=telegram.say(ADA, "/start")["message_id"])
    monkeypatch.setattr(maker, "WAITING", 0)

    answer = await telegram.heard(ADA, after=telegram.say(ADA, "/statement")["message_id"])

    assert "try again in a minute" in words(answer)


@pytest.mark.parametrize("trouble", ["fails", "hangs"])
async def test_a_drawing_that_fails_or_hangs_is_said_and_ends(app, telegram, monkeypatch, tmp_path, trouble):
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\n" + ("exec sleep 60" if trouble == "hangs" else "exit 3"))
    program.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(program))
    monkeypatch.setattr(maker, "SECONDS", 0.2)
    await telegram.heard(ADA, after=telegram.say(ADA, "/start")["message_id"])

    answer = await telegram.heard(ADA, after=telegram.say(ADA, "/statement")["message_id"])

    assert "nothing was charged" in words(answer)


def test_days_are_of_utc():
    month = month_at(int(datetime(2026, 11, 30, 23, 59, tzinfo=UTC).timestamp() * 1000), persian=False)

    assert str(month) == "2026-11"
    assert str(month.moved(2)) == "2027-01"
