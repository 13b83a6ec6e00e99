"""The periodic sweeps, by APScheduler: each does its work again harmlessly if it is done twice."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger()

Sweep = Callable[[], Awaitable[object]]


@asynccontextmanager
async def schedule(sweeps: Mapping[str, tuple[float, Sweep]]) -> AsyncIterator[None]:
    """Run each sweep every so many seconds; one that fails is logged and comes again."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for name, (seconds, sweep) in sweeps.items():
        scheduler.add_job(_safely(name, sweep), "interval", seconds=seconds, id=name)
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
