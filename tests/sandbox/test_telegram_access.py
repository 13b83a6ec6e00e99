"""Who can be reached, and what Telegram says when not."""

from typing import Any

import pytest
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramUnauthorizedError,
)
from aiogram.types import BufferedInputFile

from tests.sandbox.conftest import ADA, BOB, BOT_TOKEN, OGG, bot_for

GROUP = -500


async def test_a_person_who_blocks_the_bot_is_not_reached_until_they_write_again(telegram, bot):
    telegram.block(ADA)

    with pytest.raises(TelegramForbiddenError, match="Forbidden: bot was blocked by the user"):
        await bot.send_message(ADA, "x")
    telegram.say(ADA, "/start")
    await bot.send_message(ADA, "x")

    blocked, unblocked, said = await bot.get_updates()
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert unblocked.my_chat_member.new_chat_member.status == "member"
    assert said.message.text == "/start"


async def test_people_the_bot_may_not_write_to(telegram, bot):
    telegram.add_person(3, "Eve", started=False)
    telegram.deactivate(BOB)

    with pytest.raises(
        TelegramForbiddenError, match="Forbidden: bot can't initiate conversation with a user"
    ):
        await bot.send_message(3, "x")
    with pytest.raises(TelegramForbiddenError, match="Forbidden: user is deactivated"):
        await bot.send_message(BOB, "x")
    with pytest.raises(TelegramForbiddenError, match="Forbidden: the bot can't send messages to the bot"):
        await bot.send_message(bot.id, "x")
    with pytest.raises(TelegramBadRequest, match="Bad Request: chat not found"):
        await bot.send_message(4, "x")
    telegram.say(3, "hello")
    assert (await bot.send_message(3, "x")).chat.id == 3


async def test_the_bot_is_kicked_comes_back_and_leaves(telegram, bot):
    telegram.add_group(GROUP, "Friends", [ADA, BOB])
    telegram.add_group(-(10**12) - 7, "Many", [ADA])

    telegram.kick_bot(GROUP, by=ADA)
    telegram.kick_bot(-(10**12) - 7, by=ADA)
    with pytest.raises(TelegramForbiddenError, match="Forbidden: bot was kicked from the group chat"):
        await bot.send_message(GROUP, "x")
    with pytest.raises(TelegramForbiddenError, match="bot was kicked from the supergroup chat"):
        await bot.send_message(-(10**12) - 7, "x")
    telegram.add_bot(GROUP, by=ADA)
    await bot.send_message(GROUP, "x")
    await bot.leave_chat(GROUP)
    with pytest.raises(TelegramForbiddenError, match="Forbidden: bot is not a member of the group chat"):
        await bot.send_message(GROUP, "x")
    telegram.delete_group(GROUP)
    with pytest.raises(TelegramForbiddenError, match="Forbidden: the group chat was deleted"):
        await bot.send_message(GROUP, "x")


async def test_a_group_that_became_a_supergroup_says_where_it_is(telegram, bot):
    telegram.add_group(GROUP, "Friends", [ADA])

    new = telegram.migrate(GROUP, by=ADA)

    with pytest.raises(TelegramMigrateToChat) as moved:
        await bot.send_message(GROUP, "x")
    assert moved.value.migrate_to_chat_id == new < -(10**12)
    assert (await bot.send_message(new, "x")).chat.type == "supergroup"
    first, second = await bot.get_updates()
    assert first.message.migrate_to_chat_id == new
    assert second.message.migrate_from_chat_id == GROUP


async def test_rights_that_are_missing_are_named(telegram, bot):
    telegram.add_group(GROUP, "Friends", [ADA])
    telegram.forbid(GROUP, "text", "voice")

    with pytest.raises(TelegramBadRequest, match="not enough rights to send text messages to the chat"):
        await bot.send_message(GROUP, "x")
    with pytest.raises(TelegramBadRequest, match="not enough rights to send voice notes to the chat"):
        await bot.send_voice(GROUP, BufferedInputFile(OGG, "v.ogg"))


async def test_voice_notes_may_be_forbidden(telegram, bot):
    telegram.forbid_voice(ADA)

    with pytest.raises(TelegramBadRequest, match="Bad Request: VOICE_MESSAGES_FORBIDDEN"):
        await bot.send_voice(ADA, BufferedInputFile(OGG, "v.ogg"))
    assert (await bot.send_audio(ADA, BufferedInputFile(OGG, "v.ogg"))).document, "music is MP3 or M4A"
    assert (await bot.send_audio(ADA, BufferedInputFile(b"ID3 and so on", "v.mp3"))).audio
    telegram.forbid_voice(ADA, False)
    assert (await bot.send_voice(ADA, BufferedInputFile(OGG, "v.ogg"))).voice


async def test_drafts_are_for_private_chats(telegram, bot):
    telegram.add_group(GROUP, "Friends", [ADA])

    assert await bot.send_message_draft(ADA, 7, text="thin", can_stop=True)
    assert telegram.draft(ADA)["text"] == "thin"
    telegram.stop_draft(ADA)
    [update] = await bot.get_updates()
    assert update.stopped_message_generation.draft_id == 7
    await bot.send_message_draft(ADA, 8, text="thin")
    telegram.clock.forward(30)
    assert telegram.draft(ADA) is None
    with pytest.raises(TelegramBadRequest, match="Bad Request: TEXTDRAFT_PEER_INVALID"):
        await bot.send_message_draft(GROUP, 7, text="thin")


async def test_a_wrong_bot_token_a_wrong_path_and_a_wrong_method_are_told_apart(telegram, post, get):
    stranger = bot_for(telegram, "123456789:another")

    with pytest.raises(TelegramUnauthorizedError, match="Unauthorized"):
        await stranger.get_me()
    await stranger.session.close()
    assert await get("/botnonsense/getMe") == (401, "Unauthorized: invalid token specified")
    assert await get("/elsewhere") == (404, "Not Found")
    assert await get(f"/bot{BOT_TOKEN}/getNothing") == (404, "Not Found: method not found")
    assert await get(f"/file/bot{BOT_TOKEN}/photo/x.jpg") == (404, "Not Found")
    assert (await post("GETME"))[0] == 200
    assert issubclass(TelegramNotFound, Exception)


async def test_missing_parameters_are_named(telegram, post):
    calls: list[tuple[str, dict[str, Any], str]] = [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": ADA}, "message text is empty"),
        ("deleteMessage", {"chat_id": ADA}, "message identifier is not specified"),
        ("sendVoice", {"chat_id": ADA}, "there is no voice in the request"),
        ("sendInvoice", {"chat_id": ADA}, 'parameter "title" is required'),
        ("getFile", {}, "file_id not specified"),
    ]

    for method, params, words in calls:
        assert (await post(method, **params))[1]["description"] == "Bad Request: " + words
