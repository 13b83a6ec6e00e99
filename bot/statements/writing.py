"""A customer's statement in their words: what is drawn, and the table for spreadsheets."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from bot.clock import now
from bot.customers import Customer
from bot.statements.figures import Figures, Movement, Total
from bot.statements.months import Month
from bot.statements.paper import Chart, Pair, Paper
from bot.texts import RIGHT_TO_LEFT, Say, day, tokens
from bot.texts import figures as digits

KINDS = ("text", "image", "voice")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Without it spreadsheets take the letters for another alphabet's."""

_ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))


class Writing:
    """One statement's words. Directions are the drawing's matter, so the marks that keep them apart go."""

    def __init__(self, say: Say, language: str, customer: Customer, month: Month) -> None:
        self._marked = say
        self._language = language
        self._customer = customer
        self._month = month

    def paper(self, figures: Figures, movements: Sequence[Movement]) -> Paper:
        """What is drawn; fewer `movements` than the figures count stand for several each."""
        say, shortened = self._say, len(movements) < figures.movements
        return Paper(
            language=self._language,
            right_to_left=self._language in RIGHT_TO_LEFT,
            title=say("statement-title"),
            month=self._figure(self._month.name(self._language)),
            person=[
                say("statement-person", name=self._customer.name, number=str(self._customer.telegram_id)),
                say("statement-nobody", number=str(self._customer.telegram_id)),
            ],
            summary=[
                Pair(say("statement-opening"), self._amount(figures.opening)),
                Pair(say("statement-came"), self._moved(figures.came)),
                Pair(say("statement-went"), self._moved(-figures.went)),
                Pair(say("statement-closing"), self._amount(figures.closing)),
            ],
            chart=self._chart(figures) if figures.use else None,
            totals_title=say("statement-totals"),
            totals_columns=[say("statement-what"), say("statement-number"), say("statement-amount")],
            totals=[self._total(total) for total in figures.totals],
            movements_title=say("statement-movements"),
            movements_columns=self.columns(),
            movements=[self._line(movement, whole_day=shortened) for movement in movements],
            note=say("statement-shortened", count=figures.movements) if shortened else "",
            foot=say("statement-foot", at=_minute(now())),
            page=say("statement-page", page="{page}", pages="{pages}"),
        )

    def columns(self) -> list[str]:
        say = self._say
        return [
            say("statement-date"),
            say("statement-what"),
            say("statement-amount"),
            say("statement-balance"),
        ]

    def table(self, figures: Figures, movements: Sequence[Movement], *, first: bool) -> bytes:
        """Rows for spreadsheets; `first` with the columns' names and the opening balance above them.
        Figures and times are written as programs read them, whatever the language."""
        say, out = self._say, io.StringIO()
        rows = csv.writer(out)
        if first:
            rows.writerow(self.columns())
            opening = _plain(figures.opening)
            rows.writerow([_second(self._month.begin), say("statement-opening"), "", opening])
        for move in movements:
            amounts = _plain(move.amount), _plain(move.balance)
            rows.writerow([_second(move.at), self._what(move.kind), *amounts])
        return (BYTE_ORDER_MARK if first else b"") + out.getvalue().encode()

    def _say(self, key: str, /, **values: object) -> str:
        return self._marked(key, **values).translate(_ISOLATES)

    def _what(self, kind: str) -> str:
        say = self._say
        return say(f"movement-{kind.replace('_', '-')}")

    def _figure(self, words: str) -> str:
        return digits(words, self._language)

    def _amount(self, amount: int) -> str:
        return self._figure(_plain(amount).replace("-", "−"))

    def _moved(self, amount: int) -> str:
        return self._figure(f"{'+' if amount > 0 else ''}{_plain(amount)}".replace("-", "−"))

    def _total(self, total: Total) -> list[str]:
        return [self._what(total.kind), self._figure(str(total.times)), self._moved(total.amount)]

    def _line(self, movement: Movement, *, whole_day: bool) -> list[str]:
        what = self._what(movement.kind)
        if movement.times > 1:
            what += self._figure(f" × {movement.times}")
        at = _minute(movement.at)[:10] if whole_day else _minute(movement.at)
        amounts = self._moved(movement.amount), self._amount(movement.balance)
        return [day(at, self._language), what, *amounts]

    def _chart(self, figures: Figures) -> Chart:
        say, days = self._say, range(len(self._month.days))
        by_day = {(use.day, use.kind): use.amount for use in figures.use}
        spent = {kind: [by_day.get((number, kind), 0) for number in days] for kind in KINDS}
        most = max(map(sum, zip(*spent.values(), strict=True)))
        names = dict(zip(KINDS, self._kinds(), strict=True))
        return Chart(
            title=say("statement-use"),
            days=[self._figure(str(number + 1)) for number in days],
            ticks=[(amount, self._amount(amount)) for amount in scale(most)],
            bars=[
                {"label": names[kind], "value": self._amount(sum(values)), "values": values}
                for kind, values in spent.items()
            ],
        )

    def _kinds(self) -> list[str]:
        say = self._say
        return [say("statement-text"), say("statement-image"), say("statement-voice")]


def scale(most: int) -> list[int]:
    """From 0 up to `most` or above it, in three to six steps that are easy to read."""
    step, factors = 1, (2, 2.5, 2)
    number = 0
    while step * 5 < most:
        step = int(step * factors[number % 3])
        number += 1
    return [step * count for count in range(-(-most // step) + 1)]


def _plain(amount: int) -> str:
    return f"{Decimal(tokens(amount)):f}"


def _minute(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M}"


def _second(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S}"
