"""The jobs' rows: plain SQL over an open connection. What must be true together is written together.

`bot/jobs.py` says when each of these happens.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from billing import Connection, budgets
from billing.errors import InDebt, KeyReused, Refusal
from billing.ledger import MILLI, account_of, capture, hold, void
from bot import conversations, files, flagged
from bot.clock import DAY
from bot.files import StoredFile
from bot.flagged import Asked
from bot.providers import Answer, Request
from bot.providers.moderation import Flag

ATTEMPTS = 2
"""A job whose call was cut off by a crash is called once more, at the house's expense."""
RERUN_BUDGET = 50 * MILLI
"""What the house spends on such calls in a day at least; else 2 % of yesterday's sales."""


class TooManyWaiting(Refusal):
    """The door's limit on waiting jobs of these kinds."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} requests are waiting already")
        self.most = most


class QueueFull(Refusal):
    """More jobs wait, of all customers together, than is sensible."""


class FilesFull(Refusal):
    """The files of this API code take `most` bytes or more."""

    def __init__(self, most: int) -> None:
        super().__init__(f"the code's files take {most} bytes")
        self.most = most


class Banned(Refusal):
    """An admin has blocked this customer."""


class Limit(NamedTuple):
    """At most `most` waiting jobs of `kinds` in a scope."""

    kinds: frozenset[str]
    most: int


@dataclass(frozen=True, slots=True)
class NewJob:
    """What a door asks for."""

    key: str
    """Chosen by the door; the same key twice is one job."""
    customer: int
    door: str
    scope: str
    """What the door's limits count by, as `chat:<customer>`."""
    request: Request
    place: str
    """JSON of the door's own: where the answer goes."""
    lane: str | None = None
    delivers: bool = True
    limits: Sequence[Limit] = field(default=())
    code: int | None = None
    """The API code that asks."""
    target: str | None = None
    """The host that the answer goes to: deliveries are fair between them."""
    files_most: int = 0
    """With so many bytes of files of its code already, a job that makes another is refused. 0: any number."""
    stored: str = field(init=False)
    """The request as JSON: made here, so that the writer, for whom all wait, need not."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "stored", self.request.model_dump_json())


class Job(NamedTuple):
    id: int
    key: str
    customer: int
    door: str
    kind: str
    request: str
    place: str
    price: int
    state: str
    attempt: int
    lane: str | None = None
    tariff: int | None = None
    """The price list that its price was reckoned by."""


class Outcome(NamedTuple):
    """How a job ended; `charged` millitokens, at most its price."""

    state: Literal["answered", "failed", "cancelled", "expired"]
    charged: int = 0
    answer: Answer | None = None
    files: Sequence[StoredFile] = ()
    error: str | None = None
    conversation: tuple[str, str] | None = None
    """Which conversation the answer belongs to, and the question."""
    flags: Sequence[Flag] = ()
    """What the content rules have found."""


_encode = json.JSONEncoder(ensure_ascii=False).encode
_JOB = "id, key, customer, door, kind, request, place, price, state, attempt, lane, tariff"


def submit(
    conn: Connection, new: NewJob, price: int, queue_most: int, now: int, tariff: int | None = None
) -> Job:
    """Queue the job and hold its price, or raise a Refusal."""
    known = conn.one(f"SELECT {_JOB} FROM job WHERE key = :key", key=new.key)
    if known is not None:
        if known.customer != new.customer:
            raise KeyReused(new.key)
        return Job(*known)
    _refuse(conn, new, queue_most)
    row = conn.only(
        "INSERT INTO job (key, customer, door, scope, lane, kind, request, place, delivers, price,"
        " code, target, tariff, created_at)"
        " VALUES (:key, :customer, :door, :scope, :lane, :kind, :request, :place,"
        " :delivers, :price, :code, :target, :tariff, :now)"
        f" RETURNING {_JOB}",
        key=new.key, customer=new.customer, door=new.door, scope=new.scope, lane=new.lane,
        kind=new.request.kind, request=new.stored,
        place=new.place, delivers=int(new.delivers), price=price, code=new.code, target=new.target,
        tariff=tariff, now=now,
    )  # fmt: skip
    job = Job(*row)
    payer = account_of(job.customer)
    if new.code is not None:
        payer = budgets.reserve(conn, new.code, price, now)
    hold(conn, hold_key(job.id), payer, price, now)
    return job


def hold_key(job: int) -> str:
    return f"job:{job}"


def _refuse(conn: Connection, new: NewJob, queue_most: int) -> None:
    kind = new.request.kind
    now = conn.only(
        "SELECT banned_at, (SELECT count(*) FROM job WHERE state = 'queued' AND kind = :kind) AS queued,"
        " (SELECT posted FROM account WHERE id = 'debt:' || :customer) AS debt"
        " FROM customer WHERE id = :customer",
        kind=kind, customer=new.customer,
    )  # fmt: skip
    if now.banned_at is not None:
        raise Banned
    if now.debt:
        raise InDebt(-now.debt)
    if now.queued >= queue_most:
        raise QueueFull
    if any(kind in limit.kinds for limit in new.limits):
        _refuse_crowd(conn, new, kind)
    if new.files_most and new.request.makes_files:
        size = conn.only("SELECT coalesce(sum(size), 0) AS bytes FROM file WHERE code = :code", code=new.code)
        if size.bytes >= new.files_most:
            raise FilesFull(new.files_most)


def _refuse_crowd(conn: Connection, new: NewJob, kind: str) -> None:
    waiting: Mapping[str, int] = dict(
        conn.all(
            "SELECT kind, count(*) FROM job WHERE scope = :scope AND ended_at IS NULL GROUP BY kind",
            scope=new.scope,
        )
    )
    for limit in new.limits:
        if kind in limit.kinds and sum(waiting.get(k, 0) for k in limit.kinds) >= limit.most:
            raise TooManyWaiting(limit.most)


def claim(
    conn: Connection, kind: str, most: int, per_customer: int, boot: str, now: int, per_code: int = 30
) -> list[Job]:
    """Take the oldest jobs that may run now, with the intent to call for each. What a customer asks in chat
    and what their API codes ask are counted apart."""
    jobs: list[Job] = []
    while len(jobs) < most:
        free = most - len(jobs)
        rows = conn.all(_NEXT, kind=kind, per_customer=per_customer, per_code=per_code, most=free)
        # One job of each customer and code, then count again: no more of theirs may run than is allowed.
        oldest = {(row.customer, row.code): row.id for row in reversed(rows)}
        jobs += [_start(conn, job, boot, now) for job in sorted(oldest.values())]
        if len(oldest) == len(rows) < free:
            break
    return jobs


_NEXT = (
    "SELECT id, customer, code FROM job AS next WHERE state = 'queued' AND kind = :kind"
    " AND (code IS NOT NULL OR customer NOT IN (SELECT customer FROM job"
    "   WHERE state = 'running' AND kind = :kind AND code IS NULL"
    "   GROUP BY customer HAVING count(*) >= :per_customer))"
    " AND (code IS NULL OR code NOT IN (SELECT code FROM job"
    "   WHERE state = 'running' AND kind = :kind AND code IS NOT NULL"
    "   GROUP BY code HAVING count(*) >= :per_code))"
    " AND NOT EXISTS (SELECT 1 FROM job AS earlier WHERE earlier.lane = next.lane"
    "   AND earlier.ended_at IS NULL AND earlier.id < next.id)"
    " ORDER BY id LIMIT :most"
)


def _start(conn: Connection, job: int, boot: str, now: int) -> Job:
    row = conn.only(
        "UPDATE job SET state = 'running', attempt = attempt + 1, boot = :boot, started_at = :now"
        f" WHERE id = :id AND state = 'queued' RETURNING {_JOB}",
        id=job, boot=boot, now=now,
    )  # fmt: skip
    started = Job(*row)
    conn.run(
        "INSERT INTO call (job, attempt, price, started_at) VALUES (:job, :attempt, :price, :now)",
        job=job, attempt=started.attempt, price=started.price, now=now,
    )  # fmt: skip
    return started


def settle(conn: Connection, job: Job, outcome: Outcome, now: int) -> bool:
    """End the running job: its money, its answer and its delivery. False: another attempt has it."""
    mine = _end(conn, job.id, outcome, now, "state = 'running' AND attempt = :attempt", attempt=job.attempt)
    state = "late" if not mine else "ok" if outcome.state == "answered" else "error"
    usage = outcome.answer.usage if outcome.answer else None
    conn.run(
        "UPDATE call SET state = :state, engine = :engine, prompt_tokens = :prompt,"
        " completion_tokens = :completion, ended_at = :now"
        " WHERE job = :job AND attempt = :attempt AND state IN ('intent', 'unknown')",
        state=state, engine=outcome.answer.engine if outcome.answer else None, now=now, job=job.id,
        attempt=job.attempt, prompt=usage and usage.prompt_tokens,
        completion=usage and usage.completion_tokens,
    )  # fmt: skip
    return mine


def cancel(conn: Connection, job: int, customer: int, now: int) -> str | None:
    """Cancel it if it is queued; the state that it has now, None where it is final or not theirs."""
    row = conn.one("SELECT state FROM job WHERE id = :id AND customer = :customer", id=job, customer=customer)
    if row is None or row.state not in ("queued", "running"):
        return None
    if row.state == "queued":
        _end(conn, job, Outcome("cancelled"), now, "state = 'queued'")
        return "cancelled"
    return "running"


def expire(conn: Connection, before: int, now: int) -> list[int]:
    """End the jobs that have been queued since before `before`; which."""
    rows = conn.all("SELECT id FROM job WHERE state = 'queued' AND created_at < :before", before=before)
    for row in rows:
        _end(conn, row.id, Outcome("expired", error="error-no-answer"), now, "state = 'queued'")
    return [row.id for row in rows]


def recover(conn: Connection, boot: str, now: int) -> int:
    """Take over what another run of the program left running; how many jobs. Doing it twice is harmless.

    Nobody knows whether the call of such a job was made and billed. It never costs the customer: the job
    is called once more while the house's budget of the day lasts, else it fails and its hold is voided.
    """
    left = conn.all(
        "SELECT id, attempt, price FROM job WHERE state = 'running' AND boot <> :boot ORDER BY id", boot=boot
    )
    budget = _budget(conn, now) if left else 0
    for job in left:
        conn.run(
            "UPDATE call SET state = 'unknown', ended_at = :now"
            " WHERE job = :job AND attempt = :attempt AND state = 'intent'",
            job=job.id, attempt=job.attempt, now=now,
        )  # fmt: skip
        budget -= job.price
        if job.attempt < ATTEMPTS and budget >= 0:
            conn.run("UPDATE job SET state = 'queued', boot = NULL WHERE id = :id", id=job.id)
        else:
            _end(conn, job.id, Outcome("failed", error="error-interrupted"), now, "state = 'running'")
    conn.run(
        "UPDATE delivery SET state = 'pending', boot = NULL WHERE state = 'sending' AND boot <> :boot",
        boot=boot,
    )
    return len(left)


def _budget(conn: Connection, now: int) -> int:
    """What the house may still spend today on calls that a crash cut off."""
    spent = conn.only(
        "SELECT coalesce(sum(price), 0) AS amount FROM call WHERE state = 'unknown' AND ended_at > :since",
        since=now - DAY,
    )
    sold = conn.only(
        "SELECT coalesce(sum(amount), 0) AS amount FROM transfer"
        " WHERE destination = 'sales' AND created_at BETWEEN :since AND :until",
        since=now - 2 * DAY, until=now - DAY,
    )  # fmt: skip
    return int(max(RERUN_BUDGET, sold.amount // 50) - spent.amount)


def _end(conn: Connection, job: int, outcome: Outcome, now: int, still: str, **values: int) -> bool:
    """The one way in which a job becomes final: with its hold, files, turns and delivery."""
    row = conn.one(
        "UPDATE job SET state = :state, charged = :charged, answer = :answer, error = :error, ended_at = :now"
        f" WHERE id = :id AND {still} RETURNING customer, door, target, delivers,"
        " code, price, created_at",
        id=job, state=outcome.state, charged=outcome.charged, error=outcome.error, now=now,
        answer=_stored(outcome.answer), **values,
    )  # fmt: skip
    if row is None:
        return False
    if outcome.state == "answered":
        capture(conn, hold_key(job), outcome.charged, now)
    else:
        void(conn, hold_key(job))
    if row.code is not None and row.price > outcome.charged:
        budgets.give_back(conn, row.code, row.created_at, row.price - outcome.charged)
    files.record(conn, job, row.code, outcome.files, now)
    if outcome.conversation and outcome.answer:
        conversations.remember(conn, *outcome.conversation, outcome.answer.text, now)
    if outcome.flags:
        flagged.note(conn, Asked(row.customer, row.code, row.door, job), outcome.flags, now)
    if row.delivers:
        conn.run(
            "INSERT INTO delivery (job, door, target, next_at, created_at)"
            " VALUES (:job, :door, :target, :now, :now)",
            job=job, door=row.door, target=row.target, now=now,
        )  # fmt: skip
    return True


def _stored(answer: Answer | None) -> str | None:
    if answer is None:
        return None
    stored: dict[str, object] = {"text": answer.text, "stopped": answer.stopped}
    if answer.heard:
        stored["heard"] = answer.heard
    if answer.notes:
        stored["notes"] = answer.notes
    if answer.unspoken:
        stored["unspoken"] = answer.unspoken
    return _encode(stored)


TURN = "SELECT count(*) AS turn FROM job WHERE state = 'queued' AND kind = :kind AND id <= :id"
