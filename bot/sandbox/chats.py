"""The methods about chats: what they are, who is in them, their topics."""

from __future__ import annotations

from typing import Any

from aiogram.types import ChatFullInfo

from bot.sandbox.api import Call, answers
from bot.sandbox.refusals import bad
from bot.sandbox.typed import smallest
from bot.sandbox.world import Chat, member

Json = dict[str, Any]

_ICON_COLOR = 7_322_096


@answers("getChat")
def get_chat(call: Call) -> Json:
    chat = call.chat()
    full: Json = smallest(ChatFullInfo, chat.info)
    full.update({key: value for key, value in chat.info.items() if value is not None})
    pinned = [chat.messages[one] for one in chat.pinned if one in chat.messages]
    if pinned:
        full["pinned_message"] = pinned[-1]
    if chat.private and call.world.people[chat.id].forbids_voice:
        full["has_restricted_voice_and_video_messages"] = True
    return full


def _status(chat: Chat, bot_id: int, user_id: int) -> str:
    if user_id in chat.admins:
        return "administrator"
    if user_id == bot_id:
        return chat.state if chat.state in ("member", "kicked", "left") else "left"
    if chat.members and user_id == chat.members[0] and not chat.private:
        return "creator"
    return "member" if user_id in chat.members else "left"


@answers("getChatMember")
def get_chat_member(call: Call) -> Json:
    chat, user_id = call.chat(), call.params["user_id"]
    bot = call.world.bot
    user = bot if user_id == bot["id"] else call.world.person(user_id).user()
    return member(user, _status(chat, bot["id"], user_id))


@answers("getChatAdministrators")
def get_chat_administrators(call: Call) -> list[Json]:
    """The first member made the group."""
    chat, bot = call.chat(), call.world.bot
    if chat.private:
        raise bad("there are no administrators in the private chat")
    ids = [*chat.members[:1], *(one for one in chat.admins if one not in chat.members[:1])]
    users = [bot if one == bot["id"] else call.world.people[one].user() for one in ids]
    return [member(user, _status(chat, bot["id"], user["id"])) for user in users]


@answers("getChatMemberCount")
def get_chat_member_count(call: Call) -> int:
    chat = call.chat()
    return len(chat.members) + (chat.state == "member")


@answers("leaveChat")
def leave_chat(call: Call) -> bool:
    chat = call.chat()
    if chat.private:
        raise bad("chat member status can't be changed in private chats")
    chat.state = "left"
    call.world.keep_chat(chat)
    call.world.tell_membership(chat, call.world.bot, "member", "left")
    return True


@answers("setChatTitle")
def set_chat_title(call: Call) -> bool:
    chat = call.chat()
    if chat.private:
        raise bad("can't change private chat title")
    chat.info = {**chat.info, "title": call.params["title"]}
    call.world.keep_chat(chat)
    call.world.post(chat, {"from": call.world.bot, "new_chat_title": call.params["title"]})
    return True


@answers("createForumTopic")
def create_forum_topic(call: Call) -> Json:
    chat = call.writable_chat()
    if not chat.private and not chat.info.get("is_forum"):
        raise bad("the chat is not a forum")
    look = {"name": call.params["name"], "icon_color": call.get("icon_color", _ICON_COLOR)}
    message = call.world.post(chat, {"from": call.world.bot, "forum_topic_created": look})
    call.world.know_topic(chat, message["message_id"], call.params["name"])
    return {"message_thread_id": message["message_id"], **look}


@answers("editForumTopic", "closeForumTopic", "reopenForumTopic")
def change_forum_topic(call: Call) -> bool:
    changes: Json = {"closed": call.method == "closeForumTopic"}
    if call.method == "editForumTopic":
        changes = {"name": call.params["name"]} if call.get("name") else {}
    call.world.change_topic(call.chat(), call.params["message_thread_id"], **changes)
    return True


@answers("deleteForumTopic")
def delete_forum_topic(call: Call) -> bool:
    """The topic and all messages in it."""
    chat, topic = call.chat(), call.params["message_thread_id"]
    call.world.change_topic(chat, topic, deleted=True)
    gone = [one for one, message in chat.messages.items() if message.get("message_thread_id") == topic]
    for message_id in gone:
        call.world.remove(chat, message_id)
    return True
