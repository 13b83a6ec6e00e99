"""Customers: who owns a balance, found by Telegram id, and what they have chosen."""

from typing import NamedTuple

from billing import Connection, Row
from billing.ledger import GRANT, account_of, open_account, transfer


class Customer(NamedTuple):
    id: int
    telegram_id: int
    name: str
    language: str | None
    mode: str | None
    speaks: bool
    banned: bool
    awaiting: str | None
    """What their next message is for, if not for an answer: `support`."""

    @property
    def account(self) -> str:
        return account_of(self.id)


_COLUMNS = "id, telegram_id, name, username, language, mode, speaks, banned_at, awaiting, spoken"


def meet(
    conn: Connection,
    telegram_id: int,
    now: int,
    *,
    name: str = "",
    username: str | None = None,
    spoken: str | None = None,
    signup: int = 0,
) -> Customer:
    """The customer with this Telegram id; made, with `signup` millitokens, at the first contact. `spoken`
    is their Telegram's language, for what they are told before they choose one."""
    row = conn.one(f"SELECT {_COLUMNS} FROM customer WHERE telegram_id = :id", id=telegram_id)
    if row is None:
        row = conn.only(
            "INSERT INTO customer (telegram_id, name, username, spoken, created_at)"
            f" VALUES (:id, :name, :username, :spoken, :now) RETURNING {_COLUMNS}",
            id=telegram_id, name=name, username=username, spoken=spoken, now=now,
        )  # fmt: skip
        account = open_account(conn, row.id)
        if signup:
            transfer(conn, f"signup:{account}", "signup", GRANT, account, signup, now)
    elif name and (row.name, row.username, row.spoken) != (name, username, spoken):
        conn.run(
            "UPDATE customer SET name = :name, username = :username, spoken = :spoken WHERE id = :id",
            name=name, username=username, spoken=spoken, id=row.id,
        )  # fmt: skip
    return _customer(row)


def _customer(row: Row) -> Customer:
    return Customer(
        row.id,
        row.telegram_id,
        row.name,
        row.language,
        row.mode,
        bool(row.speaks),
        row.banned_at is not None,
        row.awaiting,
    )


def choose_language(conn: Connection, customer: int, language: str) -> None:
    conn.run("UPDATE customer SET language = :language WHERE id = :id", language=language, id=customer)


def choose_mode(conn: Connection, customer: int, mode: str | None) -> None:
    conn.run("UPDATE customer SET mode = :mode WHERE id = :id", mode=mode, id=customer)


def choose_speech(conn: Connection, customer: int, speaks: bool) -> None:
    conn.run("UPDATE customer SET speaks = :speaks WHERE id = :id", speaks=int(speaks), id=customer)


def await_message(conn: Connection, customer: int, purpose: str | None) -> None:
    """What the next message is for; None: for an answer, as always."""
    conn.run("UPDATE customer SET awaiting = :purpose WHERE id = :id", purpose=purpose, id=customer)


def remember_inviter(conn: Connection, customer: int, inviter: int) -> None:
    """Only the first inviter counts, nobody invites themselves or somebody who was here before them."""
    conn.run(
        "UPDATE customer SET invited_by = :inviter WHERE id = :id AND invited_by IS NULL"
        " AND :inviter < id AND :inviter IN (SELECT id FROM customer)",
        inviter=inviter, id=customer,
    )  # fmt: skip


def mark_blocked(conn: Connection, telegram_id: int, now: int | None) -> None:
    """The person blocked the bot (`now`), or is back (None)."""
    conn.run("UPDATE customer SET blocked_at = :now WHERE telegram_id = :id", now=now, id=telegram_id)
