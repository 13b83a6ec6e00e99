"""What all that people do shares: where a message goes, and whether the bot gets to see it."""

from __future__ import annotations

from typing import Any

from bot.sandbox.queries import Queries
from bot.sandbox.sending import quoted
from bot.sandbox.stars import Stars
from bot.sandbox.utf16 import cut
from bot.sandbox.world import Chat, Person, World

Json = dict[str, Any]


class Presence:
    def __init__(self, world: World, stars: Stars, queries: Queries) -> None:
        self._world, self._stars, self._queries = world, stars, queries

    def _there(self, person: int, chat: int | None) -> Chat:
        return self._world.chats[person if chat is None else chat]

    def _post(
        self,
        person: int,
        content: Json,
        chat: int | None,
        *,
        reply_to: int | None = None,
        topic: int | None = None,
    ) -> Json:
        one, there = self._world.people[person], self._there(person, chat)
        if there.private and (one.blocked or not one.started):
            self._let_bot_in(one)
        body: Json = {"from": one.user()}
        if reply_to is not None:
            body["reply_to_message"] = quoted(there.messages[reply_to])
            topic = topic or there.messages[reply_to].get("message_thread_id")
        if topic is not None:
            self._world.know_topic(there, topic)
            body.update(message_thread_id=topic, is_topic_message=True)
        message = self._world.post(there, {**body, **content})
        if not there.private or there.id == person:
            self._tell(there, "message", message)
        return message

    def _tell(self, chat: Chat, kind: str, message: Json) -> None:
        if bot_sees(chat, message, self._world.bot):
            self._world.updates.push(kind, message, chat.id)

    def _let_bot_in(self, person: Person) -> None:
        """Writing to the bot starts it, and unblocks it."""
        person.started = True
        if person.blocked:
            self._set_blocked(person, False)
        self._world.keep_person(person)

    def _set_blocked(self, person: Person, blocked: bool) -> None:
        person.blocked = blocked
        self._world.keep_person(person)
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        self._world.tell_membership(self._world.chats[person.id], person.user(), before, after)


_SERVICE = (
    "new_chat_members", "left_chat_member", "new_chat_title", "pinned_message", "migrate_to_chat_id",
    "migrate_from_chat_id", "forum_topic_created", "forum_topic_closed", "forum_topic_reopened",
    "group_chat_created", "successful_payment",
)  # fmt: skip


def bot_sees(chat: Chat, message: Json, bot: Json) -> bool:
    """Privacy mode: in groups only commands (not other bots'), replies to the bot, mentions of it, and
    service messages."""
    if chat.private:
        return True
    if chat.state != "member":
        return False
    if not chat.privacy or bot["id"] in chat.admins or any(name in message for name in _SERVICE):
        return True
    if message.get("reply_to_message", {}).get("from", {}).get("id") == bot["id"]:
        return True
    return message.get("via_bot", {}).get("id") == bot["id"] or _names(message, "@" + bot["username"].lower())


def _names(message: Json, name: str) -> bool:
    text = message.get("text") or message.get("caption") or ""
    for entity in message.get("entities") or message.get("caption_entities") or ():
        said = cut(text, entity["offset"], entity["length"]).lower()
        _, at, addressee = said.partition("@")
        if entity["type"] == "bot_command" and (not at or "@" + addressee == name):
            return True
        if entity["type"] == "mention" and said == name:
            return True
    return False
