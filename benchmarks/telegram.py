"""How many text messages a second the whole bot answers, against bare aiogram with an echo handler.

Ours is run.py as it is, with pacing and streaming off: inbox, job, ledger, upstream (instant), outbox, all
durable. Both are given the same messages by the same fake Telegram (benchmarks/fakes.py), 64 chats at
once, on the same machine, in turn. Prints updates/s, CPU per update, their ratio, and the time from the
start of a fresh process to its first answer.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.processes import ROOT, cpu_seconds, process
from benchmarks.running_bot import environment

CHATS = 64
REQUIRED = 0.15


class Run(NamedTuple):
    per_second: float
    cpu_ms: float
    first_answer: float


async def main(updates: int, rounds: int) -> int:
    ours, floor = [], []
    for _ in range(rounds):
        floor.append(await measure(updates, ["-m", "benchmarks.echo", "{url}"]))
        ours.append(await measure(updates, ["run.py"]))
    print("| bot | messages/s | CPU ms/message | start to first answer, s |\n|---|--:|--:|--:|")
    for name, runs in (("aiogram, echo handler", floor), ("this bot", ours)):
        middle = [median(column) for column in zip(*runs, strict=True)]
        print(f"| {name} | {middle[0]:,.0f} | {middle[1]:.2f} | {middle[2]:.1f} |")
    ratio = median(o.per_second / f.per_second for o, f in zip(ours, floor, strict=True))
    print(f"\nratio: {ratio:.2f} of the echo handler's messages/s (required: {REQUIRED})")
    return 0 if ratio >= REQUIRED else 1


async def measure(updates: int, words: list[str]) -> Run:
    """Start the bot beside the fakes; ends when every message has been answered."""
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".bench-") as folder:
        fakes = ["-m", "benchmarks.fakes", str(CHATS), str(updates)]
        async with process(fakes, os.environ) as fake:
            assert fake.stdout is not None
            url = (await fake.stdout.readline()).decode().strip()
            began = time.perf_counter()
            command = [word.format(url=url) for word in words]
            async with process(command, os.environ | settings(url, folder)) as bot:
                await asyncio.wait_for(fake.stdout.readline(), 60)
                cpu = cpu_seconds(bot.pid)
                result = json.loads(await asyncio.wait_for(fake.stdout.readline(), 300))
                seconds = time.perf_counter() - began
                cpu = cpu_seconds(bot.pid) - cpu
    start = seconds - result["seconds"]
    return Run(updates / result["seconds"], cpu / updates * 1000, start)


def settings(url: str, folder: str) -> dict[str, str]:
    return environment(url, Path(folder)) | {
        "HTTP_PORT": "0", "SIGNUP_TOKENS": "1000000", "TELEGRAM_PACING": "false", "TELEGRAM_STREAM": "false",
        "CONTEXT_TURNS": "0", "TEXT_WORKERS": "64",
    }  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    sys.exit(asyncio.run(main(asked.updates, asked.rounds)))
