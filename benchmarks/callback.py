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
import shutil
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import aiohttp

from benchmarks.raw_http import Connection, multipart
from benchmarks.telegram import ROOT, cpu_seconds, process
from bot.books import open_books
from bot.settings import load_settings

CODES = 200
CONNECTIONS = 64
ADDRESSES = 50
BOT_CORE, OTHER_CORE = 0, 1
WAIT_AFTER = 60


@dataclass(frozen=True, slots=True)
class World:
    """Where everything is, and a request of each code."""

    folder: Path
    port: int
    outside: int
    requests: Sequence[bytes]
    pid: int

    async def upstream_takes(self, seconds: float) -> None:
        async with aiohttp.ClientSession() as http:
            await http.put(f"http://127.0.0.1:{self.outside}/seconds", data=str(seconds))

    async def heard(self) -> list[int]:
        async with aiohttp.ClientSession() as http:
            async with http.get(f"http://127.0.0.1:{self.outside}/heard") as answer:
                return list(await answer.json())

    async def audited(self) -> str:
        words = [sys.executable, str(ROOT / "run.py"), "admin", "audit"]
        env = os.environ | {"DATA_DIR": str(self.folder)}
        asked = await asyncio.create_subprocess_exec(
            *words, cwd=self.folder, env=env, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await asked.communicate()
        return out.decode().strip()


@asynccontextmanager
async def opened(**settings: object) -> AsyncIterator[World]:
    """The bot on its core, with codes; the world around it on the other."""
    folder = Path(tempfile.mkdtemp(dir=ROOT, prefix=".bench-"))
    try:
        async with process(["-m", "benchmarks.callback_world", str(ADDRESSES)], os.environ) as around:
            assert around.stdout is not None
            outside, *addresses = map(int, (await around.stdout.readline()).split())
            codes = await issued(folder)
            port = free_port()
            env = os.environ | environment(folder, outside, addresses, port)
            async with process([str(ROOT / "run.py")], env | {k: str(v) for k, v in settings.items()}) as bot:
                os.sched_setaffinity(bot.pid, {BOT_CORE})
                await listening(port)
                yield World(folder, port, outside, requests(codes, addresses), bot.pid)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def issued(folder: Path) -> list[str]:
    settings = load_settings(_env_file=None, data_dir=folder)
    async with open_books(settings) as (_, operator):
        for customer in range(CODES):
            await operator.credit(10_000 + customer, 10**12, "bench", f"bench:{customer}")
        return [await operator.issue(10_000 + customer, "bench") for customer in range(CODES)]


def environment(folder: Path, outside: int, addresses: Sequence[int], port: int) -> dict[str, str]:
    return {
        "BOT_TOKEN": "1:" + "A" * 35, "TELEGRAM_URL": f"http://127.0.0.1:{outside}",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{outside}/v1", "OPENAI_API_KEY": "none",
        "DATA_DIR": str(folder), "HTTP_PORT": str(port), "LOG_LEVEL": "error", "TEXT_WORKERS": "700",
        "API_REQUESTS": "0", "QUEUE_MOST": "2000", "MODERATION": "local",
        "OUTBOUND_ALLOW": ",".join(f"127.0.0.1:{address}" for address in addresses),
    }  # fmt: skip


def requests(codes: Sequence[str], addresses: Sequence[int]) -> list[bytes]:
    """Every parameter, empty where unused, as the common client sends them."""
    unused = dict.fromkeys(
        ("works", "mode", "txtTOimage_count", "txtTOimage_nPrompt", "txtTOvoice_lang", "txtTOvoice_who",
         "txtTOvoice_mode"), "",
    )  # fmt: skip
    return [
        multipart(
            "/chatgpt_api/chatgpt_api.php",
            {
                "api": code, "callback": f"http://127.0.0.1:{addresses[number % len(addresses)]}/answers",
                "which": "text", "text": "How high is Damavand, and who climbed it first?", **unused,
            },
        )
        for number, code in enumerate(codes)
    ]  # fmt: skip


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def listening(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                (await Connection.to(port)).close()
                return
            except OSError:
                await asyncio.sleep(0.05)


# Requests/s, closed loop


async def closed_loop(port: int, requests: Sequence[bytes], count: int) -> float:
    """Requests/s with each connection asking again as soon as it has its answer."""
    numbers = iter(range(count))
    connections = [await Connection.to(port) for _ in range(CONNECTIONS)]

    async def ask(connection: Connection) -> None:
        for number in numbers:
            reply = await connection.ask(requests[number % len(requests)])
            assert reply["status"] is True, reply

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for connection in connections:
            tasks.create_task(ask(connection))
    seconds = time.perf_counter() - began
    for connection in connections:
        connection.close()
    return count / seconds


class Taken(NamedTuple):
    """What step 1, or the floor, takes."""

    per_second: float
    cpu_ms: float


async def taken(pid: int, port: int, requests: Sequence[bytes], count: int) -> Taken:
    cpu = cpu_seconds(pid)
    per_second = await closed_loop(port, requests, count)
    return Taken(per_second, (cpu_seconds(pid) - cpu) / count * 1000)


async def ratio(rounds: int) -> None:
    ours, floor = [], []
    async with opened(TEXT_WORKERS=2) as world, process(["-m", "benchmarks.form"], os.environ) as form:
        os.sched_setaffinity(form.pid, {BOT_CORE})
        assert form.stdout is not None
        port = int(await form.stdout.readline())
        for _ in range(rounds + 1):
            await world.upstream_takes(-1)
            floor.append(await taken(form.pid, port, world.requests, 1_600))
            ours.append(await taken(world.pid, world.port, world.requests, 1_600))
            await world.upstream_takes(0)
            await quiet(world)
    ours, floor = ours[1:], floor[1:]  # the first warms up
    print("| one core | requests/s | CPU ms/request |\n|---|--:|--:|")
    for name, runs in (("aiohttp handler that parses the same form and answers", floor),
                       ("step 1, durable", ours)):  # fmt: skip
        print(f"| {name} | {median(run[0] for run in runs):,.0f} | {median(run[1] for run in runs):.2f} |")
    share = median(o.per_second / f.per_second for o, f in zip(ours, floor, strict=True))
    work = median(f.cpu_ms / o.cpu_ms for o, f in zip(ours, floor, strict=True))
    print(f"\nratio: {share:.2f} by requests/s, {work:.2f} by CPU (aim: 0.5)\n")


async def quiet(world: World) -> None:
    """Wait until every job has been delivered."""
    heard = -1
    while (now := len(await world.heard())) != heard:
        heard = now
        await asyncio.sleep(1.5)


# So many a second, open loop


@dataclass(slots=True)
class Load:
    """What came of requests that were due at even intervals."""

    waits: list[float]
    ids: list[int]
    refused: Counter[str]

    def line(self) -> str:
        cuts = quantiles(self.waits, n=1000)
        return (
            f"p50 {cuts[499] * 1000:.1f} ms, p99 {cuts[989] * 1000:.1f} ms,"
            f" p99.9 {cuts[998] * 1000:.1f} ms, max {max(self.waits) * 1000:.0f} ms"
        )


async def open_loop(world: World, rate: int, seconds: float) -> Load:
    """A request that has to wait for a connection waits from when it was due."""
    load = Load([], [], Counter())
    idle: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        idle.put_nowait(await Connection.to(world.port))
    began = time.perf_counter() + 0.1

    async def ask(number: int, due: float) -> None:
        connection = await idle.get()
        reply = await connection.ask(world.requests[number % len(world.requests)])
        idle.put_nowait(connection)
        load.waits.append(time.perf_counter() - due)
        if reply["status"]:
            load.ids.append(int(reply["id"]))
        else:
            load.refused[f"{reply['code']} {reply['detail']}"] += 1

    async with asyncio.TaskGroup() as tasks:
        for number in range(int(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.create_task(ask(number, due))
    while not idle.empty():
        idle.get_nowait().close()
    return load


async def step_one(seconds: float) -> None:
    async with opened() as world:
        await open_loop(world, 200, 3)
        cpu = cpu_seconds(world.pid)
        load = await open_loop(world, 200, seconds)
        cpu = (cpu_seconds(world.pid) - cpu) / seconds
        await delivered(world, load)
        print(f"200 requests/s for {seconds:.0f} s, 200 codes, one core ({cpu:.0%} of it): {load.line()};")
        print(
            f"refused: {load.refused.total()} {load.refused.most_common(2) or ''}. {await world.audited()}\n"
        )


async def delivered(world: World, load: Load) -> set[int]:
    """Wait until all are, so many seconds at most; which never came."""
    for _ in range(2 * WAIT_AFTER):
        if not (missing := set(load.ids) - set(await world.heard())):
            break
        await asyncio.sleep(0.5)
    return missing


async def held(seconds: float) -> None:
    async with opened() as world:
        await world.upstream_takes(3)
        memory: list[int] = []
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(watch(world.pid, memory))
            load = await open_loop(world, 150, seconds)
            watching.cancel()
        missing = await delivered(world, load)
        heard = await world.heard()
        print(f"150 jobs/s for {seconds:.0f} s, upstream 3 s each: step 1 {load.line()};")
        refused = f"{load.refused.total()} {load.refused.most_common(2) or ''}"
        print(f"accepted {len(load.ids):,}, refused {refused}, lost {len(missing)},")
        print(f"called back twice {len(heard) - len(set(heard))}; memory {memory[len(memory) // 4]} MB when")
        print(f"steady, {memory[-1]} MB at the end. {await world.audited()}\n")


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
