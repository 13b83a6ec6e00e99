"""Orders: what somebody wants to buy. The price is frozen here, and each charge credits once.

Every way to pay goes through these functions and is one file beside this one: it opens orders in its own
currency and books what it has taken, from the account `world:<method>`.

The payload that Telegram carries back is `<order>.<tag>`; the tag is an HMAC over order, payer, amount,
price and expiry, so that an invoice of another bot, another person or another price is no invoice.
"""

import hashlib
import hmac
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from billing import Connection, Row
from billing.errors import KeyReused, PaymentRefused
from billing.ledger import open_account, transfer

LIFETIME = 30 * 24 * 3_600_000
"""Milliseconds in which an order may be paid."""
STARS = "XTR"
"""The currency of Telegram Stars."""


class Pack(NamedTuple):
    """What is sold: `amount` millitokens for `stars`."""

    name: str
    amount: int
    stars: int
    trial: bool = False
    """Offered to admins only, to try a payment out."""
    period: int = 0
    """Seconds after which it is paid again; 0: bought once."""
    prices: Mapping[str, int] = MappingProxyType({})
    """What it costs in other currencies, in their smallest unit; empty: it is sold for Stars only."""


class Price(NamedTuple):
    method: str
    """Who takes the payment: `stars`, `provider`, `card`."""
    currency: str
    amount: int
    """In the currency's smallest unit."""


class Order(NamedTuple):
    id: int
    payload: str
    """For Telegram, which gives it back with the payment."""


class Paid(NamedTuple):
    """What a method has taken; `charge` is its number of it, and the receipt's."""

    charge: str
    currency: str
    amount: int
    provider_charge: str | None = None


class Credit(NamedTuple):
    """What a payment did: `fresh` is False where this charge was credited before."""

    amount: int
    fresh: bool


def world(method: str) -> str:
    """The account that the method's payments come from."""
    return f"world:{method}"


def open_order(
    conn: Connection, secret: bytes, customer: int, pack: Pack, price: Price, now: int
) -> Order:  # fmt: skip
    row = conn.only(
        "INSERT INTO invoice (customer, pack, amount, price, currency, method, period, created_at,"
        " expires_at) VALUES (:customer, :pack, :amount, :price, :currency, :method, :period, :now,"
        f" :expires) RETURNING {_INVOICE}",
        customer=customer, pack=pack.name, amount=pack.amount, price=price.amount, currency=price.currency,
        method=price.method, period=pack.period, now=now, expires=now + LIFETIME,
    )  # fmt: skip
    return Order(row.id, f"{row.id}.{_tag(secret, row)}")


def check(
    conn: Connection, secret: bytes, payload: str, customer: int, currency: str, price: int, now: int
) -> None:
    """Before the payer is charged: raise PaymentRefused unless all is as the order says."""
    invoice = _genuine(conn, secret, payload)
    if invoice is None:
        raise PaymentRefused("payment-unknown")
    if invoice.customer != customer:
        raise PaymentRefused("payment-not-yours")
    if (invoice.currency, invoice.price) != (currency, price):
        raise PaymentRefused("payment-wrong-amount")
    if invoice.state == "paid":
        raise PaymentRefused("payment-already-paid")
    if invoice.expires_at < now:
        raise PaymentRefused("payment-expired")
    if conn.one("SELECT 1 FROM customer WHERE id = :id AND banned_at IS NOT NULL", id=customer):
        raise PaymentRefused("payment-unknown")


def book(conn: Connection, secret: bytes, payload: str, customer: int, paid: Paid, now: int) -> Credit:
    """Book a payment that Telegram has taken. The same charge twice is one credit.

    A second payment of the same order is another charge and is credited as its own. The method then repays
    what the customer owes (billing/debt.py). Raises PaymentRefused where the order is not ours: nothing is
    credited, an admin must look.
    """
    known = conn.one(
        "SELECT customer, amount, currency, price FROM payment WHERE charge = :charge", charge=paid.charge
    )
    if known is not None:
        if (known.customer, known.currency, known.price) != (customer, paid.currency, paid.amount):
            raise KeyReused(paid.charge)
        return Credit(known.amount, fresh=False)
    invoice = _genuine(conn, secret, payload)
    if invoice is None or invoice.customer != customer:
        raise PaymentRefused("payment-unknown")
    if (invoice.currency, invoice.price) != (paid.currency, paid.amount):
        raise PaymentRefused("payment-unknown")
    return credit(conn, invoice.id, paid, now)


def credit(conn: Connection, order: int, paid: Paid, now: int) -> Credit:
    """Credit a payment that is known to be this order's."""
    invoice = conn.only(f"UPDATE invoice SET state = 'paid' WHERE id = :id RETURNING {_INVOICE}", id=order)
    conn.run(
        "INSERT INTO payment (charge, invoice, customer, amount, price, currency, method, provider_charge,"
        " created_at) VALUES (:charge, :invoice, :customer, :amount, :price, :currency, :method,"
        " :provider_charge, :now)",
        charge=paid.charge, invoice=invoice.id, customer=invoice.customer, amount=invoice.amount,
        price=paid.amount, currency=paid.currency, method=invoice.method,
        provider_charge=paid.provider_charge, now=now,
    )  # fmt: skip
    key, account = credit_key(invoice.method, paid.charge), open_account(conn, invoice.customer)
    source = world(invoice.method)
    transfer(
        conn, key, "stars" if paid.currency == STARS else "purchase", source, account, invoice.amount, now
    )
    return Credit(invoice.amount, fresh=True)


def credit_key(method: str, charge: str) -> str:
    return f"pay:{method}:{charge}"


def order_of(conn: Connection, secret: bytes, payload: str) -> int | None:
    """The number of the order that this payload is of; None: it is none of ours."""
    invoice = _genuine(conn, secret, payload)
    return int(invoice.id) if invoice else None


_INVOICE = "id, customer, amount, price, currency, method, expires_at, state"


def _genuine(conn: Connection, secret: bytes, payload: str) -> Row | None:
    number, _, tag = payload.partition(".")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    invoice = conn.one(f"SELECT {_INVOICE} FROM invoice WHERE id = :id", id=int(number))
    if invoice is None or not hmac.compare_digest(
        _tag(secret, invoice).encode(), tag.encode(errors="replace")
    ):
        return None
    return invoice


def _tag(secret: bytes, invoice: Row) -> str:
    content = f"{invoice.id}|{invoice.customer}|{invoice.amount}|{invoice.price}|{invoice.expires_at}"
    if invoice.currency != STARS:  # the tags of Stars are older than other currencies
        content += f"|{invoice.currency}|{invoice.method}"
    return hmac.new(secret, content.encode(), hashlib.sha256).hexdigest()[:32]
