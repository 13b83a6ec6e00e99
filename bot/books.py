"""The books and the operator over them: all that `run.py admin` needs while no bot runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.catalog.upstream_prices import SHIPPED, read_upstream_prices
from bot.operator import Operator
from bot.secrets import kept_secret
from bot.settings import Settings
from bot.storage import Storage, open_storage

FILE = "books.db"


@dataclass(frozen=True, slots=True)
class Secrets:
    """Those that the operator did not give are made once under DATA_DIR."""

    pepper: bytes
    encryption_key: bytes
    webhook: str

    @classmethod
    def of(cls, settings: Settings) -> "Secrets":
        folder = settings.data_dir
        return cls(
            kept_secret(folder, "code_pepper", settings.code_pepper.get_secret_value()).encode(),
            kept_secret(folder, "encryption_key", settings.encryption_key.get_secret_value()).encode(),
            kept_secret(folder, "webhook_secret", settings.telegram_webhook_secret.get_secret_value()),
        )


@asynccontextmanager
async def open_books(settings: Settings) -> AsyncIterator[tuple[Storage, Operator]]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    pepper = Secrets.of(settings).pepper
    async with open_storage(settings.data_dir / FILE) as storage:
        prices = read_upstream_prices(Path(settings.upstream_prices_file or SHIPPED))
        yield storage, Operator(storage, pepper, settings.signup_tokens * 1000, prices)
