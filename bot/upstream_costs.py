"""What answers cost the house, as far as it is known: what upstreams counted, times what they charge.

A call whose usage was not counted, whose model has no price, or of which nobody knows whether the upstream
counted it, is counted as unknown, with the reason: it is never taken for free.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from billing import Row
from bot.catalog.upstream_prices import UpstreamPrices

MILLION = 1_000_000

CALLS = (
    "SELECT call.ended_at / :day AS day, job.kind, call.state, coalesce(call.engine, '') AS engine,"
    " job.kind = 'text' AND job.request ->> 'speak' IN ('1', 'true') AS spoken,"
    " call.prompt_tokens IS NULL AS uncounted, count(*) AS calls,"
    " coalesce(sum(call.prompt_tokens), 0) AS prompt_tokens,"
    " coalesce(sum(call.completion_tokens), 0) AS completion_tokens,"
    " coalesce(sum(CASE job.kind WHEN 'image' THEN CAST(job.request ->> 'count' AS INTEGER) END), 0)"
    " AS pictures,"
    " coalesce(sum(CASE job.kind WHEN 'voice' THEN length(job.request ->> 'text') END), 0) AS characters"
    ", 0 AS seconds, 0 AS relayed"
    " FROM call JOIN job ON job.id = call.job WHERE call.ended_at >= :since AND call.state <> 'error'"
    " GROUP BY 1, 2, 3, 4, 5, 6"
)
"""What was called for since `since`, by day; `day` is the ledger's. A call that failed is not charged for."""

RELAYS = (
    "SELECT ended_at / :day AS day, CASE substr(path, 1, 7) WHEN '/images' THEN 'image'"
    " WHEN '/modera' THEN 'moderation'"
    " WHEN '/audio/' THEN CASE path WHEN '/audio/speech' THEN 'voice' ELSE 'transcription' END"
    " ELSE 'text' END AS kind,"
    " CASE WHEN charged > 0 OR state = 'answered' THEN 'ok' ELSE 'unknown' END AS state,"
    " coalesce(nullif(asked, ''), model) AS engine, credential IS NOT NULL AS relayed, 0 AS spoken,"
    " coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) = 0 AS uncounted, count(*) AS calls,"
    " coalesce(sum(prompt_tokens), 0) AS prompt_tokens,"
    " coalesce(sum(completion_tokens), 0) AS completion_tokens, coalesce(sum(pictures), 0) AS pictures,"
    " coalesce(sum(characters), 0) AS characters, coalesce(sum(seconds), 0) AS seconds"
    " FROM relay WHERE ended_at >= :since AND (charged > 0 OR state IN ('answered', 'unknown')"
    " OR state IN ('failed', 'left') AND credential IS NOT NULL)"
    " GROUP BY 1, 2, 3, 4, 5, 6, 7"
)
"""The same of the gateway's requests. One that an upstream refused, or never had, is not charged for; of one
that it had begun to answer, in vain, nobody knows."""


@dataclass(slots=True)
class Cost:
    """US dollars, and the calls whose cost is not known, by reason."""

    dollars: Decimal = Decimal(0)
    calls: int = 0
    unknown: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row, prices: UpstreamPrices) -> None:
        self.calls += row.calls
        price = prices.of(row.kind, row.engine)
        if price is None and row.relayed and row.kind == "voice":
            price = prices.of("voice", "openai")  # a model of an upstream that has no price of its own
        if row.state in ("unknown", "late", "intent"):
            self.unknown["calls that were cut off"] += row.calls
        elif price is None:
            self.unknown[f"{row.kind} by {row.engine or 'nobody named'}: no price"] += row.calls
        elif row.kind == "text" and row.uncounted:
            self.unknown[f"text by {row.engine}: usage not counted"] += row.calls
        elif row.kind == "text":
            counted = row.prompt_tokens * price["prompt"] + row.completion_tokens * price["completion"]
            self.dollars += counted / MILLION
        elif row.kind == "image":
            self.dollars += row.pictures * price["picture"]
        elif row.kind == "transcription":
            self.dollars += row.seconds * price["minute"] / 60
        elif row.kind == "moderation":
            self.dollars += row.calls * price["request"]
        else:
            self.dollars += row.characters * price["characters"] / MILLION
        if row.spoken and row.state == "ok":
            self.unknown["speech of text answers: not counted"] += row.calls


def costs_by_day(rows: Sequence[Row], prices: UpstreamPrices) -> dict[int, Cost]:
    """By the day of CALLS."""
    costs: dict[int, Cost] = {}
    for row in rows:
        costs.setdefault(row.day, Cost()).add(row, prices)
    return costs


def costs_by_model(rows: Sequence[Row], prices: UpstreamPrices) -> dict[int, dict[str, Cost]]:
    """By the day, and the upstream's model, of RELAYS."""
    costs: dict[int, dict[str, Cost]] = {}
    for row in rows:
        costs.setdefault(row.day, {}).setdefault(row.engine, Cost()).add(row, prices)
    return costs


def together(costs: Sequence[Cost]) -> Cost:
    total = Cost()
    for cost in costs:
        total.dollars += cost.dollars
        total.calls += cost.calls
        total.unknown += cost.unknown
    return total
