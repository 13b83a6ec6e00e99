"""The upstream that all have behind them, and whether the books say what it says."""

import asyncio
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.running_bot import RunningBot
from billing.model_prices import Units, model_prices_of
from billing.tariff import SHIPPED


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


async def agree(world: World, running: RunningBot, before: tuple[int, int]) -> str:
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
