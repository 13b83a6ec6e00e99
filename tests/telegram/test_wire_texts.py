"""telegram_wire.md 3.1: texts and their formatting, as answers and names bring them."""

import pytest

from handlers.telegram.rendering import growing, render
from handlers.telegram.splitting import units
from tests.world import ADA, BEN, all_handled, answered, balance, calls, plain, said, words

pytestmark = pytest.mark.usefixtures("at_once")

STRANGE = (
    "Line one<br>line two", "<p>a paragraph</p>", "5 < 6 & 7 > 2", "<b></b>", "<!-- nothing -->",
    "<span class='x'>y</span>", "</i>", "Use <div id=\"a\"> and </div>.", "<https://example.org/a>",
)  # fmt: skip


def refusals(telegram):
    return [call for call in telegram.calls if call.code >= 400]


async def test_text_must_be_non_empty__an_answer_of_spaces_is_none_and_costs_nothing(app, telegram, upstream):
    upstream.will_say(" \n\t ")

    refused = await telegram.heard(ADA, after=telegram.say(ADA, "Say nothing")["message_id"])

    assert "nothing was charged" in words(refused)
    assert await balance(app, ADA) == (10_000, 0)


async def test_message_text_is_empty__an_answer_of_markup_alone_is_shown_as_written(app, telegram, upstream):
    for answer in ("**", "<b></b>", "<!-- nothing -->", "```\n```", "[](https://example.org)"):
        upstream.will_say(answer)

        shown = await answered(telegram, ADA, telegram.say(ADA, "Only markup"))

        assert words(shown).split("\n\n1 token")[0] != "", answer
    assert refusals(telegram) == []


async def test_message_is_too_long__a_long_persian_answer_comes_in_parts_between_paragraphs(
    app, telegram, upstream
):
    paragraph = "این یک بند از پاسخی بلند است که باید در چند پیام فرستاده شود. " * 12
    text = "\n\n".join(f"بند {number}: {paragraph.strip()}" for number in range(30))
    upstream.will_say(text)

    asked = telegram.say(BEN, "بلند بگو")
    await telegram.heard(BEN, lambda m: "مانده" in m.get("text", ""), after=asked["message_id"])

    parts = [message["text"] for message in said(telegram, BEN, asked["message_id"]) if "text" in message]
    assert len(parts) > 5
    assert all(len(part) <= 4096 for part in parts)
    assert all(part.startswith("بند") for part in parts)
    assert "\n\n".join(parts).startswith(text)
    assert refusals(telegram) == []


async def test_text_is_too_long__no_part_has_more_bytes_than_telegram_reads(app, telegram, upstream):
    upstream.will_say("🙂" * 9_000)

    asked = telegram.say(ADA, "Smile")
    await answered(telegram, ADA, asked)

    parts = [message["text"] for message in said(telegram, ADA, asked["message_id"]) if "text" in message]
    assert "".join(parts).count("🙂") == 9_000
    assert refusals(telegram) == []


async def test_cannot_parse_entities__tags_in_an_answer_are_shown_as_written(app, telegram, upstream):
    for text in STRANGE:
        upstream.will_say(text)

        shown = await answered(telegram, ADA, telegram.say(ADA, "Write HTML"))

        assert words(shown).startswith(text), text
    assert refusals(telegram) == []


async def test_cannot_parse_entities__a_name_with_tags_is_a_name(app, telegram):
    telegram.add_person(1003, "<b>Eve & *Co_", language_code="en")
    picker = await telegram.heard(1003, after=telegram.say(1003, "/start")["message_id"])

    await telegram.tap(1003, picker["message_id"], "English").answered(5)

    welcome = await telegram.heard(1003, lambda m: "Hello" in words(m))
    assert "<b>Eve & *Co_" in words(welcome)


async def test_cannot_find_end_of_entity__markdown_that_is_cut_in_mid_stream_is_never_refused(
    app, telegram, upstream
):
    upstream.chunk_seconds = 0.02
    upstream.will_say(
        "**bold that goes on** _and on_ `code` [a link](https://example.org) ~~gone~~ ||hidden||\n\n"
        "```python\nprint('*_[`')\n```\n\n| a | b |\n|---|---|\n| *1* | `2` |\n\n# The end **of it\n" * 3
    )

    answer = await answered(telegram, ADA, telegram.say(ADA, "Everything, please"))

    assert len(calls(telegram, "editMessageText", ADA)) >= 2
    assert refusals(telegram) == []
    assert {"bold", "italic", "code", "text_link", "strikethrough", "spoiler", "pre"} <= {
        entity["type"] for entity in answer["entities"]
    }


