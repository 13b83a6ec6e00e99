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
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp

from benchmarks.callback import free_port, listening
from benchmarks.gateway import ours, peers
from benchmarks.gateway.peers import NotHere
from benchmarks.gateway.processes import cpu_seconds, family, memory_mb
from benchmarks.telegram import ROOT, process
from billing.model_prices import Units, model_prices_of
from billing.tariff import SHIPPED

GATEWAY_CORE, OTHER_CORE = 0, 1
AT_ONCE = 32
RATE = 20
WARM_SECONDS = 2.0
FLOOR, QUICK_FLOOR = "aiohttp, bytes in, bytes out (the floor)", "the same on uvloop, as this bot runs"
OURS, MODERATED = "this bot", "this bot, the upstream asked to moderate too"


@dataclass(slots=True)
class Target:
    """What is measured, and what came of it, a row for each round."""

    name: str
    url: str
    key: str
    pid: int
    does: str
    headers: Sequence[str] = ()
    rows: list[dict[str, float]] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    fsyncs: float | None = None

    def middle(self, name: str) -> float | None:
        values = [row[name] for row in self.rows if name in row]
        return median(values) if values else None


class World:
    def __init__(self, upstream: int, folder: Path) -> None:
        self.upstream = upstream
        self.url = f"http://127.0.0.1:{upstream}/v1"
        self.folder = folder

    async def pace(self, gap: float, *, stamp: bool = False) -> None:
        async with aiohttp.ClientSession() as http:
            await http.put(f"http://127.0.0.1:{self.upstream}/pace", json={"gap": gap, "stamp": stamp})

    async def report(self) -> dict[str, Any]:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{self.upstream}/report") as answer,
        ):
            return dict(await answer.json())


