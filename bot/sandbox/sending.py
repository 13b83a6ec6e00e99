"""The methods that send: text, media, albums, forwards and copies, drafts."""

from __future__ import annotations

from typing import Any

from aiogram.types import Message

from bot.sandbox.access import check_rights
from bot.sandbox.api import Call, answers
from bot.sandbox.entities import CAPTION_MAX, TEXT_MAX, formatted
from bot.sandbox.keyboards import inline_keyboard, reply_keyboard
from bot.sandbox.media import group_id, media
from bot.sandbox.refusals import ApiError, bad
from bot.sandbox.typed import members, smallest
from bot.sandbox.world import ACTION_SECONDS, Chat

Json = dict[str, Any]

_MEDIA = {
    "sendPhoto": "photo",
    "sendAudio": "audio",
    "sendDocument": "document",
    "sendVideo": "video",
    "sendAnimation": "animation",
    "sendVoice": "voice",
    "sendVideoNote": "video_note",
    "sendSticker": "sticker",
}
_COPIED = {
    "protect_content": "has_protected_content",
    "has_spoiler": "has_media_spoiler",
    "show_caption_above_media": "show_caption_above_media",
    "message_effect_id": "effect_id",
    "link_preview_options": "link_preview_options",
    "business_connection_id": "business_connection_id",
}
ALBUM_MAX = 10
DRAFT_SECONDS = 30
RICH_MAX = 32_768
RICH_BLOCKS_MAX = 500
_ALBUM_KINDS = ("photo", "video", "audio", "document", "live_photo")


def text_of(call: Call) -> Json:
    """`text` and `entities`, parsed and within the limits."""
    text = call.get("text")
    if not text:
        raise bad("message text is empty")
    return _with_entities(
        "text", "entities", formatted(text, call.get("parse_mode"), call.get("entities"), limit=TEXT_MAX)
    )


def caption_of(params: Json) -> Json:
    caption = params.get("caption")
    if not caption:
        return {}
    mode, entities = params.get("parse_mode"), params.get("caption_entities")
    found = formatted(caption, mode, entities, limit=CAPTION_MAX, caption=True)
    return _with_entities("caption", "caption_entities", found) if found[0] else {}


def _with_entities(name: str, entities_name: str, found: tuple[str, list[Json]]) -> Json:
    text, entities = found
    return {name: text, entities_name: entities} if entities else {name: text}


def send(call: Call, content: Json, *, chat: Chat | None = None) -> Json:
    """Store a message of the bot with this content. Checks the chat, the topic, the reply, the keyboard."""
    chat = chat or call.writable_chat()
    params = call.params
    thread_id = params.get("message_thread_id")
    check_rights(chat, thread_id, content)
    body: Json = {"from": call.world.bot, **_reply(call, chat), **content}
    if thread_id is not None:
        body.update(message_thread_id=thread_id, is_topic_message=True)
    for given, stored in _COPIED.items():
        if params.get(given):
            body[stored] = params[given]
    markup = params.get("reply_markup")
    if markup:
        inline = inline_keyboard(markup, invoice="invoice" in content)
        if inline:
            body["reply_markup"] = inline
        _change_keyboard(call, chat, reply_keyboard(markup))
    return call.world.post(chat, body)


def _change_keyboard(call: Call, chat: Chat, keyboard: Json | None) -> None:
    if keyboard is None:
        return
    chat.keyboard = None if keyboard.get("remove_keyboard") else keyboard
    call.world.keep_chat(chat)
    call.world.watches.tell("keyboard", {"chat": chat.info, "keyboard": chat.keyboard}, chat.id)


def _reply(call: Call, chat: Chat) -> Json:
    reply = call.get("reply_parameters")
    if reply is None and call.get("reply_to_message_id"):
        reply = {
            "message_id": call.get("reply_to_message_id"),
            "allow_sending_without_reply": call.get("allow_sending_without_reply", False),
        }
    if not reply or "message_id" not in reply:
        return {}
    there = call.world.chats.get(reply.get("chat_id", chat.id), chat)
    target = there.messages.get(reply["message_id"])
    if target is None:
        if reply.get("allow_sending_without_reply"):
            return {}
        raise bad("message to be replied not found")
    return {"reply_to_message": quoted(target)}


def quoted(message: Json) -> Json:
    """A message as another holds it: a reply's target holds no further target."""
    return {key: value for key, value in message.items() if key != "reply_to_message"}


@answers("sendMessage")
def send_message(call: Call) -> Json:
    return send(call, text_of(call), chat=call.writable_chat())


