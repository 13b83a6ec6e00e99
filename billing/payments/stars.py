"""Telegram Stars: the way to pay that is always on, for Telegram asks that digital goods are sold so.

Months of a subscription come as payments of one order, and a refund may be heard of before its payment.
"""

from billing import Connection
from billing.debt import repay
from billing.payments.orders import STARS, Credit, Pack, Paid, Price, book, check, credit_key, open_order
from billing.payments.refunds import returned
from billing.payments.subscriptions import Month, extend

__all__ = ["METHOD", "Credit", "Pack", "check", "credit", "open_invoice"]

METHOD = "stars"


def open_invoice(conn: Connection, secret: bytes, customer: int, pack: Pack, now: int) -> str:
    """A new order of the customer; its payload, for Telegram."""
    return open_order(conn, secret, customer, pack, Price(METHOD, STARS, pack.stars), now).payload


def credit(
    conn: Connection, secret: bytes, payload: str, charge: str, customer: int, stars: int, now: int,
    month: Month | None = None,
) -> Credit:  # fmt: skip
    """Book Stars that Telegram has taken, as orders.book. `month`: what they paid of a subscription."""
    done = book(conn, secret, payload, customer, Paid(charge, STARS, stars), now)
    if month is not None:
        extend(conn, charge, month)
    if done.fresh:
        _go_back(conn, charge, now)
        repay(conn, customer, credit_key(METHOD, charge), now)
    return done


def _go_back(conn: Connection, charge: str, now: int) -> None:
    """The refund was heard of before its payment."""
    if conn.run(
        "UPDATE star_transaction SET state = 'booked' WHERE id = :charge AND direction = 'out'", charge=charge
    ):
        returned(conn, charge, now)
