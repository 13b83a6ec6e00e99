"""Telegram's list of Star transactions against ours: what no update told us of is booked all the same.

Updates older than a day are dropped by Telegram, renewals happen while we are down, and of a chargeback
nobody is told. The list (getStarTransactions, oldest first) has all of them. It is read in pages; each is
entered in one transaction together with how far the list has been read. Booking goes through the same
functions as the handlers', so that it does not matter who comes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from billing import Connection, Row
from billing.errors import KeyReused, PaymentRefused
from billing.payments import refunds, stars
from billing.payments.subscriptions import Month

OVERLAP = 200
"""Transactions that are read again each time, in case the list's end was not yet settled."""
NANO = 1_000_000_000
LATE = 3_600_000
"""Milliseconds after which a payment of ours must be in Telegram's list."""


class StarTransaction(NamedTuple):
    """One line of Telegram's list. A refund has the id of its payment, and the other direction."""

    id: str
    direction: str
    """`in` or `out`."""
    stars: int
    nanostars: int
    partner: str
    """`invoice_payment`, or with whom else: `fragment`, `telegram_ads` …"""
    telegram_id: int | None
    payload: str | None
    at: int
    period: int | None = None
    """Seconds of a subscription's month."""


@dataclass(slots=True)
class Entered:
    """What a page brought that the books did not have."""

    credited: list[str] = field(default_factory=list)
    """Charges."""
    returned: list[tuple[str, int]] = field(default_factory=list)
    """Charges that went back without us, and whose they were."""
    unmatched: list[StarTransaction] = field(default_factory=list)


def start(conn: Connection) -> int:
    """Where to read on."""
    return max(0, int(conn.only("SELECT next_offset FROM star_list").next_offset) - OVERLAP)


def enter(conn: Connection, secret: bytes, offset: int, page: Sequence[StarTransaction], now: int) -> Entered:
    """Book the page that was read at `offset`, and that it has been read."""
    entered = Entered()
    for one in page:
        known = conn.one(
            "SELECT listed_at FROM star_transaction WHERE id = :id AND direction = :direction",
            id=one.id, direction=one.direction,
        )  # fmt: skip
        if known is None or known.listed_at is None:
            state = _book(conn, secret, one, entered, now)
            if state == "unmatched" and known is None:
                entered.unmatched.append(one)
            note(conn, one, state, now)
    conn.run("UPDATE star_list SET next_offset = max(next_offset, :read)", read=offset + len(page))
    return entered


def _book(conn: Connection, secret: bytes, one: StarTransaction, entered: Entered, now: int) -> str:
    try:
        if one.direction == "in" and one.partner == "invoice_payment":
            if _credit(conn, secret, one, now):
                entered.credited.append(one.id)
        elif one.direction == "out" and one.telegram_id is not None:
            customer = refunds.returned(conn, one.id, now)
            if customer is not None:
                entered.returned.append((one.id, customer))
        else:
            return "noted"
    except (PaymentRefused, KeyReused):
        return "noted" if one.direction == "out" and went_back(conn, one.id) else "unmatched"
    return "booked"


def _credit(conn: Connection, secret: bytes, one: StarTransaction, now: int) -> bool:
    payer = conn.one("SELECT id FROM customer WHERE telegram_id = :id", id=one.telegram_id)
    if payer is None:
        raise PaymentRefused("payment-unknown")
    month = Month(one.at, one.at + one.period * 1000) if one.period else None
    return stars.credit(conn, secret, one.payload or "", one.id, payer.id, one.stars, now, month).fresh


def hear_of_refund(conn: Connection, one: StarTransaction, now: int) -> int | None:
    """Book a refund that an update tells of; whose payment it was, if it went back without us. One whose
    payment is not known yet waits for it."""
    try:
        customer = refunds.returned(conn, one.id, now)
    except PaymentRefused:
        note(conn, one, "noted" if went_back(conn, one.id) else "unmatched", None)
        return None
    note(conn, one, "booked", None)
    return customer


def note(conn: Connection, one: StarTransaction, state: str, listed_at: int | None) -> bool:
    """Write it down; False where it was known already. `listed_at`: read from Telegram's list."""
    fresh = conn.run(
        "INSERT INTO star_transaction"
        " (id, direction, stars, nanostars, partner, telegram_id, payload, state, at, listed_at)"
        " VALUES (:id, :direction, :stars, :nanostars, :partner, :telegram_id, :payload, :state, :at,"
        " :listed_at) ON CONFLICT DO NOTHING",
        id=one.id, direction=one.direction, stars=one.stars, nanostars=one.nanostars, partner=one.partner,
        telegram_id=one.telegram_id, payload=one.payload, state=state, at=one.at, listed_at=listed_at,
    )  # fmt: skip
    if not fresh and listed_at is not None:
        conn.run(
            "UPDATE star_transaction SET listed_at = :now, nanostars = :nanostars,"
            " state = CASE WHEN state IN ('returning', 'returned') THEN state ELSE :state END"
            " WHERE id = :id AND direction = :direction AND listed_at IS NULL",
            now=listed_at, nanostars=one.nanostars, state=state, id=one.id, direction=one.direction,
        )  # fmt: skip
    return bool(fresh)


BALANCE = (
    "SELECT coalesce(sum(CASE direction WHEN 'in' THEN 1 ELSE -1 END"
    f" * (stars * {NANO} + nanostars)), 0) AS nanostars FROM star_transaction WHERE listed_at IS NOT NULL"
)
"""What the list that we have read adds up to, in billionths of a Star."""

MISSING = (
    "SELECT charge FROM payment WHERE currency = 'XTR' AND created_at < :before AND NOT EXISTS"
    " (SELECT 1 FROM star_transaction WHERE id = charge AND direction = 'in' AND listed_at IS NOT NULL)"
    " LIMIT 20"
)
"""Payments that we have and Telegram's list has not."""


def unmatched(conn: Connection) -> list[Row]:
    """The operator's queue: what Telegram's list has and no order of ours explains; at most 20."""
    return conn.all(
        "SELECT id, direction, stars, partner, telegram_id, at FROM star_transaction"
        " WHERE state = 'unmatched' ORDER BY at LIMIT 20"
    )


def give_back(conn: Connection, charge: str) -> int | None:
    """Whom Telegram is to give the Stars of an unmatched payment back, and again until it has answered.
    None: there is no such payment."""
    row = conn.one(
        "UPDATE star_transaction SET state = 'returning' WHERE id = :charge AND direction = 'in'"
        " AND state IN ('unmatched', 'returning') RETURNING telegram_id",
        charge=charge,
    )
    return int(row.telegram_id) if row else None


def went_back(conn: Connection, charge: str) -> bool:
    """The Stars of an unmatched payment are the payer's again. False: it was none."""
    return bool(
        conn.run(
            "UPDATE star_transaction SET state = 'returned' WHERE id = :charge AND direction = 'in'"
            " AND state IN ('unmatched', 'returning', 'returned')",
            charge=charge,
        )
    )
