"""What a request to a model by name costs: exact, and rounded up once."""

import pytest

from billing.model_prices import ANSWER_MOST, Alias, ModelPrice, Units, model_prices_of
from billing.tariff import SHIPPED, TariffError
from tests.core.books import tokens

TARIFF = """
[models."*"]
prompt = 0.5
completion = 1.5
[models."gpt-4*"]
prompt = 2
[models."gpt-4o*"]
prompt = 3
answer_most = 10
[aliases.poet]
model = "gpt-4o-mini"
system = "You are a poet."
parameters = { temperature = 1.1 }
[aliases."old-*"]
model = "gpt-4"
"""


@pytest.mark.parametrize(
    ("units", "amount"),
    [
        (Units(prompt=1000, completion=1000), tokens(2)),
        (Units(prompt=1), 1),  # half a millitoken, rounded up
        (Units(prompt=1, completion=1), 2),  # 0.5 + 1.5, rounded once
        (Units(prompt=3, completion=1), 3),
        (Units(), 0),
        (Units(pictures=4), tokens(8)),
        (Units(seconds=90), tokens(3)),
        (Units(seconds=1), 34),  # 33.3
        (Units(characters=500), tokens(1)),
        (Units(requests=3), 300),
    ],
)
def test_parts_are_added_up_and_rounded_up_once(units: Units, amount: int) -> None:
    price = ModelPrice(
        prompt=500, completion=1500, picture=2000, minute=2000, characters=2000, request=100
    )  # fmt: skip

    assert price.of(units) == amount


@pytest.mark.parametrize(("amount", "prompt"), [(tokens(7), 100), (1, 0), (52, 100), (51, 100), (0, 0)])
def test_so_many_answer_units_are_affordable_and_not_one_more(amount: int, prompt: int) -> None:
    price = ModelPrice(prompt=500, completion=1500)
    most = price.completion_affordable(amount, prompt)

    assert most is not None
    assert price.of(Units(prompt=prompt, completion=most)) <= amount
    assert price.of(Units(prompt=prompt, completion=most + 1)) > amount


def test_who_cannot_pay_the_prompt_can_afford_no_answer() -> None:
    assert ModelPrice(prompt=500, completion=1500).completion_affordable(1, 1000) == 0
    assert ModelPrice(prompt=500).completion_affordable(0, 1000) is None


def test_the_longest_pattern_that_fits_is_the_price() -> None:
    prices = model_prices_of(TARIFF, "here")

    assert prices.of("gpt-4o-mini", "gpt-4o-mini").prompt == tokens(3)
    assert prices.of("gpt-4", "gpt-4").prompt == tokens(2)
    assert prices.of("llama", "llama") == ModelPrice(prompt=500, completion=1500, answer_most=ANSWER_MOST)
    assert prices.of("poet", "gpt-4o-mini").answer_most == 10
    assert prices.of("gpt-4o*", "llama").prompt == tokens(3)  # priced by its public name


def test_an_alias_is_found_by_its_name_or_pattern() -> None:
    prices = model_prices_of(TARIFF, "here")

    assert prices.alias("poet") == Alias("gpt-4o-mini", "You are a poet.", {"temperature": 1.1})
    assert prices.alias("old-one") == Alias("gpt-4")
    assert prices.alias("gpt-4") is None


def test_without_aliases_nothing_is_one() -> None:
    assert model_prices_of("[text]\n", "here").alias("poet") is None


def test_a_tariff_of_before_has_the_shipped_prices() -> None:
    shipped = model_prices_of(SHIPPED.read_text("utf-8"), "shipped")

    assert model_prices_of("[text]\n", "here") == shipped


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[models.", "here: "),
        ("[models.x]\nprompt = 1\n", r'here: \[models."\*"\] is needed'),
        ('[models."*"]\nprompt = -1\n', "here: -1 is no price"),
        ('[models."*"]\ncolour = 1\n', "here: .*colour"),
        ('[models."*"]\nanswer_most = 0\n', "here: answer_most is 1 to 1000000"),
        ('[models."*"]\nanswer_most = "many"\n', "here: answer_most is 1 to 1000000"),
        ('models = 5\n', "here: "),
        ('[aliases.poet]\nsystem = "?"\n', "here: .*model"),
    ],
)  # fmt: skip
def test_each_mistake_gets_its_sentence(text: str, complaint: str) -> None:
    with pytest.raises(TariffError, match=complaint):
        model_prices_of(text, "here")
