"""The callback API under load: the whole bot on one core, everything else on another.

    python -m benchmarks.callback [--seconds N] [--rounds N] [--only held|step-one|ratio]

200 codes of 200 customers post as PHP does. All is durable (fsync) before a request is answered.

ratio     requests/s that step 1 takes, against an aiohttp handler that parses the same form and answers;
          64 connections, jobs wait meanwhile
step-one  how long a request at 200 a second waits for its answer, from when it was due; jobs run and are
          delivered beside it, the upstream answers at once
held      150 jobs/s for two minutes with an upstream that takes 3 s each: nothing lost, memory flat, the
          books right
"""

import argparse
import asyncio
import os
from pathlib import Path
from statistics import median

from benchmarks.callback.loops import open_loop, taken
from benchmarks.callback.world import BOT_CORE, OTHER_CORE, opened
from benchmarks.processes import cpu_seconds, first_numbers, pin, process


async def ratio(rounds: int) -> None:
    ours, floor = [], []
    form = process(["-m", "benchmarks.callback.floor"], os.environ)
    async with opened(TEXT_WORKERS="2") as world, form as parsing:
        pin(parsing.pid, BOT_CORE)
        (port,) = await first_numbers(parsing)
        for _ in range(rounds + 1):
            await world.upstream_takes(-1)
            floor.append(await taken(parsing.pid, port, world.requests, 1_600))
            ours.append(await taken(world.bot.pid, world.bot.port, world.requests, 1_600))
            await world.upstream_takes(0)
            await world.quiet()
    ours, floor = ours[1:], floor[1:]  # the first warms up
    print("| one core | requests/s | CPU ms/request |\n|---|--:|--:|")
    for name, runs in (("aiohttp handler that parses the same form and answers", floor),
                       ("step 1, durable", ours)):  # fmt: skip
        print(f"| {name} | {median(run[0] for run in runs):,.0f} | {median(run[1] for run in runs):.2f} |")
    share = median(o.per_second / f.per_second for o, f in zip(ours, floor, strict=True))
    work = median(f.cpu_ms / o.cpu_ms for o, f in zip(ours, floor, strict=True))
    print(f"\nratio: {share:.2f} by requests/s, {work:.2f} by CPU (aim: 0.5)\n")


async def step_one(seconds: float) -> None:
    async with opened() as world:
        await open_loop(world, 200, 3)
        cpu = cpu_seconds(world.bot.pid)
        load = await open_loop(world, 200, seconds)
        cpu = (cpu_seconds(world.bot.pid) - cpu) / seconds
        await world.delivered(load.ids)
        print(f"200 requests/s for {seconds:.0f} s, 200 codes, one core ({cpu:.0%} of it): {load.line()};")
        print(f"refused: {load.refusals}. {await world.bot.audited()}\n")


async def held(seconds: float) -> None:
    async with opened() as world:
        await world.upstream_takes(3)
        memory: list[int] = []
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(watch(world.bot.pid, memory))
            load = await open_loop(world, 150, seconds)
            watching.cancel()
        missing = await world.delivered(load.ids)
        heard = await world.heard()
        print(f"150 jobs/s for {seconds:.0f} s, upstream 3 s each: step 1 {load.line()};")
        print(f"accepted {len(load.ids):,}, refused {load.refusals}, lost {len(missing)},")
        print(f"called back twice {len(heard) - len(set(heard))}; memory {memory[len(memory) // 4]} MB when")
        print(f"steady, {memory[-1]} MB at the end. {await world.bot.audited()}\n")


async def watch(pid: int, memory: list[int]) -> None:
    """The resident memory of the bot, in MB, once a second."""
    while True:
        memory.append(resident(pid))
        await asyncio.sleep(1)


def resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000


async def main(asked: argparse.Namespace) -> None:
    os.sched_setaffinity(0, {OTHER_CORE})
    if asked.only in (None, "ratio"):
        await ratio(asked.rounds)
    if asked.only in (None, "step-one"):
        await step_one(min(30.0, asked.seconds))
    if asked.only in (None, "held"):
        await held(asked.seconds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the callback API.")
    parser.add_argument("--seconds", type=float, default=120, help="of 150 jobs/s (120)")
    parser.add_argument("--rounds", type=int, default=5, help="of which the median counts (5)")
    parser.add_argument("--only", choices=("ratio", "step-one", "held"))
    asyncio.run(main(parser.parse_args()))
