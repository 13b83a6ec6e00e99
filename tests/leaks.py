"""No secret is shown: whatever the app has used as one in the tests must not be in what it has logged, in the
body of an error, on a page or among the metrics.

A plugin of pytest. It hears of secrets where they are made or taken up, keeps the words of all that was shown
(each once), and compares them when the tests of a process have ended. One found is a failed run.
"""

import re
import secrets
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

WORD = re.compile(r"[\w:+/=.~-]{12,}")
START = 12
"""Letters. Shorter secrets are a test's own make-believe, and words like any other."""
NO_SECRETS = ("bot.files", "bot.sandbox.", "handlers.telegram.image")
"""What is random there is an address that is given out, or a number of Telegram's."""


class Leaks:
    """What is secret, what was shown, and where both are the same."""

    def __init__(self) -> None:
        self._secrets: defaultdict[str, dict[str, str]] = defaultdict(dict)
        """By their first letters: the whole, and what it is."""
        self._shown: dict[str, str] = {}
        """Words, and where each was seen first."""

    def secret(self, text: str, what: str) -> None:
        if len(text) >= START:
            self._secrets[text[:START]].setdefault(text, what)

    def knows(self, text: str) -> bool:
        return text in self._secrets.get(text[:START], ())

    def show(self, text: str, where: str) -> None:
        for word in WORD.findall(text):
            self._shown.setdefault(word, where)

    def found(self) -> list[str]:
        """A line for each secret that was shown, without the secret."""
        lines = {
            f"{what} ({secret[:4]}…) is shown: {where}"
            for word, where in self._shown.items()
            for secret, what in self._in(word)
        }
        return sorted(lines)

    def _in(self, word: str) -> Iterator[tuple[str, str]]:
        for at in range(len(word) - START + 1):
            for secret, what in self._secrets.get(word[at : at + START], {}).items():
                if word.startswith(secret, at):
                    yield secret, what


LEAKS = Leaks()


def pytest_configure(config: pytest.Config) -> None:
    _hear_of_secrets(LEAKS)
    _see_answers(LEAKS)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """All that was printed and logged, also by programs that a test has started."""
    if report.when == "teardown":
        for name, text in report.sections:
            LEAKS.show(text, f"{name.split()[1]} of {report.nodeid}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    found = [*LEAKS.found(), *_of_workers(session.config)]
    if hasattr(session.config, "workeroutput"):  # the one that started us says it
        session.config.workeroutput["leaks"] = found
    elif found:
        session.config.stash[FOUND] = found
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


FOUND = pytest.StashKey[list[str]]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A process of the tests has ended."""
    _of_workers(node.config).extend(getattr(node, "workeroutput", {}).get("leaks", []))


WORKERS = pytest.StashKey[list[str]]()


def _of_workers(config: pytest.Config) -> list[str]:
    return config.stash.setdefault(WORKERS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = config.stash.get(FOUND, [])
    if found:
        terminalreporter.section("secrets that were shown", red=True)
        for line in found:
            terminalreporter.line(line)


def _hear_of_secrets(leaks: Leaks) -> None:
    """Random ones where they are made, given ones where they are taken up."""
    from billing.payments import vouchers
    from bot import signing
    from bot.books import Secrets
    from bot.providers.pool.grants import Grants
    from bot.providers.pool.pool import Pool

    made = secrets.token_urlsafe

    def token_urlsafe(nbytes: int | None = None) -> str:
        text = made(nbytes)
        maker = str(sys._getframe(1).f_globals.get("__name__", ""))
        if maker.startswith(("bot.", "billing.", "handlers.")) and not maker.startswith(NO_SECRETS):
            leaks.secret(text, f"made by {maker}")
        return text

    secrets.token_urlsafe = token_urlsafe
    of, use, bearer = Secrets.of.__func__, Pool.use, Grants.bearer  # type: ignore[attr-defined]

    @wraps(of)
    def secrets_of(cls: Any, settings: Any) -> Any:
        for name, value in settings:
            if isinstance(value, SecretStr):
                leaks.secret(value.get_secret_value(), name.upper())
        kept = of(cls, settings)
        leaks.secret(kept.pepper.decode(), "CODE_PEPPER")
        leaks.secret(kept.encryption_key.decode(), "ENCRYPTION_KEY")
        leaks.secret(kept.webhook, "TELEGRAM_WEBHOOK_SECRET")
        return kept

    @wraps(use)
    def pool_use(self: Pool, credentials: Any) -> None:
        use(self, taken := tuple(credentials))
        for one in taken:
            for value in (one.key, *one.headers.values()):
                leaks.secret(value, f"a key of upstream {one.upstream}")
            if one.grant:
                leaks.secret(one.grant.client_secret, "an OAuth client's secret")
                leaks.secret(one.grant.refresh_token, "a refresh token")

    @wraps(bearer)
    async def grants_bearer(self: Grants, credential: Any) -> str:
        access = await bearer(self, credential)
        leaks.secret(access, "an access token")
        return access

    Secrets.of = classmethod(secrets_of)  # type: ignore[assignment, method-assign]
    Pool.use, Grants.bearer = pool_use, grants_bearer  # type: ignore[method-assign]
    _everywhere(vouchers.make, lambda code: leaks.secret(code or "", "a voucher's code"))
    _everywhere(signing.signing_secret, lambda key: leaks.secret(key, "a signing secret"))


def _everywhere(function: Callable[..., Any], tell: Callable[[Any], None]) -> None:
    """Hear of what it gives, whoever has imported it by its name."""

    @wraps(function)
    def heard(*given: Any, **named: Any) -> Any:
        result = function(*given, **named)
        tell(result)
        return result

    for module in list(sys.modules.values()):
        if module.__name__.startswith(("bot.", "billing.", "handlers.")):
            for name, value in list(vars(module).items()):
                if value is function:
                    setattr(module, name, heard)


def _see_answers(leaks: Leaks) -> None:
    """Of our HTTP doors, not of the servers that tests put around them: errors, pages, metrics."""
    prepare, write = web.StreamResponse.prepare, web.StreamResponse.write

    @wraps(prepare)
    async def seen_prepare(self: web.StreamResponse, request: web.BaseRequest) -> Any:
        body = getattr(self, "body", None)
        if isinstance(body, bytes) and _ours(request) and _is_shown(self):
            leaks.show(
                body.decode(errors="replace"), f"answer {self.status} of {request.method} {request.path}"
            )
        return await prepare(self, request)

    @wraps(write)
    async def seen_write(self: web.StreamResponse, data: Any) -> None:
        if bytes(data[:16]).startswith(b'data: {"error"'):
            leaks.show(bytes(data).decode(errors="replace"), "an error in a stream")
        await write(self, data)

    web.StreamResponse.prepare, web.StreamResponse.write = seen_prepare, seen_write  # type: ignore[method-assign]


def _ours(request: web.BaseRequest) -> bool:
    from handlers.http.auth import DOORKEEPER

    app = getattr(request, "config_dict", {})
    handler = getattr(getattr(request, "match_info", None), "handler", None)
    return DOORKEEPER in app or str(getattr(handler, "__module__", "")).startswith("handlers.")


def _is_shown(response: web.StreamResponse) -> bool:
    return response.status >= 400 or response.content_type in ("text/html", "text/plain")
