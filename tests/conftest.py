from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog

from bot.sandbox.telegram import SandboxTelegram
from bot.sandbox.upstream import OfflineUpstream
from bot.settings import Settings
from bot.wiring import App
from tests.world import BOT_TOKEN, hosted, people, settings_for

pytest_plugins = ["tests.leaks", "tests.same_start"]

# Where `rich` happens to be installed structlog draws tracebacks with every variable in them: for seconds.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.fixture
async def telegram() -> AsyncIterator[SandboxTelegram]:
    async with SandboxTelegram(BOT_TOKEN) as telegram:
        people(telegram)
        yield telegram


@pytest.fixture
async def upstream() -> AsyncIterator[OfflineUpstream]:
    async with OfflineUpstream(model=False) as upstream:
        yield upstream


@pytest.fixture
def settings(telegram: SandboxTelegram, upstream: OfflineUpstream, tmp_path: Path) -> Settings:
    return settings_for(telegram, upstream, tmp_path / "data")


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[App]:
    async with hosted(settings) as app:
        yield app
