"""The methods that change or take away what was sent."""

from __future__ import annotations

from typing import Any

from aiogram.types import Checklist

from bot.sandbox.api import Call, answers
from bot.sandbox.keyboards import inline_keyboard
from bot.sandbox.media import media
from bot.sandbox.refusals import NOT_MODIFIED, bad
from bot.sandbox.sending import caption_of, rich_message, text_of
from bot.sandbox.typed import smallest
from bot.sandbox.world import Chat

Json = dict[str, Any]

DELETE_SECONDS = 48 * 3600
_MEDIA = ("photo", "video", "animation", "audio", "document", "live_photo")
_TEXT = ("text", "entities", "rich_message", "link_preview_options")
_CAPTION = ("caption", "caption_entities")


def _target(call: Call) -> tuple[Chat, Json]:
    inline = call.get("inline_message_id")
    if inline is not None:
        if inline not in call.queries.inline:
            raise bad("MESSAGE_ID_INVALID")
        chat_id, message_id = call.queries.inline[inline]
        there = call.world.chats[chat_id]
        return there, call.world.message(there, message_id, "message to edit not found")
    if call.get("chat_id") is None:
        raise bad("message identifier is not specified" if call.get("message_id") else "chat_id is empty")
    chat = call.chat()
    message = call.world.message(chat, call.get("message_id"), "message to edit not found")
    if message.get("from", {}).get("id") != call.world.bot["id"] or "forward_origin" in message:
        raise bad("message can't be edited")
    return chat, message


def _edited(call: Call, without: tuple[str, ...], content: Json) -> Json | bool:
    """The message with `content` for the fields `without`. No reply_markup takes the keyboard away."""
    chat, message = _target(call)
    gone = {*without, "reply_markup", "edit_date"}
    new = {key: value for key, value in message.items() if key not in gone}
    new.update(content)
    markup = inline_keyboard(call.get("reply_markup"), invoice="invoice" in message)
    if markup:
        new["reply_markup"] = markup
    before = {key: value for key, value in message.items() if key != "edit_date"}
    if new == before:
        raise bad(NOT_MODIFIED)
    new["edit_date"] = call.world.clock.date()
    call.world.replace(chat, new)
    return True if call.get("inline_message_id") else new


@answers("editMessageText")
def edit_message_text(call: Call) -> Json | bool:
    if call.get("rich_message") is not None:
        return _edited(call, _TEXT, {"rich_message": rich_message(call.params["rich_message"])})
    _, message = _target(call)
    if "text" not in message and "rich_message" not in message:
        raise bad("there is no text in the message to edit")
    content = text_of(call)
    if call.get("link_preview_options"):
        content["link_preview_options"] = call.params["link_preview_options"]
    return _edited(call, _TEXT, content)


@answers("editMessageCaption")
def edit_message_caption(call: Call) -> Json | bool:
    _, message = _target(call)
    if not any(kind in message for kind in (*_MEDIA, "voice")):
        raise bad("there is no caption in the message to edit")
    return _edited(call, _CAPTION, caption_of(call.params))


@answers("editMessageMedia")
def edit_message_media(call: Call) -> Json | bool:
    _target(call)
    item = call.params["media"]
    content = {**media(call, item["type"], item["media"], item), **caption_of(item)}
    return _edited(call, (*_MEDIA, "text", "entities", *_CAPTION), content)


@answers("editMessageReplyMarkup")
def edit_message_reply_markup(call: Call) -> Json | bool:
    return _edited(call, (), {})


@answers("editMessageLiveLocation", "stopMessageLiveLocation")
def edit_live_location(call: Call) -> Json | bool:
    _, message = _target(call)
    if "location" not in message:
        raise bad("message can't be edited")
    place = {key: call.get(key) for key in ("latitude", "longitude") if call.get(key) is not None}
    return _edited(call, ("location",) if place else (), {"location": place} if place else {})


@answers("editMessageChecklist")
def edit_checklist(call: Call) -> Json | bool:
    _, message = _target(call)
    if "checklist" not in message:
        raise bad("message can't be edited")
    return _edited(call, ("checklist",), {"checklist": smallest(Checklist, call.params["checklist"])})


@answers("deleteMessage")
def delete_message(call: Call) -> bool:
    chat = call.chat()
    message = call.world.message(chat, call.params["message_id"], "message to delete not found")
    _check_deletable(call, chat, message)
    call.world.remove(chat, message["message_id"])
    return True


def _check_deletable(call: Call, chat: Chat, message: Json) -> None:
    own = message.get("from", {}).get("id") == call.world.bot["id"]
    if not own and not chat.private and call.world.bot["id"] not in chat.admins:
        raise bad("message can't be deleted")
    if call.world.clock.now() - message["date"] > DELETE_SECONDS:
        raise bad("message can't be deleted for everyone")


@answers("deleteMessages")
def delete_messages(call: Call) -> bool:
    """What is not there any more is passed over."""
    chat = call.chat()
    if len(call.params["message_ids"]) > 100:
        raise bad("too many message identifiers specified")
    found = [chat.messages[one] for one in call.params["message_ids"] if one in chat.messages]
    for message in found:
        _check_deletable(call, chat, message)
    for message in found:
        call.world.remove(chat, message["message_id"])
    return True


@answers("pinChatMessage")
def pin_chat_message(call: Call) -> bool:
    chat = call.chat()
    message = call.world.message(chat, call.params["message_id"], "message to pin not found")
    chat.pinned = [*(one for one in chat.pinned if one != message["message_id"]), message["message_id"]]
    call.world.keep_chat(chat)
    return True


@answers("unpinChatMessage")
def unpin_chat_message(call: Call) -> bool:
    chat = call.chat()
    wanted = call.get("message_id") or (chat.pinned[-1] if chat.pinned else None)
    if wanted not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned = [one for one in chat.pinned if one != wanted]
    call.world.keep_chat(chat)
    return True


@answers("unpinAllChatMessages")
def unpin_all_chat_messages(call: Call) -> bool:
    chat = call.chat()
    chat.pinned = []
    call.world.keep_chat(chat)
    return True


@answers("setMessageReaction")
def set_message_reaction(call: Call) -> bool:
    chat = call.chat()
    call.world.message(chat, call.params["message_id"], "message to react not found")
    reaction = {
        "chat": chat.info,
        "message_id": call.params["message_id"],
        "reaction": call.get("reaction", []),
    }
    call.world.watches.tell("reaction", reaction, chat.id)
    return True
