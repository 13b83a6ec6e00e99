"""Groups with privacy mode, topics, albums, inline mode, and what people change afterwards."""

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineQueryResultArticle,
    InputTextMessageContent,
)

from tests.sandbox.conftest import ADA, BOB, keyboard, picture

GROUP = -500
FORUM = -1001234567890


@pytest.fixture
def group(telegram):
    telegram.add_group(GROUP, "Friends", [ADA, BOB])
    return GROUP


async def texts(bot):
    return [update.message.text or update.message.caption for update in await bot.get_updates()]


async def test_in_privacy_mode_the_bot_sees_only_what_is_meant_for_it(telegram, bot, group):
    sent = await bot.send_message(group, "hello")
    for text in (
        "between us",
        "/help",
        "/help@other_bot",
        "/help@Sandbox_Bot",
        "hey @sandbox_bot!",
        "@other_bot",
    ):
        telegram.say(ADA, text, chat=group)
    telegram.say(BOB, "to the bot", chat=group, reply_to=sent.message_id)
    telegram.send_photo(BOB, picture(), caption="@sandbox_bot look", chat=group)
    telegram.send_photo(BOB, picture(), caption="look", chat=group)

    assert await texts(bot) == [
        "/help",
        "/help@Sandbox_Bot",
        "hey @sandbox_bot!",
        "to the bot",
        "@sandbox_bot look",
    ]


async def test_an_administrator_bot_sees_everything(telegram, bot, group):
    telegram.promote_bot(group, by=ADA)
    said = telegram.say(BOB, "between us", chat=group)

    promoted, update = await bot.get_updates()

    assert promoted.my_chat_member.new_chat_member.status == "administrator"
    assert update.message.text == "between us"
    assert await bot.delete_message(group, said["message_id"])


async def test_others_messages_are_not_the_bots_to_delete(telegram, bot, group):
    said = telegram.say(BOB, "/x", chat=group)

    with pytest.raises(TelegramBadRequest, match="message can't be deleted"):
        await bot.delete_message(group, said["message_id"])


async def test_who_is_in_a_group(telegram, bot, group):
    telegram.add_person(3, "Eve")
    telegram.join(3, group)
    telegram.leave(BOB, group)

    joined, left = await bot.get_updates()

    assert joined.message.new_chat_members[0].id == 3
    assert left.message.left_chat_member.id == BOB
    assert await bot.get_chat_member_count(group) == 3
    assert [one.user.id for one in await bot.get_chat_administrators(group)] == [ADA]
    assert [(await bot.get_chat_member(group, one)).status for one in (ADA, BOB, 3, bot.id)] == [
        "creator",
        "left",
        "member",
        "member",
    ]
    with pytest.raises(TelegramBadRequest, match="user not found"):
        await bot.get_chat_member(group, 4)


async def test_a_chat_is_described(telegram, bot, group):
    sent = await bot.send_message(group, "rules")
    await bot.pin_chat_message(group, sent.message_id)
    await bot.set_chat_title(group, "Best friends")

    chat = await bot.get_chat(group)

    assert (chat.type, chat.title, chat.pinned_message.text) == ("group", "Best friends", "rules")
    assert (await bot.get_chat(BOB)).username == "bobby"
    await bot.unpin_chat_message(group)
    assert (await bot.get_chat(group)).pinned_message is None


async def test_topics_are_kept_apart(telegram, bot):
    telegram.add_group(FORUM, "Forum", [ADA], forum=True)
    mine = await bot.create_forum_topic(FORUM, "Mine")
    theirs = telegram.open_topic(ADA, FORUM, "Theirs")

    telegram.say(ADA, "/ask", chat=FORUM, topic=theirs)
    sent = await bot.send_message(FORUM, "here", message_thread_id=mine.message_thread_id)

    opened, asked = await bot.get_updates()
    assert opened.message.forum_topic_created.name == "Theirs"
    assert (asked.message.message_thread_id, asked.message.is_topic_message) == (theirs, True)
    assert sent.message_thread_id == mine.message_thread_id != theirs
    with pytest.raises(TelegramBadRequest, match="Bad Request: message thread not found"):
        await bot.send_message(FORUM, "x", message_thread_id=999)
    telegram.close_topic(ADA, FORUM, theirs)
    with pytest.raises(TelegramBadRequest, match="Bad Request: TOPIC_CLOSED"):
        await bot.send_message(FORUM, "x", message_thread_id=theirs)
    await bot.reopen_forum_topic(FORUM, theirs)
    await bot.send_message(FORUM, "x", message_thread_id=theirs)
    await bot.delete_forum_topic(FORUM, mine.message_thread_id)
    with pytest.raises(TelegramBadRequest, match="Bad Request: TOPIC_DELETED"):
        await bot.send_message(FORUM, "x", message_thread_id=mine.message_thread_id)


