"""How long Telegram waits for the answer to a pre-checkout, while people buy and ask side by side.

    python -m benchmarks.purchases [--seconds 60] [--purchases 50] [--jobs 100]

Telegram gives a bot ten seconds for it, then nobody is charged. Here the sandbox's Telegram and an upstream
that takes a second for each answer are one process, run.py is another. So many times a second somebody taps a
pack, gets the invoice and pays it, and somebody else asks a question, whether the ones before are served or
not. Pacing and streaming are off: Telegram would not let a bot send so much.

The time is that from the query's coming into being until Telegram has the answer. At the end every purchase
must be credited once, every question answered, and the audit must find nothing.
"""

import argparse
import asyncio
import os
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from aiohttp import web

from benchmarks.fakes import COMPLETION, json_response
from benchmarks.processes import ROOT, process
from benchmarks.running_bot import BOT_TOKEN
from benchmarks.telegram import settings
from bot.audit import INVARIANTS
from bot.books import FILE
from bot.sandbox.telegram import SandboxTelegram

BUYERS, ASKERS = 200, 400
STARS = 10**9
MOST = {"p99.9": 2.0, "max": 8.0}
"""Seconds, of a pre-checkout."""
ANSWER_SECONDS = 1.0
START_SECONDS = 30
END_SECONDS = 60
"""In which all that was begun must be done."""


class Street:
    """The people before the shop."""

    def __init__(self, telegram: SandboxTelegram) -> None:
        self._telegram = telegram
        self._shops: dict[int, dict[str, Any]] = {}
        self.waited: list[float] = []
        self.refused: list[str] = []
        self.asked = 0
        for person in range(1, BUYERS + ASKERS + 1):
            telegram.add_person(person, f"Person {person}", stars=STARS)

    async def open(self) -> None:
        """Everybody has been here before; the buyers have the list of packs before them."""
        for person in range(1, BUYERS + ASKERS + 1):
            self._telegram.say(person, "/buy")
        for person in range(1, BUYERS + ASKERS + 1):
            self._shops[person] = await self._telegram.heard(person, _has_packs, seconds=START_SECONDS)

    async def buy(self, number: int) -> None:
        """Tap a pack; pay the invoice that comes."""
        person = number % BUYERS + 1
        shop = self._shops[person]
        last = self._telegram.messages(person)[-1]["message_id"]
        pack = shop["reply_markup"]["inline_keyboard"][number % 4][0]
        self._telegram.tap(person, shop["message_id"], pack["callback_data"])
        bill = await self._telegram.heard(person, _is_invoice, after=last, seconds=END_SECONDS)
        began = time.perf_counter()
        paid = await self._telegram.pay(person, bill["message_id"])
        self.waited.append(time.perf_counter() - began)
        if not paid["ok"]:
            self.refused.append(paid["error"])

    async def ask(self, number: int) -> None:
        self._telegram.say(BUYERS + number % ASKERS + 1, f"What is {number} + 2?")
        self.asked += 1


def _has_packs(message: dict[str, Any]) -> bool:
    return "'buy:" in str(message.get("reply_markup"))


def _is_invoice(message: dict[str, Any]) -> bool:
    return "invoice" in message


async def main(seconds: float, purchases: float, jobs: float) -> int:
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".bench-") as folder:
        async with SandboxTelegram(BOT_TOKEN, validate=False) as telegram, upstream() as url:
            street = Street(telegram)
            given = settings(telegram.base, folder) | {"OPENAI_BASE_URL": url, "TEXT_WORKERS": "256"}
            async with process(["run.py"], os.environ | given) as bot:
                await street.open()
                async with asyncio.TaskGroup() as people:
                    people.create_task(each(1 / purchases, seconds, street.buy, people))
                    people.create_task(each(1 / jobs, seconds, street.ask, people))
                quiet = await quieted(Path(folder) / FILE)
                bot.send_signal(signal.SIGTERM)
                await bot.wait()
            wrong = look(Path(folder) / FILE, street, telegram)
    if not quiet:
        wrong.append(f"not all was done {END_SECONDS} s after the last request")
    return report(street, seconds, wrong)


async def each(
    pause: float, seconds: float, act: Callable[[int], Coroutine[Any, Any, None]], people: asyncio.TaskGroup
) -> None:
    """Begin `act` so often, by the clock, whether the ones before have ended or not."""
    began = time.perf_counter()
    for number in range(int(seconds / pause)):
        await asyncio.sleep(max(0, began + number * pause - time.perf_counter()))
        people.create_task(act(number))


@asynccontextmanager
async def upstream() -> AsyncIterator[str]:
    """Answers each question after a moment; its address."""

    async def answer(request: web.BaseRequest) -> web.Response:
        await request.read()
        await asyncio.sleep(ANSWER_SECONDS)
        return json_response(COMPLETION)

    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


WAITING = (
    "SELECT 1 FROM update_received WHERE state = 'received' LIMIT 1",
    "SELECT 1 FROM job WHERE ended_at IS NULL LIMIT 1",
    "SELECT 1 FROM delivery WHERE state IN ('pending', 'sending') LIMIT 1",
)


async def quieted(books: Path) -> bool:
    """Wait until nothing waits any more; whether it came to that."""
    end = time.monotonic() + END_SECONDS
    with closing(sqlite3.connect(f"file:{books}?mode=ro", uri=True)) as sqlite:
        while any(sqlite.execute(sql).fetchone() for sql in WAITING):
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.2)
    return True


def look(books: Path, street: Street, telegram: SandboxTelegram) -> list[str]:
    """What is wrong: nothing."""
    with closing(sqlite3.connect(books)) as sqlite:
        wrong = [name for name, sql in INVARIANTS.items() if sqlite.execute(sql).fetchone()]
        credited = sqlite.execute("SELECT charge FROM payment ORDER BY charge").fetchall()
        answered = sqlite.execute("SELECT count(*) FROM job WHERE state = 'answered'").fetchone()[0]
    if [charge for (charge,) in credited] != sorted(one["id"] for one in telegram.transactions):
        wrong.append(f"{len(telegram.transactions)} payments, {len(credited)} credited")
    if answered != street.asked:
        wrong.append(f"{street.asked} questions, {answered} answered")
    return wrong


def report(street: Street, seconds: float, wrong: list[str]) -> int:
    waited = sorted(street.waited)
    shown = {name: waited[int((len(waited) - 1) * part)] for name, part in QUANTILES}
    print("| purchases | jobs beside | p50 | p99 | p99.9 | max |\n|--:|--:|--:|--:|--:|--:|")
    cells = " | ".join(f"{1000 * second:,.0f} ms" for second in shown.values())
    print(f"| {len(waited):,} in {seconds:.0f} s | {street.asked:,} | {cells} |")
    wrong += [f"{name} is over {most} s" for name, most in MOST.items() if shown[name] > most]
    wrong += [f"{len(street.refused)} refused: {street.refused[0]}"] if street.refused else []
    print("\n" + ("\n".join(wrong) or "All credited once, all answered, the audit finds nothing."))
    return 1 if wrong else 0


QUANTILES = (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How long a pre-checkout waits.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--purchases", type=float, default=50, help="a second")
    parser.add_argument("--jobs", type=float, default=100, help="a second")
    asked = parser.parse_args()
    sys.exit(asyncio.run(main(asked.seconds, asked.purchases, asked.jobs)))
