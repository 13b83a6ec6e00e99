"""Puts a statement on paper: a PDF, and the chart of use as a picture.

Run as a program of its own (`python -m bot.statements.drawing`), because fonts and PDFs are slow work in
Python: a Paper as JSON comes in, the lengths of both files, a newline and the files go out. The chart is
drawn once, as PDF; the picture is made from it, so that its letters are joined by the same library.
"""

import io
import json
import sys
from pathlib import Path
from typing import Any, Literal, cast

import pypdfium2
from fpdf import FPDF
from fpdf.enums import TextDirection

from bot.statements.paper import Bars, Chart, Pair, Paper

FONTS = Path(__file__).with_name("fonts")
LATIN, PERSIAN, SIMPLIFIED, TRADITIONAL = "NotoSans", "Vazirmatn", "NotoSansSC", "NotoSansTC"
FILES = {
    LATIN: ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    PERSIAN: ("Vazirmatn-Regular.ttf", "Vazirmatn-Bold.ttf"),
    SIMPLIFIED: ("NotoSansSC-Regular.ttf", "NotoSansSC-Regular.ttf"),
    TRADITIONAL: ("NotoSansTC-Regular.ttf", "NotoSansTC-Regular.ttf"),
}
FIRST_CHOICE = {"fa": PERSIAN, "zh_CN": SIMPLIFIED, "zh_TW": TRADITIONAL}

Color = tuple[int, int, int]
INK, FAINT, LINE, GROUND = (31, 41, 55), (107, 114, 128), (226, 232, 240), (248, 250, 252)
ACCENT = (37, 99, 235)
COLORS: tuple[Color, ...] = ((37, 99, 235), (245, 158, 11), (16, 185, 129))
"""Of the chart's kinds; told apart also by those who see no red or green."""

WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 16.0
BOTTOM = HEIGHT - 20.0
ROW = 6.4
CHART_HEIGHT = 62.0
PICTURE = (170.0, 96.0)
BASELINE = 0.3
"""How far below a flat cell fpdf2 puts the baseline, in font sizes."""
DOTS = 7.2
"""Of the picture's, in a point of the PDF's: 1,224 x 691 in all."""
PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")

Align = Literal["start", "end", "middle"]


class Sheet:
    """A PDF with a start side and an end side: left and right, or in Persian right and left. Millimetres."""

    def __init__(
        self, language: str, right_to_left: bool, size: tuple[float, float] = (WIDTH, HEIGHT)
    ) -> None:
        self.rtl = right_to_left
        self.width = size[0]
        self.pdf = FPDF(format=size)
        self.pdf.set_margin(0)
        self.pdf.c_margin = 0
        self.pdf.set_auto_page_break(False)
        first = FIRST_CHOICE.get(language, LATIN)
        self.families = [first, *(family for family in (LATIN, PERSIAN, SIMPLIFIED) if family != first)]
        for family in self.families:
            for style, file in zip(("", "B"), FILES[family], strict=True):
                self.pdf.add_font(family, style, FONTS / file)
        self.pdf.set_fallback_fonts(self.families[1:], exact_match=True)
        self.pdf.set_text_shaping(True)
        self.pdf.set_font(first, size=9)
        self.pdf.add_page()

    def can_write(self, text: str) -> bool:
        fonts = [cast(Any, self.pdf.fonts[family.lower()]) for family in self.families]
        return all(any(ord(letter) in font.cmap for font in fonts) for letter in text if not letter.isspace())

    def text(
        self, x: float, y: float, words: str, *, size: float = 9, bold: bool = False, at: Align = "start",
        color: Color = INK, figures: bool = False,
    ) -> None:  # fmt: skip
        """Words whose baseline is at y and whose start, end or middle is at x from the start side. `figures`
        read from left to right everywhere."""
        pdf = self.pdf
        direction = TextDirection.RTL if self.rtl and not figures else TextDirection.LTR
        pdf.set_text_shaping(True, direction=direction)
        pdf.set_font(self.families[0], "B" if bold else "", size)
        pdf.set_text_color(*color)
        wide = pdf.get_string_width(words)
        left = {"start": x, "end": x - wide, "middle": x - wide / 2}[at]
        pdf.set_xy(self.width - left - wide if self.rtl else left, y - BASELINE * pdf.font_size)
        pdf.cell(wide, 0, words)

    def box(self, x: float, y: float, width: float, height: float, color: Color) -> None:
        self.pdf.set_fill_color(*color)
        self.pdf.rect(self.width - x - width if self.rtl else x, y, width, height, style="F")

    def rule(self, x: float, y: float, width: float) -> None:
        self.pdf.set_draw_color(*LINE)
        self.pdf.set_line_width(0.2)
        left = self.width - x - width if self.rtl else x
        self.pdf.line(left, y, left + width, y)