async def test_only_a_forum_has_topics(telegram, bot, group):
    with pytest.raises(TelegramBadRequest, match="the chat is not a forum"):
        await bot.create_forum_topic(group, "x")


async def test_an_album_comes_as_messages_with_one_group_id(telegram, bot):
    telegram.send_album(ADA, [picture(), picture(), picture()], caption="three")

    messages = [update.message for update in await bot.get_updates()]

    assert len({one.media_group_id for one in messages}) == 1
    assert [one.caption for one in messages] == ["three", None, None]


async def test_an_edit_of_a_person_is_an_update_and_a_deletion_is_not(telegram, bot):
    said = telegram.say(ADA, "2+2")
    telegram.edit(ADA, said["message_id"], "2+3")
    telegram.delete(ADA, said["message_id"])

    first, edited = await bot.get_updates()

    assert first.message.text == "2+2"
    assert (edited.edited_message.text, edited.edited_message.message_id) == ("2+3", said["message_id"])
    assert telegram.messages(ADA) == []


async def test_everything_else_that_people_send(telegram, bot):
    telegram.send_sticker(ADA)
    telegram.send_location(ADA, 35.7, 51.4)
    telegram.send_contact(ADA, "+100", "Bob")
    telegram.send_video_note(ADA, b"mp4")
    telegram.send_video(ADA, b"mp4")
    telegram.send_audio(ADA, b"mp3", "song.mp3", "audio/mpeg")
    sent = await bot.send_message(ADA, "x")
    telegram.forward(BOB, sent.message_id, source=ADA)

    kinds = [update.message.content_type for update in await bot.get_updates()]

    assert kinds == ["sticker", "location", "contact", "video_note", "video", "audio", "text"]


async def test_inline_mode(telegram, bot):
    asked = telegram.ask_inline(ADA, "cats")
    [update] = await bot.get_updates()
    article = InlineQueryResultArticle(
        id="1",
        title="Cats",
        input_message_content=InputTextMessageContent(message_text="<b>cats</b>", parse_mode="HTML"),
        reply_markup=keyboard(("more", "m")),
    )

    await bot.answer_inline_query(update.inline_query.id, [article])
    posted = telegram.choose_inline(ADA, asked, "1", query="cats", chat=BOB)

    assert (posted["text"], posted["via_bot"]["id"]) == ("cats", bot.id)
    [chosen] = await bot.get_updates(offset=update.update_id + 1)
    name = chosen.chosen_inline_result.inline_message_id
    assert await bot.edit_message_text("dogs", inline_message_id=name) is True
    assert telegram.message(BOB, posted["message_id"])["text"] == "dogs"
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_inline_query(update.inline_query.id, [article])


async def test_commands_by_scope_and_language(telegram, bot):
    def named(*names):
        return [BotCommand(command=name, description=name) for name in names]

    await bot.set_my_commands(named("general"))
    await bot.set_my_commands(named("persian"), language_code="fa")
    await bot.set_my_commands(named("admin"), scope=BotCommandScopeChat(chat_id=ADA))

    def shown(**where):
        return [one["command"] for one in telegram.commands(**where)]

    assert (shown(), shown(language_code="fa"), shown(language_code="de")) == (
        ["general"],
        ["persian"],
        ["general"],
    )
    assert shown(person=ADA) == ["admin"]
    await bot.set_my_commands(named("private"), scope=BotCommandScopeAllPrivateChats())
    assert shown(person=BOB) == ["private"]
    await bot.delete_my_commands(scope=BotCommandScopeAllPrivateChats())
    assert [one.command for one in await bot.get_my_commands()] == ["general"]
    assert shown() == ["general"]
    with pytest.raises(TelegramBadRequest, match="BOT_COMMAND_INVALID"):
        await bot.set_my_commands(named("Upper"))
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.set_my_commands(named("admin"), scope=BotCommandScopeChat(chat_id=99))


async def test_the_bots_name_and_descriptions_by_language(telegram, bot):
    await bot.set_my_name("Bot")
    await bot.set_my_name("ربات", language_code="fa")
    await bot.set_my_description("about")

    assert (await bot.get_my_name()).name == (await bot.get_my_name(language_code="de")).name == "Bot"
    assert (await bot.get_my_name(language_code="fa")).name == "ربات"
    assert (await bot.get_my_description()).description == "about"
    assert (await bot.get_my_short_description()).short_description == ""
