import asyncio
import time
from datetime import datetime, timedelta, tzinfo

import pytest

import bot.clock
from bot import schedule


def set_clock(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """The bot's clock, and the scheduler's."""

    class Set(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Set":
            return super().now(tz) + by

    class Clock:
        def time_ns(self) -> int:
            return time.time_ns() + int(by.total_seconds()) * 10**9

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Set)
    monkeypatch.setattr(bot.clock, "time", Clock())


@pytest.mark.parametrize("by", [timedelta(hours=-1), timedelta(days=-19_000), timedelta(days=19_000)])
async def test_sweeps_go_on_when_the_clock_is_set(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    monkeypatch.setattr(schedule, "WATCH_SECONDS", 0.02)
    came = asyncio.Event()

    async def sweep() -> None:
        came.set()

    async def fail() -> None:
        raise ZeroDivisionError

    async with schedule.schedule({"sweep": (0.02, sweep), "failing": (0.02, fail)}), asyncio.timeout(5):
        await came.wait()
        set_clock(monkeypatch, by)
        await asyncio.sleep(0.05)  # what was due before
        for _ in range(3):
            came.clear()
            await came.wait()
