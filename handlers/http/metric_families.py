"""What Prometheus is told of the running bot: metrics with their names, labels and values.

Nothing is counted here: each part counts for itself, and the books are read when they are asked for. Labels
are few and have an end: doors, paths as they are routed, kinds, upstreams, rows of the price table. Never a
customer, a code or a secret.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from billing.ledger import MILLI
from bot.book_counts import BookCounts
from bot.clock import SECOND, now
from bot.jobs import Jobs
from bot.loop_lag import LoopLag
from bot.providers.pool.pool import Pool, State
from bot.spread import Spread
from bot.storage import Storage
from handlers.http.gateway.routes import Gateway
from handlers.http.measured import Requests

CREDENTIALS_MOST = 200
"""So many are shown one by one."""
Labels = Any
"""A tuple of a label's values each; Mapping is invariant in its keys, and their lengths differ."""
Values = Mapping[Labels, float]


@dataclass(frozen=True, slots=True)
class Sources:
    """Who knows the values."""

    storage: Storage
    jobs: Jobs
    pool: Pool
    gateway: Gateway
    requests: Requests
    books: BookCounts = field(default_factory=BookCounts)
    lag: LoopLag = field(default_factory=LoopLag)


class MetricFamilies(Collector):
    """All but the process's own."""

    def __init__(self, sources: Sources) -> None:
        self._from = sources

    def collect(self) -> Iterator[Metric]:
        yield from _of_requests(self._from.requests)
        yield from _of_gateway(self._from.gateway)
        yield from _of_jobs(self._from.jobs, self._from.books)
        yield from _of_upstreams(self._from.pool)
        yield from _of_money(self._from.books)
        yield from _of_deliveries(self._from.books, self._from.jobs)
        yield from _of_audit(self._from.jobs)
        yield from _of_machinery(self._from.storage, self._from.lag)


def _of_requests(requests: Requests) -> Iterator[Metric]:
    labels = ("door", "route", "kind")
    routes = {(one.door, one.path, one.kind): one for one in requests.routes}
    ended = {(*who, result): n for who, one in routes.items() for result, n in one.ended.items()}
    yield _counters("bot_requests", "Requests by HTTP.", (*labels, "result"), ended)
    seconds = {who: one.seconds for who, one in routes.items()}
    yield _spreads("bot_request_seconds", "From a request's head to its answer's end.", labels, seconds)
    yield _gauge("bot_requests_under_way", "Requests that are being answered.", requests.under_way)


def _of_gateway(gateway: Gateway) -> Iterator[Metric]:
    charged = {(model,): amount / MILLI for model, amount in gateway.used.charged.items()}
    yield _counters("bot_gateway_charged_tokens", "Charged for requests to /v1.", ("model",), charged)
    yield _counters("bot_gateway_usage", "What was charged for.", ("model", "unit"), gateway.used.units)


def _of_jobs(jobs: Jobs, books: BookCounts) -> Iterator[Metric]:
    yield _counters("bot_jobs", "Jobs that have ended.", ("door", "kind", "result"), jobs.ended)
    seconds = {(kind,): spread for kind, spread in jobs.seconds.items()}
    yield _spreads("bot_job_seconds", "From a job's begin to its end.", ("kind",), seconds)
    queued = {(kind,): count for kind, (count, _) in books.queued.items()}
    yield _gauges("bot_jobs_queued", "Jobs that wait.", ("kind",), queued)
    oldest = {(kind,): (books.at - since) / SECOND for kind, (_, since) in books.queued.items()}
    yield _gauges("bot_jobs_queued_oldest_seconds", "How long the oldest has waited.", ("kind",), oldest)
    running = {(kind,): count for kind, count in books.running.items()}
    yield _gauges("bot_jobs_running", "Jobs that are worked on.", ("kind",), running)


