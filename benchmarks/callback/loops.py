"""The programs that ask: each again as soon as it has its answer, or so many a second."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import NamedTuple

from benchmarks.callback.raw_http import Connection
from benchmarks.callback.world import World
from benchmarks.processes import cpu_seconds

CONNECTIONS = 64


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


@dataclass(slots=True)
class Load:
    """What came of requests that were due at even intervals."""

    waits: list[float]
    ids: list[int]
    refused: Counter[str]

    @property
    def refusals(self) -> str:
        return f"{self.refused.total()} {self.refused.most_common(2) or ''}"

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
        idle.put_nowait(await Connection.to(world.bot.port))
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
