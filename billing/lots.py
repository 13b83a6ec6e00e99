"""What of each purchase is unspent: free tokens are spent first, then purchases, oldest first.

Nothing is kept for this; it follows from the transfers. Let `level` be, at each movement, all that was
spent so far less all that came for free. Free tokens can't be spent before they come, so what had to be
taken from purchases is the highest that `level` ever was (or nothing, if it never was above zero). That
much is taken from the purchases, oldest first.

Tokens that are set aside for an API code are the customer's still: what the code spends counts, the moving
does not. Left out on both sides is what was undone: a job's price that was given back, a gift that was
returned. A purchase that was taken back counts no more, except for what the house paid of its refund: so
much had been spent of it. What was owed for it and repaid counts as spent from the purchases that came after.
"""

from typing import NamedTuple

from billing import Connection
from billing.ledger import GRANT, account_of

_UNDONE = (
    " NOT EXISTS (SELECT 1 FROM transfer AS undoing WHERE undoing.key = 'refund:' ||"
    " CASE moved.kind WHEN 'capture' THEN substr(moved.key, 9) ELSE moved.key END)"
)
_THEIRS = "SELECT :account UNION ALL SELECT 'code:' || id FROM api_code WHERE customer = :customer"
_WITHIN = "'set_aside', 'set_back'"
_LEVEL = (
    "SELECT coalesce(max(level), 0) AS spent FROM (SELECT sum(amount) OVER (ORDER BY id) AS level FROM ("
    f" SELECT id, amount FROM transfer AS moved WHERE source IN ({_THEIRS})"
    f" AND kind NOT IN ('stars_refund', 'purchase_refund', 'repay', 'gift_refund', {_WITHIN}) AND {_UNDONE}"
    f" UNION ALL SELECT id, -amount FROM transfer AS moved WHERE destination IN ({_THEIRS})"
    f" AND kind NOT IN ('stars', 'purchase', 'refund', 'refund_failed', 'gift_refund', {_WITHIN})"
    f" AND {_UNDONE}"
    ") AS side) AS history"
)
_LOTS = (
    "SELECT payment.id, charge, payment.amount, stars, state, payment.created_at, price, currency,"
    " CASE WHEN state IN ('credited', 'refund_failed') THEN payment.amount ELSE coalesce(paid.amount, 0) END"
    " AS size FROM payment LEFT JOIN transfer AS paid"
    "   ON paid.key = 'rest:' || method || ':' || charge AND paid.source = :house"
    " WHERE customer = :customer ORDER BY payment.id"
)


class Purchase(NamedTuple):
    """`amount` and `unspent` in millitokens, `price` in the currency's smallest unit, `created_at` in
    milliseconds."""

    id: int
    charge: str
    amount: int
    unspent: int
    stars: int
    state: str
    created_at: int
    price: int
    currency: str


def spent_of_bought(conn: Connection, customer: int) -> int:
    """How much of what this customer bought has been spent, in millitokens."""
    return max(0, int(conn.only(_LEVEL, account=account_of(customer), customer=customer).spent))


def purchases(conn: Connection, customer: int) -> list[Purchase]:
    """All of a customer's purchases, oldest first, with what of each is unspent."""
    found, spent = [], spent_of_bought(conn, customer)
    for lot in conn.all(_LOTS, customer=customer, house=GRANT):
        taken = min(spent, lot.size)
        spent -= taken
        unspent = lot.size - taken if lot.state == "credited" else 0
        found.append(
            Purchase(
                lot.id, lot.charge, lot.amount, unspent, lot.stars, lot.state, lot.created_at, lot.price,
                lot.currency,
            )
        )  # fmt: skip
    return found
