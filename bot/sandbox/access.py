"""Who reaches whom: the chats that the bot may look at and send to, and what Telegram says of the others."""

from __future__ import annotations

from typing import Any

from bot.sandbox.refusals import ApiError, bad, forbidden
from bot.sandbox.world import Chat, World

Json = dict[str, Any]

_KINDS = {"group": "group chat", "supergroup": "supergroup chat", "channel": "channel chat"}
_RIGHTS = {
    "text": "text messages",
    "photo": "photos",
    "video": "videos",
    "voice": "voice notes",
    "video_note": "video notes",
    "audio": "music",
    "document": "documents",
    "sticker": "stickers",
    "poll": "polls",
}


def open_chat(world: World, name: int | str) -> Chat:
    """The chat with this id or @username, if the bot still is in it."""
    chat = _named(world, name)
    kind = _KINDS.get(chat.info["type"], "")
    if chat.migrated_to is not None:
        raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
    if chat.state == "kicked":
        raise forbidden(f"bot was kicked from the {kind}")
    if chat.state == "left":
        raise forbidden(f"bot is not a member of the {kind}")
    if chat.state == "deleted":
        raise forbidden("the group chat was deleted")
    return chat


def _named(world: World, name: int | str) -> Chat:
    if isinstance(name, str):
        wanted = name.removeprefix("@").lower()
        for chat in world.chats.values():
            if str(chat.info.get("username", "")).lower() == wanted and not chat.private:
                return chat
        raise bad("chat not found")
    known = world.chats.get(name)
    if known is None and name == world.bot["id"]:
        raise forbidden("the bot can't send messages to the bot")
    if known is None:
        raise bad("chat not found")
    return known


def writable_chat(world: World, name: int | str) -> Chat:
    """A chat to which the bot may send."""
    chat = open_chat(world, name)
    if chat.private:
        person = world.people[chat.id]
        if person.deactivated:
            raise forbidden("user is deactivated")
        if person.blocked:
            raise forbidden("bot was blocked by the user")
        if not person.started:
            raise forbidden("bot can't initiate conversation with a user")
    return chat


def check_rights(chat: Chat, thread_id: int | None, content: Json) -> None:
    """Raise what Telegram says if this content can't go into this chat or topic."""
    refusal = _topic_refusal(chat, thread_id) if thread_id is not None and not chat.private else None
    if refusal is not None:
        raise refusal
    if not chat.forbidden:
        return
    for kind, words in _RIGHTS.items():
        if kind in content and kind in chat.forbidden:
            raise bad(f"not enough rights to send {words} to the chat")


def _topic_refusal(chat: Chat, thread_id: int) -> ApiError | None:
    topic = chat.topics.get(str(thread_id))
    if topic is None:
        return bad("message thread not found")
    if topic.get("deleted"):
        return bad("TOPIC_DELETED")
    return bad("TOPIC_CLOSED") if topic.get("closed") else None
