"""Texts: parse modes, entities and limits, with the words in which Telegram refuses."""

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import MessageEntity

from tests.sandbox.conftest import ADA, picture_file

PARSE = "can't parse entities: "
REFUSED = [
    ("HTML", "<b>open", PARSE + 'Can\'t find end tag corresponding to start tag "b"'),
    ("HTML", "سلام<br>", PARSE + 'Unsupported start tag "br" at byte offset 8'),
    ("HTML", "a < b", PARSE + 'Unsupported start tag "" at byte offset 2'),
    ("HTML", "a <b", PARSE + "Unclosed start tag at byte offset 2"),
    ("HTML", "é</b>", PARSE + "Unexpected end tag at byte offset 2"),
    ("HTML", "<b>x</i>", PARSE + 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("HTML", '<a ="x">y</a>', PARSE + 'Empty attribute name in the tag "a" at byte offset 0'),
    ("HTML", "<span>x</span>", PARSE + 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ("HTML", "<b></b>", "text must be non-empty"),
    ("HTML", "   ", "text must be non-empty"),
    ("MarkdownV2", "1.5", PARSE + "Character '.' is reserved and must be escaped with the preceding '\\'"),
    ("MarkdownV2", "a|b", PARSE + "Character '|' is reserved and must be escaped with the preceding '\\'"),
    ("MarkdownV2", "é*open", PARSE + "Can't find end of Bold entity at byte offset 2"),
    ("MarkdownV2", "_open", PARSE + "Can't find end of Italic entity at byte offset 0"),
    ("MarkdownV2", "__open", PARSE + "Can't find end of Underline entity at byte offset 0"),
    ("MarkdownV2", "```py\nopen", PARSE + "Can't find end of PreCode entity at byte offset 0"),
    ("MarkdownV2", "`open", PARSE + "Can't find end of Code entity at byte offset 0"),
    ("MarkdownV2", "||open", PARSE + "Can't find end of Spoiler entity at byte offset 0"),
    ("MarkdownV2", "[text](http://a", PARSE + "Can't find end of a URL at byte offset 7"),
    ("Markdown", "é*open", PARSE + "Can't find end of the entity starting at byte offset 2"),
    ("Mardkown", "x", "unsupported parse_mode"),
    (None, "", "message text is empty"),
    (None, "x" * 4097, "message is too long"),
    (None, "ش" * 16_385, "text is too long"),
]


@pytest.mark.parametrize(("mode", "text", "words"), REFUSED)
async def test_a_text_that_telegram_refuses_is_refused_in_its_words(telegram, bot, mode, text, words):
    with pytest.raises(TelegramBadRequest) as refused:
        await bot.send_message(ADA, text, parse_mode=mode)

    assert refused.value.message == "Bad Request: " + words


READ = [
    ("HTML", "a & b &lt;c&gt;", "a & b <c>", []),
    ("HTML", "<b>x<i>y</i></b>", "xy", [("bold", 0, 2), ("italic", 1, 1)]),
    ("HTML", "<b></b>x", "x", []),
    ("HTML", "😀<b>x</b>", "😀x", [("bold", 2, 1)]),
    ("HTML", '<pre><code class="language-py">x</code></pre>', "x", [("pre", 0, 1)]),
    ("HTML", "<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
    ("HTML", '<a href="https://a.example/">x</a>', "x", [("text_link", 0, 1)]),
    ("MarkdownV2", "*x _y_*", "x y", [("bold", 0, 3), ("italic", 2, 1)]),
    ("MarkdownV2", "1\\.5 `a.b`", "1.5 a.b", [("code", 4, 3)]),
    ("MarkdownV2", "||x|| ~y~", "x y", [("spoiler", 0, 1), ("strikethrough", 2, 1)]),
    ("MarkdownV2", ">a\n>b\nc", "a\nb\nc", [("blockquote", 0, 3)]),
    ("MarkdownV2", "```py\nx = 1\n```", "x = 1", [("pre", 0, 5)]),
    ("Markdown", "*x* a_b `c`".replace("a_b", "ab"), "x ab c", [("bold", 0, 1), ("code", 5, 1)]),
    (
        None,
        "  see https://a.example/b @somebody #tag ",
        None,
        [("url", 4, 19), ("mention", 24, 9), ("hashtag", 34, 4)],
    ),
    (None, "/start@sandbox_bot x", None, [("bot_command", 0, 18)]),
    (None, "me@a.example 50/50", None, [("email", 0, 12)]),
]


@pytest.mark.parametrize(("mode", "source", "text", "entities"), READ)
async def test_a_text_is_read_as_telegram_reads_it(telegram, bot, mode, source, text, entities):
    sent = await bot.send_message(ADA, source, parse_mode=mode)

    assert sent.text == (source.strip() if text is None else text)
    assert [(one.type, one.offset, one.length) for one in sent.entities or ()] == entities


async def test_limits_count_what_is_left_after_parsing(telegram, bot):
    fits = await bot.send_message(ADA, "<b>" + "😀" * 4096 + "</b>", parse_mode="HTML")

    assert len(fits.text) == 4096
    await bot.send_photo(ADA, picture_file(), caption="<i>" + "x" * 1024 + "</i>", parse_mode="HTML")
    with pytest.raises(TelegramBadRequest, match="Bad Request: message caption is too long"):
        await bot.send_photo(ADA, picture_file(), caption="x" * 1025)


@pytest.mark.parametrize(
    ("offset", "length", "words"),
    [
        (1, 1, "entity begins in a middle of a UTF-16 symbol at byte offset 0"),
        (0, 1, "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 0"),
        (2, 9, "entity beginning at UTF-16 offset 2 ends after the end of the text at UTF-16 offset 11"),
        (9, 1, "entity begins after the end of the text at UTF-16 offset 9"),
    ],
)
async def test_entities_must_lie_between_characters(telegram, bot, offset, length, words):
    entity = MessageEntity(type="bold", offset=offset, length=length)

    with pytest.raises(TelegramBadRequest) as refused:
        await bot.send_message(ADA, "😀x", entities=[entity])

    assert refused.value.message == "Bad Request: " + words


async def test_trimming_moves_the_entities_along(telegram, bot):
    sent = await bot.send_message(
        ADA, "\n  😀 x \n", entities=[MessageEntity(type="bold", offset=6, length=3)]
    )

    assert sent.text == "😀 x"
    assert [(one.offset, one.length) for one in sent.entities] == [(3, 1)]


async def test_a_kind_of_entity_that_does_not_parse_is_named(telegram, bot, post):
    status, body = await post("sendMessage", chat_id=ADA, text="x", entities='[{"type":"bold"}]')

    assert status == 400
    assert body["description"].startswith("Bad Request: can't parse MessageEntity: ")
