"""Every method that aiogram has, called by a real bot over HTTP with the smallest valid parameters."""

import inspect

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, InputChecklist, InputFile, InputMediaPhoto

from bot.sandbox.typed import MODELS, members, smallest
from tests.sandbox.conftest import ADA, picture

REFUSED = {
    "answerInlineQuery": "query is too old",  # nobody asked
    "answerCallbackQuery": "query is too old",  # nobody tapped
    "answerPreCheckoutQuery": "query is too old",  # nobody pays
    "refundStarPayment": "CHARGE_NOT_FOUND",  # nobody paid
    "editUserStarSubscription": "CHARGE_ID_INVALID",  # nobody subscribed
    "leaveChat": "chat member status can't be changed in private chats",
    "setChatTitle": "can't change private chat title",
    "getChatAdministrators": "there are no administrators in the private chat",
}
"""What Telegram too would refuse, given these parameters."""

LAST = ("logOut", "close", "setWebhook", "deleteMessage", "deleteMessages", "unpinAllChatMessages")


async def ready(telegram, bot):
    """Parameters that point to something that is there."""
    said = telegram.say(ADA, "hello")
    sent = await bot.send_message(ADA, "one")
    pictured = await bot.send_photo(ADA, BufferedInputFile(picture(), "p.png"))
    placed = await bot.send_location(ADA, 1, 2)
    listed = await bot.send_checklist("business", ADA, InputChecklist(title="list", tasks=[]))
    topic = await bot.create_forum_topic(ADA, "topic")
    general = {
        "chat_id": ADA,
        "user_id": ADA,
        "from_chat_id": ADA,
        "message_id": said["message_id"],
        "message_ids": [said["message_id"]],
        "message_thread_id": topic.message_thread_id,
        "file_id": pictured.photo[0].file_id,
        "currency": "XTR",
        "prices": [{"label": "a", "amount": 1}],
        "url": "https://127.0.0.1:9/x",
    }
    item = InputMediaPhoto(media=pictured.photo[-1].file_id)
    special = {
        "editMessageText": {"chat_id": ADA, "message_id": sent.message_id, "text": "two"},
        "editMessageCaption": {"chat_id": ADA, "message_id": pictured.message_id, "caption": "two"},
        "editMessageMedia": {"chat_id": ADA, "message_id": pictured.message_id, "media": item},
        "editMessageReplyMarkup": {
            "chat_id": ADA,
            "message_id": sent.message_id,
            "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]]},
        },
        "editMessageLiveLocation": {"chat_id": ADA, "message_id": placed.message_id},
        "stopMessageLiveLocation": {
            "chat_id": ADA,
            "message_id": placed.message_id,
            "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]]},
        },
        "editMessageChecklist": {"message_id": listed.message_id},
        "sendMediaGroup": {"media": [item, item]},
        "sendRichMessage": {"rich_message": {"markdown": "# one"}},
        "sendVoice": {"voice": BufferedInputFile(b"OggS" + bytes(24) + b"OpusHead", "v.ogg")},
        "setMyCommands": {"commands": [{"command": "start", "description": "Begin"}]},
    }
    await bot.pin_chat_message(ADA, sent.message_id)
    return general, special


def parameter(name, field, general):
    if name in general:
        return general[name]
    if any(inspect.isclass(kind) and issubclass(kind, InputFile) for kind in members(field.annotation)):
        return BufferedInputFile(picture(), "x.png")
    return smallest(field.annotation, {}, name)


async def test_every_method_is_answered_so_that_aiogram_can_read_it(telegram, bot):
    general, special = await ready(telegram, bot)
    names = sorted((model.__api_method__ for model in MODELS.values()), key=lambda one: (one in LAST, one))
    refused = {}

    for name in names:
        model = MODELS[name.lower()]
        required = {key: field for key, field in model.model_fields.items() if field.is_required()}
        given = {key: parameter(key, field, general) for key, field in required.items()}
        try:
            await bot(model.model_validate({**given, **special.get(name, {})}))
        except TelegramBadRequest as error:
            refused[name] = error.message

    assert len(names) > 170
    assert refused.keys() == REFUSED.keys(), refused
    for name, words in REFUSED.items():
        assert words in refused[name]
