from pathlib import Path

import pytest

from billing.tariff import SHIPPED, TariffError, load_tariff
from bot.prices import Prices
from bot.providers import Answer, ImageRequest, ProducedFile, Recording, Request, SpeechRequest, TextRequest
from tests.core.books import tokens

PRICES = Prices(load_tariff())
PICTURE = ProducedFile(b"\x89PNG", "image/png")
SPEECH = ProducedFile(b"OggS", "audio/ogg", 1.5)


def persian(size: int) -> str:
    """Text of so many bytes; a letter has two."""
    return "س" * (size // 2) + "." * (size % 2)


@pytest.mark.parametrize(
    ("request_", "price"),
    [
        (TextRequest(question=persian(8)), 1),
        (TextRequest(question=persian(799)), 1),
        (TextRequest(question=persian(800)), 2),
        (TextRequest(question=persian(2000)), 2),
        (TextRequest(question=persian(8), mode="poem"), 2),
        (TextRequest(question=persian(800), mode="poem"), 2),
        (TextRequest(question=persian(8), speak=True), 1 + 2 + 1),
        (TextRequest(question=persian(8), mode="poem", speak=True), 2 + 2 + 1),
        (TextRequest(question=persian(800), speak=True), 2 + 3 + 1),
        (TextRequest(question=persian(1600), speak=True), 2 + 4 + 1),
        (ImageRequest(prompt="a cat", count=1), 2),
        (ImageRequest(prompt="a cat", count=2, style="anime"), 2),
        (ImageRequest(prompt="a cat", count=3), 3),
        (ImageRequest(prompt="a cat", count=10), 3),
        (SpeechRequest(text=persian(799), language="fa"), 2),
        (SpeechRequest(text=persian(800), language="fa"), 3),
        (SpeechRequest(text=persian(1599), language="fa"), 3),
        (SpeechRequest(text=persian(1600), language="fa"), 4),
        (SpeechRequest(text=persian(8)), 3),
        (SpeechRequest(text=persian(1600)), 5),
    ],
)
def test_the_contract_says_what_a_request_costs(request_: Request, price: int) -> None:
    assert PRICES.of(request_) == tokens(price)


@pytest.mark.parametrize(
    ("request_", "answer", "price"),
    [
        (TextRequest(question="2 + 2?"), Answer("4"), 1),
        (TextRequest(question="2 + 2?", speak=True), Answer("4", [SPEECH]), 4),
        (TextRequest(question="2 + 2?", speak=True), Answer("4"), 1),
        (TextRequest(question="2 + 2?", mode="poem", speak=True), Answer("4"), 2),
        (ImageRequest(prompt="a cat", count=4), Answer("", [PICTURE] * 4), 3),
        (ImageRequest(prompt="a cat", count=4), Answer("", [PICTURE] * 2), 2),
        (ImageRequest(prompt="a cat", count=1), Answer("", [PICTURE] * 2), 2),
        (SpeechRequest(text="hello", language="en"), Answer("hello", [SPEECH]), 2),
    ],
)
def test_an_answer_that_is_less_costs_less(request_: Request, answer: Answer, price: int) -> None:
    assert PRICES.of_answer(request_, answer) == tokens(price) <= PRICES.of(request_)


@pytest.mark.parametrize(("seconds", "price"), [(0, 1), (1, 1), (60, 1), (61, 2), (1_800, 30)])
def test_a_recording_costs_by_the_minute_begun(seconds: int, price: int) -> None:
    recording = Recording(name="x", seconds=seconds)
    written = TextRequest(question="", recording=recording, only_transcript=True)
    answered = TextRequest(question="", recording=recording, speak=True)

    assert PRICES.of(written) == tokens(price)
    assert PRICES.of(answered) == tokens(price + 2 + 4 + 1)
    assert PRICES.of_answer(answered, Answer("Yes.", heard="Is it so?")) == tokens(price + 1)


def test_an_operator_may_set_other_prices(tmp_path: Path) -> None:
    file = tmp_path / "tariff.toml"
    file.write_text(
        "[text]\nsteps = [{ from = 0, tokens = 0.125 }, { from = 10, tokens = 1.5 }]\nwith_mode = 0\n"
        "[image]\nsteps = [{ from = 1, tokens = 7 }]\n"
        "[voice]\nsteps = [{ from = 0, tokens = 2 }]\nautomatic_language = 0\n"
    )

    tariff = load_tariff(file)

    assert tariff.text_price(9, mode=True, spoken=False) == 125
    assert tariff.text_price(10, mode=True, spoken=True) == 1_500 + 2_000
    assert tariff.image_price(10) == 7_000


@pytest.mark.parametrize(
    ("shipped", "mistaken", "sentence"),
    [
        ("with_mode = 2 ", "with_mood = 2", "'with_mode' is missing"),
        ("minute = 1 ", "minute = 0 ", "a minute of a recording must cost something"),
        ("[image]", "[picture]", "'image' is missing"),
        ("{ from = 800, tokens = 2 }", "{ from = 800 }", "'tokens' is missing"),
        ("{ from = 800, tokens = 2 }", "800", "'int' object is not subscriptable"),
        ("{ from = 0, tokens = 1 }, ", "", r"\[text\] steps must begin at 0 and rise"),
        ("{ from = 1, tokens = 2 }", "{ from = 0, tokens = 2 }", r"\[image\] steps must begin at 1 and rise"),
        ("from = 1600", "from = 700", r"\[voice\] steps must begin at 0 and rise"),
        ("from = 1600", "from = 800", r"\[voice\] steps must begin at 0 and rise"),
        ("tokens = 4", "tokens = 0", r"\[voice\] every step must cost something"),
        ("tokens = 4", "tokens = 0.0005", "0.0005 tokens: a price has at most three decimal places"),
        ("tokens = 4", "tokens = -4", "-4 is no price"),
        ("tokens = 4", "tokens = nan", "nan is no price"),
        ("tokens = 4", "tokens = inf", "inf is no price"),
        ("tokens = 4", "tokens = true", "True is no price"),
        ("tokens = 4", 'tokens = "four"', "'four' is no price"),
        ("from = 1600", 'from = "long"', "'<' not supported"),
        ("[text]", "[text", "Expected"),
    ],
)
def test_each_mistake_in_a_tariff_gets_its_sentence(
    tmp_path: Path, shipped: str, mistaken: str, sentence: str
) -> None:
    text = SHIPPED.read_text("utf-8")
    assert shipped in text
    file = tmp_path / "tariff.toml"
    file.write_text(text.replace(shipped, mistaken, 1), "utf-8")

    with pytest.raises(TariffError, match=rf"tariff\.toml: .*{sentence}"):
        load_tariff(file)


def test_a_tariff_that_is_not_there_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TariffError, match=r"none\.toml: .*No such file"):
        load_tariff(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(TariffError, match=r"bytes\.toml: .*can't decode"):
        load_tariff(tmp_path / "bytes.toml")
