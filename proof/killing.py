"""T1: kill -9 of the whole bot under load, at a random moment 1 to 250 ms after it is ready, again and again.

Telegram, the upstream and the people outlive it. After each kill the file that is left is audited; at the end
the bot comes up once more, settles what there is, and then: every payment that Telegram has is credited once,
every refund is on both sides, every question has its job, every answer that was paid for has arrived.

The control keeps Telegram's updates in memory only, after confirming them: it must lose some.
"""

import asyncio
import json
import logging
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

from bot.books import FILE
from bot.sandbox.telegram import SandboxTelegram
from bot.sandbox.upstream import OfflineUpstream
from proof.books import Books
from proof.crowd import BOT_TOKEN, Crowd, settings
from proof.result import Found, Task

SIDE_BY_SIDE = 4
PEOPLE = 16
PEACE_SECONDS = 20
"""Of the first life at most, in which people get to know the shop."""
PEACE_PAYMENTS, CONTROL_PAYMENTS = 12, 2
RECOVERY_SECONDS = 2.0
START_SECONDS = 60
QUIET_SECONDS = 120
CONTROL_KILLS = 12


class Nursery:
    """The process that forks bots, and what they tell."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._numbers = 0
        self._one_starts = asyncio.Lock()
        self._news: dict[int, asyncio.Queue[dict[str, Any]]] = {}

    async def listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            news = json.loads(line)
            self._news[news["number"]].put_nowait(news)

    async def start(self, given: dict[str, Any], *, broken: bool) -> "tuple[Life, float]":
        """A bot that is up, and how many seconds that took. One starts at a time: the others shall live."""
        async with self._one_starts:
            life = self._born(given, broken=broken)
            return life, await life.ready()

    def _born(self, given: dict[str, Any], *, broken: bool) -> "Life":
        assert self._process.stdin is not None
        self._numbers += 1
        news = self._news[self._numbers] = asyncio.Queue()
        birth = {"number": self._numbers, "settings": given, "broken": broken}
        self._process.stdin.write((json.dumps(birth) + "\n").encode())
        return Life(news)


class Life:
    def __init__(self, news: asyncio.Queue[dict[str, Any]]) -> None:
        self._pid, self._news = 0, news
        self.recovery = 0.0
        """Seconds that taking over took."""

    async def ready(self) -> float:
        """Seconds from its first step until it is up and has taken over."""
        told: dict[str, Any] = {}
        async with asyncio.timeout(START_SECONDS):
            while not {"pid", "ready", "recovered"} <= told.keys():
                told |= await self._news.get()
        self._pid, self.recovery = told["pid"], told["seconds"]
        return float(told["ready"])

    async def end(self, wish: signal.Signals = signal.SIGKILL) -> None:
        assert self._pid > 1, self._pid
        os.kill(self._pid, wish)
        async with asyncio.timeout(START_SECONDS):
            with suppress(ProcessLookupError):
                while True:
                    os.kill(self._pid, 0)
                    await asyncio.sleep(0.002)


@asynccontextmanager
async def open_nursery() -> AsyncIterator[Nursery]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "proof.nursery",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=_environment(),
        start_new_session=True,
    )  # fmt: skip
    nursery = Nursery(process)
    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(nursery.listen())
        try:
            yield nursery
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # with the bots, which hold the other end of its pipe
            await process.wait()
            listening.cancel()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, (str(Path.cwd()), kept.get("PYTHONPATH"))))}


class Victim:
    """One bot that is killed and started, on the same books, with its own Telegram and people."""

    def __init__(self, nursery: Nursery, upstream: str, folder: Path, seed: int, *, broken: bool) -> None:
        self._nursery, self._upstream, self._folder = nursery, upstream, folder
        self._seed, self._broken = seed, broken
        self._chance = random.Random(seed)
        self._books = folder / FILE
        self.found = Found(0)
        self.starts: list[float] = []
        self.recoveries: list[float] = []
        self.payments = self.questions = 0

    async def suffer(self, kills: int, end: float) -> None:
        self._folder.mkdir()
        async with SandboxTelegram(BOT_TOKEN, validate=False) as telegram:
            crowd = Crowd(telegram, PEOPLE, self._seed)
            given = settings(telegram, self._upstream, self._folder)
            async with asyncio.TaskGroup() as tasks:
                living = tasks.create_task(crowd.live())
                while self.found.done < kills and time.monotonic() < end:
                    await self._kill_once(crowd, given)
                living.cancel()
            await self._settle(crowd, given)
            self.payments, self.questions = len(crowd.payments()), len(crowd.asked)

    async def _kill_once(self, crowd: Crowd, given: dict[str, Any]) -> None:
        life, seconds = await self._nursery.start(given, broken=self._broken)
        self.starts.append(seconds)
        self.recoveries.append(life.recovery)
        if life.recovery > RECOVERY_SECONDS:
            self._wrong(f"taking over took {life.recovery:.1f} s")
        if not self.found.done:
            payments = CONTROL_PAYMENTS if self._broken else PEACE_PAYMENTS
            await crowd.has_paid(payments, PEACE_SECONDS)
        await asyncio.sleep(self._chance.uniform(0.001, 0.25))
        await life.end()
        self.found.done += 1
        for wrong in await asyncio.to_thread(self._look):
            self._wrong(wrong)

    def _wrong(self, what: str) -> None:
        self.found.violations.append(f"bot {self._seed}, kill {self.found.done}: {what}")

    def _look(self) -> list[str]:
        """The audit of what the dead bot left, on a copy, so that the next one finds it untouched."""
        copy = self._folder / "copy"
        copy.mkdir(exist_ok=True)
        for name in (FILE, f"{FILE}-wal"):
            shutil.copy(self._folder / name, copy / name)
        with closing(sqlite3.connect(copy / FILE, isolation_level=None)) as sqlite:
            books = Books(sqlite)
            return [f"the file is {state}" for state in [books.sound()] if state != "ok"] + books.wrong()

    async def _settle(self, crowd: Crowd, given: dict[str, Any]) -> None:
        life, _ = await self._nursery.start(given, broken=self._broken)
        if not await crowd.quieted(self._books, QUIET_SECONDS):
            self._wrong(f"not quiet after {QUIET_SECONDS} s")
        await life.end(signal.SIGTERM)
        for wrong in [*crowd.compare(self._books), *Books(sqlite3.connect(self._books)).wrong()]:
            self._wrong(wrong)


async def _kill(task: Task, kills: int, many: int, *, broken: bool) -> list[Victim]:
    end = time.monotonic() + task.seconds
    async with OfflineUpstream(model=False, chunk_seconds=0.01) as upstream, open_nursery() as nursery:
        victims = [
            Victim(
                nursery,
                upstream.base_url,
                task.folder / f"{broken}-{number}",
                task.seed + number,
                broken=broken,
            )
            for number in range(many)
        ]
        async with asyncio.TaskGroup() as tasks:
            for victim in victims:
                tasks.create_task(victim.suffer(kills // many, end))
    return victims


def prove(task: Task) -> Found:
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # who is cut off is no news here
    victims = asyncio.run(_kill(task, task.amount, SIDE_BY_SIDE, broken=False))
    controls = asyncio.run(_kill(task, CONTROL_KILLS, SIDE_BY_SIDE, broken=True))
    lost = [wrong for victim in controls for wrong in victim.found.violations if "lost" in wrong]
    starts = [seconds for victim in victims for seconds in victim.starts]
    recovery = max(seconds for victim in victims for seconds in victim.recoveries)
    payments, questions = sum(v.payments for v in victims), sum(v.questions for v in victims)
    return Found(
        done=sum(victim.found.done for victim in victims),
        violations=[wrong for victim in victims for wrong in victim.found.violations],
        control=f"updates kept in memory: {len(lost)} questions lost" if lost else "",
        remark=f"{questions:,} questions, {payments:,} payments; up after {max(starts):.1f} s at most,"
        f" of which taking over {recovery * 1000:.0f} ms",
    )
