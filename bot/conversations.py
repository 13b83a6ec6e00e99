"""Conversations: the earlier turns that belong to a question, bounded by count and age.

A conversation is named after its place, as `tg:<chat>:<topic>`, so that a private chat's context
never reaches a group.
"""

from billing import Connection
from bot.clock import HOUR
from bot.providers import Turn
from bot.storage import Storage


class Conversations:
    def __init__(self, storage: Storage, turns: int, hours: int) -> None:
        self._storage = storage
        self._turns = turns
        self._age = hours * HOUR

    async def recent(self, conversation: str, now: int) -> list[Turn]:
        """The last turns, oldest first."""
        rows = await self._storage.fetch(
            "SELECT role, text FROM turn WHERE conversation = :conversation AND created_at > :since"
            " ORDER BY id DESC LIMIT :most",
            conversation=conversation, since=now - self._age, most=self._turns,
        )  # fmt: skip
        return [Turn(*row) for row in reversed(rows)]


def remember(conn: Connection, conversation: str, question: str, answer: str, now: int) -> None:
    for role, text in (("user", question), ("assistant", answer)):
        conn.run(
            "INSERT INTO turn (conversation, role, text, created_at)"
            " VALUES (:conversation, :role, :text, :now)",
            conversation=conversation, role=role, text=text, now=now,
        )  # fmt: skip


def forget(conn: Connection, conversation: str) -> int:
    """Begin anew; how many turns were dropped."""
    return conn.run("DELETE FROM turn WHERE conversation = :conversation", conversation=conversation)


def forget_older(conn: Connection, before: int) -> int:
    return conn.run("DELETE FROM turn WHERE created_at < :before", before=before)