@answers(*_MEDIA)
def send_media(call: Call) -> Json:
    kind = _MEDIA[call.method]
    chat = call.writable_chat()
    if kind in ("voice", "video_note") and chat.private and call.world.people[chat.id].forbids_voice:
        raise bad("VOICE_MESSAGES_FORBIDDEN")
    caption = caption_of(call.params)
    return send(call, {**media(call, kind, call.params[kind], call.params), **caption}, chat=chat)


@answers("sendMediaGroup")
def send_media_group(call: Call) -> list[Json]:
    chat = call.writable_chat()
    items = call.params["media"]
    _check_album(items)
    contents = [_album_item(call, number, item) for number, item in enumerate(items, 1)]
    album = {"media_group_id": group_id()} if len(items) > 1 else {}
    return [send(call, {**album, **content}, chat=chat) for content in contents]


def _check_album(items: list[Json]) -> None:
    kinds = {item["type"] for item in items}
    if not items:
        raise bad("there are no messages to send")
    if len(items) > ALBUM_MAX:
        raise bad("too many messages to send as an album")
    if not kinds <= set(_ALBUM_KINDS):
        raise bad("can't use the media of the specified type in the album")
    for alone in ("audio", "document"):
        if alone in kinds and len(kinds) > 1:
            raise bad(f"{alone} can't be mixed with other media types")


def _album_item(call: Call, number: int, item: Json) -> Json:
    try:
        return {**media(call, item["type"], item["media"], item), **caption_of(item)}
    except ApiError as error:
        words = error.description.removeprefix("Bad Request: ")
        raise bad(f'failed to send message #{number} with the error message "{words}"') from None


@answers(
    "sendLocation",
    "sendVenue",
    "sendContact",
    "sendDice",
    "sendPoll",
    "sendGame",
    "sendChecklist",
    "sendPaidMedia",
    "sendLivePhoto",
)
def send_other(call: Call) -> Json:
    """What carries no file that is kept: its object is made from the parameters, as aiogram's type says."""
    name = _snake(call.method.removeprefix("send"))
    field = Message.model_fields.get(name)
    content: Json = caption_of(call.params)
    if field is not None:
        kind = members(field.annotation)[0]
        given = call.get(name)
        content[name] = smallest(kind, given if isinstance(given, dict) else call.params, name)
    return send(call, content)


@answers("sendRichMessage")
def send_rich_message(call: Call) -> Json:
    return send(call, {"rich_message": rich_message(call.params["rich_message"])})


def rich_text(given: Json) -> str:
    """What it says, without its layout: the sandbox draws rich messages as plain paragraphs."""
    return str(given.get("markdown") or given.get("html") or "")


def rich_message(given: Json) -> Json:
    text = rich_text(given)
    if len(text) > RICH_MAX:
        raise bad("message is too long")
    if not text and not given.get("blocks"):
        raise bad("message text is empty")
    paragraphs = [{"type": "paragraph", "text": part} for part in text.split("\n\n") if part]
    rich: Json = {"blocks": paragraphs[:RICH_BLOCKS_MAX]}
    return {**rich, "is_rtl": True} if given.get("is_rtl") else rich


def _snake(name: str) -> str:
    return "".join("_" + one.lower() if one.isupper() else one for one in name).lstrip("_")


@answers("sendChatAction")
def send_chat_action(call: Call) -> bool:
    chat = call.writable_chat()
    call.world.actions[chat.id] = (call.params["action"], call.world.clock.now() + ACTION_SECONDS)
    call.world.watches.tell("action", {"chat": chat.info, "action": call.params["action"]}, chat.id)
    return True


@answers("sendMessageDraft", "sendRichMessageDraft")
def send_draft(call: Call) -> bool:
    """A partial message: the person sees it for 30 s at most, it is never stored."""
    chat = call.writable_chat()
    if not chat.private:
        raise bad("TEXTDRAFT_PEER_INVALID")
    if not call.params["draft_id"]:
        raise bad("RANDOM_ID_INVALID")
    text = text_of(call) if call.get("text") else {"text": rich_text(call.get("rich_message") or {})}
    kept = ("draft_id", "can_stop", "keep_on_stop", "message_thread_id")
    draft = {"chat": chat.info, **{name: call.params[name] for name in kept if name in call.params}, **text}
    call.world.drafts[chat.id] = (draft, call.world.clock.now() + DRAFT_SECONDS)
    call.world.watches.tell("draft", draft, chat.id)
    return True
