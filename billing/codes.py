"""API codes: the secrets with which programs spend a customer's balance.

Only an HMAC of a code is stored, under a pepper that is not in the database, so that a stolen copy of
the books opens nothing. A code is shown once, when it is issued.
"""

import hashlib
import hmac
import secrets

from billing import Connection, Row

PREFIX = "tb_live_"


def issue(conn: Connection, pepper: bytes, customer: int, name: str, now: int) -> str:
    """A new code for the customer; the only time that it is known."""
    code = PREFIX + secrets.token_urlsafe(32)
    conn.run(
        "INSERT INTO api_code (customer, name, digest, shown, created_at)"
        " VALUES (:customer, :name, :digest, :shown, :now)",
        customer=customer, name=name, digest=digest(pepper, code), now=now,
        shown=f"{code[: len(PREFIX) + 4]}…{code[-4:]}",
    )  # fmt: skip
    return code


def digest(pepper: bytes, code: str) -> bytes:
    return hmac.digest(pepper, code.encode(errors="replace"), hashlib.sha256)


FIND = (
    "SELECT id, customer, name, shown, addresses_most FROM api_code"
    " WHERE digest = :digest AND revoked_at IS NULL"
)


def used_from(conn: Connection, code: int, address: str, day: int, most: int) -> bool:
    """Note that the code was used from this address; False where it is one more than `most` of the day."""
    known = {
        row.address
        for row in conn.all(
            "SELECT address FROM code_address WHERE code = :code AND day = :day", code=code, day=day
        )
    }
    if address not in known and len(known) >= most:
        return False
    if address not in known:
        conn.run("DELETE FROM code_address WHERE code = :code AND day < :day", code=code, day=day)
        conn.run(
            "INSERT INTO code_address VALUES (:code, :day, :address)", code=code, day=day, address=address
        )
    return True


def listed(conn: Connection, customer: int | None) -> list[Row]:
    """The codes of one customer, or of all, newest first; at most 50."""
    return conn.all(
        "SELECT api_code.id, customer.telegram_id, api_code.name, shown, api_code.created_at, revoked_at"
        " FROM api_code JOIN customer ON customer.id = api_code.customer"
        " WHERE :customer IS NULL OR customer = :customer ORDER BY api_code.id DESC LIMIT 50",
        customer=customer,
    )


def revoke(conn: Connection, code: int, now: int) -> bool:
    """False where there is no such code or it is revoked already."""
    return bool(
        conn.run(
            "UPDATE api_code SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL", id=code, now=now
        )
    )
