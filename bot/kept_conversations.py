"""Conversations that are kept for programs: each a customer's, and bounded in messages, bytes and age.

What is too much goes from the beginning, so that what is left begins with a question.
"""

import json
from typing import Any, NamedTuple

from billing import Connection
from bot.storage import Storage

Message = dict[str, Any]
"""As the chat API has it."""
DROPPED_AT_ONCE = 100


class Bounds(NamedTuple):
    messages: int
    bytes: int
    milliseconds: int
    """Since it was last used."""
    of_customer: int
    """Conversations; the one that was used longest ago goes."""


class History(NamedTuple):
    system: list[Message]
    messages: list[Message]


class NewTurn(NamedTuple):
    conversation: str
    customer: int
    system: list[Message]
    """What it is told from now on."""
    messages: list[Message]
    """The question with the answer."""


async def history(storage: Storage, conversation: str, customer: int, since: int) -> History | None:
    """None: this customer has no such conversation, or none that was used since."""
    row = await storage.fetch_one(
        "SELECT system FROM kept_conversation"
        " WHERE id = :id AND customer = :customer AND used_at > :since",
        id=conversation, customer=customer, since=since,
    )  # fmt: skip
    if row is None:
        return None
    rows = await storage.fetch(
        "SELECT message FROM kept_message WHERE conversation = :id ORDER BY id", id=conversation
    )
    return History(json.loads(row.system or "[]"), [json.loads(one.message) for one in rows])


def keep(conn: Connection, turn: NewTurn, bounds: Bounds, now: int) -> None:
    """Add what was said, and drop what is too much now."""
    conn.run(
        "INSERT INTO kept_conversation (id, customer, system, created_at, used_at)"
        " VALUES (:id, :customer, :system, :now, :now)"
        " ON CONFLICT (id) DO UPDATE SET system = :system, used_at = :now",
        id=turn.conversation, customer=turn.customer, system=_dumped(turn.system), now=now,
    )  # fmt: skip
    for message in turn.messages:
        text = _dumped(message)
        conn.run(
            "INSERT INTO kept_message (conversation, message, bytes) VALUES (:id, :message, :bytes)",
            id=turn.conversation, message=text, bytes=len(text.encode()),
        )  # fmt: skip
    _trim(conn, turn.conversation, bounds)
    _drop_oldest(conn, turn.customer, bounds.of_customer)


def _trim(conn: Connection, conversation: str, bounds: Bounds) -> None:
    conn.run(
        "DELETE FROM kept_message WHERE id IN (SELECT id FROM (SELECT id,"
        " row_number() OVER (ORDER BY id DESC) AS number, sum(bytes) OVER (ORDER BY id DESC) AS bytes"
        " FROM kept_message WHERE conversation = :id) AS latest WHERE number > :messages OR bytes > :bytes)",
        id=conversation, messages=bounds.messages, bytes=bounds.bytes,
    )  # fmt: skip
    conn.run(
        "DELETE FROM kept_message WHERE conversation = :id AND id < coalesce((SELECT min(id)"
        " FROM kept_message WHERE conversation = :id AND message ->> 'role' = 'user'), id + 1)",
        id=conversation,
    )


def _drop_oldest(conn: Connection, customer: int, most: int) -> None:
    conn.run(
        "DELETE FROM kept_conversation WHERE id IN (SELECT id FROM kept_conversation"
        " WHERE customer = :customer ORDER BY used_at DESC, id LIMIT :at_once OFFSET :most)",
        customer=customer, at_once=DROPPED_AT_ONCE, most=most,
    )  # fmt: skip


def forget(conn: Connection, conversation: str, customer: int) -> int:
    """How many went: 1, or 0 where this customer has none such."""
    return conn.run(
        "DELETE FROM kept_conversation WHERE id = :id AND customer = :customer",
        id=conversation, customer=customer,
    )  # fmt: skip


def forget_unused(conn: Connection, before: int) -> int:
    return conn.run("DELETE FROM kept_conversation WHERE used_at < :before", before=before)


def _dumped(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text.encode(errors="replace").decode()
