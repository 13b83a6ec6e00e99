"""The periodic sweeps, by APScheduler: each does its work again harmlessly if it is done twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.clock import SECOND, now

log = structlog.get_logger()

Sweep = Callable[[], Awaitable[object]]

WATCH_SECONDS = 1.0
"""How often it is looked whether the clock was set back."""


@asynccontextmanager
async def schedule(sweeps: Mapping[str, tuple[float, Sweep]]) -> AsyncIterator[None]:
    """Run each sweep every so many seconds; one that fails is logged and comes again."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for name, (seconds, sweep) in sweeps.items():
        scheduler.add_job(_safely(name, sweep), _Every(seconds), id=name)
    scheduler.start()
    watch = _ClockWatch(scheduler)
    try:
        yield
    finally:
        watch.stop()
        scheduler.shutdown(wait=False)


class _Every(BaseTrigger):  # type: ignore[misc]
    """So many seconds after the last time.

    APScheduler's own interval counts every time that was missed: a machine that wakes up in 1970 and hears
    what year it is would count for minutes.
    """

    def __init__(self, seconds: float) -> None:
        self.interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        return now + self.interval


class _ClockWatch:
    """Makes due what the scheduler would wait for too long, because the clock was set back.

    It would wait until it is as late again: for an hour without audit, if it was an hour.
    """

    def __init__(self, scheduler: Any) -> None:
        self._scheduler = scheduler
        self._look()

    def stop(self) -> None:
        self._next.cancel()

    def _look(self) -> None:
        time = datetime.fromtimestamp(now() / SECOND, UTC)
        for job in self._scheduler.get_jobs():
            if job.next_run_time - time > job.trigger.interval + timedelta(seconds=1):
                log.warning("the clock was set back", sweep=job.id)
                job.modify(next_run_time=time)
        self._next = asyncio.get_running_loop().call_later(WATCH_SECONDS, self._look)


def _safely(name: str, sweep: Sweep) -> Sweep:
    async def run() -> None:
        try:
            await sweep()
        except Exception:
            log.exception("sweep failed", sweep=name)

    return run
