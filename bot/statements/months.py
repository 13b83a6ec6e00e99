"""Months of both calendars, in UTC: a Persian statement is of a Persian month."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import jdatetime
from babel.dates import format_skeleton

from bot.clock import DAY
from bot.texts import PERSIAN

_WORDS = re.compile(r"(\d{4})[-/](\d{1,2})")
_FIRST_GREGORIAN = 1700
"""Years below are of Iran's calendar."""


class Month(NamedTuple):
    year: int
    number: int
    """1 to 12."""

    @property
    def persian(self) -> bool:
        return self.year < _FIRST_GREGORIAN

    @property
    def first(self) -> date:
        if self.persian:
            first: date = jdatetime.date(self.year, self.number, 1).togregorian()
            return first
        return date(self.year, self.number, 1)

    @property
    def begin(self) -> int:
        """Milliseconds; `end` is the next month's."""
        return int(datetime.combine(self.first, datetime.min.time(), UTC).timestamp()) * 1000

    @property
    def end(self) -> int:
        return self.moved(1).begin

    @property
    def days(self) -> list[date]:
        count = (self.end - self.begin) // DAY
        return [self.first + timedelta(days=number) for number in range(count)]

    def moved(self, months: int) -> "Month":
        year, number = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, number + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def name(self, language: str) -> str:
        """As `November 2026`, with a language of locales/."""
        if self.persian and language == PERSIAN:
            return f"{jdatetime.date.j_months_fa[self.number - 1]} {self.year}"
        if self.persian:
            return str(self)
        return str(format_skeleton("yMMMM", self.first, locale=language))


def month_at(at: int, *, persian: bool) -> Month:
    """The month in which this millisecond is."""
    day = datetime.fromtimestamp(at / 1000, UTC).date()
    if persian:
        of_iran = jdatetime.date.fromgregorian(date=day)
        return Month(of_iran.year, of_iran.month)
    return Month(day.year, day.month)


def month_of(words: str) -> Month:
    """What somebody wrote: 2026-11, or 1405-08 of Iran's calendar; in any digits. Raises ValueError."""
    found = _WORDS.fullmatch(words)
    if not found:
        raise ValueError(f"{words!r} is no month")
    month = Month(int(found[1]), int(found[2]))
    if not 1 <= month.number <= 12 or not (1300 <= month.year < 1500 or 2000 <= month.year < 2200):
        raise ValueError(f"{words!r} is no month")
    return month
