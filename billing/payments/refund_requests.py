"""A customer asks for a refund: at once where the purchase is unspent, else an admin decides.

    asked ──▶ approved (its refund is made in the same transaction)
      └─────▶ rejected

Where an admin approves, what is unspent of the purchase is taken back; the rest is the house's loss, never
the customer's debt.
"""

from typing import NamedTuple

from billing import Connection, Row
from billing.errors import PaymentRefused
from billing.ledger import account_of, balance
from billing.lots import Purchase, purchases
from billing.payments.orders import STARS
from billing.payments.refunds import refund_with_loss, request_refund

DAY = 24 * 3_600_000


class Asked(NamedTuple):
    """What came of it: `charge` is to be refunded by Telegram now, or `request` waits for an admin."""

    charge: str | None
    request: int | None = None
    fresh: bool = False
    by_hand: bool = False
    """It was paid in money, which an admin sends back."""


class Decided(PaymentRefused):
    """Somebody has decided it before: `by`, the Telegram id of an admin."""

    def __init__(self, state: str, by: int) -> None:
        super().__init__("refund-decided")
        self.state = state
        self.by = by


def refundable(conn: Connection, customer: int, most: int = 10) -> list[Purchase]:
    """What they may ask to have refunded, newest first."""
    kept = [one for one in purchases(conn, customer) if one.state == "credited"]
    return kept[::-1][:most]


def ask(conn: Connection, customer: int, payment: int, at_once: int, now: int) -> Asked:
    """`at_once`: as many millitokens a day are refunded without an admin. The same payment is asked for
    once. Raises PaymentRefused where it isn't theirs or has been refunded."""
    found = next((one for one in purchases(conn, customer) if one.id == payment), None)
    if found is None:
        raise PaymentRefused("refund-unknown")
    if found.state == "refund_requested":
        return Asked(found.charge)
    if found.state != "credited":
        raise PaymentRefused("refund-before")
    by_itself = found.currency == STARS  # other money is given back by hand
    if (
        by_itself
        and _unspent(conn, customer, found)
        and _refunded_today(conn, customer, now) + found.amount <= at_once
    ):
        request_refund(conn, found.charge, now)
        return Asked(found.charge)
    fresh = conn.run(
        "INSERT INTO refund_request (payment, created_at) VALUES (:payment, :now) ON CONFLICT DO NOTHING",
        payment=payment, now=now,
    )  # fmt: skip
    row = conn.only("SELECT id, state FROM refund_request WHERE payment = :payment", payment=payment)
    if row.state == "rejected":
        raise PaymentRefused("refund-rejected")
    return Asked(None, row.id, bool(fresh), not by_itself)


def decide(conn: Connection, request: int, *, approve: bool, admin: int, now: int) -> Row:
    """An admin's word; the payment. Where it was approved Telegram is to be asked. Raises Decided."""
    mine = conn.one(
        "UPDATE refund_request SET state = :state, decided_by = :admin, decided_at = :now"
        " WHERE id = :id AND state = 'asked' RETURNING payment",
        state="approved" if approve else "rejected", admin=admin, now=now, id=request,
    )  # fmt: skip
    if mine is None:
        before = conn.only("SELECT state, decided_by FROM refund_request WHERE id = :id", id=request)
        raise Decided(before.state, before.decided_by)
    payment = conn.only(
        "SELECT charge, customer, price, currency FROM payment WHERE id = :id", id=mine.payment
    )
    if approve:
        of_it = next(one for one in purchases(conn, payment.customer) if one.id == mine.payment)
        refund_with_loss(conn, payment.charge, of_it.unspent, now)
    return payment


OPEN = (
    "SELECT refund_request.id, charge, customer, amount FROM refund_request"
    " JOIN payment ON payment.id = payment WHERE refund_request.state = 'asked' ORDER BY refund_request.id"
)


def open_requests(conn: Connection) -> list[Row]:
    """What waits for an admin; at most 20."""
    return conn.all(f"{OPEN} LIMIT 20")


def shown(conn: Connection, request: int) -> tuple[Row, Purchase]:
    """A request for an admin's eyes: who asks, and the purchase."""
    asker = conn.only(
        "SELECT customer.id, telegram_id, name, payment FROM refund_request"
        " JOIN payment ON payment.id = refund_request.payment JOIN customer ON customer.id = payment.customer"
        " WHERE refund_request.id = :id",
        id=request,
    )
    return asker, next(one for one in purchases(conn, asker.id) if one.id == asker.payment)


def _unspent(conn: Connection, customer: int, purchase: Purchase) -> bool:
    """All of it, and nothing of it is held for a job."""
    available = balance(conn, account_of(customer)).available
    return purchase.unspent == purchase.amount <= available


def _refunded_today(conn: Connection, customer: int, now: int) -> int:
    row = conn.only(
        "SELECT coalesce(sum(amount), 0) AS amount FROM payment"
        " WHERE customer = :customer AND refund_at > :since",
        customer=customer, since=now - DAY,
    )  # fmt: skip
    return int(row.amount)
