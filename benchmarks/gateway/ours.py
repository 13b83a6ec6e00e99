"""This bot, whole, with codes of customers who can pay."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.callback import free_port, listening
from benchmarks.telegram import ROOT, process
from bot.books import open_books
from bot.settings import load_settings

CODES = 8
TOKENS = 10**12


@dataclass(frozen=True, slots=True)
class Ours:
    folder: Path
    port: int
    codes: list[str]
    pid: int

    async def audited(self) -> str:
        words = [sys.executable, str(ROOT / "run.py"), "admin", "audit"]
        env = os.environ | {"DATA_DIR": str(self.folder)}
        asked = await asyncio.create_subprocess_exec(
            *words, cwd=self.folder, env=env, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await asked.communicate()
        return out.decode().strip()


@asynccontextmanager
async def opened(folder: Path, upstream: int, **settings: str) -> AsyncIterator[Ours]:
    """The bot at work, its Telegram a silent one at `upstream` too."""
    known = load_settings(_env_file=None, data_dir=folder)
    async with open_books(known) as (_, operator):
        for customer in range(CODES):
            await operator.credit(10_000 + customer, TOKENS, "bench", f"bench:{customer}")
        codes = [await operator.issue(10_000 + customer, "bench") for customer in range(CODES)]
    port = free_port()
    env = os.environ | {
        "BOT_TOKEN": "1:" + "A" * 35, "TELEGRAM_URL": f"http://127.0.0.1:{upstream}",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{upstream}/v1", "OPENAI_API_KEY": "none", "MODERATION": "local",
        "DATA_DIR": str(folder), "HTTP_PORT": str(port), "LOG_LEVEL": "error", "API_REQUESTS": "0",
        "API_CODE_REQUESTS": "0", "GATEWAY_AT_ONE_TIME": "0",
    } | settings  # fmt: skip
    async with process([str(ROOT / "run.py")], env) as bot:
        await listening(port)
        yield Ours(folder, port, codes, bot.pid)
