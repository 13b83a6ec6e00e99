"""Payments that go back: by us, by Telegram, or by the bank behind it.

    credited ── request ──▶ refund_requested ── refunded ──▶ refunded
        │                        └──────────── failed ─────▶ refund_failed
        └── returned (Telegram has given the Stars back without us) ──▶ refunded

A refund is a row first and a call after: the tokens are taken before Telegram is asked, so that they can't
be spent meanwhile, and Telegram is asked again until it has answered. What a payment gave is taken in at
most two transfers to `world:stars`, which together are its amount: from the customer, and what they had
not any more from somebody else (their debt, or the house).
"""

from billing import Connection, Row
from billing.debt import open_debt
from billing.errors import NotEnoughTokens, PaymentRefused
from billing.ledger import GRANT, account_of, balance, transfer
from billing.payments.orders import STARS, world
from billing.payments.subscriptions import end

_PAYMENT = (
    "SELECT id, charge, invoice, customer, amount, stars, price, currency, method, provider_charge, state"
    " FROM payment WHERE charge = :charge"
)


def request_refund(conn: Connection, charge: str, now: int) -> Row:
    """Take all of the payment's tokens back before Telegram is asked; the payment as it was before.

    Raises PaymentRefused: unknown charge, or some of the tokens are spent.
    """
    payment = _payment(conn, charge)
    if payment.state == "credited":
        try:
            _take_back(conn, payment, payment.amount, GRANT, now)
        except NotEnoughTokens:
            raise PaymentRefused("refund-spent") from None
        _mark(conn, payment, "refund_requested", now)
    return payment


def refund_with_loss(conn: Connection, charge: str, unspent: int, now: int) -> None:
    """An admin gives the Stars back although tokens are spent: at most `unspent` is taken from the
    customer, the rest is the house's loss. A payment that is refunded already stays as it is."""
    payment = _payment(conn, charge)
    if payment.state == "credited":
        taken = min(unspent, balance(conn, account_of(payment.customer)).available)
        _take_back(conn, payment, taken, GRANT, now)
        _mark(conn, payment, "refund_requested", now)


def refunded(conn: Connection, charge: str) -> None:
    """Telegram has given the Stars back."""
    conn.run(
        "UPDATE payment SET state = 'refunded' WHERE charge = :c AND state = 'refund_requested'", c=charge
    )


def failed(conn: Connection, charge: str, now: int) -> bool:
    """Telegram will never give the Stars back: the tokens are the customer's again. False: nothing to do."""
    mine = conn.run(
        "UPDATE payment SET state = 'refund_failed' WHERE charge = :c AND state = 'refund_requested'",
        c=charge,
    )
    for key in (f"refund:stars:{charge}", f"rest:stars:{charge}") if mine else ():
        row = conn.one("SELECT source, destination, amount FROM transfer WHERE key = :key", key=key)
        if row is not None:
            transfer(conn, f"failed:{key}", "refund_failed", row.destination, row.source, row.amount, now)
    return bool(mine)


def returned(conn: Connection, charge: str, now: int, reason: str | None = None) -> int | None:
    """The payment went back, at our wish or not; whom the tokens were taken from without it.

    What is available is taken, the rest is the customer's debt; open holds are not touched. None: the
    refund was ours, or is known. Raises PaymentRefused where there is no such payment (yet).
    """
    payment = _payment(conn, charge)
    if payment.state == "refund_requested":
        refunded(conn, charge)
    if payment.state in ("refund_requested", "refunded"):
        return None
    account = account_of(payment.customer)
    taken = min(payment.amount, balance(conn, account).available)
    _take_back(conn, payment, taken, open_debt(conn, payment.customer), now, reason)
    _mark(conn, payment, "refunded", now)
    return int(payment.customer)


def _payment(conn: Connection, charge: str) -> Row:
    payment = conn.one(_PAYMENT, charge=charge)
    if payment is None:
        raise PaymentRefused("refund-unknown")
    return payment


def _take_back(
    conn: Connection, payment: Row, taken: int, other: str, now: int, reason: str | None = None
) -> None:
    """Take `taken` from the customer and the rest of the payment's amount from `other`."""
    # After a refund that failed and was undone, the same charge may go back once more.
    once = f"{payment.method}:{payment.charge}" + (":again" if payment.state == "refund_failed" else "")
    sides = (
        (f"refund:{once}", account_of(payment.customer), taken),
        (f"rest:{once}", other, payment.amount - taken),
    )
    for key, source, amount in sides:
        if amount:
            transfer(
                conn, key, "stars_refund" if payment.currency == STARS else "purchase_refund", source,
                world(payment.method), amount, now, reason,
            )  # fmt: skip


def _mark(conn: Connection, payment: Row, state: str, now: int) -> None:
    conn.run(
        "UPDATE payment SET state = :state, refund_at = :now WHERE charge = :charge",
        state=state, now=now, charge=payment.charge,
    )  # fmt: skip
    end(conn, payment.invoice)
