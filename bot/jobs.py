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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import structlog
from pydantic import TypeAdapter

from billing import Connection
from bot import queue
from bot.clock import SECOND, now
from bot.conversations import Conversations
from bot.files import Files, StoredFile
from bot.prices import Prices
from bot.providers import Answer, Provider, Request, TextRequest, Turn
from bot.providers.errors import ProviderError
from bot.queue import Job, NewJob, Outcome
from bot.storage import Storage, StorageError

log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")

DISK_PAUSE = 1.0
"""Seconds between tries while the disk is full."""

REQUEST: TypeAdapter[Request] = TypeAdapter(Request)


class Door(Protocol):
    """What a door hears of its jobs, on the event loop. It must return at once and not raise."""

    def started(self, job: Job) -> None: ...

    def progressed(self, job: Job, text: str) -> None: ...

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
    task: asyncio.Task[None] | None = None
    """Set while it may be stopped: from its first step until it is being settled."""
    stop_asked: bool = False

    def stop(self) -> None:
        self.stop_asked = True
        if self.task is not None:
            self.task.cancel()


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
    ) -> None:
        self.boot = secrets.token_hex(8)
        self.doors: dict[str, Door] = {}
        self.prices = prices
        self._storage = storage
        self._files = files
        self._conversations = conversations
        self._work = work
        self._queue_most = queue_most
        self._queue_seconds = queue_seconds
        self._running_per_customer = running_per_customer
        self._running: dict[int, _Running] = {}
        self._wake = {kind: asyncio.Event() for kind in work}

    async def submit(self, new: NewJob) -> Job:
        """Price it, hold the price and queue it, or raise a Refusal. The same key twice is one job."""
        price = self.prices.of(new.request)
        job = await self._storage.write(queue.submit, new, price, self._queue_most, now())
        self._wake[job.kind].set()
        return job

    async def cancel(self, job: int, customer: int) -> bool:
        """Stop it: a queued job costs nothing, of a running one what has come by now is the answer.

        False where it has ended, or is somebody else's.
        """
        state = await self._storage.write(queue.cancel, job, customer, now())
        if state == "running" and job in self._running:
            self._running[job].stop()
        elif state == "cancelled":
            await self._tell_ended(job)
        return state is not None

    async def cancel_all(self, customer: int, scope: str) -> int:
        """Cancel all of a customer's jobs of one scope; how many."""
        rows = await self._storage.fetch(
            "SELECT id FROM job WHERE scope = :scope AND customer = :customer"
            " AND state IN ('queued', 'running')",
            scope=scope, customer=customer,
        )  # fmt: skip
        return sum([await self.cancel(row.id, customer) for row in rows])

    async def turn(self, job: Job) -> int:
        """The job's place in the queue: 1 is next, 0 runs or has ended."""
        row = await self._storage.fetch_one(queue.TURN, kind=job.kind, id=job.id)
        assert row is not None
        return int(row.turn)

    async def run(self) -> None:
        """Take over what the last run left, then answer jobs until cancelled."""
        await self._storage.write(queue.recover, self.boot, now())
        async with asyncio.TaskGroup() as tasks:
            for kind in self._work:
                self._wake[kind].set()
                tasks.create_task(self._dispatch(kind, tasks))

    async def drain(self, seconds: float) -> None:
        """Wait for running jobs to end; what remains is taken over by the next run."""
        tasks = [running.task for running in self._running.values() if running.task]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    async def expire(self) -> None:
        """Give up on jobs that have waited too long."""
        before = now() - int(self._queue_seconds * SECOND)
        for job in await self._storage.write(queue.expire, before, now()):
            await self._tell_ended(job)

    async def _dispatch(self, kind: str, tasks: asyncio.TaskGroup) -> None:
        wake, work = self._wake[kind], self._work[kind]
        while True:
            await wake.wait()
            wake.clear()
            free = work.workers - sum(running.job.kind == kind for running in self._running.values())
            if free <= 0:
                continue
            for job in await self._claim(kind, free):
                self._running[job.id] = _Running(job)
                tasks.create_task(self._answer(self._running[job.id]), name=f"job {job.id}")

    async def _claim(self, kind: str, most: int) -> list[Job]:
        return await self._insist(queue.claim, kind, most, self._running_per_customer, self.boot, now())

    async def _answer(self, running: _Running) -> None:
        job = running.job
        outcome: Outcome | None = Outcome("failed", error="error-internal")
        running.task = asyncio.current_task()
        try:
            outcome = await self._outcome(running)
        except asyncio.CancelledError:
            if not running.stop_asked:
                outcome = None  # the program ends; its next run takes the job over
                raise
            outcome = self._stopped(running)
        finally:
            running.task = None
            if outcome is not None:
                await self._settle(job, outcome)
            del self._running[job.id]
            self._wake[job.kind].set()

    async def _outcome(self, running: _Running) -> Outcome:
        job, work = running.job, self._work[running.job.kind]
        try:
            if running.stop_asked:
                return Outcome("cancelled")
            async with asyncio.timeout(work.seconds):
                return await self._ask(running, work.provider)
        except TimeoutError:
            log.warning("job out of time", job=job.id, seconds=work.seconds)
            return Outcome("expired", error="error-no-answer")
        except ProviderError as error:
            log.warning("job failed", job=job.id, error=type(error).__name__, detail=str(error))
            return Outcome("failed", error=error.word)
        except Exception:
            log.exception("job failed", job=job.id)
            return Outcome("failed", error="error-internal")

    async def _ask(self, running: _Running, provider: Provider[Any]) -> Outcome:
        """The one call outside, and its files put on disk."""
        job = running.job
        door = self.doors.get(job.door)
        if door:
            door.started(job)

        def progress(text: str) -> None:
            running.text = text
            if door:
                door.progressed(job, text)

        request = REQUEST.validate_json(job.request)
        answer = await provider.answer(request, await self._history(request), progress)
        return self._answered(job, request, answer, await self._files.save(answer.files))

    def _answered(
        self, job: Job, request: Request, answer: Answer, files: Sequence[StoredFile] = ()
    ) -> Outcome:
        turn = None
        if isinstance(request, TextRequest) and request.conversation:
            turn = (request.conversation, request.question)
        charged = min(job.price, self.prices.of_answer(request, answer))
        return Outcome("answered", charged, answer, files, conversation=turn)

    def _stopped(self, running: _Running) -> Outcome:
        """What has come by now is the answer; nothing has come: it costs nothing."""
        request = REQUEST.validate_json(running.job.request)
        if not isinstance(request, TextRequest) or not running.text:
            return Outcome("cancelled")
        return self._answered(running.job, request, Answer(running.text, stopped=True))

    async def _history(self, request: Request) -> Sequence[Turn]:
        if isinstance(request, TextRequest) and request.conversation:
            return await self._conversations.recent(request.conversation, now())
        return ()

    async def _settle(self, job: Job, outcome: Outcome) -> None:
        if await self._insist(queue.settle, job, outcome, now()):
            log.info("job ended", job=job.id, state=outcome.state, charged=outcome.charged)
            if door := self.doors.get(job.door):
                door.ended(job.id)
        else:
            log.warning("answer came late", job=job.id, attempt=job.attempt)

    async def _insist(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Write it, however long the disk is full: a job is never left without its end."""
        while True:
            try:
                return await self._storage.write(fn, *args, **kwargs)
            except StorageError as error:
                log.error("can't write, trying again", seconds=DISK_PAUSE, error=str(error))
                await asyncio.sleep(DISK_PAUSE)

    async def _tell_ended(self, job: int) -> None:
        row = await self._storage.fetch_one("SELECT door FROM job WHERE id = :id", id=job)
        if row is not None and (door := self.doors.get(row.door)):
            door.ended(job)
