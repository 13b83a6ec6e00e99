"""This bot, with codes, set up for the gateway's work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.running_bot import RunningBot, running_bot

CODES = 8
NO_LIMITS = {"API_CODE_REQUESTS": "0", "GATEWAY_AT_ONE_TIME": "0"}


@asynccontextmanager
async def opened(folder: Path, upstream: int, **settings: str) -> AsyncIterator[RunningBot]:
    """The bot at work, its Telegram a silent one at `upstream` too."""
    async with running_bot(folder, f"http://127.0.0.1:{upstream}", CODES, NO_LIMITS | settings) as bot:
        yield bot