async def load(target: Target, *words: str) -> dict[str, Any]:
    """Ask, from the other core; what came of it."""
    headers = [word for header in target.headers for word in ("--header", header)]
    given = ["-m", "benchmarks.gateway.load", target.url, "--key", target.key, *headers, *words]
    asked = await asyncio.create_subprocess_exec(
        "taskset", "-c", str(OTHER_CORE), sys.executable, *given, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asked.communicate()
    if asked.returncode:
        raise RuntimeError(f"the load on {target.name} failed")
    result: dict[str, Any] = json.loads(out)
    for error, times in result["errors"].items():
        target.errors[error] = target.errors.get(error, 0) + times
    return result


async def saturated(target: Target, seconds: float, *words: str) -> dict[str, float]:
    cpu = cpu_seconds(target.pid)
    result = await load(target, "--seconds", str(seconds), "--at-once", str(AT_ONCE), *words)
    cpu = cpu_seconds(target.pid) - cpu
    count = max(1, result["answers"])
    return {"cpu": cpu / count * 1000, "rps": count / result["seconds"], "events": result["events"] / count}


async def paced(target: Target, what: str, seconds: float, *words: str) -> Mapping[str, float]:
    given = ("--way", "rate", "--rate", str(RATE), "--seconds", str(seconds))
    result = await load(target, *given, *words)
    return dict(result[what] or {})


async def one_round(world: World, direct: Target, targets: Sequence[Target], seconds: float) -> None:
    await world.pace(0.001)
    for target in targets:
        row = {f"plain {name}": value for name, value in (await saturated(target, seconds)).items()}
        streams = await saturated(target, seconds, "--stream")
        row |= {f"stream {name}": value for name, value in streams.items()}
        target.rows.append(row)
    await world.pace(0.02)
    for what, words in (("wait", ()), ("first", ("--stream",))):
        floor = await paced(direct, what, seconds, *words)
        for target in targets:
            took = await paced(target, what, seconds, *words)
            for share in ("p50", "p99"):
                target.rows[-1][f"{what} {share}"] = took[share] - floor[share]
    for target in targets:
        target.rows[-1]["memory"] = memory_mb(target.pid)


async def count_fsyncs(target: Target) -> None:
    if shutil.which("strace") is None:
        return
    with tempfile.NamedTemporaryFile(suffix=".strace") as log:
        pids = [word for pid in family(target.pid) for word in ("-p", str(pid))]
        tracer = await asyncio.create_subprocess_exec(
            "strace", "-f", "-e", "trace=fsync,fdatasync", "-o", log.name, *pids,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await asyncio.sleep(1)
        result = await load(target, "--way", "rate", "--rate", str(RATE), "--seconds", "2")
        tracer.terminate()
        await tracer.wait()
        found = re.findall(rb"\b(?:fsync|fdatasync)\(", log.read())
    target.fsyncs = len(found) / max(1, result["answers"])


# What is measured


@asynccontextmanager
async def floor(world: World, name: str, *words: str) -> AsyncIterator[Target]:
    async with process(["-m", "benchmarks.gateway.floor", world.url, *words], os.environ) as running:
        assert running.stdout is not None
        port = int(await running.stdout.readline())
        yield Target(name, f"http://127.0.0.1:{port}/v1", "none", running.pid, "nothing")


@asynccontextmanager
async def bot(world: World, name: str, **settings: str) -> AsyncIterator[tuple[Target, ours.Ours]]:
    folder = world.folder / re.sub(r"\W+", "-", name)
    folder.mkdir()
    async with ours.opened(folder, world.upstream, **settings) as running:
        url = f"http://127.0.0.1:{running.port}/v1"
        does = "codes, limits, moderation, a durable hold before, a durable charge after"
        yield Target(name, url, ",".join(running.codes), running.pid, does), running


@asynccontextmanager
async def peer(world: World, name: str) -> AsyncIterator[Target]:
    """Raises NotHere."""
    port = free_port()
    made = peers.PEERS[name](world.folder, port, world.url)
    with (world.folder / f"{name}.log").open("wb") as log:
        running = await asyncio.create_subprocess_exec(
            *made.words, cwd=world.folder, env=os.environ | dict(made.env), stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        try:
            await listening(port)
            await up(f"http://127.0.0.1:{port}{made.ready}")
            yield Target(
                made.name, f"http://127.0.0.1:{port}/v1", made.key, running.pid, made.does, made.headers
            )
        finally:
            if running.returncode is None:
                os.killpg(running.pid, 9)
            await running.wait()


async def up(url: str) -> None:
    async with asyncio.timeout(120), aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.get(url):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.2)


def pin(pid: int, core: int) -> None:
    for one in family(pid):
        for task in os.listdir(f"/proc/{one}/task"):
            os.sched_setaffinity(int(task), {core})


# Whether the books say what the upstream says


def captured(folder: Path) -> tuple[int, int]:
    """How many were charged, and what in all, in millitokens."""
    with sqlite3.connect(f"file:{folder / 'books.db'}?mode=ro", uri=True) as books:
        row = books.execute("SELECT count(*), sum(amount) FROM transfer WHERE kind = 'capture'").fetchone()
    return int(row[0]), int(row[1] or 0)


def reported(report: Mapping[str, Any]) -> tuple[int, int]:
    """The same, by the upstream's word and the shipped prices."""
    price = model_prices_of(SHIPPED.read_text("utf-8"), "the shipped tariff").of("mock", "mock")
    used = report["used"]
    count = sum(times for _, _, times in used)
    return count, sum(price.of(Units(prompt, completion)) * times for prompt, completion, times in used)


async def agree(world: World, running: ours.Ours, before: tuple[int, int]) -> str:
    """Raises AssertionError where a charge was lost, doubled or wrong."""
    for _ in range(20):
        told = tuple(now - then for now, then in zip(reported(await world.report()), before, strict=True))
        if told == captured(running.folder):
            break
        await asyncio.sleep(0.5)
    count, amount = captured(running.folder)
    assert (count, amount) == told, f"charged {count} for {amount}, the upstream reported {told}"
    said = await running.audited()
    return f"{count:,} charges, {amount / 1000:,.3f} tokens, as the upstream reported. {said}"


# The whole


async def compare(world: World, asked: argparse.Namespace) -> None:
    names = asked.only.split(",") if asked.only else ["floor", "ours", "moderated", *peers.PEERS]
    async with AsyncExitStack() as stack:
        targets: list[Target] = []
        running: ours.Ours | None = None
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


def table(targets: Sequence[Target]) -> str:
    lines = [
        "| one core | CPU ms/request | of the floor | requests/s | CPU ms/stream | of the floor |"
        " added p50, p99 | first event p50, p99 | fsyncs | MB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    base = next((target for target in targets if target.name == FLOOR), None)
    for target in targets:
        cells = [target.name]
        for kind in ("plain", "stream"):
            cpu = target.middle(f"{kind} cpu") or 0.0
            known = base.middle(f"{kind} cpu") if base else None
            cells += [f"{cpu:.2f}", f"{cpu / known:.2f}" if known else "–"]
            if kind == "plain":
                cells.append(f"{target.middle('plain rps') or 0:,.0f}")
        for what in ("wait", "first"):
            p50, p99 = (target.middle(f"{what} {share}") or 0.0 for share in ("p50", "p99"))
            cells.append(f"{p50:.1f}, {p99:.1f}")
        fsyncs = "–" if target.fsyncs is None else f"{target.fsyncs:.1f}"
        cells += [fsyncs, f"{target.middle('memory') or 0:.0f}"]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [""] + [f"{target.name}: {target.does}." for target in targets]
    lines += [f"{target.name}, errors: {target.errors}" for target in targets if target.errors]
    return "\n".join(lines) + "\n"


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
            assert upstream.stdout is not None
            world = World(int(await upstream.stdout.readline()), folder)
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
