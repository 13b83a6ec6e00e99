"""Payments in money through a provider of Telegram Payments (PROVIDER_TOKEN); off by default.

Telegram carries the invoice and the payment, the provider takes the money. The Bot API can't give it back:
that is done at the provider, by hand.
"""

from billing import Connection
from billing.debt import repay
from billing.payments.orders import Credit, Pack, Paid, Price, book, credit_key, open_order

METHOD = "provider"


def open_invoice(
    conn: Connection, secret: bytes, customer: int, pack: Pack, currency: str, now: int
) -> str:  # fmt: skip
    """A new order of the customer, at the pack's price in this currency; its payload, for Telegram."""
    price = Price(METHOD, currency, pack.prices[currency])
    return open_order(conn, secret, customer, pack, price, now).payload


def credit(conn: Connection, secret: bytes, payload: str, customer: int, paid: Paid, now: int) -> Credit:
    """Book what the provider has taken, as orders.book."""
    done = book(conn, secret, payload, customer, paid, now)
    if done.fresh:
        repay(conn, customer, credit_key(METHOD, paid.charge), now)
    return done
