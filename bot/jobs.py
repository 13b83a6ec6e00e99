"""The life of a job: submitted with its hold, answered by a provider, ended with its money.

    queued ──claim──▶ running ──settle──▶ answered      hold captured
      │                  ├──────────────▶ failed         hold voided
      └──────────────────┼──────────────▶ cancelled      hold voided
                         └──────────────▶ expired        hold voided

Submitting and settling are one transaction each; the provider is called between them, outside of any.
The intent to call is committed before the call, and settling is fenced by the attempt's number: an
answer that comes after somebody else has taken the job over is noted and never charged.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, Protocol

import structlog
from pydantic import TypeAdapter

from bot import queue
from bot.clock import SECOND, now
from bot.conversations import Conversations
from bot.files import Files, StoredFile
from bot.flagged import UPSTREAM
from bot.insisting import insist
from bot.prices import Prices
from bot.providers import Answer, Provider, Request, TextRequest, Turn, unwatched
from bot.providers.errors import ContentRefused, NoAnswer, ProviderError
from bot.providers.moderation import Flag
from bot.queue import Job, NewJob, Outcome
from bot.spread import Spread
from bot.storage import Storage
from bot.watch import BooksWrong, Watch

log = structlog.get_logger()

INTERNAL = Outcome("failed", error="error-internal")

REQUEST: TypeAdapter[Request] = TypeAdapter(Request)


class Door(Protocol):
    """What a door hears of its jobs, on the event loop. It must return at once and not raise."""

    watches: bool
    """Somebody sees the answer grow."""

    def started(self, job: Job) -> None: ...

    def progressed(self, job: Job, text: str) -> None: ...

    def came(self, job: Job, part: Answer) -> None:
        """So much of the answer is made; it may be handed over, and is charged only when the job ends."""

    def ended(self, job: int) -> None:
        """The job is final and its delivery is due."""


@dataclass(frozen=True, slots=True)
class Work:
    """How one kind of job is done: by whom, how many at a time, in how many seconds at most."""

    provider: Provider[Any]
    workers: int
    seconds: float


@dataclass(slots=True)
class _Running:
    job: Job
    text: str = ""
    part: Answer | None = None
    """What of its files is made already."""
    task: asyncio.Task[None] | None = None
    stoppable: bool = False
    """From its first step until it is being settled: a task cancelled before that would never settle."""
    stop_asked: bool = False

    def stop(self) -> None:
        if self.stoppable and self.task and not self.stop_asked:
            self.task.cancel()
        self.stop_asked = True


class Jobs:
    def __init__(
        self,
        storage: Storage,
        files: Files,
        conversations: Conversations,
        work: Mapping[str, Work],
        prices: Prices,
        *,
        queue_most: int = 1_000,
        queue_seconds: float = 600,
        running_per_customer: int = 4,
        running_per_code: int = 30,
        watch: Watch | None = None,
    ) -> None:
        self.watch = watch or Watch()
        self.boot = secrets.token_hex(8)
        self.doors: dict[str, Door] = {}
        self.ended: Counter[tuple[str, str, str]] = Counter()
        """Jobs of this run, by door, kind and final state."""
        self.seconds = {kind: Spread() for kind in work}
        """From a job's beginning to its end."""
        self.prices = prices
        self._storage = storage
        self._files = files
        self._conversations = conversations
        self._work = work
        self._queue_most = queue_most
        self._queue_seconds = queue_seconds
        self._running_per_customer = running_per_customer
        self._running_per_code = running_per_code
        self._running: dict[int, _Running] = {}
        self._draining = False
        self._wake = {kind: asyncio.Event() for kind in work}

    async def submit(self, new: NewJob) -> Job:
        """Price it, hold the price and queue it, or raise a Refusal. The same key twice is one job."""
        if self.watch.stops and not await self._knows(new.key):
            raise BooksWrong
        price = self.prices.of(new.request)
        job = await self._storage.write(
            queue.submit, new, price, self._queue_most, now(), self.prices.version
        )
        self._wake[job.kind].set()
        return job

    async def _knows(self, key: str) -> bool:
        return await self._storage.fetch_one("SELECT 1 FROM job WHERE key = :key", key=key) is not None

    async def withdraw(self, job: int, customer: int) -> bool:
        """Cancel it if it has not been begun: it costs nothing. False where it has, or is not theirs."""
        cancelled = await self._storage.write(queue.cancel, job, customer, now()) == "cancelled"
        if cancelled:
            self._wake_all()
            await self._tell_cancelled(job)
        return cancelled

    async def cancel(self, job: int, customer: int) -> bool:
        """Stop it: a queued job costs nothing, of a running one what has come by now is the answer.

        False where it has ended, or is somebody else's.
        """
        state = await self._storage.write(queue.cancel, job, customer, now())
        if state == "running" and job in self._running:
            self._running[job].stop()
        elif state == "cancelled":
            self._wake_all()
            await self._tell_cancelled(job)
        return state is not None

    async def cancel_all(self, customer: int, scope: str) -> int:
        """Cancel all of a customer's jobs of one scope; how many."""
        rows = await self._storage.fetch(
            "SELECT id FROM job WHERE scope = :scope AND customer = :customer AND ended_at IS NULL",
            scope=scope, customer=customer,
        )  # fmt: skip
        return sum([await self.cancel(row.id, customer) for row in rows])

    async def cancel_queued(self, customer: int) -> int:
        """Cancel what has not begun of all of a customer's jobs; how many."""
        rows = await self._storage.fetch(
            "SELECT id FROM job WHERE customer = :customer AND state = 'queued'", customer=customer
        )
        return sum([await self.cancel(row.id, customer) for row in rows])

    async def turn(self, job: Job) -> int:
        """The job's place in the queue: 1 is next, 0 runs or has ended."""
        row = await self._storage.fetch_one(queue.TURN, kind=job.kind, id=job.id)
        assert row is not None
        return int(row.turn)

    async def run(self) -> None:
        """Take over what the last run left, then answer jobs until cancelled."""
        await self._storage.write(queue.recover, self.boot, now())
        self._wake_all()
        async with asyncio.TaskGroup() as tasks:
            for kind in self._work:
                tasks.create_task(self._dispatch(kind, tasks), name=f"dispatch {kind}")

    async def drain(self, seconds: float) -> None:
        """Begin no more jobs and wait for those that run; what remains is taken over by the next run."""
        self._draining = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while tasks := [running.task for running in self._running.values() if running.task]:
                    await asyncio.wait(tasks)

    async def expire(self) -> None:
        """Give up on jobs that have waited too long."""
        before = now() - int(self._queue_seconds * SECOND)
        for job in await self._storage.write(queue.expire, before, now()):
            self._wake_all()
            await self._tell_cancelled(job)

    async def _dispatch(self, kind: str, tasks: asyncio.TaskGroup) -> None:
        wake, work = self._wake[kind], self._work[kind]
        while True:
            await wake.wait()
            wake.clear()
            free = work.workers - sum(running.job.kind == kind for running in self._running.values())
            if free <= 0 or self._draining:
                continue
            for job in await self._claim(kind, free):
                running = self._running[job.id] = _Running(job)
                running.task = tasks.create_task(self._answer(running), name=f"job {job.id}")

    async def _claim(self, kind: str, most: int) -> list[Job]:
        return await insist(
            self._storage, queue.claim, kind, most, self._running_per_customer, self.boot, now(),
            self._running_per_code,
        )  # fmt: skip

    async def _answer(self, running: _Running) -> None:
        job = running.job
        begun = perf_counter()
        try:
            await self._settle(job, await self._outcome(running))
            self.seconds[job.kind].add(perf_counter() - begun)
        except Exception:
            log.exception("job left without its end", job=job.id)  # the audit and the next run see to it
        finally:
            del self._running[job.id]
            self._wake[job.kind].set()
            if job.lane is not None:  # the next of its lane may be of another kind
                self._wake_all()

    async def _outcome(self, running: _Running) -> Outcome:
        """How the job ended. Cancelled with the program it has not: its next run takes the job over."""
        job = running.job
        running.stoppable = True
        try:
            return Outcome("cancelled") if running.stop_asked else await self._answer_in_time(running)
        except ProviderError as error:
            log.warning("job failed", job=job.id, error=type(error).__name__, detail=str(error))
            return Outcome("failed", error=error.word, flags=refusal_of(error))
        except Exception:
            log.exception("job failed", job=job.id)
            return INTERNAL
        finally:
            running.stoppable = False

    async def _answer_in_time(self, running: _Running) -> Outcome:
        work, request = self._work[running.job.kind], REQUEST.validate_json(running.job.request)
        seconds = work.seconds + request.extra_seconds
        try:
            async with asyncio.timeout(seconds):
                return await self._ask(running, request, work.provider)
        except TimeoutError:
            log.warning("job out of time", job=running.job.id, seconds=seconds)
            return Outcome("expired", error="error-no-answer")
        except asyncio.CancelledError:
            return await self._cancelled(running)

    async def _cancelled(self, running: _Running) -> Outcome:
        task = running.task
        assert task is not None
        if task.cancelling() == 0:
            log.error("a provider's own task was cancelled", job=running.job.id)
            return INTERNAL
        if not running.stop_asked or task.cancelling() > 1:
            raise asyncio.CancelledError  # the program ends
        task.uncancel()
        return await self._stopped(running)

    async def _ask(self, running: _Running, request: Request, provider: Provider[Any]) -> Outcome:
        """The one call outside, and its files put on disk."""
        job = running.job
        self._tell(job.door, lambda door: door.started(job))

        def progress(news: str | Answer) -> None:
            if isinstance(news, Answer):
                running.part = news
                self._tell(job.door, lambda door: door.came(job, news))
                return
            running.text = news
            self._tell(job.door, lambda door: door.progressed(job, news))

        door = self.doors.get(job.door)
        watched = progress if door is None or door.watches else unwatched
        answer = await provider.answer(request, await self._history(request), watched)
        if not answer.files and (not answer.text or not isinstance(request, TextRequest)):
            raise NoAnswer("the provider gave nothing")
        return self._answered(job, request, answer, await self._files.save(answer.files))

    def _answered(
        self, job: Job, request: Request, answer: Answer, files: Sequence[StoredFile] = ()
    ) -> Outcome:
        turn = None
        if isinstance(request, TextRequest) and request.conversation:
            question = request.with_heard(answer.heard)
            turn = (request.conversation, question) if question else None
        charged = min(job.price, self.prices.of_answer(request, answer, job.tariff))
        return Outcome("answered", charged, answer, files, conversation=turn, flags=answer.flags)

    async def _stopped(self, running: _Running) -> Outcome:
        """What has come by now is the answer; nothing has come: it costs nothing."""
        request = REQUEST.validate_json(running.job.request)
        if part := running.part:
            stored = await self._files.save(part.files)
            return self._answered(running.job, request, replace(part, stopped=True), stored)
        if not isinstance(request, TextRequest) or not running.text:
            return Outcome("cancelled")
        return self._answered(running.job, request, Answer(running.text, stopped=True))

    async def _history(self, request: Request) -> Sequence[Turn]:
        if isinstance(request, TextRequest) and request.conversation:
            return await self._conversations.recent(request.conversation, now())
        return ()

    async def _settle(self, job: Job, outcome: Outcome) -> None:
        try:
            await self._end(job, outcome)
        except Exception:
            # A mistake of ours in one job: it fails, the others go on.
            log.exception("job can't be settled", job=job.id, state=outcome.state)
            await self._end(job, INTERNAL)

    async def _end(self, job: Job, outcome: Outcome) -> None:
        if await insist(self._storage, queue.settle, job, outcome, now()):
            log.info("job ended", job=job.id, state=outcome.state, charged=outcome.charged)
            self.ended[job.door, job.kind, outcome.state] += 1
            self._tell(job.door, lambda door: door.ended(job.id))
        else:
            log.warning("answer came late", job=job.id, attempt=job.attempt)

    async def _tell_cancelled(self, job: int) -> None:
        row = await self._storage.fetch_one("SELECT door, kind, state FROM job WHERE id = :id", id=job)
        assert row is not None
        self.ended[row.door, row.kind, row.state] += 1
        self._tell(row.door, lambda door: door.ended(job))

    def _tell(self, name: str, news: Callable[[Door], None]) -> None:
        """Doors are told, not asked: what goes wrong there does not touch the job."""
        try:
            if door := self.doors.get(name):
                news(door)
        except Exception:
            log.exception("a door failed", door=name)

    def _wake_all(self) -> None:
        for wake in self._wake.values():
            wake.set()


def refusal_of(error: ProviderError) -> Sequence[Flag]:
    """What is noted of it: whoever is refused again and again is blocked, whoever it was that refused."""
    return (error.flags or (UPSTREAM,)) if isinstance(error, ContentRefused) else ()
