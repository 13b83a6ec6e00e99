"""Price lists: the tariff and the packs as data that admins change while the bot runs.

    proposed ──confirm──▶ confirmed (in force until the next one is)
        └───────drop────▶ dropped

Nothing is ever changed: each list that was in force stays, with who made it and who confirmed it. The
operator's file is such a list, too, made when it was first read: so what was last said counts, be it by
command or by file.
"""

from typing import NamedTuple

from billing import Connection
from billing.errors import Refusal

TARIFF = "tariff"
PACKS = "packs"

_COLUMNS = "id, kind, body, source, made_by, made_at, decided_by, decided_at"
_IN_FORCE = (
    f"SELECT {_COLUMNS} FROM price_list WHERE kind = :kind AND state = 'confirmed' ORDER BY id DESC LIMIT 1"
)


class Outdated(Refusal):
    """The prices were changed, or this was decided, after it had been shown."""


class PriceList(NamedTuple):
    id: int
    kind: str
    body: str
    source: str
    made_by: int | None
    made_at: int
    decided_by: int | None
    decided_at: int | None


def in_force(conn: Connection, kind: str) -> PriceList:
    return PriceList(*conn.only(_IN_FORCE, kind=kind))


def adopt_file(conn: Connection, kind: str, body: str, now: int) -> PriceList:
    """Note the operator's file; it comes into force if it is another than when it was last read."""
    known = conn.one(
        "SELECT body FROM price_list WHERE kind = :kind AND source = 'file' ORDER BY id DESC LIMIT 1",
        kind=kind,
    )
    if known is None or known.body != body:
        conn.run(
            "INSERT INTO price_list (kind, body, source, state, made_at, decided_at)"
            " VALUES (:kind, :body, 'file', 'confirmed', :now, :now)",
            kind=kind, body=body, now=now,
        )  # fmt: skip
    return in_force(conn, kind)


def propose(conn: Connection, kind: str, body: str, base: int, by: int, now: int) -> int:
    """Write down what an admin must confirm; its number."""
    row = conn.only(
        "INSERT INTO price_list (kind, body, source, base, state, made_by, made_at)"
        " VALUES (:kind, :body, 'admin', :base, 'proposed', :by, :now) RETURNING id",
        kind=kind, body=body, base=base, by=by, now=now,
    )  # fmt: skip
    return int(row.id)


def confirm(conn: Connection, number: int, by: int, now: int) -> PriceList:
    """Bring it into force. Raises Outdated where something else has come into force since it was made."""
    row = conn.one("SELECT kind, base FROM price_list WHERE id = :id AND state = 'proposed'", id=number)
    if row is None or in_force(conn, row.kind).id != row.base:
        raise Outdated("the prices have been changed, or this was decided, since it was shown")
    _decide(conn, number, "confirmed", by, now)
    return in_force(conn, row.kind)


def drop(conn: Connection, number: int, by: int, now: int) -> bool:
    """False where it has been decided."""
    return _decide(conn, number, "dropped", by, now)


def _decide(conn: Connection, number: int, state: str, by: int, now: int) -> bool:
    return bool(
        conn.run(
            "UPDATE price_list SET state = :state, decided_by = :by, decided_at = :now"
            " WHERE id = :id AND state = 'proposed'",
            state=state,
            by=by,
            now=now,
            id=number,
        )  # fmt: skip
    )


def confirmed(conn: Connection, kind: str) -> list[PriceList]:
    """All that have been in force, the last first."""
    rows = conn.all(
        f"SELECT {_COLUMNS} FROM price_list WHERE kind = :kind AND state = 'confirmed' ORDER BY id DESC",
        kind=kind,
    )
    return [PriceList(*row) for row in rows]
