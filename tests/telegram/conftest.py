import pytest

from bot.sandbox.upstream import OfflineUpstream


@pytest.fixture
def at_once(upstream: OfflineUpstream) -> None:
    """Answers don't grow, unless a test lets them."""
    upstream.chunk_seconds = 0
