"""The sandbox's Telegram, seen by a real aiogram bot and by the people who write to it."""

import asyncio

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InputMediaPhoto,
    LabeledPrice,
)

from tests.sandbox.conftest import ADA, keyboard, picture


async def test_a_message_gets_to_the_bot_and_its_answer_back(telegram, bot):
    telegram.say(ADA, "/start now")

    [update] = await bot.get_updates()
    sent = await bot.send_message(ADA, "<b>hi</b>", parse_mode="HTML")

    assert update.message.text == "/start now"
    assert update.message.entities[0].type == "bot_command"
    heard = await telegram.heard(ADA)
    assert heard["text"] == "hi"
    assert heard["message_id"] == sent.message_id


async def test_an_edit_without_change_is_refused_as_telegram_does(telegram, bot):
    sent = await bot.send_message(ADA, "*one*", parse_mode="MarkdownV2", reply_markup=keyboard(("a", "b")))

    with pytest.raises(TelegramBadRequest, match="message is not modified: specified new message"):
        await sent.edit_text("<b>one</b>", parse_mode="HTML", reply_markup=keyboard(("a", "b")))
    edited = await sent.edit_text("two")

    assert edited.reply_markup is None
    assert telegram.message(ADA, sent.message_id)["text"] == "two"


async def test_a_tap_is_answered_once(telegram, bot):
    sent = await bot.send_message(ADA, "choose", reply_markup=keyboard(("Yes", "y")))

    tap = telegram.tap(ADA, sent.message_id, "Yes")
    [update] = await bot.get_updates()
    await update.callback_query.answer("fine").as_(bot)

    assert update.callback_query.data == "y"
    assert (await tap.answered(1))["text"] == "fine"
    with pytest.raises(TelegramBadRequest, match="query is too old and response timeout expired"):
        await bot.answer_callback_query(tap.id)


async def test_photos_albums_voices_and_documents_go_both_ways(telegram, bot):
    photo = await bot.send_photo(ADA, BufferedInputFile(picture(), "p.png"), caption="teal")
    album = await bot.send_media_group(
        ADA, [InputMediaPhoto(media=BufferedInputFile(picture(), "p.png")) for _ in range(2)]
    )
    ogg = b"OggS" + bytes(24) + b"OpusHead" + bytes(40)
    voice = await bot.send_voice(ADA, BufferedInputFile(ogg, "v.ogg"))
    telegram.send_album(ADA, [picture(), picture()], caption="two")
    telegram.send_document(ADA, b"a,b", "a.csv", "text/csv")
    updates = await bot.get_updates()

    assert (photo.photo[-1].width, photo.photo[-1].height) == (400, 300)
    assert album[0].media_group_id == album[1].media_group_id
    assert voice.voice.mime_type == "audio/ogg"
    first, second, document = (update.message for update in updates)
    assert first.media_group_id == second.media_group_id
    assert (first.caption, second.caption) == ("two", None)
    file = await bot.get_file(document.document.file_id)
    assert (await bot.download_file(file.file_path)).read() == b"a,b"
    assert telegram.file(photo.photo[-1].file_id).data == picture()


async def test_an_invoice_is_paid_after_the_bot_agreed(telegram, bot):
    sent = await bot.send_invoice(
        ADA,
        title="Pack",
        description="100",
        payload="p1",
        currency="XTR",
        prices=[LabeledPrice(label="x", amount=50)],
    )

    paying = asyncio.gather(telegram.pay(ADA, sent.message_id))
    [update] = await bot.get_updates(timeout=2)
    await bot.answer_pre_checkout_query(update.pre_checkout_query.id, ok=True)
    [paid] = await paying
    [update] = await bot.get_updates(offset=update.update_id + 1, timeout=2)

    assert paid["ok"]
    assert update.message.successful_payment.telegram_payment_charge_id == paid["charge"]
    assert telegram.stars(ADA) == 9_950
    [entry] = (await bot.get_star_transactions()).transactions
    assert (entry.id, entry.amount, entry.source.invoice_payload) == (paid["charge"], 50, "p1")


async def test_the_bots_commands_and_actions_are_seen(telegram, bot):
    await bot.set_my_commands([BotCommand(command="start", description="Begin")])
    await bot.send_chat_action(ADA, "typing")

    assert telegram.commands() == [{"command": "start", "description": "Begin"}]
    assert telegram.chat_action(ADA) == "typing"
    telegram.clock.forward(5)
    assert telegram.chat_action(ADA) is None
    assert [call.method for call in telegram.calls] == ["setMyCommands", "sendChatAction"]


async def test_whoever_watches_sees_sends_edits_and_deletions(telegram, bot):
    async with telegram.watch(ADA) as seen:
        sent = await bot.send_message(ADA, "one")
        await sent.edit_text("two")
        await sent.delete()
        kinds = [(await anext(seen))[0] for _ in range(6)]

    assert [kind for kind in kinds if kind != "call"] == ["message", "edit", "delete"]
