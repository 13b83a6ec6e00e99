"""Buying with Telegram Stars: an invoice freezes the price, each charge credits once.

The payload that Telegram carries back is `<invoice>.<tag>`; the tag is an HMAC over invoice, payer,
amount and expiry, so that an invoice of another bot, another person or another price is no invoice.
"""

import hashlib
import hmac
from typing import NamedTuple

from billing import Connection, Row
from billing.debt import repay
from billing.errors import KeyReused, PaymentRefused
from billing.ledger import STARS, open_account, transfer
from billing.payments.refunds import returned
from billing.payments.subscriptions import Month, extend

LIFETIME = 30 * 24 * 3_600_000
"""Milliseconds in which an invoice may be paid."""


class Pack(NamedTuple):
    """What is sold: `amount` millitokens for `stars`."""

    name: str
    amount: int
    stars: int
    trial: bool = False
    """Offered to admins only, to try a payment out."""
    period: int = 0
    """Seconds after which it is paid again; 0: bought once."""


class Credit(NamedTuple):
    """What a payment did: `fresh` is False where this charge was credited before."""

    amount: int
    fresh: bool


def open_invoice(conn: Connection, secret: bytes, customer: int, pack: Pack, now: int) -> str:
    """A new invoice for the customer; its payload, for Telegram."""
    row = conn.only(
        "INSERT INTO invoice (customer, pack, amount, stars, period, created_at, expires_at)"
        " VALUES (:customer, :pack, :amount, :stars, :period, :now, :expires)"
        " RETURNING id, customer, amount, stars, expires_at, state",
        customer=customer, pack=pack.name, amount=pack.amount, stars=pack.stars, now=now,
        period=pack.period, expires=now + LIFETIME,
    )  # fmt: skip
    return f"{row.id}.{_tag(secret, row)}"


def check(
    conn: Connection, secret: bytes, payload: str, customer: int, currency: str, stars: int, now: int
) -> None:
    """Before the payer is charged: raise PaymentRefused unless all is as the invoice says."""
    invoice = _genuine(conn, secret, payload)
    if invoice is None:
        raise PaymentRefused("payment-unknown")
    if invoice.customer != customer:
        raise PaymentRefused("payment-not-yours")
    if (currency, stars) != ("XTR", invoice.stars):
        raise PaymentRefused("payment-wrong-amount")
    if invoice.state == "paid":
        raise PaymentRefused("payment-already-paid")
    if invoice.expires_at < now:
        raise PaymentRefused("payment-expired")
    if conn.one("SELECT 1 FROM customer WHERE id = :id AND banned_at IS NOT NULL", id=customer):
        raise PaymentRefused("payment-unknown")


def credit(
    conn: Connection, secret: bytes, payload: str, charge: str, customer: int, stars: int, now: int,
    month: Month | None = None,
) -> Credit:  # fmt: skip
    """Book a payment that Telegram has taken. The same charge twice is one credit.

    A second payment of the same invoice is another charge and is credited as its own. `month`: what it
    paid of a subscription. Raises PaymentRefused where the invoice is not ours: nothing is credited, an
    admin must look.
    """
    known = conn.one("SELECT customer, amount, stars FROM payment WHERE charge = :charge", charge=charge)
    if known is not None:
        if (known.customer, known.stars) != (customer, stars):
            raise KeyReused(charge)
        if month is not None:
            extend(conn, charge, month)
        return Credit(known.amount, fresh=False)
    invoice = _genuine(conn, secret, payload)
    if invoice is None or invoice.customer != customer or invoice.stars != stars:
        raise PaymentRefused("payment-unknown")
    conn.run("UPDATE invoice SET state = 'paid' WHERE id = :id", id=invoice.id)
    conn.run(
        "INSERT INTO payment (charge, invoice, customer, amount, stars, created_at)"
        " VALUES (:charge, :invoice, :customer, :amount, :stars, :now)",
        charge=charge, invoice=invoice.id, customer=customer, amount=invoice.amount, stars=stars, now=now,
    )  # fmt: skip
    if month is not None:
        extend(conn, charge, month)
    key = f"pay:stars:{charge}"
    transfer(conn, key, "stars", STARS, open_account(conn, customer), invoice.amount, now)
    _go_back(conn, charge, now)
    repay(conn, customer, key, now)
    return Credit(invoice.amount, fresh=True)


def _go_back(conn: Connection, charge: str, now: int) -> None:
    """The refund was heard of before its payment."""
    if conn.run(
        "UPDATE star_transaction SET state = 'booked' WHERE id = :charge AND direction = 'out'", charge=charge
    ):
        returned(conn, charge, now)


def invoice_of(conn: Connection, secret: bytes, payload: str) -> int | None:
    """The number of the invoice that this payload is of; None: it is none of ours."""
    invoice = _genuine(conn, secret, payload)
    return int(invoice.id) if invoice else None


def _genuine(conn: Connection, secret: bytes, payload: str) -> Row | None:
    number, _, tag = payload.partition(".")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    invoice = conn.one(
        "SELECT id, customer, amount, stars, expires_at, state FROM invoice WHERE id = :id", id=int(number)
    )
    if invoice is None or not hmac.compare_digest(
        _tag(secret, invoice).encode(), tag.encode(errors="replace")
    ):
        return None
    return invoice


def _tag(secret: bytes, invoice: Row) -> str:
    content = f"{invoice.id}|{invoice.customer}|{invoice.amount}|{invoice.stars}|{invoice.expires_at}"
    return hmac.new(secret, content.encode(), hashlib.sha256).hexdigest()[:32]
