"""How texts are chosen and filled in."""

from decimal import Decimal

import pytest

from bot.texts import LANGUAGES, Texts, closest, tokens

FSI, LRI, PDI = "\u2068", "\u2066", "\u2069"


@pytest.fixture(scope="module")
def texts():
    return Texts()


@pytest.fixture
def made(tmp_path):
    """Texts from files that are written here: `made(en="a = A", fa="…")`."""

    def make(**files):
        for code, text in files.items():
            (tmp_path / code).mkdir()
            (tmp_path / code / "bot.ftl").write_text(text, "utf-8")
        return Texts(tmp_path)

    return make


@pytest.mark.parametrize(
    ("client", "ours"),
    [
        ("en", "en"), ("en-GB", "en"), ("fa", "fa"), ("fa-IR", "fa"), ("FA_ir", "fa"), ("ru", "ru"),
        ("zh", "zh_CN"), ("zh-hans", "zh_CN"), ("zh-CN", "zh_CN"), ("zh-Hans-HK", "zh_CN"),
        ("zh-hant", "zh_TW"), ("zh-TW", "zh_TW"), ("zh-hk", "zh_TW"), ("zh_Hant_MO", "zh_TW"),
        ("pt-br", "en"), ("far", "en"), ("x", "en"), ("", "en"), (None, "en"),
    ],
)  # fmt: skip
def test_a_clients_language_is_met_as_nearly_as_possible(client, ours):
    assert closest(client) == ours


@pytest.mark.parametrize(
    ("millitokens", "shown"),
    [
        (0, "0"), (1, "0.001"), (10, "0.01"), (999, "0.999"), (1_000, "1"), (1_500, "1.5"),
        (10_000, "10"), (100_000_000, "100000"), (-1_500, "-1.5"), (-2_000, "-2"),
    ],
)  # fmt: skip
def test_millitokens_are_shown_as_tokens(millitokens, shown):
    assert str(tokens(millitokens)) == shown


def test_whole_tokens_are_integers_so_that_they_choose_a_plural():
    assert isinstance(tokens(1_000), int)
    assert isinstance(tokens(1_001), Decimal)


def test_a_text_that_a_language_lacks_is_said_in_english(made):
    texts = made(en="a = English\nb = { $n } left", fa="a = فارسی")

    assert texts.say("fa")("a") == "فارسی"
    assert texts.say("fa")("b", n=1_234) == f"{FSI}1,234{PDI} left"
    assert texts.say("zh_TW")("a") == "English"


def test_a_text_that_nobody_wrote_is_a_mistake(texts):
    with pytest.raises(KeyError, match="no-such-text"):
        texts.say("en")("no-such-text")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_is_isolated_so_that_it_cannot_turn_the_line_around(texts, language):
    assert f"{FSI}Ada اِیدا{PDI}" in texts.say(language)("welcome", name="Ada اِیدا", tokens=10)


def test_braces_in_a_name_are_only_letters(texts):
    assert "{ $tokens }" in texts.say("en")("welcome", name="{ $tokens }", tokens=10)


def bare(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, FSI + LRI + PDI)))


@pytest.mark.parametrize(
    ("language", "price", "left", "footer"),
    [
        ("en", 1, 9, "1 token · 9 left"),
        ("en", 2, 1_234, "2 tokens · 1,234 left"),
        ("en", Decimal("1.5"), Decimal("8.5"), "1.5 tokens · 8.5 left"),
        ("fa", 1, 9, "هزینه: ۱ توکن · مانده: ۹ توکن"),
        ("fa", Decimal("1.5"), 12_345, "هزینه: ۱٫۵ توکن · مانده: ۱۲٬۳۴۵ توکن"),
        ("ru", 21, 9, "21 токен · осталось 9"),
        ("ru", 3, 9, "3 токена · осталось 9"),
        ("ru", 11, 9, "11 токенов · осталось 9"),
        ("ru", Decimal("1.5"), 1_234, "1,5 токена · осталось 1\u00a0234"),
        ("zh_CN", 2, 9, "2 个代币 · 剩余 9"),
        ("zh_TW", 2, 9, "2 個代幣 · 剩餘 9"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(texts, language, price, left, footer):
    assert bare(texts.say(language)("footer", price=price, left=left)) == footer


def test_dates_and_signed_amounts_have_persian_digits_too(texts):
    line = texts.say("fa")("movement", at="2026-01-31 10:20", amount="−0.5", what="پاسخ")

    assert bare(line) == "۱۴۰۴/۱۱/۱۱ ۱۰:۲۰  −۰٫۵ توکن  پاسخ"


def test_what_is_to_be_copied_keeps_its_digits_in_persian(texts):
    say = texts.say("fa")

    assert "stx0123.45,6" in say("receipt", tokens=1, stars=1, left=1, charge="stx0123.45,6")
    assert f"{FSI}https://t.me/b0t?start=inv15{PDI}" in say("help", link="https://t.me/b0t?start=inv15")


def test_a_command_keeps_its_slash_in_persian(texts):
    assert f"{LRI}/buy{PDI}" in texts.say("fa")("balance-next")
    assert texts.say("en")("balance-next").startswith("/buy")


def test_slashes_that_people_bring_along_are_left_alone(made):
    texts = made(en="a = { $x }", fa="a = { $x } خرید /buy نشانی https://example.org/buy")

    said = texts.say("fa")("a", x="/buy")

    assert said == f"{FSI}/buy{PDI} خرید {LRI}/buy{PDI} نشانی https://example.org/buy"


@pytest.mark.parametrize(
    ("day", "persian"),
    [
        ("2026-11-21 09:05", "۱۴۰۵/۰۸/۳۰ ۰۹:۰۵"),
        ("2025-03-20 23:59", "۱۴۰۳/۱۲/۳۰ ۲۳:۵۹"),  # a leap year
        ("2025-03-21 00:00", "۱۴۰۴/۰۱/۰۱ ۰۰:۰۰"),
        ("2021-03-20 12:00", "۱۳۹۹/۱۲/۳۰ ۱۲:۰۰"),
        ("1979-02-11 12:00", "۱۳۵۷/۱۱/۲۲ ۱۲:۰۰"),
    ],
)
def test_persian_days_are_in_irans_calendar(texts, day, persian):
    said = texts.say("fa")("movement", at=day, amount="+1", what="هدیه")

    assert bare(said).startswith(persian)
