"""What a statement is made of: months of both calendars, a readable scale, fonts with every letter."""

from datetime import date

import pypdfium2
import pytest
from fontTools.ttLib import TTFont

from bot.statements.months import Month, month_of
from bot.statements.paper import Pair, Paper
from bot.statements.writing import scale
from bot.texts import FOLDER


@pytest.fixture
def drawing():
    """Loaded for these tests only: its fonts' library and the local model's can't be in one process."""
    from bot.statements import drawing

    return drawing


@pytest.mark.parametrize(
    ("words", "first", "days"),
    [
        ("2026-11", date(2026, 11, 1), 30),
        ("2028/2", date(2028, 2, 1), 29),
        ("1405-08", date(2026, 10, 23), 30),
        ("۱۴۰۵-۰۱", date(2026, 3, 21), 31),
        ("1403-12", date(2025, 2, 19), 30),
    ],
)
def test_a_month_of_either_calendar_is_understood(words, first, days):
    month = month_of(words)

    assert month.first == first
    assert len(month.days) == days
    assert month.moved(1).first == date.fromordinal(first.toordinal() + days)


@pytest.mark.parametrize("words", ["", "2026", "2026-00", "2026-13", "1600-01", "26-11", "2026-11-01"])
def test_what_is_no_month_is_refused(words):
    with pytest.raises(ValueError):
        month_of(words)


def test_months_have_names():
    assert Month(2026, 11).name("en") == "November 2026"
    assert Month(2026, 11).name("zh_CN") == "2026年11月"
    assert Month(1405, 8).name("fa") == "آبان 1405"


@pytest.mark.parametrize("most", [1, 7, 999, 1_000, 4_999, 5_001, 23_000, 10**9])
def test_a_scale_reaches_the_highest_bar_in_few_steps(most):
    ticks = scale(most)

    assert ticks[0] == 0
    assert ticks[-1] >= most
    assert 2 <= len(ticks) <= 6


@pytest.mark.parametrize(
    ("family", "language"), [("PERSIAN", "fa"), ("SIMPLIFIED", "zh_CN"), ("TRADITIONAL", "zh_TW")]
)
def test_the_fonts_have_every_letter_of_the_texts(drawing, family, language):
    texts = "".join(
        line.partition("=")[2]
        for file in (FOLDER / language).glob("*.ftl")
        for line in file.read_text("utf-8").splitlines()
        if line.startswith(("statement-", "movement-"))
    )
    families = (getattr(drawing, family), "NotoSans")
    fonts = [TTFont(drawing.FONTS / drawing.FILES[name][0]).getBestCmap() for name in families]

    assert {letter for letter in texts if not any(ord(letter) in font for font in fonts)} <= {"\u200c"}


def long_paper() -> Paper:
    return Paper(
        language="en", right_to_left=False, title="Statement", month="May", person=["Ada"],
        summary=[Pair("At the end", "1")], chart=None,
        totals_title="By kind", totals_columns=["what", "how many", "tokens"], totals=[],
        movements_title="Movements", movements_columns=["date", "what", "tokens", "balance"],
        movements=[["2026-05-01", "answer", "−1", "5"]] * 150, note="", foot="Times are in UTC.",
        page="Page {page} of {pages}",
    )  # fmt: skip


def test_every_page_has_the_same_foot(drawing):
    with pypdfium2.PdfDocument(drawing.Document(long_paper()).draw()) as document:
        pages = [page.render(scale=2).to_pil() for page in document]
        texts = [page.get_textpage().get_text_bounded() for page in document]

    wide, tall = pages[0].size
    feet = [page.crop((0, tall * 93 // 100, wide // 2, tall)).tobytes() for page in pages]
    assert len(pages) > 3
    assert len(set(feet)) == 1
    assert all(f"Page {number} of {len(pages)}" in text for number, text in enumerate(texts, 1))


def test_a_name_that_no_font_can_write_is_left_out(drawing):
    sheet = drawing.Sheet("en", False)

    assert sheet.can_write("Ada Лавлейс آدا 小明")
    assert not sheet.can_write("ᏣᎳᎩ")
