"""Buying with Telegram Stars: an invoice freezes the price, each charge credits once.

The payload that Telegram carries back is `<invoice>.<tag>`; the tag is an HMAC over invoice, payer,
amount and expiry, so that an invoice of another bot, another person or another price is no invoice.
"""

import hashlib
import hmac
from typing import NamedTuple

from billing import Connection, Row
from billing.errors import KeyReused, NotEnoughTokens, PaymentRefused
from billing.ledger import STARS, open_account, transfer

LIFETIME = 30 * 24 * 3_600_000
"""Milliseconds in which an invoice may be paid."""


class Pack(NamedTuple):
    """What is sold: `amount` millitokens for `stars`."""

    name: str
    amount: int
    stars: int
    trial: bool = False
    """Offered to admins only, to try a payment out."""


class Credit(NamedTuple):
    """What a payment did: `fresh` is False where this charge was credited before."""

    amount: int
    fresh: bool


def open_invoice(conn: Connection, secret: bytes, customer: int, pack: Pack, now: int) -> str:
    """A new invoice for the customer; its payload, for Telegram."""
    row = conn.only(
        "INSERT INTO invoice (customer, pack, amount, stars, created_at, expires_at)"
        " VALUES (:customer, :pack, :amount, :stars, :now, :expires) RETURNING id, customer, amount, stars,"
        " expires_at, state",
        customer=customer, pack=pack.name, amount=pack.amount, stars=pack.stars, now=now,
        expires=now + LIFETIME,
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
    conn: Connection, secret: bytes, payload: str, charge: str, customer: int, stars: int, now: int
) -> Credit:
    """Book a payment that Telegram has taken. The same charge twice is one credit.

    A second payment of the same invoice is another charge and is credited as its own. Raises
    PaymentRefused where the invoice is not ours: nothing is credited, an admin must look.
    """
    known = conn.one("SELECT customer, amount, stars FROM payment WHERE charge = :charge", charge=charge)
    if known is not None:
        if (known.customer, known.stars) != (customer, stars):
            raise KeyReused(charge)
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
    account = open_account(conn, customer)
    transfer(conn, f"pay:stars:{charge}", "stars", STARS, account, invoice.amount, now)
    return Credit(invoice.amount, fresh=True)


def request_refund(conn: Connection, charge: str, now: int) -> Row:
    """Take the payment's tokens back, so that they can't be spent while Telegram is asked.

    Telegram is called after this is committed, and again until it has answered (`refunded`). Raises
    PaymentRefused: unknown charge, or some of the tokens are spent.
    """
    payment = conn.one(
        "SELECT charge, customer, amount, state FROM payment WHERE charge = :charge", charge=charge
    )
    if payment is None:
        raise PaymentRefused("refund-unknown")
    if payment.state == "credited":
        account = open_account(conn, payment.customer)
        try:
            transfer(conn, f"refund:stars:{charge}", "stars_refund", account, STARS, payment.amount, now)
        except NotEnoughTokens:
            raise PaymentRefused("refund-spent") from None
        conn.run("UPDATE payment SET state = 'refund_requested' WHERE charge = :charge", charge=charge)
    return payment


def refunded(conn: Connection, charge: str) -> None:
    """Telegram has given the Stars back."""
    conn.run(
        "UPDATE payment SET state = 'refunded' WHERE charge = :c AND state = 'refund_requested'", c=charge
    )


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
