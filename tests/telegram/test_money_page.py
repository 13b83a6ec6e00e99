"""docs/money.md: its three lines of SQL print what it says of a running bot, and notice what is wrong."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.telegram.test_money import invoice
from tests.telegram.test_statements import said
from tests.world import ADA, BEN, BOSS, answered, balance, plain

DOCS = Path(__file__).parents[2] / "docs"
LINES = re.findall(r"```sql\n(.*?)```", (DOCS / "money.md").read_text("utf-8"), re.DOTALL)[0].splitlines()


def printed(file: Path) -> list[tuple[int, ...]]:
    """What the three lines print, each one row."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as books:
        return [row for line in LINES for row in books.execute(line).fetchall()]


async def lively(app, telegram, upstream):
    """Purchases, answers, a gift, a refund, and a chargeback of what was spent."""
    upstream.chunk_seconds = 0
    charges = []
    for person in (ADA, BEN):
        bill = await invoice(telegram, person)
        charges.append((await telegram.pay(person, bill["message_id"]))["charge"])
        await telegram.heard(person, lambda m: charges[-1] in m.get("text", ""))
    await answered(telegram, ADA, telegram.say(ADA, "What is 2 + 2?"))
    await said(telegram, BOSS, f"/refund {charges[1]}")
    await app.operator.credit(ADA, -105_000, "spent", "k")
    telegram.charge_back(charges[0])
    await app.sweeps["reconciliation"][1]()


async def test_the_three_lines_print_what_the_page_says(app, settings, telegram, upstream):
    assert len(LINES) == 3
    await lively(app, telegram, upstream)

    (off,), (wrong,), (came, have) = printed(settings.data_dir / "books.db")

    assert off == 0
    assert wrong == 0
    assert came == have
    books = plain((await said(telegram, BOSS, "/books"))["text"])
    (outstanding,), (owed,) = (
        [int(float(figure) * 1000) for figure in re.findall(rf"{words} (\d+(?:\.\d+)?)", books)]
        for words in ("Outstanding:", "Owed to us:")
    )
    assert owed > 0
    assert have == outstanding - owed
    assert (await balance(app, ADA)).posted == 0


@pytest.mark.parametrize(
    ("line", "mischief"),
    [
        (0, "UPDATE account SET posted = posted + 1 WHERE id = 'sales'"),
        (1, "UPDATE account SET held = held + 1 WHERE id = 'customer:2'"),
        (1, "UPDATE account SET posted = posted + CASE id WHEN 'sales' THEN 1 ELSE -1 END"
            " WHERE id IN ('sales', 'customer:2')"),
        (2, "INSERT INTO transfer (key, kind, source, destination, amount, created_at)"
            " VALUES ('x', 'grant', 'world:grant', 'customer:2', 1000, 1)"),
        (2, "UPDATE account SET posted = posted + 1 WHERE id = 'customer:2'"),
    ],
)  # fmt: skip
async def test_each_line_notices_its_own_kind_of_mistake(
    app, settings, telegram, upstream, tmp_path, line, mischief
):
    await lively(app, telegram, upstream)
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(copy)) as books:
        with closing(sqlite3.connect(f"file:{settings.data_dir / 'books.db'}?mode=ro", uri=True)) as ours:
            ours.backup(books)
        right = printed(copy)
        books.execute(mischief)
        books.commit()

    assert right[2][0] == right[2][1]
    assert printed(copy)[line] != right[line]


def test_the_pages_drawing_is_there_and_the_readme_leads_to_the_page():
    page, drawing = (DOCS / "money.md").read_text("utf-8"), (DOCS / "money.svg").read_text("utf-8")

    assert "(money.svg)" in page
    for account in re.findall(r"^\| `([a-z]+:?[a-z]*)", page, re.MULTILINE):
        assert account in drawing or account == "code:", account
    assert "(docs/money.md)" in (DOCS.parent / "README.md").read_text("utf-8")
