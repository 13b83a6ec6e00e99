from collections.abc import AsyncIterator

import pytest

from bot.wiring import App
from tests.console.visitor import Visitor


@pytest.fixture
async def stranger(app: App) -> AsyncIterator[Visitor]:
    async with Visitor(app.address) as visitor:
        yield visitor


@pytest.fixture
async def admin(app: App, telegram) -> AsyncIterator[Visitor]:
    """Has come in by a link of the bot's."""
    async with Visitor(app.address) as visitor:
        await visitor.come_in(telegram)
        yield visitor
