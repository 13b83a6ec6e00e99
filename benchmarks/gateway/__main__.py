"""The gateway side by side with the floor and its peers: it on one core, upstream and load on another.

    python -m benchmarks.gateway [--rounds N] [--seconds S] [--only floor,ours,…] [--long]

cpu       CPU time for a request at saturation (32 connections), of the gateway's whole process tree. The
          measurements of all take turns, round by round; medians
added     what the gateway adds to the time of an answer, or of a stream's first event, at 20 a second, in
          milliseconds (p50, p99): each is counted from when it was due
fsyncs    for a request, counted by strace over 40 requests at 20 a second
--long    100,000 requests and 5,000 streams with a look at the memory, then 1,000 slow streams at once

Whatever ours has charged is compared, to the unit, with what the upstream has reported times the prices.
"""

import argparse
import asyncio
import os
import shutil
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.gateway import peers
from benchmarks.gateway.measuring import AT_ONCE, OTHER_CORE, count_fsyncs, load, one_round
from benchmarks.gateway.peers import NotHere
from benchmarks.gateway.table import table
from benchmarks.gateway.targets import FLOOR, QUICK_FLOOR, Target, bot, floor, peer
from benchmarks.gateway.world import World, agree, reported
from benchmarks.processes import ROOT, first_numbers, memory_mb, pin, process
from benchmarks.running_bot import RunningBot

GATEWAY_CORE = 0
WARM_SECONDS = 2.0
OURS, MODERATED = "this bot", "this bot, the upstream asked to moderate too"


async def compare(world: World, asked: argparse.Namespace) -> None:
    names = asked.only.split(",") if asked.only else ["floor", "ours", "moderated", *peers.PEERS]
    async with AsyncExitStack() as stack:
        targets: list[Target] = []
        running: RunningBot | None = None
        if "floor" in names:
            targets.append(await stack.enter_async_context(floor(world, FLOOR)))
            targets.append(await stack.enter_async_context(floor(world, QUICK_FLOOR, "--uvloop")))
        if "ours" in names:
            target, running = await stack.enter_async_context(bot(world, OURS))
            targets.append(target)
        if "moderated" in names:
            target, _ = await stack.enter_async_context(bot(world, MODERATED, MODERATION="upstream"))
            targets.append(target)
        for name in peers.PEERS:
            if name in names:
                try:
                    targets.append(await stack.enter_async_context(peer(world, name)))
                except NotHere as error:
                    print(f"{name} is left out: {error}")
        direct = Target("direct", world.url, "none", os.getpid(), "")
        for target in targets:
            pin(target.pid, GATEWAY_CORE)
            await load(target, "--seconds", str(WARM_SECONDS))
            await load(target, "--seconds", str(WARM_SECONDS), "--stream")
        for _ in range(asked.rounds):
            await one_round(world, direct, targets, asked.seconds)
        for target in targets:
            await count_fsyncs(target)
        print(table(targets))
        if running is not None:
            print(await running.audited())


async def endure(world: World) -> None:
    """Memory over 100,000 requests and 5,000 streams; 1,000 slow streams at once."""
    before = reported(await world.report())
    async with bot(world, "long") as (target, running):
        pin(target.pid, GATEWAY_CORE)
        await load(target, "--seconds", "3")
        memory = [memory_mb(target.pid)]
        for _ in range(5):
            await load(target, "--way", "count", "--count", "20000", "--at-once", str(AT_ONCE))
            memory.append(memory_mb(target.pid))
        print(f"100,000 requests: MB {', '.join(f'{mb:.0f}' for mb in memory)}")
        await world.pace(0.001)
        memory = [memory_mb(target.pid)]
        for _ in range(5):
            words = ("--way", "count", "--count", "1000", "--at-once", str(AT_ONCE), "--stream")
            await load(target, *words)
            memory.append(memory_mb(target.pid))
        print(f"5,000 streams: MB {', '.join(f'{mb:.0f}' for mb in memory)}")
        await world.pace(1.0, stamp=True)
        result = await load(target, "--way", "count", "--count", "1000", "--at-once", "1000", "--stream")
        late = result["late"] or {}
        print(
            f"1,000 streams at once, an event a second of each: {result['answers']} whole, events late by p50"
            f" {late['p50']:.0f} ms, p99 {late['p99']:.0f} ms, max {late['max']:.0f} ms;"
            f" {memory_mb(target.pid):.0f} MB. Errors: {target.errors or 'none'}"
        )
        print(await agree(world, running, before))


async def main(asked: argparse.Namespace) -> None:
    folder = Path(tempfile.mkdtemp(dir=ROOT, prefix=".bench-run-"))
    os.sched_setaffinity(0, {OTHER_CORE})
    try:
        async with process(["-m", "benchmarks.gateway.upstream"], os.environ) as upstream:
            (port,) = await first_numbers(upstream)
            world = World(port, folder)
            if not asked.long_only:
                await compare(world, asked)
            if asked.long or asked.long_only:
                await endure(world)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Compare the gateway with others.")
    parser.add_argument("--rounds", type=int, default=5, help="of which the medians count (5)")
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement (4)")
    parser.add_argument("--only", help="floor, ours, moderated, portkey, litellm, with commas between")
    parser.add_argument("--long", action="store_true", help="also memory, and 1,000 streams at once")
    parser.add_argument("--long-only", action="store_true")
    asyncio.run(main(parser.parse_args()))
