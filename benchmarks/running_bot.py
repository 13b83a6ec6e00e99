"""This bot, whole, in a process of its own, with API codes of customers who can pay."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import ROOT, process
from bot.books import open_books
from bot.settings import load_settings

BOT_TOKEN = "1:" + "A" * 35
TOKENS = 10**12


@dataclass(frozen=True, slots=True)
class RunningBot:
    folder: Path
    port: int
    codes: Sequence[str]
    pid: int

    async def audited(self) -> str:
        """What `run.py admin audit` says."""
        words = [sys.executable, str(ROOT / "run.py"), "admin", "audit"]
        env = os.environ | {"DATA_DIR": str(self.folder)}
        asked = await asyncio.create_subprocess_exec(
            *words, cwd=self.folder, env=env, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await asked.communicate()
        return out.decode().strip()


@asynccontextmanager
async def running_bot(
    folder: Path, around: str, codes: int, settings: dict[str, str]
) -> AsyncIterator[RunningBot]:
    """It listens; so many customers have a code each. `around` as for `environment`."""
    issued, port = await issue(folder, codes), free_port()
    env = os.environ | environment(around, folder) | {"HTTP_PORT": str(port), "API_REQUESTS": "0"} | settings
    async with process(["run.py"], env) as bot:
        await listening(port)
        yield RunningBot(folder, port, issued, bot.pid)


async def issue(folder: Path, codes: int) -> list[str]:
    async with open_books(load_settings(_env_file=None, data_dir=folder)) as (_, operator):
        for customer in range(codes):
            await operator.credit(10_000 + customer, TOKENS, "bench", f"bench:{customer}")
        return [await operator.issue(10_000 + customer, "bench") for customer in range(codes)]


def environment(around: str, folder: Path) -> dict[str, str]:
    """`around`: the URL of a Telegram and, below /v1, of an upstream."""
    return {
        "BOT_TOKEN": BOT_TOKEN, "TELEGRAM_URL": around, "OPENAI_BASE_URL": f"{around}/v1",
        "OPENAI_API_KEY": "none", "DATA_DIR": str(folder), "LOG_LEVEL": "error", "MODERATION": "local",
    }  # fmt: skip


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def listening(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
