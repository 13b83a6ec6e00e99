"""What people write: texts, photos, voice notes, files; their edits, forwards and reactions."""

from __future__ import annotations

from typing import Any

from bot.sandbox.entities import with_links
from bot.sandbox.files import look_at_picture, voice_seconds
from bot.sandbox.media import described, group_id
from bot.sandbox.passing_on import forwarded
from bot.sandbox.presence import Presence
from bot.sandbox.refusals import ApiError

Json = dict[str, Any]

_STICKER = b"RIFF\x0c\x00\x00\x00WEBPVP8 "
_UNREADABLE_SIZE = (640, 480)


class Writing(Presence):
    """`chat=None` is the private chat with the bot. Every act returns the stored Message."""

    def say(
        self,
        person: int,
        text: str,
        *,
        chat: int | None = None,
        reply_to: int | None = None,
        topic: int | None = None,
    ) -> Json:
        return self._post(person, _words("text", text), chat, reply_to=reply_to, topic=topic)

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
        body: Json = {"photo": self._photo(data), **_words("caption", caption)}
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
        self,
        person: int,
        data: bytes,
        *,
        seconds: int = 3,
        mime: str = "audio/ogg",
        caption: str | None = None,
        chat: int | None = None,
    ) -> Json:
        """Telegram's apps record OGG/Opus; a browser may only be able to make another `mime`."""
        name, about = "voice." + mime.rpartition("/")[2], {"duration": voice_seconds(data) or seconds}
        return self._send_file(person, "voice", data, name, mime, about, chat, _words("caption", caption))

    def send_audio(
        self, person: int, data: bytes, name: str, mime: str, *, seconds: int = 3, chat: int | None = None
    ) -> Json:
        return self._send_file(person, "audio", data, name, mime, {"duration": seconds}, chat)

    def send_video(self, person: int, data: bytes, *, seconds: int = 3, chat: int | None = None) -> Json:
        about = {"duration": seconds, "width": 640, "height": 480}
        return self._send_file(person, "video", data, "video.mp4", "video/mp4", about, chat)

    def send_video_note(self, person: int, data: bytes, *, seconds: int = 3, chat: int | None = None) -> Json:
        about = {"duration": seconds, "length": 240}
        return self._send_file(person, "video_note", data, "note.mp4", "video/mp4", about, chat)

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
        return self._send_file(person, "document", data, name, mime, {}, chat, _words("caption", caption))

    def send_sticker(self, person: int, *, emoji: str = "👍", chat: int | None = None) -> Json:
        about = {"emoji": emoji}
        return self._send_file(person, "sticker", _STICKER, "sticker.webp", "image/webp", about, chat)

    def send_location(
        self, person: int, latitude: float, longitude: float, *, chat: int | None = None
    ) -> Json:
        return self._post(person, {"location": {"latitude": latitude, "longitude": longitude}}, chat)

    def send_contact(
        self, person: int, phone_number: str, first_name: str, *, chat: int | None = None
    ) -> Json:
        return self._post(person, {"contact": {"phone_number": phone_number, "first_name": first_name}}, chat)

    def forward(self, person: int, message_id: int, *, source: int, chat: int | None = None) -> Json:
        """Pass on a message of the chat `source`. A forwarded invoice can be paid like the first."""
        message = self._post(person, forwarded(self._world.chats[source].messages[message_id]), chat)
        self._stars.copy_invoice((source, message_id), (message["chat"]["id"], message["message_id"]))
        return message

    def edit(self, person: int, message_id: int, text: str, *, chat: int | None = None) -> Json:
        """Change the text (the caption, if there is none) of a message of their own."""
        there = self._there(person, chat)
        old = there.messages[message_id]
        assert old["from"]["id"] == person, "people edit their own messages"
        gone = ("text", "entities", "caption", "caption_entities")
        new = {key: value for key, value in old.items() if key not in gone}
        new.update(_words("text" if "text" in old else "caption", text), edit_date=self._world.clock.date())
        self._world.replace(there, new)
        self._tell(there, "edited_message", new)
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

    def _send_file(
        self,
        person: int,
        kind: str,
        data: bytes,
        name: str,
        mime: str,
        about: Json,
        chat: int | None,
        words: Json | None = None,
    ) -> Json:
        file = self._world.files.add(data, name, mime)
        return self._post(person, {kind: described(kind, file, about), **(words or {})}, chat)

    def _photo(self, data: bytes) -> list[Json]:
        """Bytes that are no picture pass as one: what people send is theirs."""
        try:
            size, thumbnail = look_at_picture(data)
        except ApiError:
            size, thumbnail = _UNREADABLE_SIZE, None
        file = self._world.files.add(data, "photo.jpg", "image/jpeg")
        return self._world.files.photo_sizes(file, size, thumbnail)


def _words(name: str, text: str | None) -> Json:
    """`text` or `caption`, with what the server finds in it."""
    text = (text or "").strip()
    if not text:
        return {}
    entities = with_links(text, [])
    return (
        {name: text, "entities" if name == "text" else "caption_entities": entities}
        if entities
        else {name: text}
    )
