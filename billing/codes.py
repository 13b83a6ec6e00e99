"""API codes: the secrets with which programs spend a customer's tokens.

Only an HMAC of a code is stored, under a pepper that is not in the database, so that a stolen copy of
the books opens nothing. A code is shown once, when it is issued or rotated.

    issued ──pause──▶ paused ──resume──▶ issued ──revoke (or its day)──▶ for good
"""

import hashlib
import hmac
import secrets
from functools import lru_cache

from billing import Connection, Row

PREFIX = "tb_live_"
CHANGED = "codes"
"""What is told of a code that FIND finds otherwise from now on."""

_FOUND = (
    "id, customer, name, shown, addresses_most, expires_at, paused_at, kinds, models, networks, limits,"
    " secret, secret_until"
)
FIND = (
    f"SELECT {_FOUND} FROM api_code"
    " WHERE digest = :digest AND revoked_at IS NULL"
    f" UNION ALL SELECT {_FOUND} FROM api_code"
    " WHERE previous = :digest AND previous_until > :now AND revoked_at IS NULL"
)
"""By its digest, or the one before it was rotated. Who asks sees to its pause, day, networks and the rest."""

_LISTED = (
    "SELECT api_code.id, api_code.customer, customer.telegram_id, api_code.name, shown, api_code.created_at,"
    " used_at, revoked_at, paused_at, expires_at, committed, budget_day, budget_all, kinds, models, networks,"
    " limits, addresses_most, aside, previous_until, own.posted - own.held AS own,"
    " coalesce((SELECT committed FROM code_day WHERE code = api_code.id AND day = :today), 0) AS today"
    " FROM api_code JOIN customer ON customer.id = api_code.customer"
    " LEFT JOIN account AS own ON own.id = 'code:' || api_code.id"
)
DAY = 24 * 3_600_000
SEARCHED_MOST = 100

OPTIONS = {
    "name", "budget_day", "budget_all", "expires_at", "kinds", "models", "networks", "limits",
    "addresses_most",
}  # fmt: skip
"""What may be set; lists are JSON. NULL: no restriction."""


def issue(conn: Connection, pepper: bytes, customer: int, name: str, now: int) -> str:
    """A new code for the customer; the only time that it is known."""
    code = _new()
    conn.run(
        "INSERT INTO api_code (customer, name, digest, shown, created_at)"
        " VALUES (:customer, :name, :digest, :shown, :now)",
        customer=customer, name=name, digest=digest(pepper, code), shown=_shown(code), now=now,
    )  # fmt: skip
    return code


def rotate(
    conn: Connection, pepper: bytes, code: int, customer: int | None, until: int, now: int
) -> str | None:
    """A new code in the place of this one, which is valid until `until` still; so is its signing secret.

    A second rotation in that time ends what was before the first. None where it is revoked or not theirs.
    """
    new = _new()
    conn.tell(CHANGED)
    mine = conn.run(
        "UPDATE api_code SET previous = digest, previous_until = :until, digest = :digest, shown = :shown,"
        " secret = secret + 1, secret_until = :until"
        " WHERE id = :id AND revoked_at IS NULL AND (:customer IS NULL OR customer = :customer)"
        " AND (expires_at IS NULL OR expires_at > :now)",
        until=until, digest=digest(pepper, new), shown=_shown(new), id=code, customer=customer, now=now,
    )  # fmt: skip
    return new if mine else None


def _new() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _shown(code: str) -> str:
    return f"{code[: len(PREFIX) + 4]}…{code[-4:]}"


def digest(pepper: bytes, code: str) -> bytes:
    keyed = _keyed(pepper).copy()
    keyed.update(code.encode(errors="replace"))
    return keyed.digest()


@lru_cache(maxsize=1)
def _keyed(pepper: bytes) -> hmac.HMAC:
    """To be copied: making one takes as long as a statement of SQL."""
    return hmac.new(pepper, digestmod=hashlib.sha256)


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


def listed(conn: Connection, customer: int | None, now: int = 0) -> list[Row]:
    """The codes of one customer, or of all, newest first; at most 50. `today` is what they have used."""
    return conn.all(
        f"{_LISTED} WHERE :customer IS NULL OR api_code.customer = :customer"
        " ORDER BY api_code.id DESC LIMIT 50",
        customer=customer, today=now // DAY,
    )  # fmt: skip


def searched(conn: Connection, words: str, now: int, most: int = SEARCHED_MOST) -> list[Row]:
    """The codes whose name, shown ends, number or owner's Telegram id the words are or (of the first two) are
    in; all for no words. The newest first."""
    inside = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return conn.all(
        f"{_LISTED} WHERE :words = '' OR lower(api_code.name) LIKE :inside ESCAPE '\\'"
        " OR lower(shown) LIKE :inside ESCAPE '\\' OR CAST(api_code.id AS TEXT) = :words"
        " OR CAST(customer.telegram_id AS TEXT) = :words ORDER BY api_code.id DESC LIMIT :most",
        words=words, inside=f"%{inside}%", today=now // DAY, most=most,
    )  # fmt: skip


def look(conn: Connection, code: int, customer: int | None, now: int) -> Row | None:
    """One code; None where it is not theirs (`customer` None: an admin looks)."""
    return conn.one(
        f"{_LISTED} WHERE api_code.id = :id AND (:customer IS NULL OR api_code.customer = :customer)",
        id=code, customer=customer, today=now // DAY,
    )  # fmt: skip


def change(conn: Connection, code: int, customer: int | None, option: str, value: str | int | None) -> bool:
    """Set one of OPTIONS; False where the code is revoked or not theirs."""
    assert option in OPTIONS, option
    conn.tell(CHANGED)
    return bool(
        conn.run(
            f"UPDATE api_code SET {option} = :value WHERE id = :id AND revoked_at IS NULL"
            " AND (:customer IS NULL OR customer = :customer)",
            value=value,
            id=code,
            customer=customer,
        )  # fmt: skip
    )


def pause(conn: Connection, code: int, customer: int | None, now: int | None) -> bool:
    """Refuse its requests from now on; `now` None: take them again."""
    conn.tell(CHANGED)
    return bool(
        conn.run(
            "UPDATE api_code SET paused_at = :now WHERE id = :id AND revoked_at IS NULL"
            " AND (:customer IS NULL OR customer = :customer)",
            now=now,
            id=code,
            customer=customer,
        )  # fmt: skip
    )


def revoke(conn: Connection, code: int, now: int, customer: int | None = None) -> bool:
    """False where there is no such code, it is revoked already, or not theirs."""
    conn.tell(CHANGED)
    return bool(
        conn.run(
            "UPDATE api_code SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL"
            " AND (:customer IS NULL OR customer = :customer)",
            now=now,
            id=code,
            customer=customer,
        )  # fmt: skip
    )
