"""Log lines are for the operator: jobs, accounts, amounts; never a prompt, a code or a secret."""

import logging
import re
import sys
from pathlib import Path
from typing import Any

import structlog

SECRETS = (
    re.compile(r"\d{6,}:[\w-]{30,}"),
    re.compile(r"tb_live_[\w-]+"),
    re.compile(r"\b(?:sk|whsec)[-_][\w-]{8,}"),
    re.compile(r"(?i)(?<=bearer )[\w.~+/-]+=*"),
)


def warn_of_open_file(path: Path) -> None:
    """A .env with secrets is nobody else's business."""
    if path.exists() and path.stat().st_mode & 0o077:
        structlog.get_logger().warning("others can read your settings", mend=f"chmod 600 {path}")


def redacted(text: str) -> str:
    for secret in SECRETS:
        text = secret.sub("[secret]", text)
    return text


def _redact(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: redacted(value) if isinstance(value, str) else value for key, value in event.items()}


class _Formatter(logging.Formatter):
    """Other libraries' lines, with the secrets out: aiohttp's errors carry addresses with the bot_token."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def set_up_logs(level: str) -> None:
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            _redact,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter("%(asctime)s [%(levelname)s] %(name)s: %(message)s"))
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)
