"""What is measured: the floor, this bot, its peers; each open as long as it is needed."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import median

import aiohttp

from benchmarks.gateway import ours, peers
from benchmarks.gateway.world import World
from benchmarks.processes import first_numbers, process
from benchmarks.running_bot import RunningBot, free_port, listening

FLOOR, QUICK_FLOOR = "aiohttp, bytes in, bytes out (the floor)", "the same on uvloop, as this bot runs"


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


@asynccontextmanager
async def floor(world: World, name: str, *words: str) -> AsyncIterator[Target]:
    async with process(["-m", "benchmarks.gateway.floor", world.url, *words], os.environ) as running:
        (port,) = await first_numbers(running)
        yield Target(name, f"http://127.0.0.1:{port}/v1", "none", running.pid, "nothing")


@asynccontextmanager
async def bot(world: World, name: str, **settings: str) -> AsyncIterator[tuple[Target, RunningBot]]:
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
