"""A secret for one upstream, with all that is particular to it. Never shown: not in repr, not in a URL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

SETTINGS = "settings"
"""The upstream of OPENAI_API_KEY and OPENAI_BASE_URL."""
PROJECT = "OpenAI-Project"


@dataclass(frozen=True, slots=True)
class Grant:
    """How short-lived access tokens are got (OAuth 2.0): by a refresh token or the client's secret."""

    token_url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Credential:
    id: int
    upstream: str
    """The name that the operator gave the server."""
    base_url: str
    """Without a slash at its end, as `https://api.openai.com/v1`."""
    key: str = field(default="", repr=False)
    """Sent as `Authorization: Bearer`; "" sends none, as for a server that wants another header."""
    weight: int = 1
    proxy: str = field(default="", repr=False)
    """`http://…` or `socks5://…`, for this credential alone."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """More headers: an organisation, a project, `api-key` …"""
    models: tuple[str, ...] = ()
    """Names of the models it serves, `*` at will; none: whichever the server has."""
    grant: Grant | None = None

    def names(self, model: str) -> bool:
        """Whether the operator has said that it serves this model."""
        return any(fnmatchcase(model, pattern) for pattern in self.models)
