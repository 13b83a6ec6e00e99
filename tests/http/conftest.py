from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.telegram import SandboxTelegram
from bot.sandbox.upstream import OfflineUpstream
from bot.settings import Settings
from bot.wiring import App
from tests.http.programs import Program, Receiver
from tests.world import ADA, settings_for


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A program's own server, which hears the answers."""
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def other() -> AsyncIterator[Receiver]:
    """Another program's."""
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def private() -> AsyncIterator[Receiver]:
    """A server that the operator has not allowed."""
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
def running_per_code() -> int:
    return 30


@pytest.fixture
def settings(
    telegram: SandboxTelegram,
    upstream: OfflineUpstream,
    receiver: Receiver,
    other: Receiver,
    private: Receiver,
    running_per_code: int,
    tmp_path: Path,
) -> Settings:
    return settings_for(
        telegram, upstream, tmp_path / "data", outbound_ports=(80, 443, private.port),
        outbound_allow=f"127.0.0.1:{receiver.port},127.0.0.1:{other.port}",
        running_per_code=running_per_code,
    )  # fmt: skip


@pytest.fixture
async def program(app: App, receiver: Receiver) -> AsyncIterator[Program]:
    """A program with a code of Ada's, who has tokens enough."""
    code = await app.operator.issue(ADA, "tests")
    await app.operator.credit(ADA, 10_000_000, "for tests", "tests")
    async with Program(app, code, receiver) as program:
        yield program
