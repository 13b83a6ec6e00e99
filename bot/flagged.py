"""What the content rules have found, by whom it was asked: for an admin to look at, and to block who goes on.

Only the beginning of a text is kept, for some days. All doors note here: jobs with their end, the gateway
before it asks.
"""

from collections.abc import Sequence
from typing import NamedTuple

from billing import Connection, Row
from bot.providers.moderation import Flag

SHOWN = 20


class Asked(NamedTuple):
    """Whose request it was."""

    customer: int
    code: int | None
    door: str
    job: int | None = None


UPSTREAM = Flag(True, "upstream", (), (), b"", "")
"""The model itself would not answer."""


def note(conn: Connection, asked: Asked, flags: Sequence[Flag], at: int) -> None:
    """A row for the request: for what it was refused, else for what was found first, unless that is known."""
    refused = [flag for flag in flags if flag.refused]
    flag = (refused or flags)[0]
    if not refused and _known(conn, asked, flag):
        return
    conn.run(
        "INSERT INTO flagged (at, customer, code, door, job, refused, found_by, categories, words, digest,"
        " excerpt) VALUES (:at, :customer, :code, :door, :job, :refused, :found_by, :categories, :words,"
        " :digest, :excerpt)",
        at=at, customer=asked.customer, code=asked.code, door=asked.door, job=asked.job,
        refused=int(flag.refused), found_by=flag.found_by, categories=", ".join(flag.categories),
        words=", ".join(flag.words), digest=flag.digest or None, excerpt=flag.excerpt,
    )  # fmt: skip


def _known(conn: Connection, asked: Asked, flag: Flag) -> bool:
    """A program sends a conversation's earlier messages again each time."""
    return (
        conn.one(
            "SELECT 1 FROM flagged WHERE digest = :digest AND customer = :customer",
            digest=flag.digest, customer=asked.customer,
        )
        is not None
    )  # fmt: skip


def latest(conn: Connection, before: int | None = None) -> list[Row]:
    """The last that were found, the latest first; `before`: a number, older than it."""
    return conn.all(
        "SELECT flagged.*, customer.telegram_id FROM flagged JOIN customer ON customer.id = flagged.customer"
        " WHERE flagged.id < :before ORDER BY flagged.id DESC LIMIT :most",
        before=before if before is not None else 1 << 62, most=SHOWN,
    )  # fmt: skip


def forget(conn: Connection, before: int) -> None:
    conn.run("DELETE FROM flagged WHERE at < :before", before=before)
