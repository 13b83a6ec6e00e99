"""A price list that is written anew has all that it had, but for what was changed."""

import tomllib

import pytest

from billing.model_prices import Alias, model_prices_of
from billing.tariff import SHIPPED
from bot.price_words import WrongPrice, difference, edited, model_lines, with_alias

ODD = 'say "hi" \\ \t\n\r \x7f ‏سلام 🦜 [aliases.x] # no'
BODY = (
    SHIPPED.read_text("utf-8")
    + """
[models.one]
request = 1
answer_most = 7
[aliases.poet]
model = "gpt-4o-mini"
system = "You are a poet."
parameters = { temperature = 1.1, stop = ["a", "b"], nested = { deep = true } }
[aliases."my-*"]
model = "one"
"""
)


@pytest.mark.parametrize(
    ("address", "values"), [("text.800", ["2.5"]), ("recording.minute", ["2"]), ("voice.0", ["3"])]
)
def test_a_changed_price_keeps_the_models_and_the_aliases(address: str, values: list[str]) -> None:
    before, after = tomllib.loads(BODY), tomllib.loads(edited(BODY, address, values))

    assert after["models"] == before["models"]
    assert after["aliases"] == before["aliases"]
    assert after != before


@pytest.mark.parametrize("name", ["pirate", "my-*", 'a "b" [c] = #', "сказочник", "قصه‌گو", "a.b"])
def test_an_alias_is_written_and_taken_away_and_nothing_else(name: str) -> None:
    alias = Alias(
        "m/" + name, ODD, {"temperature": 0.5, "n": 1, "user": ODD, "o": {"a": [1, "b"]}, "x": False}
    )

    added = with_alias(BODY, name, alias)

    assert model_prices_of(added, "x").aliases == {**model_prices_of(BODY, "x").aliases, name: alias}
    assert with_alias(added, name, alias) == added
    removed = tomllib.loads(with_alias(added, name, None))
    expected = tomllib.loads(BODY)
    expected["aliases"].pop(name, None)
    assert removed == expected


def test_what_differs_is_said() -> None:
    added = with_alias(BODY, "pirate", Alias("m", "Arr.", {"n": 1}))
    old, new = (model_lines(model_prices_of(body, "x")) for body in (BODY, added))

    assert difference(old, new) == ["alias.pirate: new, m, system 'Arr.', n=1"]
    assert difference(new, old) == ["alias.pirate: m, system 'Arr.', n=1 → gone"]


@pytest.mark.parametrize(
    ("name", "alias"),
    [
        ("", Alias("m")), ("x" * 101, Alias("m")), ("x\n", Alias("m")), ("x", Alias("")),
        ("x", Alias("m", parameters={"a": None})), ("nobody", None),
    ],
)  # fmt: skip
def test_what_is_no_alias_is_refused(name: str, alias: Alias | None) -> None:
    with pytest.raises(WrongPrice):
        with_alias(BODY, name, alias)
