"""The whole bot in a process of its own, which kills itself in one place (tests/crashing.py)."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.world import BOT_TOKEN

ROOT = Path(__file__).parents[1]


@asynccontextmanager
async def crashing_bot(
    telegram: Any, upstream: Any, folder: Path, place: str, **settings: str
) -> AsyncIterator[Process]:
    """Told to end, where it has not died."""
    env = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "BOT_TOKEN": BOT_TOKEN,
        "TELEGRAM_URL": telegram.base, "OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": "sk-tests",
        "DATA_DIR": str(folder), "DRAIN_SECONDS": "1", "LOG_LEVEL": "warning", "SPEECH_ENGINES": "openai",
        "MODERATION": "local", **settings,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crashing", place, cwd=folder, env=env, stdout=DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 30)