def draw_chart(sheet: Sheet, chart: Chart, x: float, y: float, width: float, height: float) -> None:
    """The title and legend above, the bars of each day over one another, the scale at the start side."""
    sheet.text(x, y + 4, chart["title"], size=11, bold=True)
    _legend(sheet, chart["bars"], x, y + 10.5)
    inner, top, base = x + 14, y + 16, y + height - 6
    most = chart["ticks"][-1][0]
    for amount, words in chart["ticks"]:
        at = base - (base - top) * amount / most
        sheet.rule(inner, at, width - 14)
        sheet.text(inner - 2, at + 1, words, size=7.5, at="end", color=FAINT, figures=True)
    step = (width - 14) / len(chart["days"])
    for day, label in enumerate(chart["days"]):
        begin, foot = inner + day * step, base
        for bars, color in zip(chart["bars"], COLORS, strict=True):
            tall = (base - top) * bars["values"][day] / most
            if tall:
                sheet.box(begin + step * 0.16, foot - tall, step * 0.68, tall, color)
            foot -= tall
        sheet.text(begin + step / 2, base + 4, label, size=6.5, at="middle", color=FAINT, figures=True)


def _legend(sheet: Sheet, all_bars: list[Bars], x: float, y: float) -> None:
    for bars, color in zip(all_bars, COLORS, strict=True):
        sheet.box(x, y - 2.4, 3, 3, color)
        sheet.text(x + 4.5, y, bars["label"], size=8.5, color=FAINT)
        x += 6 + sheet.pdf.get_string_width(bars["label"])
        sheet.text(x, y, bars["value"], size=8.5, bold=True, figures=True)
        x += 7 + sheet.pdf.get_string_width(bars["value"])


