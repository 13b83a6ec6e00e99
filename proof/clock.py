"""T11: the clock jumps, by an hour, a day, back to 1970, while jobs are asked for, answered and paid.

Every job must end, none is charged twice, only those that waited across a jump may expire, and the periodic
sweeps go on: a scheduler that waits for the old time to come again is as good as dead. The control is a
scheduler without the watch over the clock.
"""

import asyncio
import logging
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from typing import Any
from unittest import mock

import structlog

import bot.clock
from billing.tariff import load_tariff
from bot import schedule
from bot.audit import audit
from bot.clock import DAY, HOUR
from bot.conversations import Conversations
from bot.customers import meet
from bot.files import Files
from bot.jobs import Jobs, Work
from bot.prices import Prices
from bot.providers import Answer, Progress, Request, TextRequest, Turn
from bot.queue import NewJob
from bot.storage import Storage, open_storage
from proof.result import Found, Task

YEARS = 19_000 * DAY
JUMPS = (HOUR, -HOUR, DAY, -DAY, -HOUR, HOUR, -YEARS, YEARS, 3 * HOUR, -3 * HOUR)
"""What the clock goes forward by, in milliseconds, one after the other."""
ASKED = 12
"""Jobs beside each jump."""
SWEEP_SECONDS = 0.05
HUNG_SECONDS, CONTROL_SECONDS = 15.0, 3.0


class Clock:
    """The time of the bot and of its scheduler."""

    def __init__(self) -> None:
        self.off = 0

    def time_ns(self) -> int:
        return time.time_ns() + self.off * 1_000_000

    def datetime(self) -> type[datetime]:
        clock = self

        class Jumping(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> "Jumping":
                return super().now(tz) + timedelta(milliseconds=clock.off)

        return Jumping


@contextmanager
def jumping(clock: Clock) -> Iterator[None]:
    with (
        mock.patch.object(bot.clock, "time", clock),
        mock.patch("apscheduler.schedulers.base.datetime", clock.datetime()),
    ):
        yield


class Slow:
    """A provider that takes a moment."""

    async def answer(self, request: Request, history: Sequence[Turn], progress: Progress) -> Answer:
        await asyncio.sleep(0.03)
        return Answer("4")


class Sweeps:
    """Counts; somebody waits for the next one."""

    def __init__(self) -> None:
        self._came = asyncio.Event()

    async def sweep(self) -> None:
        self._came.set()

    async def goes_on(self, seconds: float = HUNG_SECONDS) -> bool:
        self._came.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._came.wait()
        except TimeoutError:
            return False
        return True


async def _prove(task: Task) -> Found:
    clock, found, sweeps = Clock(), Found(0), Sweeps()
    chance = random.Random(task.seed)
    with jumping(clock):
        async with open_storage(task.folder / "books.db") as storage:
            jobs = _jobs(storage, task)
            await storage.write(meet, 1001, bot.clock.now(), signup=10**9)
            every: dict[str, tuple[float, Any]] = {
                "sweep": (SWEEP_SECONDS, sweeps.sweep), "expire": (SWEEP_SECONDS, jobs.expire),
            }  # fmt: skip
            async with asyncio.TaskGroup() as tasks, schedule.schedule(every):
                running = tasks.create_task(jobs.run())
                while found.done < task.amount:
                    by = JUMPS[found.done % len(JUMPS)]
                    for wrong in await _jump(clock, by, jobs, storage, sweeps, found.done, chance):
                        found.violations.append(f"jump {found.done} by {by / HOUR:.0f} h: {wrong}")
                    found.done += 1
                running.cancel()
    found.control = await _control(clock)
    return found


def _jobs(storage: Storage, task: Task) -> Jobs:
    conversations = Conversations(storage, 20, 24)
    work = {"text": Work(Slow(), 4, 60)}
    return Jobs(storage, Files(task.folder), conversations, work, Prices(load_tariff()))


async def _jump(
    clock: Clock, by: int, jobs: Jobs, storage: Storage, sweeps: Sweeps, number: int, chance: random.Random
) -> list[str]:
    before = [await _ask(jobs, f"{number} before {n}") for n in range(ASKED)]
    await asyncio.sleep(chance.uniform(0, 0.05))
    clock.off += by
    after = [await _ask(jobs, f"{number} after {n}") for n in range(ASKED)]
    wrong = [] if await sweeps.goes_on() else ["the scheduler hangs"]
    ends = dict(await _ends(storage))
    wrong += [f"job {id} is {ends.get(id)}" for id in after if ends.get(id) != "answered"]
    wrong += [f"job {id} is {ends.get(id)}" for id in before if ends.get(id) not in ("answered", "expired")]
    return wrong + [str(found) for found in await audit(storage, jobs.boot)]


async def _ask(jobs: Jobs, key: str) -> int:
    new = NewJob(key, 1, "nobody", "chat:1", TextRequest(question="2 + 2?"), "{}")
    return (await jobs.submit(new)).id


async def _ends(storage: Storage) -> list[tuple[int, str]]:
    """When all have ended."""
    for _ in range(500):
        rows = await storage.fetch("SELECT id, state FROM job")
        if all(row.state not in ("queued", "running") for row in rows):
            break
        await asyncio.sleep(0.01)
    return [(row.id, row.state) for row in rows]


async def _control(clock: Clock) -> str:
    """APScheduler alone."""
    sweeps = Sweeps()
    with jumping(clock), mock.patch.object(schedule, "WATCH_SECONDS", 3_600):
        async with schedule.schedule({"sweep": (SWEEP_SECONDS, sweeps.sweep)}):
            await sweeps.goes_on()
            clock.off -= DAY
            return "" if await sweeps.goes_on(CONTROL_SECONDS) else "without its watch the scheduler hangs"


def prove(task: Task) -> Found:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    return asyncio.run(_prove(task))
