"""Forwards and copies: what is passed on, and what stays behind."""

from __future__ import annotations

from typing import Any

from bot.sandbox.access import open_chat
from bot.sandbox.api import Call, answers
from bot.sandbox.refusals import bad
from bot.sandbox.sending import caption_of, send

Json = dict[str, Any]

_ENVELOPE = {
    "message_id", "date", "chat", "from", "edit_date", "reply_to_message", "reply_markup", "media_group_id",
    "message_thread_id", "is_topic_message", "forward_origin",
}  # fmt: skip
_SERVICE = {
    "successful_payment",
    "refunded_payment",
    "new_chat_members",
    "left_chat_member",
    "pinned_message",
}


def _source(call: Call, message_id: int, verb: str) -> Json:
    chat = open_chat(call.world, call.params["from_chat_id"])
    message = call.world.message(chat, message_id, f"message to {verb} not found")
    if _SERVICE & set(message):
        raise bad(f"message can't be {'forwarded' if verb == 'forward' else 'copied'}")
    return message


def forwarded(message: Json) -> Json:
    """The content of a message, with where it came from."""
    origin = message.get("forward_origin") or {
        "type": "user",
        "date": message["date"],
        "sender_user": message["from"],
    }
    content = {key: value for key, value in message.items() if key not in _ENVELOPE}
    return {**content, "forward_origin": origin}


def _copied(call: Call, message: Json) -> Json:
    content = {key: value for key, value in message.items() if key not in _ENVELOPE}
    if "invoice" in message:
        raise bad("message can't be copied")
    if call.get("caption") is not None and "text" not in content:
        for name in ("caption", "caption_entities"):
            content.pop(name, None)
        content.update(caption_of(call.params))
    return content


@answers("forwardMessage")
def forward_message(call: Call) -> Json:
    source = _source(call, call.params["message_id"], "forward")
    sent = send(call, forwarded(source))
    if "invoice" in source:
        place = (source["chat"]["id"], source["message_id"])
        call.stars.copy_invoice(place, (sent["chat"]["id"], sent["message_id"]))
    return sent


@answers("copyMessage")
def copy_message(call: Call) -> Json:
    sent = send(call, _copied(call, _source(call, call.params["message_id"], "copy")))
    return {"message_id": sent["message_id"]}


@answers("forwardMessages", "copyMessages")
def pass_on_messages(call: Call) -> list[Json]:
    """What can't be found or passed on is left out."""
    there = open_chat(call.world, call.params["from_chat_id"])
    chat = call.writable_chat()
    found = [there.messages[one] for one in call.params["message_ids"] if one in there.messages]
    if not found:
        raise bad(f"there are no messages to {call.method.removesuffix('Messages')}")
    make = forwarded if call.method == "forwardMessages" else lambda one: _copied(call, one)
    sent = [send(call, make(one), chat=chat) for one in found]
    return [{"message_id": one["message_id"]} for one in sent]