async def test_unsupported_parse_mode__nothing_is_ever_sent_with_one(app, telegram, upstream):
    upstream.will_say("**bold** <b>not</b> 1. [x](y) _z")
    await answered(telegram, ADA, telegram.say(ADA, "Format!"))
    for command in ("/start", "/help", "/balance", "/buy", "/mode", "/terms", "/image a.b!", "/voice"):
        await telegram.heard(ADA, after=telegram.say(ADA, command)["message_id"])

    assert not [call for call in telegram.calls if "parse_mode" in call.params]
    await all_handled(app, telegram)


async def test_cannot_parse_message_entity__entities_begin_and_end_between_emoji(app, telegram, upstream):
    upstream.will_say("🙂**🙂b🙂**🙂 `🙂x` " * 400)

    asked = telegram.say(ADA, "Emoji")
    await answered(telegram, ADA, asked)

    assert refusals(telegram) == []
    for message in said(telegram, ADA, asked["message_id"]):
        for entity in message.get("entities", [])[:-1]:
            assert _covered(message["text"], entity) in ("🙂b🙂", "🙂x")


def _covered(text, entity):
    encoded = text.encode("utf-16-le")
    return encoded[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")


async def test_message_caption_is_too_long__a_caption_is_only_the_price(app, telegram):
    note = await telegram.heard(
        ADA, lambda m: "voice" in m, after=telegram.say(ADA, "/voice " + "Good morning. " * 20)["message_id"]
    )

    assert "token" in words(note)
    assert len(note["caption"]) < 100


# How a text is cut and shown: what no refusal tells


def test_code_that_fits_into_a_message_is_not_cut():
    code = "```python\n" + "x = 1\n" * 500 + "```"
    parts = render("\n\n".join(["A paragraph. " * 40] * 4 + [code] + ["The end. " * 20]))

    assert len(parts) == 2
    assert parts[1].entities[0].type == "pre"
    assert parts[1].entities[0].length == len("x = 1\n" * 500) - 1
    assert not parts[0].entities


def test_code_that_fits_nowhere_is_cut_between_lines_and_each_part_is_code():
    parts = render("```python\n" + "".join(f"line_{n} = {n}\n" for n in range(2_000)) + "```", "the price")

    assert all(part.entities[0].type == "pre" and part.entities[0].language == "python" for part in parts)
    assert all(part.text.startswith("line_") for part in parts)
    assert [line for part in parts for line in part.text.split("\n") if "=" in line][-1] == "line_1999 = 1999"
    assert all(units(part.text) <= 4096 for part in parts)


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "word " * 3_000, "🙂" * 5_000, "\n" * 9_000 + "end", "خط\n" * 4_000]
)
def test_nothing_is_lost_where_a_text_is_cut(text):
    parts = render(text, most=1_000)

    assert "".join("".join(part.text.split()) for part in parts) == "".join(text.split())
    assert all(0 < units(part.text) <= 1_000 for part in parts)


def test_headings_lists_and_tables_are_readable():
    (part,) = render("# Title\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | long |\n\n> said")

    assert part.text.startswith("Title\n\n• one\n• two")
    assert [entity.type for entity in part.entities] == ["underline", "bold", "pre", "blockquote"]
    assert "1 | long" in part.text


def test_links_that_telegram_cannot_open_are_words():
    (part,) = render("[a](/rel) [b](javascript:x) [c](https://example.org/) [d](http://[) [e](mailto:x)")

    assert part.text.startswith("a b c")
    assert [entity.url for entity in part.entities] == ["https://example.org/"]


def test_a_growing_text_shows_its_end():
    part = growing("begin " * 2_000 + "**now")

    assert part.text.endswith("now")
    assert units(part.text) <= 4096


def test_markdown_that_the_reader_stumbles_over_is_sent_as_it_is(monkeypatch):
    def stumble(*args, **kwargs):
        raise RuntimeError("no")

    monkeypatch.setattr("handlers.telegram.rendering.convert", stumble)

    assert plain(render("**x**")[0].text) == "**x**"
