"""Gifts from customer to customer: asked for, confirmed, and for a minute to be taken back.

asked ──give──▶ given ──take_back──▶ returned
"""

from typing import NamedTuple

from billing import Connection, Row
from billing.errors import NotEnoughTokens, Refusal
from billing.ledger import account_of, transfer

DAY = 24 * 3_600_000
REGRET = 60_000
"""Milliseconds in which a gift can be taken back."""
CONFIRM = 600_000
"""Milliseconds in which it can be confirmed."""


class GiftRefused(Refusal):
    """`word` names the sentence; `most`: millitokens that may be given today still."""

    def __init__(self, word: str, most: int = 0) -> None:
        super().__init__(word)
        self.word = word
        self.most = most


class Person(NamedTuple):
    id: int
    telegram_id: int
    name: str


def find(conn: Connection, username: str) -> Person | None:
    """The customer with this @name, without the @; the last who had it."""
    row = conn.one(
        "SELECT id, telegram_id, name FROM customer WHERE lower(username) = lower(:name)"
        " AND banned_at IS NULL ORDER BY id DESC LIMIT 1",
        name=username,
    )
    return Person(*row) if row else None


def ask(conn: Connection, key: str, sender: int, receiver: int, amount: int, per_day: int, now: int) -> int:
    """Write down what the sender must confirm; its number. Raises GiftRefused."""
    if sender == receiver:
        raise GiftRefused("gift-to-oneself")
    _refuse_too_much(conn, sender, amount, per_day, now)
    conn.run(
        "INSERT INTO gift (key, sender, receiver, amount, created_at)"
        " VALUES (:key, :sender, :receiver, :amount, :now) ON CONFLICT DO NOTHING",
        key=key, sender=sender, receiver=receiver, amount=amount, now=now,
    )  # fmt: skip
    return int(conn.only("SELECT id FROM gift WHERE key = :key", key=key).id)


def give(conn: Connection, gift: int, sender: int, per_day: int, now: int) -> tuple[Row, bool]:
    """The confirmed gift, and False where it had been given before.

    Raises GiftRefused, NotEnoughTokens, InDebt is no hindrance: a debtor has nothing available.
    """
    row = _own(conn, gift, sender)
    if row.state != "asked":
        return row, False
    if row.created_at < now - CONFIRM:
        raise GiftRefused("gift-too-late")
    _refuse_too_much(conn, sender, row.amount, per_day, now)
    accounts = account_of(sender), account_of(row.receiver)
    transfer(conn, f"gift:{gift}", "gift_given", *accounts, row.amount, now)
    conn.run("UPDATE gift SET state = 'given', given_at = :now WHERE id = :id", now=now, id=gift)
    return row, True


def take_back(conn: Connection, gift: int, sender: int, now: int) -> Row:
    """Undo it, within a minute, if the receiver has it still. Raises GiftRefused."""
    row = _own(conn, gift, sender)
    if row.state == "returned":
        return row
    if row.state == "asked" or row.given_at < now - REGRET:
        raise GiftRefused("gift-too-late")
    accounts = account_of(row.receiver), account_of(sender)
    try:
        transfer(conn, f"refund:gift:{gift}", "gift_refund", *accounts, row.amount, now)
    except NotEnoughTokens:
        raise GiftRefused("gift-spent") from None
    conn.run("UPDATE gift SET state = 'returned' WHERE id = :id", id=gift)
    return row


def _own(conn: Connection, gift: int, sender: int) -> Row:
    row = conn.one(
        "SELECT receiver, amount, state, created_at, given_at FROM gift WHERE id = :id AND sender = :sender",
        id=gift, sender=sender,
    )  # fmt: skip
    if row is None:
        raise GiftRefused("gift-too-late")
    return row


def _refuse_too_much(conn: Connection, sender: int, amount: int, per_day: int, now: int) -> None:
    given = conn.only(
        "SELECT coalesce(sum(amount), 0) AS amount FROM gift"
        " WHERE sender = :sender AND state = 'given' AND given_at > :since",
        sender=sender, since=now - DAY,
    )  # fmt: skip
    if given.amount + amount > per_day:
        raise GiftRefused("gift-too-much", max(0, per_day - given.amount))
