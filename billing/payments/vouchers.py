"""Vouchers: an admin makes a code, so many customers turn it into tokens, each once.

A code has 100 random bits; only its HMAC is stored. Wrong codes are counted, and who has tried too many
is not even looked up for a while.
"""

import base64
import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

from billing import Connection, Row
from billing.debt import repay
from billing.errors import Refusal
from billing.ledger import open_account, transfer

VOUCHER = "world:voucher"
HOUR = 3_600_000
DAY = 24 * HOUR
GUESSES = ((HOUR, 5), (DAY, 30))
"""So many wrong codes in so many milliseconds; then no code is looked up."""
CODE = re.compile(r"[vV]_[a-zA-Z2-7]{20}")


class VoucherRefused(Refusal):
    """`word` names the sentence; `alarm`: this was the guess that went too far, the admins should know."""

    def __init__(self, word: str, *, alarm: bool = False) -> None:
        super().__init__(word)
        self.word = word
        self.alarm = alarm


class Voucher(NamedTuple):
    amount: int
    """Millitokens, for each of `most` customers."""
    most: int
    expires_at: int | None


def make(conn: Connection, pepper: bytes, key: str, voucher: Voucher, admin: int, now: int) -> str | None:
    """A new code, the only time that it is known; None where this key has made one before."""
    code = "v_" + base64.b32encode(secrets.token_bytes(13)).decode().lower()[:20]
    made = conn.run(
        "INSERT INTO voucher (key, digest, shown, amount, most, made_by, created_at, expires_at)"
        " VALUES (:key, :digest, :shown, :amount, :most, :admin, :now, :expires)"
        " ON CONFLICT (key) DO NOTHING",
        key=key, digest=_digest(pepper, code), shown=f"…{code[-4:]}", amount=voucher.amount,
        most=voucher.most, admin=admin, now=now, expires=voucher.expires_at,
    )  # fmt: skip
    return code if made else None


def redeem(conn: Connection, pepper: bytes, code: str, customer: int, now: int) -> int | VoucherRefused:
    """The millitokens that the customer got, or why not.

    A refusal is given, not raised: the guess must be kept.
    """
    if _guessed_too_often(conn, customer, now):
        return VoucherRefused("voucher-too-many-guesses")
    voucher = conn.one(
        "SELECT id, amount, most, used, expires_at FROM voucher WHERE digest = :digest",
        digest=_digest(pepper, code.lower()),
    )
    if voucher is None:
        return _count_guess(conn, customer, now)
    if conn.one("SELECT 1 FROM redemption WHERE voucher = :v AND customer = :c", v=voucher.id, c=customer):
        return VoucherRefused("voucher-yours-already")
    if voucher.expires_at is not None and voucher.expires_at <= now:
        return VoucherRefused("voucher-expired")
    if not conn.run("UPDATE voucher SET used = used + 1 WHERE id = :id AND used < most", id=voucher.id):
        return VoucherRefused("voucher-used-up")
    _credit(conn, voucher, customer, now)
    return int(voucher.amount)


def _credit(conn: Connection, voucher: Row, customer: int, now: int) -> None:
    conn.run(
        "INSERT INTO redemption (voucher, customer, created_at) VALUES (:voucher, :customer, :now)",
        voucher=voucher.id, customer=customer, now=now,
    )  # fmt: skip
    key = f"voucher:{voucher.id}:{customer}"
    transfer(conn, key, "voucher", VOUCHER, open_account(conn, customer), voucher.amount, now)
    repay(conn, customer, key, now)


def _guesses(conn: Connection, customer: int, since: int) -> int:
    row = conn.only(
        "SELECT count(*) AS guesses FROM voucher_guess WHERE customer = :customer AND created_at > :since",
        customer=customer, since=since,
    )  # fmt: skip
    return int(row.guesses)


def _guessed_too_often(conn: Connection, customer: int, now: int) -> bool:
    return any(_guesses(conn, customer, now - span) >= most for span, most in GUESSES)


def _count_guess(conn: Connection, customer: int, now: int) -> VoucherRefused:
    conn.run("INSERT INTO voucher_guess (customer, created_at) VALUES (:c, :now)", c=customer, now=now)
    return VoucherRefused("voucher-unknown", alarm=_guessed_too_often(conn, customer, now))


def listed(conn: Connection) -> list[Row]:
    """The last 20, newest first."""
    return conn.all("SELECT id, shown, amount, most, used, expires_at FROM voucher ORDER BY id DESC LIMIT 20")


def forget_guesses(conn: Connection, before: int) -> None:
    conn.run("DELETE FROM voucher_guess WHERE created_at < :before", before=before)


def _digest(pepper: bytes, code: str) -> bytes:
    return hmac.digest(pepper, f"voucher {code}".encode(), hashlib.sha256)
