"""Requests of customers for an API code: one open request a customer, decided by one admin once."""

from typing import NamedTuple

from billing import Connection, Row, codes


class Approved(NamedTuple):
    """Whose request it was, and the code, which is known this once."""

    telegram_id: int
    language: str | None
    code: str


def ask(conn: Connection, customer: int, name: str, now: int) -> int | None:
    """The number of the request; None where one is open."""
    row = conn.one(
        "INSERT INTO code_request (customer, name, created_at) VALUES (:customer, :name, :now)"
        " ON CONFLICT DO NOTHING RETURNING id",
        customer=customer, name=name, now=now,
    )  # fmt: skip
    return row and int(row.id)


def approve(conn: Connection, pepper: bytes, request: int, admin: int, now: int) -> Approved | None:
    """Issue the code; None where somebody has decided before."""
    row = _decide(conn, request, admin, "approved")
    if row is None:
        return None
    code = codes.issue(conn, pepper, row.customer, row.name, now)
    person = conn.only(
        "SELECT telegram_id, coalesce(language, spoken) AS language FROM customer WHERE id = :id",
        id=row.customer,
    )
    return Approved(person.telegram_id, person.language, code)


def refuse(conn: Connection, request: int, admin: int) -> tuple[int, str | None] | None:
    """Whose it was, and their language; None where somebody has decided before."""
    row = _decide(conn, request, admin, "refused")
    if row is None:
        return None
    person = conn.only(
        "SELECT telegram_id, coalesce(language, spoken) AS language FROM customer WHERE id = :id",
        id=row.customer,
    )
    return person.telegram_id, person.language


def _decide(conn: Connection, request: int, admin: int, state: str) -> Row | None:
    return conn.one(
        "UPDATE code_request SET state = :state, decided_by = :admin WHERE id = :id AND state = 'asked'"
        " RETURNING customer, name",
        state=state, admin=admin, id=request,
    )  # fmt: skip