class Document:
    """The statement's pages, written from the top down."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.sheet = Sheet(paper["language"], paper["right_to_left"])
        self.y = MARGIN

    def draw(self) -> bytes:
        paper, inside = self.paper, WIDTH - 2 * MARGIN
        self._head()
        self._summary()
        if paper["chart"]:
            draw_chart(self.sheet, paper["chart"], MARGIN, self.y, inside, CHART_HEIGHT)
            self.y += CHART_HEIGHT + 6
        self._table(paper["totals_title"], paper["totals_columns"], paper["totals"], (118.0, 25.0, 35.0))
        self._table(
            paper["movements_title"], paper["movements_columns"], paper["movements"],
            (40.0, 78.0, 30.0, 30.0), paper["note"],
        )  # fmt: skip
        self._feet()
        return bytes(self.sheet.pdf.output())

    def _head(self) -> None:
        sheet, paper = self.sheet, self.paper
        sheet.box(0, 0, WIDTH, 3, ACCENT)
        sheet.text(MARGIN, self.y + 8, paper["title"], size=20, bold=True)
        sheet.text(WIDTH - MARGIN, self.y + 8, paper["month"], size=14, at="end", color=ACCENT, bold=True)
        person = next(words for words in paper["person"] if sheet.can_write(words))
        sheet.text(MARGIN, self.y + 15, person, size=9, color=FAINT)
        self.y += 21

    def _summary(self) -> None:
        """Opening, in, out, closing: side by side, as they add up."""
        sheet, pairs = self.sheet, [Pair(*pair) for pair in self.paper["summary"]]
        wide = (WIDTH - 2 * MARGIN) / len(pairs)
        sheet.box(MARGIN, self.y, WIDTH - 2 * MARGIN, 17, GROUND)
        for number, pair in enumerate(pairs):
            x = MARGIN + number * wide + 4
            sheet.text(x, self.y + 6, pair.label, size=8, color=FAINT)
            sheet.text(x, self.y + 13, pair.value, size=13, bold=True, figures=True)
        self.y += 24

    def _table(
        self, title: str, columns: list[str], rows: list[list[str]], widths: tuple[float, ...], note: str = ""
    ) -> None:
        if self.y > BOTTOM - 5 * ROW:
            self._new_page()
        self.sheet.text(MARGIN, self.y + 4, title, size=11, bold=True)
        self.y += 8
        if note:
            self.sheet.text(MARGIN, self.y + 2, note, size=8, color=FAINT)
            self.y += 5
        self._columns(columns, widths)
        for row in rows:
            if self.y > BOTTOM - ROW:
                self._new_page()
                self._columns(columns, widths)
            self._row(row, widths, size=8.5, color=INK)
            self.sheet.rule(MARGIN, self.y, WIDTH - 2 * MARGIN)
        self.y += 7

    def _columns(self, columns: list[str], widths: tuple[float, ...]) -> None:
        self.sheet.box(MARGIN, self.y, WIDTH - 2 * MARGIN, ROW, GROUND)
        self._row(columns, widths, size=8, color=FAINT)

    def _row(self, cells: list[str], widths: tuple[float, ...], *, size: float, color: Color) -> None:
        """Words at the start side of their columns; the last two are figures, at the end side."""
        x, base = MARGIN, self.y + ROW - 2
        for number, (cell, wide) in enumerate(zip(cells, widths, strict=True)):
            figures = number >= len(cells) - 2
            place: Align = "end" if figures else "start"
            self.sheet.text(
                x + wide - 2 if figures else x + 2, base, cell, size=size, at=place, color=color,
                figures=figures and not cell[-1:].isalpha(),
            )  # fmt: skip
            x += wide
        self.y += ROW

    def _new_page(self) -> None:
        self.sheet.pdf.add_page()
        self.y = MARGIN

    def _feet(self) -> None:
        count = self.sheet.pdf.pages_count
        for page in range(1, count + 1):
            self.sheet.pdf.page = page
            self.sheet.pdf.set_font(size=1)  # else fpdf2 takes the size of the last page's end for known
            self.sheet.rule(MARGIN, BOTTOM + 4, WIDTH - 2 * MARGIN)
            self.sheet.text(MARGIN, BOTTOM + 9, self.paper["foot"], size=7.5, color=FAINT)
            numbers = {"page": self._digits(page), "pages": self._digits(count)}
            words = self.paper["page"].format(**numbers)
            self.sheet.text(WIDTH - MARGIN, BOTTOM + 9, words, size=7.5, at="end", color=FAINT)

    def _digits(self, number: int) -> str:
        return str(number).translate(PERSIAN_DIGITS) if self.paper["language"] == "fa" else str(number)


def draw_picture(paper: Paper) -> bytes:
    """The chart alone, as a PNG; nothing where there was no use."""
    if paper["chart"] is None:
        return b""
    wide, tall = PICTURE
    sheet = Sheet(paper["language"], paper["right_to_left"], PICTURE)
    sheet.box(0, 0, wide, tall, (255, 255, 255))
    sheet.text(wide - 8, 12, paper["month"], size=11, at="end", color=ACCENT, bold=True)
    draw_chart(sheet, paper["chart"], 8, 8, wide - 16, tall - 12)
    with pypdfium2.PdfDocument(bytes(sheet.pdf.output())) as document:
        image = document[0].render(scale=DOTS / 72 * 25.4).to_pil()
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def main() -> None:
    paper: Paper = json.load(sys.stdin.buffer)
    document, picture = Document(paper).draw(), draw_picture(paper)
    sys.stdout.buffer.write(b"%d %d\n" % (len(document), len(picture)) + document + picture)


if __name__ == "__main__":
    main()
