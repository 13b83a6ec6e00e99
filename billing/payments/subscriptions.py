"""Subscriptions: a month is credited by its payment alone, this only keeps until when it is paid.

    active ⇄ canceled (by the person in their app, or here)        active ──▶ failed (too few Stars)

The payments are those of stars.py, all of one invoice; a renewal comes with a charge of its own. If one of
them goes back, the subscription is cancelled: a row first, and Telegram is asked until it has answered.
"""

from typing import NamedTuple

from billing import Connection, Row

MONTH = 2_592_000
"""Seconds: the only period that Telegram sells."""


class Month(NamedTuple):
    """What a payment paid: from when until when, in milliseconds."""

    at: int
    until: int


def extend(conn: Connection, charge: str, month: Month) -> None:
    """The payment `charge` has paid a month. Payments may come in any order, and again."""
    conn.run(
        "INSERT INTO subscription (invoice, customer, charge, first_at, paid_until)"
        " SELECT invoice, customer, charge, :at, :until FROM payment WHERE charge = :charge"
        "   AND state IN ('credited', 'refund_failed')"
        " ON CONFLICT (invoice) DO UPDATE SET"
        " state = CASE WHEN excluded.paid_until > paid_until AND cancel_due = 0 THEN 'active' ELSE state END,"
        " by_us = CASE WHEN excluded.paid_until > paid_until AND cancel_due = 0 THEN 0 ELSE by_us END,"
        " charge = CASE WHEN excluded.first_at < first_at THEN excluded.charge ELSE charge END,"
        " first_at = min(first_at, excluded.first_at), paid_until = max(paid_until, excluded.paid_until)",
        charge=charge, at=month.at, until=month.until,
    )  # fmt: skip


def current(conn: Connection, customer: int, now: int) -> Row | None:
    """The customer's subscription that is paid for now; not one that was given back whole."""
    return conn.one(
        "SELECT subscription.id, charge, paid_until, subscription.state, by_us, amount, stars"
        " FROM subscription JOIN invoice ON invoice.id = invoice"
        " WHERE subscription.customer = :customer AND paid_until > :now AND EXISTS"
        "   (SELECT 1 FROM payment WHERE payment.invoice = subscription.invoice"
        "   AND payment.state IN ('credited', 'refund_failed')) ORDER BY paid_until DESC LIMIT 1",
        customer=customer, now=now,
    )  # fmt: skip


def edited(conn: Connection, subscription: int, *, canceled: bool) -> None:
    """We have cancelled it, or allow the person to go on: that they do in their app."""
    conn.run(
        "UPDATE subscription SET by_us = :by_us, state = CASE :by_us WHEN 1 THEN 'canceled' ELSE state END"
        " WHERE id = :id",
        by_us=int(canceled), id=subscription,
    )  # fmt: skip


def end(conn: Connection, invoice: int) -> None:
    """A month of it was given back: no more months. Telegram is to be asked."""
    conn.run(
        "UPDATE subscription SET state = 'canceled', by_us = 1, cancel_due = 1 WHERE invoice = :invoice",
        invoice=invoice,
    )


DUE = (
    "SELECT subscription.id, charge, telegram_id, coalesce(language, spoken) AS language FROM subscription"
    " JOIN customer ON customer.id = subscription.customer WHERE cancel_due = 1 LIMIT 50"
)
"""Those that Telegram has not been asked to cancel yet, or has not answered about."""


def ended(conn: Connection, subscription: int) -> None:
    """Telegram has cancelled it."""
    conn.run("UPDATE subscription SET cancel_due = 0 WHERE id = :id", id=subscription)


def heard(conn: Connection, invoice: int, state: str) -> Row | None:
    """Telegram tells of a change that the person made, or that a payment failed; whose, None if nobody's."""
    return conn.one(
        "UPDATE subscription SET state = :state WHERE invoice = :invoice RETURNING customer, paid_until",
        state=state, invoice=invoice,
    )  # fmt: skip
