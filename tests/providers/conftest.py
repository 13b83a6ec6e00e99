from collections.abc import AsyncIterator

import pytest

from bot.providers.upstream import Upstream, open_upstream
from bot.sandbox.upstream import OfflineUpstream

KEY = "sk-secret-of-the-tests-0123456789"


@pytest.fixture
async def upstream() -> AsyncIterator[OfflineUpstream]:
    async with OfflineUpstream(model=False, chunk_seconds=0) as upstream:
        yield upstream


@pytest.fixture
async def client(upstream: OfflineUpstream) -> AsyncIterator[Upstream]:
    async with open_upstream(upstream.base_url, KEY) as client:
        yield client
