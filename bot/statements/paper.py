"""What stands on a statement, in the customer's words and digits: who draws it knows nothing of money."""

from typing import NamedTuple, TypedDict


class Pair(NamedTuple):
    label: str
    value: str


class Bars(TypedDict):
    """`values`: millitokens of each day of the month."""

    label: str
    value: str
    values: list[int]


class Chart(TypedDict):
    title: str
    days: list[str]
    ticks: list[tuple[int, str]]
    """Amounts on the scale, and as they are written."""
    bars: list[Bars]


class Paper(TypedDict):
    language: str
    right_to_left: bool
    title: str
    month: str
    person: list[str]
    """Who it is; the first that the fonts can write is written."""
    summary: list[Pair]
    chart: Chart | None
    totals_title: str
    totals_columns: list[str]
    totals: list[list[str]]
    movements_title: str
    movements_columns: list[str]
    movements: list[list[str]]
    note: str
    foot: str
    page: str
    """As `Page {page} of {pages}`."""
