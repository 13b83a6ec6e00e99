"""Who and what there is: people, groups, and their messages.

Every Telegram object here is a plain JSON dict. A stored message is never changed, only replaced.
A chat keeps its newest `MESSAGES_MAX` messages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aiogram.types import (
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberMember,
    ChatMemberOwner,
    ChatMemberRestricted,
)

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.files import Files
from bot.sandbox.refusals import bad
from bot.sandbox.store import Store
from bot.sandbox.typed import smallest
from bot.sandbox.updates import Updates
from bot.sandbox.watch import Watches

Json = dict[str, Any]

MESSAGES_MAX = 2_000
ACTION_SECONDS = 5
SKIPPED_AFTER_A_CRASH = 10_000
"""Ids that a start after an unclean end leaves out: more than can be given within one flush."""


@dataclass
class Person:
    id: int
    first_name: str
    language_code: str | None = None
    username: str | None = None
    started: bool = True
    """Has written to the bot; before that the bot may not write."""
    blocked: bool = False
    deactivated: bool = False
    forbids_voice: bool = False

    def user(self) -> Json:
        user = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.username:
            user["username"] = self.username
        if self.language_code:
            user["language_code"] = self.language_code
        return user


@dataclass
class Chat:
    id: int
    info: Json
    """The Chat object, as messages carry it."""
    members: list[int] = field(default_factory=list)
    admins: list[int] = field(default_factory=list)
    last_id: int = 0
    privacy: bool = True
    """The bot sees only commands, replies to it, and mentions."""
    state: str = "member"
    """What the bot is here: member, kicked, left; or deleted: the group is gone."""
    migrated_to: int | None = None
    forbidden: list[str] = field(default_factory=list)
    """What the bot may not send here: text, photo, voice …"""
    topics: dict[str, Json] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    keyboard: Json | None = None
    """The reply keyboard that the person sees, as the bot sent it."""
    messages: dict[int, Json] = field(default_factory=dict)

    @property
    def private(self) -> bool:
        return bool(self.info["type"] == "private")

    def row(self) -> Json:
        row = asdict(Chat(**{**self.__dict__, "messages": {}}))
        del row["messages"]
        return row


class World:
    def __init__(
        self, bot_token: str, folder: Path | None, now: Callable[[], float], *, username: str, validate: bool
    ) -> None:
        self.bot_token, self.validate = bot_token, validate
        self.watches = Watches()
        self.clock = Clock(now)
        self.store = Store(folder)
        self.clock.moved = lambda ahead: self.store.put("counter", "ahead", ahead)
        self.faults = Faults(self.watches.tell)
        self.updates = Updates(self.clock, self.store, self.faults, validate=validate)
        self.files = Files(self.store)
        self.bot: Json = {
            "id": int(bot_token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Sandbox",
            "username": username,
        }
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.actions: dict[int, tuple[str, float]] = {}
        self.drafts: dict[int, tuple[Json, float]] = {}
        self.kept: dict[str, Json] = {}
        """The bot's own settings: commands by scope and language, names, descriptions, menu buttons."""

    # People and chats

    def keep_person(self, person: Person) -> None:
        self.people[person.id] = person
        self.store.put("person", person.id, asdict(person))
        self.watches.tell("person", {"person": person.id})

    def keep_chat(self, chat: Chat) -> None:
        self.chats[chat.id] = chat
        self.store.put("chat", chat.id, chat.row())

    def keep_setting(self, name: str, value: Json) -> None:
        self.kept[name] = value
        self.store.put("setting", name, value)

    def person(self, id: int) -> Person:
        if id not in self.people:
            raise bad("user not found")
        return self.people[id]

    def know_topic(self, chat: Chat, topic: int, name: str = "") -> None:
        if str(topic) not in chat.topics:
            chat.topics[str(topic)] = {"name": name or f"Topic {topic}"}
            self.keep_chat(chat)

    def change_topic(self, chat: Chat, topic: int, **changes: Any) -> None:
        if str(topic) not in chat.topics:
            raise bad("message thread not found")
        chat.topics[str(topic)] = {**chat.topics[str(topic)], **changes}
        self.keep_chat(chat)

    def draft(self, chat: int) -> Json | None:
        draft, until = self.drafts.get(chat, ({}, 0.0))
        return draft if until > self.clock.now() else None

    def tell_membership(self, chat: Chat, by: Json, before: str, after: str, who: Json | None = None) -> None:
        """That somebody (the bot, if none is named) came, left, or was made something."""
        told = {
            "chat": chat.info,
            "from": by,
            "date": self.clock.date(),
            "old_chat_member": member(who or self.bot, before),
            "new_chat_member": member(who or self.bot, after),
        }
        self.updates.push("my_chat_member" if who is None else "chat_member", told, chat.id)

    # Messages

    def message(self, chat: Chat, message_id: int | None, words: str) -> Json:
        """A message, or a refusal with these words."""
        found = chat.messages.get(message_id or 0)
        if found is None:
            raise bad(words)
        return found

    def post(self, chat: Chat, body: Json) -> Json:
        """Store a new message."""
        chat.last_id += 1
        message = {"message_id": chat.last_id, "date": self.clock.date(), "chat": chat.info, **body}
        self.actions.pop(chat.id, None)
        self.drafts.pop(chat.id, None)
        self._keep(chat, message)
        self.store.put("last_id", chat.id, chat.last_id)
        if len(chat.messages) > MESSAGES_MAX:
            oldest = next(iter(chat.messages))
            self._forget(chat, oldest)
        self.watches.tell("message", message, chat.id)
        return message

    def replace(self, chat: Chat, message: Json) -> Json:
        """Store the new state of a message that is there."""
        self._keep(chat, message)
        self.watches.tell("edit", message, chat.id)
        return message

    def remove(self, chat: Chat, message_id: int) -> None:
        self._forget(chat, message_id)
        self.watches.tell("delete", {"chat": chat.info, "message_id": message_id}, chat.id)

    def _keep(self, chat: Chat, message: Json) -> None:
        chat.messages[message["message_id"]] = message
        if self.store.on:
            self.store.put("message", f"{chat.id}:{message['message_id']}", message)

    def _forget(self, chat: Chat, message_id: int) -> None:
        chat.messages.pop(message_id, None)
        self.store.drop("message", f"{chat.id}:{message_id}")

    # Opening and closing

    def load(self, kept: dict[str, dict[str, Any]]) -> None:
        """Take up what the last run kept."""
        self.clock.set_ahead(kept["counter"].get("ahead", 0.0))
        skip = 0 if kept["counter"].get("clean", True) else SKIPPED_AFTER_A_CRASH
        self.people = {row["id"]: Person(**row) for row in kept["person"].values()}
        self.chats = {row["id"]: Chat(**row) for row in kept["chat"].values()}
        for key, last in kept["last_id"].items():
            self.chats[int(key)].last_id = last + skip
        for message in sorted(kept["message"].values(), key=lambda one: int(one["message_id"])):
            self.chats[message["chat"]["id"]].messages[message["message_id"]] = message
        self.kept = dict(kept["setting"])
        self.files.load(self.store.read_files())
        self.updates.load(list(kept["update"].values()))
        self.updates.next_id = kept["counter"].get("update_id", 1) + skip
        asked = self.kept.get("updates", {})
        self.updates.allowed, self.updates.webhook = asked.get("allowed"), asked.get("webhook")

    def begin(self) -> None:
        self.store.open()
        self.store.put_now("counter", "clean", False)
        self.updates.start()
        self.clock.start(asyncio.get_running_loop())

    def close(self) -> None:
        self.clock.stop()
        self.store.put("counter", "clean", True)
        self.store.close()


_MEMBERS = {
    "creator": ChatMemberOwner,
    "administrator": ChatMemberAdministrator,
    "member": ChatMemberMember,
    "restricted": ChatMemberRestricted,
    "left": ChatMemberLeft,
    "kicked": ChatMemberBanned,
}


def member(user: Json, status: str) -> Json:
    """The ChatMember object of a user in this status."""
    made: Json = smallest(_MEMBERS[status], {"user": user, "status": status})
    return made
