"""What each start of the app does in the same way is done once in a process of tests: reading the system's
certificates, and making the schema. Programs that tests start of their own do both."""

import sqlite3
import ssl
from collections.abc import Iterator
from functools import cache
from unittest.mock import patch

import httpcore2
import pytest

from bot.migrations import migrate


@pytest.fixture(scope="session", autouse=True)
def certificates_are_read_once() -> Iterator[None]:
    with (
        patch.object(ssl, "create_default_context", cache(ssl.create_default_context)),
        patch.object(httpcore2, "default_ssl_context", cache(httpcore2.default_ssl_context)),
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def the_schema_is_made_once() -> Iterator[None]:
    made = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    made.execute("PRAGMA page_size = 2048")
    migrate(made)

    def migrated(sqlite: sqlite3.Connection) -> None:
        if sqlite.execute("PRAGMA schema_version").fetchone()[0] == 0:
            made.backup(sqlite)
        migrate(sqlite)

    with patch("bot.storage.migrate", migrated):
        yield
    made.close()
