"""What the models cost that programs ask for by name: a table of the tariff file, with aliases.

Exact, in whole millitokens: parts are added up first and rounded up once.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from billing.tariff import SHIPPED, TariffError, amount_of

ANY = "*"
ANSWER_MOST = 4_096
_THOUSAND_MINUTES = 60_000
"""So many parts has a millitoken here: prices are for 1,000 of something, or for 60 seconds."""


class Units(NamedTuple):
    """What was done, or may be: as the OpenAI API counts it."""

    prompt: int = 0
    completion: int = 0
    pictures: int = 0
    seconds: int = 0
    characters: int = 0
    requests: int = 0


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """Millitokens for 1,000 prompt or completion tokens or characters, a picture, a minute, a request."""

    prompt: int = 0
    completion: int = 0
    picture: int = 0
    minute: int = 0
    characters: int = 0
    request: int = 0
    answer_most: int = ANSWER_MOST
    """Completion tokens of an answer, where the request doesn't say."""
    name: str = field(default=ANY, compare=False)
    """Its row in the table."""

    def of(self, units: Units) -> int:
        return -(-self._parts(units) // _THOUSAND_MINUTES)

    def completion_affordable(self, amount: int, prompt: int) -> int | None:
        """How many completion tokens `amount` pays for after the prompt; None: any number."""
        if not self.completion:
            return None
        left = amount * _THOUSAND_MINUTES - self._parts(Units(prompt=prompt))
        return max(0, left // (60 * self.completion))

    def _parts(self, units: Units) -> int:
        by_thousand = (
            units.prompt * self.prompt
            + units.completion * self.completion
            + units.characters * self.characters
        )
        whole = units.pictures * self.picture + units.requests * self.request
        return 60 * by_thousand + 1_000 * units.seconds * self.minute + _THOUSAND_MINUTES * whole


@dataclass(frozen=True, slots=True)
class Alias:
    """A public name for an upstream's model, if wanted with a system prompt and parameters: an assistant."""

    model: str
    system: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelPrices:
    models: Mapping[str, ModelPrice]
    """By name, with `*` at will."""
    aliases: Mapping[str, Alias]

    def of(self, name: str, model: str) -> ModelPrice:
        """The price of the public name, else of the upstream's model: the longest pattern that fits."""
        if name in self.models:
            return self.models[name]
        found = self.models.get(_fitting(self.models, model) or ANY)
        assert found is not None, "load_model_prices sees to it"
        return found

    def alias(self, name: str) -> Alias | None:
        if not self.aliases:
            return None
        fitting = _fitting(self.aliases, name)
        return None if fitting is None else self.aliases[fitting]


def _fitting(patterns: Mapping[str, object], name: str) -> str | None:
    if name in patterns:
        return name
    fitting = [pattern for pattern in patterns if ANY in pattern and fnmatchcase(name, pattern)]
    return max(fitting, key=len, default=None)


def model_prices_of(text: str, name: str) -> ModelPrices:
    """Its `[models]` and `[aliases]`; the shipped `[models]` where it has none. Raises TariffError."""
    try:
        data = tomllib.loads(text)
        if "models" not in data:
            data["models"] = tomllib.loads(SHIPPED.read_text("utf-8"))["models"]
        models = {name: _price(name, row) for name, row in data["models"].items()}
        if ANY not in models:
            raise ValueError('[models."*"] is needed: the price of models that are not named')
        aliases = {name: Alias(**row) for name, row in data.get("aliases", {}).items()}
    except (TypeError, ValueError, AttributeError) as error:
        raise TariffError(f"{name}: {error}") from None
    return ModelPrices(models, aliases)


def _price(name: str, row: dict[str, Any]) -> ModelPrice:
    most = row.pop("answer_most", ANSWER_MOST)
    if not isinstance(most, int) or not 1 <= most <= 1_000_000:
        raise ValueError("answer_most is 1 to 1000000")
    return ModelPrice(
        **{unit: amount_of(tokens) for unit, tokens in row.items()}, answer_most=most, name=name
    )
