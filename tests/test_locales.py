"""The texts of every language: complete, alike, fit for Telegram, and said somewhere."""

import re
import tomllib

import pytest

from bot.texts import LANGUAGES
from handlers.http import simple_api
from handlers.telegram.menu import ADMIN_COMMANDS, COMMANDS, GROUP_COMMANDS, PAPERS
from handlers.telegram.voice_settings import STYLES as VOICE_STYLES
from tests import said
from tests.proofreading import (
    CHARGE,
    LINK,
    differences,
    formatted,
    messages,
    parsed,
    slips,
    too_long,
    variables,
    wrong_plurals,
)

OTHERS = tuple(code for code in LANGUAGES if code != "en")

MODES = (
    "none", "comedy", "upset", "depress", "love", "poem", "shy", "coward", "impolite", "rough", "programmer",
    "chat",
)  # fmt: skip
STYLES = (
    "none", "paint", "game", "fantasy", "anime", "cyberpunk", "nature", "steampunk", "sci-fi", "space",
    "creepy", "tattoo", "texture", "anything", "photo", "tarot", "impasto-oil", "child-drawing", "saladwave",
    "woolworld", "synthwave", "midjourney", "xmas", "debug", "ImageHSIv1",
)  # fmt: skip
FAMILIES = {
    "mode-": MODES,
    "style-": STYLES,
    "status-": ["image", "voice"],
    "unspoken-": ["long", "failed"],
    "voice-style-": ["none", "unable", *VOICE_STYLES],
    "code-state-": ["active", "paused", "expired", "revoked"],
    "code-button-": [
        "pause",
        "resume",
        "rotate",
        "revoke",
        "budget-day",
        "budget-all",
        "aside",
        "back",
        "use",
    ],
    "api-status-": [*simple_api.WORDS.values(), "failed"],
    "api-why-": [
        "only-post",
        "few-tokens",
        "no-budget",
        "wait",
        "no-question",
        "bad-max-tokens",
        "bad-continuous",
        "unknown-code",
        "no-model",
        "blocked",
        "not-allowed",
        "no-conversation",
        "content",
        "bad-field",
        "upstream",
    ],
    "delivery-state-": ["pending", "sending", "done", "dead"],
    "command-": [*COMMANDS, *GROUP_COMMANDS, *ADMIN_COMMANDS],
    "movement-": [kind.replace("_", "-") for kind in sorted(said.read(*said.sources()).transfers)],
}

COMMAND = re.compile(r"(?<![\w/:.])/[a-z]+")
LINKED_COMMAND = re.compile(r"(?<![\w/<>])/[a-z]+(?![\w/])")
"""What Telegram makes a link of."""


@pytest.mark.parametrize("code", OTHERS)
def test_every_language_has_the_texts_and_variables_of_english(code):
    assert list(differences(messages("en"), messages(code))) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_choices_have_the_plural_forms_of_their_language(code):
    assert list(wrong_plurals(code, messages(code))) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_text_can_be_said_and_fits_into_its_place(code):
    assert [wrong for key, text in formatted(code) for wrong in too_long(code, key, text)] == []


def test_persian_is_written_as_persians_write():
    assert [(key, slip) for key, text in formatted("fa") for slip in slips(text)] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_copied_is_left_as_it_is(code):
    texts = dict(formatted(code))

    assert LINK in texts["help"]
    assert CHARGE in texts["receipt"]


@pytest.mark.parametrize("code", OTHERS)
def test_translations_name_the_same_commands_and_telegram_sees_them(code):
    english, other = dict(formatted("en")), dict(formatted(code))

    for key, text in other.items():
        assert set(COMMAND.findall(text)) == set(COMMAND.findall(english[key])), key
        assert LINKED_COMMAND.findall(text) == COMMAND.findall(text), key


def test_the_texts_name_only_commands_that_exist():
    named = {command for _, text in formatted("en") for command in COMMAND.findall(text)}

    assert named <= {f"/{command}" for command in COMMANDS}


def test_persian_explains_the_words_that_ask_for_pictures_and_speech():
    texts = dict(formatted("fa"))

    for key, prefix in (("help", "عکس"), ("help", "ویس"), ("image-usage", "عکس"), ("voice-usage", "ویس")):
        assert f"«{prefix} " in texts[key], key


# What the program says


def all_said(program: said.Said) -> set[str]:
    families = {prefix + name for prefix, names in FAMILIES.items() for name in names}
    return {saying.key for saying in program.sayings} | program.words | families | set(PAPERS)


def test_every_text_that_is_said_exists_and_every_text_is_said():
    program = said.read(*said.sources())

    assert program.families == set(FAMILIES)
    assert all_said(program) == set(messages("en"))


@pytest.mark.parametrize(("file", "names"), [("text_modes.toml", MODES), ("picture_styles.toml", STYLES)])
def test_every_mode_and_style_of_the_catalogue_has_a_name(file, names):
    catalogue = tomllib.loads((said.ROOT / "bot" / "catalog" / file).read_text("utf-8"))

    assert {"none", *(name.replace(" ", "-") for name in catalogue)} == set(names)


def test_texts_are_given_all_their_variables():
    english, program = messages("en"), said.read(*said.sources())

    for saying in program.sayings:
        assert saying.values is None or variables(english[saying.key]) <= saying.values, saying
    elsewhere = program.words - {saying.key for saying in program.sayings}
    assert [word for word in elsewhere if variables(english[word])] == []


# The checks themselves: each must be able to fail

ENGLISH = {m.id.name: m for m in parsed("a = { $x }\nb = B")}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a = { $x }", "b is missing"),
        ("a = { $y }\nb = B", "a has {'y'}, in English {'x'}"),
        ("a = { $x }\nb = B\nc = C", "c is not in English"),
    ],
)
def test_a_difference_to_english_is_noticed(text, complaint):
    other = {message.id.name: message for message in parsed(text)}

    assert list(differences(ENGLISH, other)) == [complaint]


def test_junk_is_noticed():
    with pytest.raises(AssertionError, match="what is this"):
        parsed("a = A\nwhat is this")


@pytest.mark.parametrize(("code", "form"), [("ru", "one"), ("zh_CN", "few")])
def test_a_wrong_plural_form_is_noticed(code, form):
    (message,) = parsed(f"a = {{ $x ->\n    [{form}] A\n   *[other] B\n}}")

    assert list(wrong_plurals(code, {"a": message}))


@pytest.mark.parametrize(
    "text", ["كتاب", "۵ توکن و 5 عکس", "سلام, خوبید", "می خواهم", "عکس ها", "خرید: /buy", "Ada سلام"]
)
def test_a_slip_in_persian_is_noticed(text):
    assert len(list(slips(text))) == 1


def test_a_text_that_does_not_fit_is_noticed():
    assert list(too_long("en", "command-help", "x" * 257))
    assert list(too_long("en", "invoice-title", "😀" * 17))
    assert list(too_long("en", "style-anime", ""))


def test_what_a_source_says_is_found():
    program = said.read(
        'say("one", a=1); say("two" if x else "three"); say(f"mode-{x}"); say("style-" + x)\n'
        'texts.say("fa")("four", **x); raise Refused("payment-odd"); transfer(c, key, "gift", a)'
    )

    assert program.sayings == [
        ("one", {"a"}), ("two", set()), ("three", set()), ("four", None)
    ]  # fmt: skip
    assert program.families == {"mode-", "style-"}
    assert program.words == {"payment-odd"}
    assert program.transfers == {"gift"}
