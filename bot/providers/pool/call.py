"""A call to an upstream, whichever credential it will be made with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.providers.pool.health import ANY_MODEL


@dataclass(frozen=True, slots=True)
class Call:
    path: str
    """Below the upstream's base URL, as `/chat/completions`."""
    body: bytes = b""
    model: str = ANY_MODEL
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    seconds: float = 120.0
    """How long the upstream may be silent."""
    connect_seconds: float = 10.0
    free: bool = False
    """Nothing is paid for it: it may be made twice."""
    project: str = ""
    """Which project of the upstream's account the caller has chosen; "": none."""
    aside: bool = False
    """Not every server has this path, or lets every key use it: that says nothing against the credential."""
