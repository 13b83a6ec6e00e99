"""Step 2 of the callback API: a job that has ended is posted to the address that was given for it.

Deliveries are rows, written with the capture; a try that fails is repeated for days, under the same id, and
neither runs nor charges the job again. No host gets more than two at a time, so that one that hangs holds
up nobody else's answers.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import aiohttp
import structlog
from standardwebhooks import Webhook

from billing import Connection, Row
from bot import files
from bot.clock import DAY, HOUR, MINUTE, SECOND, now
from bot.outbound import CONNECT_SECONDS, PER_HOST, Outbound, read_url
from bot.providers import Answer
from bot.queue import Job
from bot.signing import signing_secret
from bot.storage import Storage
from handlers.http.answers import COLUMNS, FILES, answer_of
from handlers.http.callback_api import DOOR
from handlers.http.site import Site

log = structlog.get_logger()

AT_ONCE = 32
SECONDS = 15.0
PAUSES = (
    5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
"""Between tries; after the last the delivery is dead. The answer can still be fetched."""
ENDPOINT_PAUSE = HOUR
FAILURES_IN_A_ROW = 25
"""So many tries of one address, of whatever jobs, fail in a row: it is paused."""
GONE = 410
LOOK_SECONDS = 1.0

Tell = Callable[[int, int, str, str], Awaitable[None]]
"""Tells a customer, in the bot, that an address of theirs is paused: customer, job, address, why."""


class Verdict(NamedTuple):
    """What came of a try."""

    status: int | None = None
    error: str | None = None
    """A word or two; None: it arrived."""
    after: int | None = None
    """The receiver asked to be left alone so long, in milliseconds."""


class Deliveries:
    """The callback API's door, as the jobs see it, and the worker behind it."""

    watches = False

    def __init__(
        self, storage: Storage, outbound: Outbound, site: Site, key: bytes, boot: str, tell: Tell
    ) -> None:
        self._storage = storage
        self._outbound = outbound
        self._site = site
        self._key = key
        self._boot = boot
        self._tell = tell
        self._under_way: Counter[str] = Counter()
        self._wake = asyncio.Event()

    def started(self, job: Job) -> None: ...

    def progressed(self, job: Job, text: str) -> None: ...

    def came(self, job: Job, part: Answer) -> None: ...

    def ended(self, job: int) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._wake.clear()
                for row in await self._due():
                    tasks.create_task(self._deliver(row), name=f"callback {row.id}")
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._wake.wait()

    async def drain(self, seconds: float) -> None:
        """Wait for those that are on their way; what remains is sent by the next run."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._under_way.total():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)

    async def _due(self) -> list[Row]:
        """Begin as many as there is room for, two a host at most."""
        begun: list[Row] = []
        while room := AT_ONCE - self._under_way.total():
            busy = [target for target, count in self._under_way.items() if count >= PER_HOST]
            rows = await self._storage.fetch(
                _due(len(busy)), door=DOOR, now=now(), most=room,
                **{f"busy{number}": target for number, target in enumerate(busy)},
            )  # fmt: skip
            if not rows:
                break
            chosen = self._choose(rows)
            sendable = await self._storage.write(_begin, chosen, self._boot, now())
            for row in chosen:
                if row.id not in sendable:
                    self._leave(row)
            begun += [row for row in chosen if row.id in sendable]
        return begun

    def _choose(self, rows: list[Row]) -> list[Row]:
        chosen = []
        for row in rows:
            if self._under_way[row.target] < PER_HOST:
                self._under_way[row.target] += 1
                chosen.append(row)
        return chosen

    def _leave(self, row: Row) -> None:
        self._under_way[row.target] -= 1
        if not self._under_way[row.target]:
            del self._under_way[row.target]

    async def _deliver(self, row: Row) -> None:
        try:
            verdict = await self._post(row)
            paused = await self._storage.write(_note, row, verdict, now())
            if verdict.error:
                log.warning("callback failed", job=row.id, attempt=row.attempts + 1, error=verdict.error)
            if paused:
                await self._tell(row.customer, row.id, row.target, verdict.error or "")
        except Exception:
            log.exception("callback left as it was", job=row.id)  # the next run sends it once more
        finally:
            self._leave(row)
            self._wake.set()

    async def _post(self, row: Row) -> Verdict:
        stored = await self._storage.fetch(FILES, job=row.id, now=now())
        body = json.dumps(answer_of(row, stored, self._site), ensure_ascii=False)
        try:
            url = read_url(json.loads(row.place)["callback"])
            async with self._outbound.session.post(
                url, data=body.encode(), headers=self._headers(row, body), allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=SECONDS, connect=CONNECT_SECONDS),
            ) as answer:  # fmt: skip
                return verdict_of(answer.status, answer.headers.get("Retry-After", ""))
        except TimeoutError:
            return Verdict(error="no answer in time")
        except aiohttp.ClientConnectorError as error:
            return Verdict(error=f"no connection: {error.os_error.strerror or 'refused'}"[:200])
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Verdict(error=type(error).__name__)

    def _headers(self, row: Row, body: str) -> dict[str, str]:
        """As Standard Webhooks says; the id is the job's at each try, so that receivers know a second one.
        While a code is being rotated, both of its secrets sign."""
        identity, at = f"dlv_{row.id}", datetime.now(UTC)
        numbers = [row.secret, row.secret - 1] if (row.secret_until or 0) > now() else [row.secret]
        secrets = [signing_secret(self._key, row.code, number) for number in numbers]
        return {
            "Content-Type": "application/json", "User-Agent": "telegram-billing-bot",
            "webhook-id": identity, "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(Webhook(secret).sign(identity, at, body) for secret in secrets),
        }  # fmt: skip


def verdict_of(status: int, retry_after: str) -> Verdict:
    """Redirects are failures: what follows one could be led anywhere."""
    if 200 <= status < 300:
        return Verdict(status)
    return Verdict(status, f"answered {status}", wait_of(retry_after))


def wait_of(retry_after: str) -> int | None:
    """Retry-After, in seconds or as a date: milliseconds from now, a day at most."""
    try:
        if retry_after.isascii() and retry_after.isdigit():
            seconds = float(retry_after[:9])
        else:
            date = parsedate_to_datetime(retry_after)
            seconds = date.replace(tzinfo=date.tzinfo or UTC).timestamp() - now() / SECOND
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0, min(int(seconds * SECOND), DAY))


def _due(busy: int) -> str:
    """The oldest that are due, but for `busy` targets."""
    others = f" AND delivery.target NOT IN ({', '.join(f':busy{number}' for number in range(busy))})"
    return (
        f"SELECT {COLUMNS}, job.customer, job.place, delivery.target, delivery.attempts,"
        " api_code.secret, api_code.secret_until"
        " FROM delivery JOIN job ON job.id = delivery.job JOIN api_code ON api_code.id = job.code"
        " WHERE delivery.door = :door AND delivery.state = 'pending' AND delivery.next_at <= :now"
        f"{others if busy else ''} ORDER BY delivery.next_at, job.id LIMIT :most"
    )


def _begin(conn: Connection, rows: list[Row], boot: str, at: int) -> set[int]:
    """Which of them may be sent now; those of a paused address wait until it is tried again."""
    begun = set()
    for row in rows:
        paused = conn.one(
            "SELECT paused_until FROM endpoint"
            " WHERE customer = :customer AND target = :target AND paused_until > :at",
            customer=row.customer, target=row.target, at=at,
        )  # fmt: skip
        if paused:
            conn.run(
                "UPDATE delivery SET next_at = :next_at WHERE job = :job AND state = 'pending'",
                next_at=paused.paused_until, job=row.id,
            )  # fmt: skip
        elif conn.run(
            "UPDATE delivery SET state = 'sending', boot = :boot, attempts = attempts + 1"
            " WHERE job = :job AND state = 'pending'",
            boot=boot, job=row.id,
        ):  # fmt: skip
            begun.add(row.id)
    return begun


def _note(conn: Connection, row: Row, verdict: Verdict, at: int) -> bool:
    """Write down what came of it; True where the address has just been paused."""
    if verdict.error is None:
        _end(conn, row, "done", verdict, at)
        files.delivered(conn, row.id, at)
        conn.run(
            "DELETE FROM endpoint WHERE customer = :customer AND target = :target",
            customer=row.customer, target=row.target,
        )  # fmt: skip
        return False
    dead = verdict.status == GONE or row.attempts >= len(PAUSES)
    if dead:
        _end(conn, row, "dead", verdict, at)
    else:
        conn.run(
            "UPDATE delivery SET state = 'pending', boot = NULL, next_at = :next_at, status = :status,"
            " error = :error WHERE job = :job AND state = 'sending'",
            next_at=at + max(PAUSES[row.attempts], verdict.after or 0), status=verdict.status,
            error=verdict.error, job=row.id,
        )  # fmt: skip
    return _count_failure(conn, row, at, dead=dead)


def _end(conn: Connection, row: Row, state: str, verdict: Verdict, at: int) -> None:
    conn.run(
        "UPDATE delivery SET state = :state, status = :status, error = :error, ended_at = :at"
        " WHERE job = :job AND state = 'sending'",
        state=state, status=verdict.status, error=verdict.error, at=at, job=row.id,
    )  # fmt: skip


def _count_failure(conn: Connection, row: Row, at: int, *, dead: bool) -> bool:
    endpoint = conn.only(
        "INSERT INTO endpoint (customer, target, failed) VALUES (:customer, :target, 1)"
        " ON CONFLICT (customer, target) DO UPDATE SET failed = failed + 1 RETURNING failed, paused_until",
        customer=row.customer, target=row.target,
    )  # fmt: skip
    if not dead and endpoint.failed % FAILURES_IN_A_ROW:
        return False
    conn.run(
        "UPDATE endpoint SET paused_until = :until WHERE customer = :customer AND target = :target",
        until=at + ENDPOINT_PAUSE, customer=row.customer, target=row.target,
    )  # fmt: skip
    return endpoint.paused_until is None  # one word about it is enough until it works again