def _of_upstreams(pool: Pool) -> Iterator[Metric]:
    states = pool.states()
    one = ("upstream", "credential")
    shown = {
        (state.credential.upstream, str(state.credential.id)): state for state in states[:CREDENTIALS_MOST]
    }
    yield _gauges("bot_upstream_state", "1: the credential is in this state.", (*one, "state"), {
        (*who, word): float(word == _word(state)) for who, state in shown.items() for word in STATES
    })  # fmt: skip
    cooling = {who: state.cooling for who, state in shown.items()}
    yield _gauges("bot_upstream_cooling_seconds", "How long it is left alone.", one, cooling)
    yield _gauges("bot_upstream_busy", "Calls under way.", one, {w: state.busy for w, state in shown.items()})
    worked = {(*who, "worked"): state.worked for who, state in shown.items()}
    failed = {(*who, "failed"): state.failed for who, state in shown.items()}
    yield _counters("bot_upstream_calls", "Calls by outcome.", (*one, "result"), worked | failed)
    usable = Counter({(state.credential.upstream, word): 0 for state in states for word in STATES})
    usable.update((state.credential.upstream, _word(state)) for state in states)
    yield _gauges("bot_upstream_credentials", "Credentials by state.", ("upstream", "state"), usable)
    yield _counters("bot_upstream_failures", "By what it was.", ("upstream", "reason"), pool.failures)
    retries = {(name,): pool.retries[name] for name in pool.seconds}
    yield _counters("bot_upstream_retries", "Calls after another's failure.", ("upstream",), retries)
    seconds = {(name,): spread for name, spread in pool.seconds.items()}
    yield _spreads("bot_upstream_seconds", "From a call to its answer's begin.", ("upstream",), seconds)
    yield _gauge("bot_upstream_waiting", "Requests that wait for a credential.", pool.waiting)


STATES = ("usable", "cooling", "refused")


def _word(state: State) -> str:
    if state.refused:
        return "refused"
    return "cooling" if state.cooling else "usable"


def _of_money(books: BookCounts) -> Iterator[Metric]:
    yield _gauge("bot_held_tokens", "Tokens that are held now.", books.held / MILLI)
    captured = {(): books.moved["capture"] / MILLI}
    yield _counters("bot_captured_tokens", "Tokens ever captured.", (), captured)
    moved = {(kind,): amount / MILLI for kind, amount in books.moved.items() if kind != "capture"}
    yield _counters("bot_moved_tokens", "Tokens ever moved otherwise.", ("kind",), moved)


def _of_deliveries(books: BookCounts, jobs: Jobs) -> Iterator[Metric]:
    none = {(door, state): 0 for door in jobs.doors for state in ("pending", "dead")}
    yield _gauges(
        "bot_deliveries", "Answers that are to be delivered, or were given up.", ("door", "state"),
        none | books.deliveries,
    )  # fmt: skip
    count, since = books.updates
    yield _gauge("bot_updates_waiting", "Telegram's updates that wait.", count)
    yield _gauge("bot_updates_oldest_seconds", "How long the oldest has waited.", (books.at - since) / SECOND)


def _of_audit(jobs: Jobs) -> Iterator[Metric]:
    watch = jobs.watch
    yield _gauge("bot_audit_violations", "Invariants of the books that are broken.", len(watch.violations))
    yield _gauge("bot_audit_age_seconds", "Since the last audit.", (now() - watch.looked_at) / SECOND)
    yield _gauge("bot_takes_requests", "0: the audit's alarm stops them.", float(not watch.stops))


def _of_machinery(storage: Storage, lag: LoopLag) -> Iterator[Metric]:
    writer = storage.writer
    yield _spreads("bot_loop_lag_seconds", "How late the event loop was.", (), {(): lag.seconds})
    yield _spreads("bot_writer_batch_size", "Transactions that shared a COMMIT.", (), {(): writer.sizes})
    yield _spreads("bot_writer_commit_seconds", "What a COMMIT took.", (), {(): writer.seconds})
    yield _gauge("bot_writer_waiting", "Transactions that wait for the writer.", writer.waiting)


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=value)


def _gauges(name: str, what: str, labels: tuple[str, ...], values: Values) -> Metric:
    family = GaugeMetricFamily(name, what, labels=labels)
    for of, value in values.items():
        family.add_metric(of, value)
    return family


def _counters(name: str, what: str, labels: tuple[str, ...], values: Values) -> Metric:
    family = CounterMetricFamily(name, what, labels=labels)
    for of, value in values.items():
        family.add_metric(of, value)
    return family


def _spreads(name: str, what: str, labels: tuple[str, ...], values: Mapping[Labels, Spread]) -> Metric:
    family = HistogramMetricFamily(name, what, labels=labels)
    for of, spread in values.items():
        family.add_metric(of, spread.buckets(), spread.total)
    return family
