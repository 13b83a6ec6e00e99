"""The operator's books as a text to read and as a table for spreadsheets."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from billing import books
from billing.books import DAY, Day, Totals
from bot.catalog.upstream_prices import UpstreamPrices
from bot.storage import Storage
from bot.texts import money, tokens
from bot.upstream_costs import CALLS, RELAYS, Cost, costs_by_day, costs_by_model, together

COLUMNS = (
    "day", "sold", "used", "free", "refunded", "outstanding", "owed", "stars_in", "stars_back",
    "upstream_dollars", "upstream_calls", "upstream_calls_unknown", "gateway_dollars", "gateway_requests",
)  # fmt: skip
MODELS = 10
"""Of the gateway, in the text."""


class Stars(NamedTuple):
    got: int
    back: int


class Report(NamedTuple):
    """The latest day first; Stars and costs by the beginning of their day."""

    days: Sequence[Day]
    totals: Totals
    stars: dict[int, Stars]
    costs: dict[int, Cost]
    """Of the jobs' calls and the gateway's requests."""
    relays: dict[int, dict[str, Cost]]
    """Of the latter alone, by model."""
    star_dollars: Decimal
    money: Sequence[tuple[str, int]]
    """What else was paid and kept: currencies, and amounts in their smallest unit."""

    def text(self, balance: str = "") -> str:
        """`balance`: a line about Telegram's own."""
        lines = ["day · sold · used · free · refunded · outstanding · owed (tokens)"]
        lines += [_line(day) for day in self.days]
        sums = [sum(column) for column in zip(*(day[1:5] for day in self.days), strict=True)]
        if len(self.days) > 1:
            lines.append("sum · " + " · ".join(str(tokens(amount)) for amount in sums))
        total = self.totals
        lines += [
            "",
            f"Outstanding: {tokens(total.outstanding)} tokens, {tokens(total.held)} of them held.",
            f"Owed to us: {tokens(total.debt)}. Stars of payments kept: {total.stars}.",
        ]
        return "\n".join([*lines, *([balance] if balance else []), "", *self._margin()])

    def _margin(self) -> list[str]:
        got, back = sum(s.got for s in self.stars.values()), sum(s.back for s in self.stars.values())
        cost = together(list(self.costs.values()))
        income = (got - back) * self.star_dollars
        unknown = cost.unknown.total()
        lines = [
            f"In these days: ⭐ {got} came, {back} went back: ${income:.2f} at ${self.star_dollars} a Star.",
            f"Upstream: ${cost.dollars:.4f} for {cost.calls} calls"
            + (f", and what is not known of {unknown} of them:" if unknown else "."),
        ]
        if self.money:
            paid = ", ".join(money(price, currency) for currency, price in self.money)
            lines.insert(1, f"Paid in money and kept, not in the margin: {paid}.")
        lines += [f"  {count} · {reason}" for reason, count in cost.unknown.most_common(10)]
        lines += self._gateway()
        margin = f"Margin: ${income - cost.dollars:.2f}"
        return [*lines, f"{margin}, less what is not known." if unknown else f"{margin}."]

    def _gateway(self) -> list[str]:
        """What its requests cost upstream, the dearest models first."""
        models = {name for day in self.relays.values() for name in day}
        costs = {
            name: together([day[name] for day in self.relays.values() if name in day]) for name in models
        }
        dearest = sorted(costs.items(), key=lambda one: (-one[1].dollars, -one[1].calls, one[0]))[:MODELS]
        lines = [f"  ${cost.dollars:.4f} · {name}: {cost.calls} requests" for name, cost in dearest]
        return ["Of that by the gateway:", *lines] if lines else []

    def table(self) -> bytes:
        """Every day on which anything moved, the earliest first; tokens, Stars and dollars as decimals."""
        out = io.StringIO()
        rows = csv.writer(out)
        rows.writerow(COLUMNS)
        known = {day.at: day for day in self.days}
        left: tuple[str, str] = ("", "")  # not known before the first movement
        for at in sorted({*known, *self.stars, *self.costs}):
            moved = ["0"] * 4
            if day := known.get(at):
                *moved, outstanding, debt = [f"{Decimal(tokens(amount)):f}" for amount in day[1:]]
                left = outstanding, debt
            stars, cost = self.stars.get(at, Stars(0, 0)), self.costs.get(at, Cost())
            relayed = together(list(self.relays.get(at, {}).values()))
            rows.writerow(
                [date_of(at), *moved, *left, *stars, f"{cost.dollars:f}", cost.calls, cost.unknown.total(),
                 f"{relayed.dollars:f}", relayed.calls]
            )  # fmt: skip
        return out.getvalue().encode()

    def between(self, begin: int, end: int) -> "Report":
        """Only these days."""
        return self._replace(
            days=[day for day in self.days if begin <= day.at < end],
            stars={at: stars for at, stars in self.stars.items() if begin <= at < end},
            relays={at: costs for at, costs in self.relays.items() if begin <= at < end},
            costs={at: cost for at, cost in self.costs.items() if begin <= at < end},
        )


async def report(storage: Storage, prices: UpstreamPrices, since: int) -> Report:
    """All from the day that begins at `since`."""
    days, totals = books.books_of(await storage.fetch(books.BOOKS, day=DAY, since=since))
    stars = await storage.fetch(books.STARS, day=DAY, since=since)
    calls = await storage.fetch(CALLS, day=DAY, since=since)
    relays = await storage.fetch(RELAYS, day=DAY, since=since)
    return Report(
        days,
        totals,
        {row.day * DAY: Stars(row.got, row.back) for row in stars},
        {day * DAY: cost for day, cost in costs_by_day([*calls, *relays], prices).items()},
        {day * DAY: costs for day, costs in costs_by_model(relays, prices).items()},
        prices.star,
        [(row.currency, row.price) for row in await storage.fetch(books.MONEY, since=since)],
    )


def _line(day: Day) -> str:
    return " · ".join([date_of(day.at)[5:], *(str(tokens(amount)) for amount in day[1:])])


def date_of(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}"
