"""Groups, as the people in them see to them: who is in, which topics there are, what becomes of the bot."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.sandbox.presence import Presence
from bot.sandbox.world import Chat, Person

Json = dict[str, Any]

_SUPERGROUP = -(10**12)


class Membership(Presence):
    def add_group(
        self, id: int, title: str, members: Iterable[int], *, forum: bool = False, privacy: bool = True
    ) -> None:
        """A group (below -10¹² a supergroup) with the bot in it. Without `privacy` it sees everything.
        One that is known keeps its members."""
        info: Json = {
            "id": id,
            "type": "supergroup" if forum or id < _SUPERGROUP else "group",
            "title": title,
        }
        if forum:
            info["is_forum"] = True
        chat = self._world.chats.get(id) or Chat(id, info, members=list(members))
        chat.info, chat.privacy = info, privacy
        self._world.keep_chat(chat)

    def join(self, person: int, group: int, *, by: int | None = None) -> Json:
        """Come in, or be brought in `by` another."""
        chat = self._world.chats[group]
        if person not in chat.members:
            chat.members.append(person)
            self._world.keep_chat(chat)
        joined = {"new_chat_members": [self._world.people[person].user()]}
        self._tell_member(chat, person, by or person, "left", "member")
        return self._post(by or person, joined, group)

    def leave(self, person: int, group: int) -> Json:
        chat = self._world.chats[group]
        chat.members = [one for one in chat.members if one != person]
        self._world.keep_chat(chat)
        self._tell_member(chat, person, person, "member", "left")
        return self._post(person, {"left_chat_member": self._world.people[person].user()}, group)

    def _tell_member(self, chat: Chat, person: int, by: int, before: str, after: str) -> None:
        user, author = self._world.people[person].user(), self._world.people[by].user()
        self._world.tell_membership(chat, author, before, after, user)

    def add_bot(self, group: int, *, by: int) -> Json:
        """Bring the bot (back) into a group."""
        chat = self._world.chats[group]
        self._change_bot(chat, by, "member")
        return self._post(by, {"new_chat_members": [self._world.bot]}, group)

    def kick_bot(self, group: int, *, by: int) -> None:
        self._change_bot(self._world.chats[group], by, "kicked")

    def _change_bot(self, chat: Chat, by: int, state: str) -> None:
        before, chat.state = chat.state, state
        self._world.keep_chat(chat)
        self._world.tell_membership(chat, self._world.people[by].user(), before, state)

    def promote_bot(self, group: int, *, by: int) -> None:
        """Make the bot an administrator: it sees everything, and may delete what others wrote."""
        chat = self._world.chats[group]
        chat.admins = [*chat.admins, self._world.bot["id"]]
        self._world.keep_chat(chat)
        self._world.tell_membership(chat, self._world.people[by].user(), "member", "administrator")

    def forbid(self, group: int, *what: str) -> None:
        """Take from the bot (as from all members) the right to send `text`, `photo`, `voice` … there."""
        chat = self._world.chats[group]
        chat.forbidden = list(what)
        self._world.keep_chat(chat)

    def delete_group(self, group: int) -> None:
        chat = self._world.chats[group]
        chat.state = "deleted"
        self._world.keep_chat(chat)

    def migrate(self, group: int, *, by: int) -> int:
        """Make a supergroup of a group: its new id. The old one is answered with migrate_to_chat_id now."""
        old = self._world.chats[group]
        new = _SUPERGROUP - abs(group)
        self.add_group(new, old.info["title"], old.members, privacy=old.privacy)
        self._post(by, {"migrate_to_chat_id": new}, group)
        old.migrated_to = new
        self._world.keep_chat(old)
        self._post(by, {"migrate_from_chat_id": group}, new)
        return new

    def open_topic(self, person: int, group: int, name: str) -> int:
        """A new topic of a forum: its message_thread_id."""
        chat = self._world.chats[group]
        message = self._post(person, {"forum_topic_created": {"name": name, "icon_color": 7322096}}, group)
        topic = int(message["message_id"])
        self._world.know_topic(chat, topic, name)
        return topic

    def close_topic(self, person: int, group: int, topic: int) -> None:
        chat = self._world.chats[group]
        self._post(person, {"forum_topic_closed": {}}, group, topic=topic)
        self._world.change_topic(chat, topic, closed=True)

    # The private chat

    def block(self, person: int) -> None:
        self._set_blocked(self._world.people[person], True)

    def unblock(self, person: int) -> None:
        self._set_blocked(self._world.people[person], False)

    def forbid_voice(self, person: int, forbidden: bool = True) -> None:
        """A Premium user's setting: no voice and video notes from bots."""
        self._world.keep_person(_changed(self._world.people[person], forbids_voice=forbidden))

    def deactivate(self, person: int) -> None:
        """The account is gone."""
        self._world.keep_person(_changed(self._world.people[person], deactivated=True))


def _changed(person: Person, **fields: bool) -> Person:
    for name, value in fields.items():
        setattr(person, name, value)
    return person
