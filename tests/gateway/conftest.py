from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openai
import pytest

from bot.sandbox.telegram import SandboxTelegram
from bot.settings import Settings
from bot.wiring import App
from tests.gateway.program import Program
from tests.gateway.upstream import Upstream
from tests.world import settings_for

TARIFF = """
[text]
steps = [{ from = 0, tokens = 1 }]
with_mode = 2
[image]
steps = [{ from = 1, tokens = 2 }]
[voice]
steps = [{ from = 0, tokens = 2 }]
automatic_language = 1
[models."*"]
prompt = 1
completion = 2
picture = 3
minute = 4
characters = 5
request = 0.5
answer_most = 1000
[models."cheap-*"]
prompt = 0.01
completion = 0.02
[models.one]
request = 1
[aliases.poet]
model = "gpt-a"
system = "You are a poet."
parameters = { temperature = 0.5 }
[aliases."my-*"]
model = "gpt-a"
"""


@pytest.fixture
async def models() -> AsyncIterator[Upstream]:
    """The upstream."""
    async with Upstream() as upstream:
        yield upstream


@pytest.fixture
def given() -> dict[str, Any]:
    """Settings of a test's own."""
    return {}


@pytest.fixture
def patience() -> dict[str, Any]:
    """With upstreams: little. Tests that are not about slow ones have more, for slow machines."""
    return {"gateway_silence_seconds": 1, "gateway_seconds": 2}


@pytest.fixture
def settings(
    telegram: SandboxTelegram, models: Upstream, tmp_path: Path, given: dict[str, Any],
    patience: dict[str, Any],
) -> Settings:  # fmt: skip
    (tmp_path / "tariff.toml").write_text(TARIFF)
    return settings_for(
        telegram, models, tmp_path / "data",
        **{
            "tariff_file": str(tmp_path / "tariff.toml"), "signup_tokens": 0,
            "upstream_wait_seconds": 1, "refill_tokens": 0, **patience, **given,
        },
    )  # fmt: skip


@pytest.fixture
async def program(app: App) -> AsyncIterator[Program]:
    """One with 1,000 tokens."""
    async with Program(app) as program:
        await program.credit(1_000)
        yield program


@pytest.fixture
async def client(program: Program) -> AsyncIterator[openai.AsyncOpenAI]:
    """The official package; it does not try again."""
    async with openai.AsyncOpenAI(
        api_key=program.code, base_url=program.url, max_retries=0, timeout=10
    ) as client:
        yield client
