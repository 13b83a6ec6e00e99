"""What people do in their Telegram app: write, send, edit, tap, pay, block."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiogram import types

from bot.sandbox.entities import with_links
from bot.sandbox.files import look_at_picture, voice_seconds
from bot.sandbox.media import described, group_id
from bot.sandbox.queries import Queries, Tap
from bot.sandbox.refusals import ApiError
from bot.sandbox.sending import forwarded, quoted
from bot.sandbox.stars import GIVEN_STARS, Stars
from bot.sandbox.typed import smallest
from bot.sandbox.utf16 import cut
from bot.sandbox.world import Chat, Person, World

Json = dict[str, Any]


class People:
    """The people's side. `chat=None` is the private chat with the bot. An act returns the stored Message."""

    def __init__(self, world: World, stars: Stars, queries: Queries) -> None:
        self._world, self._stars, self._queries = world, stars, queries

    def add_person(
        self,
        id: int,
        first_name: str,
        *,
        language_code: str | None = "en",
        username: str | None = None,
        stars: int = GIVEN_STARS,
        started: bool = True,
    ) -> None:
        """A person, with `stars` if new. Who has not `started` can't be written to before they write."""
        known = self._world.people.get(id)
        person = Person(id, first_name, language_code, username, started=started)
        if known is not None:
            person.blocked, person.started, person.forbids_voice = (
                known.blocked,
                known.started,
                known.forbids_voice,
            )
        self._world.keep_person(person)
        info: Json = {"id": id, "type": "private", "first_name": first_name}
        if username:
            info["username"] = username
        chat = self._world.chats.get(id) or Chat(id, info, members=[id])
        chat.info = info
        self._world.keep_chat(chat)
        if id not in self._stars.balances:
            self._stars.give(id, stars)

    def add_group(
        self, id: int, title: str, members: Iterable[int], *, forum: bool = False, privacy: bool = True
    ) -> None:
        """A group with the bot in it. Without `privacy` the bot sees every message."""
        info: Json = {"id": id, "type": "supergroup" if forum or id < -(10**12) else "group", "title": title}
        if forum:
            info["is_forum"] = True
        chat = self._world.chats.get(id) or Chat(id, info)
        chat.info, chat.members, chat.privacy = info, list(members), privacy
        self._world.keep_chat(chat)

    def stars(self, person: int) -> int:
        return self._stars.balances.get(person, 0)

    def give_stars(self, person: int, stars: int) -> None:
        """Play money, out of nowhere."""
        self._stars.give(person, stars)

    # Writing

    def say(
        self,
        person: int,
        text: str,
        *,
        chat: int | None = None,
        reply_to: int | None = None,
        topic: int | None = None,
    ) -> Json:
        text = text.strip()
        entities = with_links(text, [])
        body: Json = {"text": text, "entities": entities} if entities else {"text": text}
        return self._post(person, body, chat, reply_to=reply_to, topic=topic)

    def send_photo(
        self,
        person: int,
        data: bytes,
        *,
        caption: str | None = None,
        chat: int | None = None,
        album: str | None = None,
        reply_to: int | None = None,
    ) -> Json:
        """A photo; those with the same `album` belong together."""
        body: Json = {"photo": self._photo(data), **_caption(caption)}
        if album:
            body["media_group_id"] = album
        return self._post(person, body, chat, reply_to=reply_to)

    def send_album(
        self, person: int, photos: list[bytes], *, caption: str | None = None, chat: int | None = None
    ) -> list[Json]:
        """As many messages as photos, with one media_group_id; the caption is the first one's."""
        album = group_id()
        return [
            self.send_photo(person, data, caption=None if number else caption, chat=chat, album=album)
            for number, data in enumerate(photos)
        ]

    def send_voice(
        self, person: int, data: bytes, *, seconds: int = 3, mime: str = "audio/ogg", chat: int | None = None
    ) -> Json:
        """Telegram's apps record OGG/Opus; a browser may only be able to make another `mime`."""
        file = self._world.files.add(data, "voice." + mime.rpartition("/")[2], mime)
        voice = described("voice", file, {"duration": voice_seconds(data) or seconds})
        return self._post(person, {"voice": voice}, chat)

    def send_document(
        self,
        person: int,
        data: bytes,
        name: str,
        mime: str,
        *,
        caption: str | None = None,
        chat: int | None = None,
    ) -> Json:
        file = self._world.files.add(data, name, mime)
        return self._post(person, {"document": described("document", file, {}), **_caption(caption)}, chat)

    def send_sticker(self, person: int, *, emoji: str = "👍", chat: int | None = None) -> Json:
        file = self._world.files.add(b"RIFF sticker", "sticker.webp", "image/webp")
        return self._post(person, {"sticker": described("sticker", file, {"emoji": emoji})}, chat)

    def send_video_note(self, person: int, data: bytes, *, seconds: int = 3, chat: int | None = None) -> Json:
        file = self._world.files.add(data, "note.mp4", "video/mp4")
        note = described("video_note", file, {"duration": seconds, "length": 240})
        return self._post(person, {"video_note": note}, chat)

    def send_location(
        self, person: int, latitude: float, longitude: float, *, chat: int | None = None
    ) -> Json:
        return self._post(person, {"location": {"latitude": latitude, "longitude": longitude}}, chat)

    def send_contact(
        self, person: int, phone_number: str, first_name: str, *, chat: int | None = None
    ) -> Json:
        return self._post(person, {"contact": {"phone_number": phone_number, "first_name": first_name}}, chat)

    def forward(self, person: int, message_id: int, *, source: int, chat: int | None = None) -> Json:
        """Pass a message of the chat `source` on."""
        return self._post(person, forwarded(self._world.chats[source].messages[message_id]), chat)

    def edit(self, person: int, message_id: int, text: str, *, chat: int | None = None) -> Json:
        there = self._there(person, chat)
        old = there.messages[message_id]
        assert old["from"]["id"] == person, "people edit their own messages"
        gone = ("text", "entities", "caption", "caption_entities")
        new = {key: value for key, value in old.items() if key not in gone}
        name, entities = ("text", with_links(text, [])) if "text" in old else ("caption", [])
        new[name] = text
        if entities:
            new["entities"] = entities
        new["edit_date"] = self._world.clock.date()
        self._world.replace(there, new)
        if self._bot_sees(there, new):
            self._world.updates.push("edited_message", new, there.id)
        return new

    def delete(self, person: int, message_id: int, *, chat: int | None = None) -> None:
        """Take a message away, for everyone. The bot is not told."""
        self._world.remove(self._there(person, chat), message_id)

    def react(self, person: int, message_id: int, emoji: str, *, chat: int | None = None) -> None:
        there = self._there(person, chat)
        told = {
            "chat": there.info,
            "message_id": message_id,
            "user": self._world.people[person].user(),
            "date": self._world.clock.date(),
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}],
        }
        self._world.updates.push("message_reaction", told, there.id)

    # Buttons and payments

    def tap(self, person: int, message_id: int, button: str, *, chat: int | None = None) -> Tap:
        """Press the button with this callback_data, or this text. Tap.answer is the bot's answer."""
        there = self._there(person, chat)
        message = there.messages[message_id]
        pressed = _button(message, button)
        tap = self._queries.ask(person, there.id)
        query = {
            "id": tap.id,
            "from": self._world.people[person].user(),
            "message": message,
            "chat_instance": str(there.id),
            "data": pressed["callback_data"],
        }
        self._world.updates.push("callback_query", query, there.id)
        return tap

    async def pay(self, person: int, message_id: int, *, chat: int | None = None) -> Json:
        """Press Pay: `{"ok": True, "charge": id}` or `{"ok": False, "error": why}`. With another person's
        private chat as `chat` it is a forwarded copy that is paid."""
        there = person if chat is None else chat
        invoice = self._stars.invoices[f"{there}:{message_id}"]
        if there in self._world.people and there != person:
            if invoice.get("start_parameter"):
                return {"ok": False, "error": "This copy leads to the bot, it can't be paid"}
            there = person
        return await self._stars.pay(person, there, invoice)

    async def pay_link(self, person: int, link: str) -> Json:
        return await self._stars.pay(person, person, self._stars.invoices[link])

    # Blocking

    def block(self, person: int) -> None:
        self._set_blocked(person, True)

    def unblock(self, person: int) -> None:
        self._set_blocked(person, False)

    def _set_blocked(self, person: int, blocked: bool) -> None:
        one = self._world.people[person]
        one.blocked = blocked
        self._world.keep_person(one)
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        self._tell_membership(self._world.chats[person], one, before, after)

    def _tell_membership(self, chat: Chat, by: Person, before: str, after: str) -> None:
        told = {
            "chat": chat.info,
            "from": by.user(),
            "date": self._world.clock.date(),
            "old_chat_member": membership(self._world.bot, before),
            "new_chat_member": membership(self._world.bot, after),
        }
        self._world.updates.push("my_chat_member", told, chat.id)

    def forbid_voice(self, person: int, forbidden: bool = True) -> None:
        one = self._world.people[person]
        one.forbids_voice = forbidden
        self._world.keep_person(one)

    def deactivate(self, person: int) -> None:
        """The account is gone."""
        one = self._world.people[person]
        one.deactivated = True
        self._world.keep_person(one)

    # How a message gets there

    def _there(self, person: int, chat: int | None) -> Chat:
        return self._world.chats[person if chat is None else chat]

    def _photo(self, data: bytes) -> list[Json]:
        try:
            size, thumbnail = look_at_picture(data)
        except ApiError:
            size, thumbnail = (640, 480), None
        return self._world.files.photo_sizes(
            self._world.files.add(data, "photo.jpg", "image/jpeg"), size, thumbnail
        )

    def _post(
        self,
        person: int,
        content: Json,
        chat: int | None,
        *,
        reply_to: int | None = None,
        topic: int | None = None,
    ) -> Json:
        one = self._world.people[person]
        there = self._there(person, chat)
        if there.private and (one.blocked or not one.started):
            self._let_bot_in(one)
        body: Json = {"from": one.user(), **content}
        if reply_to is not None:
            body["reply_to_message"] = quoted(there.messages[reply_to])
        if topic is not None:
            there.topics.setdefault(str(topic), {"name": f"Topic {topic}"})
            body.update(message_thread_id=topic, is_topic_message=True)
        message = self._world.post(there, body)
        if self._bot_sees(there, message):
            self._world.updates.push("message", message, there.id)
        return message

    def _let_bot_in(self, person: Person) -> None:
        """Writing to the bot starts it, and unblocks it."""
        person.started = True
        if person.blocked:
            self.unblock(person.id)
        self._world.keep_person(person)

    def _bot_sees(self, chat: Chat, message: Json) -> bool:
        """Privacy mode: in groups only commands (not other bots'), replies to the bot, and mentions of it."""
        if chat.private or (chat.state == "member" and not chat.privacy):
            return True
        if chat.state != "member":
            return False
        if message.get("reply_to_message", {}).get("from", {}).get("id") == self._world.bot["id"]:
            return True
        text = message.get("text") or message.get("caption") or ""
        name = "@" + str(self._world.bot["username"]).lower()
        for entity in message.get("entities") or message.get("caption_entities") or ():
            said = cut(text, entity["offset"], entity["length"]).lower()
            command, at, addressee = said.partition("@")
            if entity["type"] == "bot_command" and (not at or "@" + addressee == name):
                return True
            if entity["type"] == "mention" and said == name:
                return True
        return False


def _caption(caption: str | None) -> Json:
    if not caption:
        return {}
    entities = with_links(caption, [])
    return {"caption": caption, "caption_entities": entities} if entities else {"caption": caption}


def _button(message: Json, wanted: str) -> Json:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    buttons: list[Json] = [button for row in rows for button in row]
    for name in ("callback_data", "text"):
        for button in buttons:
            if button.get(name) == wanted and "callback_data" in button:
                return button
    raise LookupError(f"No button {wanted!r} among {[button['text'] for button in buttons]}")


def membership(user: Json, status: str) -> Json:
    """A ChatMember in this status."""
    kinds = {
        "creator": types.ChatMemberOwner,
        "administrator": types.ChatMemberAdministrator,
        "member": types.ChatMemberMember,
        "restricted": types.ChatMemberRestricted,
        "left": types.ChatMemberLeft,
        "kicked": types.ChatMemberBanned,
    }
    made: Json = smallest(kinds[status], {"user": user, "status": status})
    return made
