"""Credentials as an operator types them: one a line, read from a file or standard input, never from argv.

sk-abc…                                       a key
sk-abc… weight=3 proxy=socks5://… models=gpt-4o*,o3
sk-abc… organization=org-… project=proj-… header:x-team=blue
- header:api-key=abc…                         a server that wants no Authorization
oauth token_url=https://… client_id=… client_secret=… refresh_token=… scope=…
# a comment
"""

import json
import re
from dataclasses import asdict, dataclass, field

from bot.providers.pool.credential import PROJECT, Credential, Grant

HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
PLAIN = re.compile(r"[\x21-\x7e]+")
OAUTH = ("token_url", "client_id", "client_secret", "refresh_token", "scope")
LINES_MOST = 1_000


class BadLine(Exception):
    """A line can't be understood; its number, what is wrong, and nothing of what it says."""


@dataclass(frozen=True, slots=True)
class Secret:
    """All of a credential that nobody may see."""

    key: str = ""
    proxy: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    grant: dict[str, str] = field(default_factory=dict)

    def stored(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    def credential(self, id_: int, upstream: str, base_url: str, weight: int, models: str) -> Credential:
        return Credential(
            id_, upstream, base_url, self.key, weight, self.proxy, self.headers,
            tuple(filter(None, models.split(","))), Grant(**self.grant) if self.grant else None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewCredential:
    secret: Secret = field(repr=False)
    weight: int = 1
    models: str = ""

    @property
    def shown(self) -> str:
        grant = self.secret.grant
        return f"oauth {masked(grant['client_id'])}" if grant else masked(self.secret.key)


def masked(secret: str) -> str:
    return f"{secret[:4]}…{secret[-4:]}" if len(secret) > 16 else "…" if secret else "-"


def read_lines(text: str) -> list[NewCredential]:
    """Raises BadLine."""
    lines = [line.split() for line in text.splitlines()]
    found = [
        _read(number, words)
        for number, words in enumerate(lines, 1)
        if words and not words[0].startswith("#")
    ]
    if not found or len(found) > LINES_MOST:
        raise BadLine(f"1 to {LINES_MOST} credentials are expected, one a line, on standard input")
    return found


def _read(number: int, words: list[str]) -> NewCredential:
    first, given = words[0], dict(_pair(number, word) for word in words[1:])
    weight, models = given.pop("weight", "1"), given.pop("models", "")
    if not weight.isdecimal() or not 1 <= int(weight) <= 1000:
        raise BadLine(f"line {number}: weight is 1 to 1000")
    if not PLAIN.fullmatch(first):
        raise BadLine(f"line {number}: a key has no such characters")
    proxy = given.pop("proxy", "")
    if proxy and not proxy.startswith(("http://", "socks5://", "socks4://")):
        raise BadLine(f"line {number}: proxy is http://… or socks5://…")
    grant = {name: given.pop(name) for name in OAUTH if name in given}
    if (first == "oauth") != bool(grant) or (grant and not _whole(grant)):
        raise BadLine(f"line {number}: oauth needs token_url, client_id and client_secret or refresh_token")
    headers = _headers(number, given)
    key = "" if first in ("-", "oauth") else first
    return NewCredential(Secret(key, proxy, headers, grant), int(weight), models)


def _whole(grant: dict[str, str]) -> bool:
    return (
        {"token_url", "client_id"} <= grant.keys()
        and bool({"client_secret", "refresh_token"} & grant.keys())
        and grant["token_url"].startswith(("https://", "http://"))
    )


def _headers(number: int, given: dict[str, str]) -> dict[str, str]:
    headers = {}
    for name, value in given.items():
        header = {"organization": "OpenAI-Organization", "project": PROJECT}.get(name)
        header = header or name.removeprefix("header:")
        if (header == name) or not HEADER.fullmatch(header) or not PLAIN.fullmatch(value):
            raise BadLine(f"line {number}: {name[:20]!r} is not understood")
        headers[header] = value
    return headers


def _pair(number: int, word: str) -> tuple[str, str]:
    name, is_pair, value = word.partition("=")
    if not is_pair or not value:
        raise BadLine(f"line {number}: after the key, words look like name=value")
    return name, value
