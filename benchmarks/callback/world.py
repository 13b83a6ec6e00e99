"""The bot on its core with codes, and on the other what is around it: Telegram, upstream, programs."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from benchmarks.callback.raw_http import multipart
from benchmarks.processes import ROOT, first_numbers, pin, process
from benchmarks.running_bot import RunningBot, running_bot

CODES = 200
ADDRESSES = 50
BOT_CORE, OTHER_CORE = 0, 1
WAIT_AFTER = 60


@dataclass(frozen=True, slots=True)
class World:
    """Where everything is, and a request of each code."""

    bot: RunningBot
    outside: int
    requests: Sequence[bytes]

    async def upstream_takes(self, seconds: float) -> None:
        async with aiohttp.ClientSession() as http:
            await http.put(f"http://127.0.0.1:{self.outside}/seconds", data=str(seconds))

    async def heard(self) -> list[int]:
        async with aiohttp.ClientSession() as http:
            async with http.get(f"http://127.0.0.1:{self.outside}/heard") as answer:
                return list(await answer.json())

    async def quiet(self) -> None:
        """Wait until every job has been delivered."""
        heard = -1
        while (now := len(await self.heard())) != heard:
            heard = now
            await asyncio.sleep(1.5)

    async def delivered(self, ids: Iterable[int]) -> set[int]:
        """Wait until all are, so many seconds at most; which never came."""
        for _ in range(2 * WAIT_AFTER):
            if not (missing := set(ids) - set(await self.heard())):
                break
            await asyncio.sleep(0.5)
        return missing


@asynccontextmanager
async def opened(**settings: str) -> AsyncIterator[World]:
    folder = Path(tempfile.mkdtemp(dir=ROOT, prefix=".bench-"))
    try:
        async with process(["-m", "benchmarks.callback.around", str(ADDRESSES)], os.environ) as around:
            outside, *addresses = await first_numbers(around)
            given = {
                "TEXT_WORKERS": "700", "QUEUE_MOST": "2000",
                "OUTBOUND_ALLOW": ",".join(f"127.0.0.1:{address}" for address in addresses),
            }  # fmt: skip
            async with running_bot(folder, f"http://127.0.0.1:{outside}", CODES, given | settings) as bot:
                pin(bot.pid, BOT_CORE)
                yield World(bot, outside, requests(bot.codes, addresses))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
