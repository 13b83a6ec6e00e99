"""Edits, deletions, replies, keyboards and taps: what Telegram refuses, and how."""

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, LabeledPrice, ReplyParameters

from tests.sandbox.conftest import ADA, BOB, keyboard, picture_file


async def test_an_edit_without_markup_takes_the_keyboard_away(telegram, bot):
    sent = await bot.send_message(ADA, "one", reply_markup=keyboard(("a", "b")))

    edited = await bot.edit_message_text("one", chat_id=ADA, message_id=sent.message_id)

    assert edited.reply_markup is None
    assert edited.edit_date is not None


async def test_what_can_not_be_edited_is_named(telegram, bot):
    said = telegram.say(ADA, "mine")
    sent = await bot.send_message(ADA, "one")
    photo = await bot.send_photo(ADA, picture_file())
    edits = [
        (bot.edit_message_text("x", chat_id=ADA, message_id=999), "message to edit not found"),
        (bot.edit_message_text("x", chat_id=ADA, message_id=said["message_id"]), "message can't be edited"),
        (
            bot.edit_message_text("x", chat_id=ADA, message_id=photo.message_id),
            "there is no text in the message to edit",
        ),
        (
            bot.edit_message_caption(chat_id=ADA, message_id=sent.message_id, caption="x"),
            "there is no caption in the message to edit",
        ),
        (bot.edit_message_text("x" * 4097, chat_id=ADA, message_id=sent.message_id), "message is too long"),
        (bot.edit_message_text("x", inline_message_id="nowhere"), "MESSAGE_ID_INVALID"),
    ]

    for edit, words in edits:
        with pytest.raises(TelegramBadRequest) as refused:
            await edit
        assert refused.value.message == "Bad Request: " + words


async def test_the_same_keyboard_again_is_not_modified(telegram, bot):
    sent = await bot.send_message(ADA, "one", reply_markup=keyboard(("a", "b")))

    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await sent.edit_reply_markup(reply_markup=keyboard(("a", "b")))
    edited = await sent.edit_reply_markup(reply_markup=keyboard(("c", "d")))

    assert edited.reply_markup.inline_keyboard[0][0].text == "c"


async def test_messages_older_than_48_hours_stay(telegram, bot):
    old = await bot.send_message(ADA, "old")
    telegram.clock.forward(48 * 3600 + 1)
    new = await bot.send_message(ADA, "new")

    assert await new.delete()
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await new.delete()
    with pytest.raises(TelegramBadRequest, match="message can't be deleted for everyone"):
        await old.delete()
    assert (await old.edit_text("still")).text == "still"


async def test_a_reply_to_what_is_gone_needs_leave_to_go_without(telegram, bot):
    said = telegram.say(ADA, "question")
    answer = await bot.send_message(
        ADA, "answer", reply_parameters=ReplyParameters(message_id=said["message_id"])
    )
    telegram.delete(ADA, said["message_id"])

    with pytest.raises(TelegramBadRequest, match="message to be replied not found"):
        await bot.send_message(ADA, "late", reply_parameters=ReplyParameters(message_id=said["message_id"]))
    gone = ReplyParameters(message_id=said["message_id"], allow_sending_without_reply=True)
    late = await bot.send_message(ADA, "late", reply_parameters=gone)

    assert answer.reply_to_message.text == "question"
    assert late.reply_to_message is None


async def test_what_is_not_there_can_not_be_passed_on(telegram, bot):
    sent = await bot.send_message(ADA, "one")

    for call, words in [
        (bot.forward_message(BOB, ADA, 999), "message to forward not found"),
        (bot.copy_message(BOB, ADA, 999), "message to copy not found"),
        (bot.pin_chat_message(ADA, 999), "message to pin not found"),
        (bot.set_message_reaction(ADA, 999), "message to react not found"),
    ]:
        with pytest.raises(TelegramBadRequest) as refused:
            await call
        assert refused.value.message == "Bad Request: " + words
    forwarded = await bot.forward_message(BOB, ADA, sent.message_id)
    copied = await bot.copy_message(BOB, ADA, sent.message_id)

    assert forwarded.forward_origin.sender_user.id == bot.id
    assert "forward_origin" not in telegram.message(BOB, copied.message_id)


def button(**fields):
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="x", **fields)]])


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        (button(callback_data="ش" * 33), "BUTTON_DATA_INVALID"),
        (
            button(),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (button(url="no address"), "BUTTON_URL_INVALID"),
        (button(pay=True), "BUTTON_TYPE_INVALID"),
        (
            InlineKeyboardMarkup(
                inline_keyboard=[
                    [InlineKeyboardButton(text="x" * 60, callback_data="y" * 60)] for _ in range(90)
                ]
            ),
            "reply markup is too long",
        ),
    ],
)
async def test_keyboards_have_their_limits(telegram, bot, markup, words):
    with pytest.raises(TelegramBadRequest) as refused:
        await bot.send_message(ADA, "x", reply_markup=markup)

    assert refused.value.message == "Bad Request: " + words


async def test_a_markup_that_is_no_object_is_refused(telegram, bot, post):
    _, body = await post("sendMessage", chat_id=ADA, text="x", reply_markup="x")
    _, broken = await post("sendMessage", chat_id=ADA, text="x", reply_markup='{"inline')
    _, other = await post("sendMessage", chat_id=ADA, text="x", reply_markup='{"x": 1}')

    assert body["description"] == "Bad Request: object expected as reply markup"
    assert broken["description"] == "Bad Request: can't parse reply markup JSON object"
    assert "can't parse reply keyboard markup JSON object" in other["description"]


async def test_an_invoice_begins_with_its_pay_button(telegram, bot):
    with pytest.raises(TelegramBadRequest, match="REPLY_MARKUP_BUY_EMPTY"):
        await bot.send_invoice(
            ADA,
            "Pack",
            "100",
            "p",
            "XTR",
            [LabeledPrice(label="x", amount=1)],
            reply_markup=keyboard(("a", "b")),
        )


async def test_a_reply_keyboard_is_shown_until_it_is_removed(telegram, bot, post):
    await post("sendMessage", chat_id=ADA, text="x", reply_markup='{"keyboard": [["Yes"]]}')
    shown = telegram.keyboard(ADA)
    await post("sendMessage", chat_id=ADA, text="x", reply_markup='{"remove_keyboard": true}')

    assert shown == {"keyboard": [["Yes"]]}
    assert telegram.keyboard(ADA) is None


async def test_a_tap_can_be_answered_for_a_minute_and_in_200_characters(telegram, bot):
    sent = await bot.send_message(ADA, "choose", reply_markup=keyboard(("Yes", "y")))
    tap, late = telegram.tap(ADA, sent.message_id, "y"), telegram.tap(ADA, sent.message_id, "y")

    with pytest.raises(TelegramBadRequest, match="MESSAGE_TOO_LONG"):
        await bot.answer_callback_query(tap.id, text="x" * 201)
    await bot.answer_callback_query(tap.id, text="x" * 200, show_alert=True)
    telegram.clock.forward(61)

    assert tap.answer == {"text": "x" * 200, "show_alert": True}
    with pytest.raises(TelegramBadRequest, match="query is too old and response timeout expired"):
        await bot.answer_callback_query(late.id)


async def test_a_tap_under_a_deleted_message_shows_an_inaccessible_one(telegram, bot):
    sent = await bot.send_message(ADA, "choose", reply_markup=keyboard(("Yes", "y")))
    await sent.delete()

    telegram.tap(ADA, sent.message_id, "y")

    [update] = await bot.get_updates()
    assert update.callback_query.message.date == 0
