"""Card to card: the customer transfers money to the operator's card and sends the bank's receipt; an admin
approves it. Off by default.

    submitted ──▶ approved (credited in the same transaction) ──▶ its payment may be reversed (refunds.py)
        └───────▶ rejected

One transfer credits once: the bank's reference, the photo and the order can each be in one receipt that
was not rejected. An admin approves so much a day at most, and nothing of their own.
"""

from typing import NamedTuple

from billing import Connection, Row
from billing.debt import repay
from billing.errors import PaymentRefused, Refusal
from billing.payments import orders
from billing.payments.orders import Pack, Paid, Price, credit_key

METHOD = "card"
DAY = 24 * 3_600_000
_PERSIAN = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")


class Receipt(NamedTuple):
    """What a customer sends."""

    order: int
    reference: str
    photo: str
    """Telegram's file_id."""
    digest: bytes
    """SHA-256 of the photo."""


class Decided(Refusal):
    """Somebody has decided it before: `by`, the Telegram id of an admin, `at` milliseconds."""

    def __init__(self, state: str, by: int, at: int) -> None:
        super().__init__(f"{state} by {by}")
        self.state = state
        self.by = by
        self.at = at


class NotForYou(Refusal):
    """This admin may not approve it; the message says why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def open_order(
    conn: Connection, secret: bytes, customer: int, pack: Pack, currency: str, now: int
) -> int:  # fmt: skip
    """A new order, at the pack's price in this currency; its number."""
    price = Price(METHOD, currency, pack.prices[currency])
    return orders.open_order(conn, secret, customer, pack, price, now).id


def reference_of(words: str) -> str | None:
    """The bank's reference as it is compared, however it was written; None: it is none."""
    found = "".join(sign for sign in words.translate(_PERSIAN) if sign not in " \t\n-/.\u200c").upper()
    return found if found.isascii() and found.isalnum() and 4 <= len(found) <= 40 else None


def submit(conn: Connection, customer: int, receipt: Receipt, now: int) -> int:
    """Its number; the same one again, where this customer sends the same again. Raises PaymentRefused."""
    order = conn.one(
        "SELECT state, expires_at FROM invoice WHERE id = :id AND customer = :customer AND method = :method",
        id=receipt.order, customer=customer, method=METHOD,
    )  # fmt: skip
    known = conn.one(
        "SELECT id FROM receipt WHERE invoice = :order AND reference = :reference AND state <> 'rejected'",
        order=receipt.order, reference=receipt.reference,
    )  # fmt: skip
    if known is not None and order is not None:
        return int(known.id)
    if order is None or order.state == "paid" or order.expires_at < now:
        raise PaymentRefused("card-order-over")
    _refuse_known(conn, receipt)
    row = conn.only(
        "INSERT INTO receipt (invoice, customer, reference, photo, digest, created_at)"
        " VALUES (:order, :customer, :reference, :photo, :digest, :now) RETURNING id",
        customer=customer, now=now, **receipt._asdict(),
    )  # fmt: skip
    return int(row.id)


def _refuse_known(conn: Connection, receipt: Receipt) -> None:
    """The unique indexes are the second guard of this."""
    for column, value, word in (
        ("reference", receipt.reference, "card-reference-used"),
        ("digest", receipt.digest, "card-photo-used"),
        ("invoice", receipt.order, "card-sent-before"),
    ):
        if conn.one(f"SELECT 1 FROM receipt WHERE {column} = :value AND state <> 'rejected'", value=value):
            raise PaymentRefused(word)


def decide(conn: Connection, receipt: int, *, approve: bool, admin: int, most: int, now: int) -> Row:
    """An admin's word; whose receipt it is. `most`: millitokens that an admin may approve in a day.

    Raises Decided where somebody was first, NotForYou.
    """
    found = shown(conn, receipt)
    if found.state == "submitted" and approve:
        _refuse_admin(conn, found, admin, most, now)
    mine = conn.run(
        "UPDATE receipt SET state = :state, decided_by = :admin, decided_at = :now"
        " WHERE id = :id AND state = 'submitted'",
        state="approved" if approve else "rejected", admin=admin, now=now, id=receipt,
    )  # fmt: skip
    if not mine:
        raise Decided(found.state, found.decided_by, found.decided_at)
    if approve:
        charge = charge_of(receipt)
        orders.credit(conn, found.invoice, Paid(charge, found.currency, found.price), now)
        repay(conn, found.customer, credit_key(METHOD, charge), now)
    return found


def charge_of(receipt: int) -> str:
    """The number of its payment."""
    return f"receipt:{receipt}"


def _refuse_admin(conn: Connection, receipt: Row, admin: int, most: int, now: int) -> None:
    if receipt.telegram_id == admin:
        raise NotForYou("nobody approves their own receipt")
    approved = conn.only(
        "SELECT coalesce(sum(amount), 0) AS amount FROM receipt JOIN invoice ON invoice.id = invoice"
        " WHERE receipt.state = 'approved' AND decided_by = :admin AND decided_at > :since",
        admin=admin, since=now - DAY,
    ).amount  # fmt: skip
    if approved + receipt.amount > most:
        raise NotForYou("you have approved as much as you may in a day (CARD_TOKENS_PER_ADMIN)")


def shown(conn: Connection, receipt: int) -> Row:
    """A receipt for an admin's eyes: who sends it, what for, and how it was decided."""
    return conn.only(
        "SELECT receipt.id, receipt.state, invoice, reference, photo, decided_by, decided_at,"
        " customer.id AS customer, telegram_id, name, amount, price, currency"
        " FROM receipt JOIN invoice ON invoice.id = invoice JOIN customer ON customer.id = receipt.customer"
        " WHERE receipt.id = :id",
        id=receipt,
    )


def waiting(conn: Connection) -> list[int]:
    """What waits for an admin, oldest first; at most 20."""
    return [
        row.id for row in conn.all("SELECT id FROM receipt WHERE state = 'submitted' ORDER BY id LIMIT 20")
    ]
