"""/books: by day, with Telegram's Star balance beside ours, what the upstream cost, and the margin."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.catalog.upstream_prices import UpstreamPricesError, read_upstream_prices
from tests.telegram.test_money import invoice
from tests.telegram.test_statements import said
from tests.test_command_line import run_py
from tests.world import ADA, BOSS, answered, hosted, plain

TODAY = f"{datetime.now(UTC):%Y-%m-%d}"

PRICES = """
star = 0.01
[text."gpt-4o"]
prompt = 2.5
completion = 10
[text."gpt-4o-mini"]
prompt = 1000
completion = 2000
[image."gpt-image-1"]
picture = 0.04
"""


@pytest.fixture
def settings(settings, tmp_path):
    file = tmp_path / "upstream.toml"
    file.write_text(PRICES)
    return settings.model_copy(update={"upstream_prices_file": str(file)})


async def busy_day(telegram, upstream):
    """Ada buys for 100 Stars, asks for a text, two pictures, and speech by an engine that has no price."""
    upstream.chunk_seconds = 0
    bill = await invoice(telegram)
    charge = (await telegram.pay(ADA, bill["message_id"]))["charge"]
    await telegram.heard(ADA, lambda m: charge in m.get("text", ""))
    await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))
    await answered(telegram, ADA, telegram.say(ADA, "/voice Good morning"))


async def counted(app):
    row = await app.storage.fetch_one(
        "SELECT prompt_tokens AS prompt, completion_tokens AS completion FROM call"
        " JOIN job ON job.id = call.job WHERE job.kind = 'text'"
    )
    return Decimal(row.prompt) * 1000 / 10**6 + Decimal(row.completion) * 2000 / 10**6


async def test_the_books_show_cost_margin_and_what_is_not_known(app, telegram, upstream):
    await busy_day(telegram, upstream)
    dollars = await counted(app)

    shown = plain((await said(telegram, BOSS, "/books 3"))["text"])

    assert dollars > 0
    assert f"{TODAY[5:]} · 100 · 4 · 20 · 0 · 116 · 0" in shown
    assert "⭐ 100 came, 0 went back: $1.00 at $0.01 a Star" in shown
    assert f"Upstream: ${dollars:.4f} for 2 calls, and what is not known of 1 of them:" in shown
    assert "1 · voice by openai: no price" in shown
    assert f"Margin: ${1 - dollars:.2f}, less what is not known." in shown
    assert "Telegram's Star balance: 100; its list, as we have read it, adds up to 0." in shown
    await app.sweeps["reconciliation"][1]()
    assert "adds up to 100." in (await said(telegram, BOSS, "/books"))["text"]


async def test_the_table_of_a_month_adds_up_to_the_ledger(app, telegram, upstream):
    await busy_day(telegram, upstream)
    asked = telegram.say(BOSS, f"/books csv {TODAY[:7]}")

    sheet = await telegram.heard(BOSS, lambda m: "document" in m, after=asked["message_id"])

    assert sheet["document"]["file_name"] == f"books-{TODAY[:7]}.csv"
    text = telegram.file(sheet["document"]["file_id"]).data.decode()
    rows = {row["day"]: row for row in csv.DictReader(io.StringIO(text))}
    for column, where in (
        ("sold", "kind = 'stars'"),
        ("used", "kind = 'capture'"),
        ("free", "source = 'world:grant'"),
    ):
        ledger = await app.storage.fetch_one(
            f"SELECT coalesce(sum(amount), 0) AS amount FROM transfer WHERE {where}"
        )
        assert sum(Decimal(row[column]) for row in rows.values()) * 1000 == ledger.amount
    today = rows[TODAY]
    assert (today["outstanding"], today["owed"]) == ("116", "0")
    assert (today["stars_in"], today["upstream_calls"], today["upstream_calls_unknown"]) == ("100", "2", "1")
    assert Decimal(today["upstream_dollars"]) == await counted(app)


@pytest.mark.parametrize(
    "wrong", ["/books 0", "/books 61", "/books some", "/books csv never", "/books csv a b"]
)
async def test_what_can_not_be_shown_says_how_it_is_asked(app, telegram, wrong):
    assert "Use it as: /books" in (await said(telegram, BOSS, wrong))["text"]


async def test_the_command_line_shows_the_books_too(settings, telegram):
    async with hosted(settings):
        status, out, _ = await run_py(settings.data_dir.parent, "admin", "books", "--days", "2")

    assert status == 0
    assert "day · sold · used · free · refunded · outstanding · owed (tokens)" in out
    assert "Outstanding: 0 tokens" in out
    assert (await run_py(settings.data_dir.parent, "admin", "books", "--days", "99"))[0] == 2


@pytest.mark.parametrize(
    ("mistaken", "sentence"),
    [
        (PRICES.replace("star = 0.01", ""), "'star' is missing"),
        (PRICES.replace("prompt = 2.5", ""), "'prompt' is missing"),
        (PRICES.replace("picture = 0.04", 'picture = "a lot"'), "'a lot' is no price in dollars"),
        (PRICES.replace("picture = 0.04", "picture = -1"), "-1 is no price in dollars"),
        ("[", "upstream.toml"),
    ],
)
def test_a_mistake_in_the_upstreams_prices_gets_a_sentence(tmp_path, mistaken, sentence):
    file = tmp_path / "upstream.toml"
    file.write_text(mistaken)

    with pytest.raises(UpstreamPricesError, match=sentence):
        read_upstream_prices(file)


def test_a_dated_version_of_a_model_has_its_price_and_a_similar_name_has_not(tmp_path):
    file = tmp_path / "upstream.toml"
    file.write_text(PRICES)
    prices = read_upstream_prices(file)

    assert prices.of("text", "gpt-4o-mini-2024-07-18") == {
        "prompt": Decimal(1000),
        "completion": Decimal(2000),
    }
    assert prices.of("text", "gpt-4o-2024-08-06") == {"prompt": Decimal("2.5"), "completion": Decimal(10)}
    assert prices.of("text", "gpt-4o-audio") is None
    assert prices.of("image", "dall-e-9") is None
    assert read_upstream_prices().of("voice", "espeak") == {"characters": Decimal(0)}
