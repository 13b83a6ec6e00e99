"""The periodic sweeps, by APScheduler: each does its work again harmlessly if it is done twice."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

log = structlog.get_logger()

Sweep = Callable[[], Awaitable[object]]


@asynccontextmanager
async def schedule(
    sweeps: Mapping[str, tuple[float, Sweep]], at_times: Mapping[str, tuple[str, Sweep]] | None = None
) -> AsyncIterator[None]:
    """Run each sweep every so many seconds, or when a crontab's line says (UTC); one that fails is logged and
    comes again."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for name, (seconds, sweep) in sweeps.items():
        scheduler.add_job(_safely(name, sweep), "interval", seconds=seconds, id=name)
    for name, (line, sweep) in (at_times or {}).items():
        scheduler.add_job(_safely(name, sweep), CronTrigger.from_crontab(line, timezone="UTC"), id=name)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


def _safely(name: str, sweep: Sweep) -> Sweep:
    async def run() -> None:
        try:
            await sweep()
        except Exception:
            log.exception("sweep failed", sweep=name)

    return run
