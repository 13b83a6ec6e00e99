"""The tariff: what a request costs, known before the work is done. Data in tariff.toml.

Decimal lives only here: the file says tokens, the books count millitokens.
"""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from billing.ledger import MILLI

SHIPPED = Path(__file__).with_name("tariff.toml")


class TariffError(Exception):
    """The tariff file can't be used; the message says what to mend."""


@dataclass(frozen=True, slots=True)
class Step:
    size: int
    price: int


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices in millitokens."""

    text: tuple[Step, ...]
    text_with_mode: int
    image: tuple[Step, ...]
    voice: tuple[Step, ...]
    automatic_language: int
    recording_minute: int

    def text_price(self, size: int, *, mode: bool, spoken: bool) -> int:
        """`size` in bytes of UTF-8. A text answered as speech pays for speaking by its own length."""
        price = _at(self.text, size)
        if mode:
            price = max(price, self.text_with_mode)
        return price + (self.voice_price(size, automatic=True) if spoken else 0)

    def image_price(self, count: int) -> int:
        return _at(self.image, count)

    def voice_price(self, size: int, *, automatic: bool) -> int:
        """`size` in bytes of UTF-8; `automatic`: the language is found out from the text."""
        return _at(self.voice, size) + (self.automatic_language if automatic else 0)

    def recording_price(self, seconds: int) -> int:
        """For understanding speech, by the minute begun."""
        return max(1, -(-seconds // 60)) * self.recording_minute


def _at(steps: tuple[Step, ...], size: int) -> int:
    return next(step.price for step in reversed(steps) if size >= step.size)


def load_tariff(path: Path = SHIPPED) -> Tariff:
    """Read a tariff file. Raises TariffError with a sentence."""
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise TariffError(f"{path}: {error}") from None
    return tariff_of(text, str(path))


def tariff_of(text: str, name: str) -> Tariff:
    """What a tariff file says; `name` is what the sentence of a TariffError begins with."""
    try:
        data = tomllib.loads(text)
        return Tariff(
            text=_steps(data, "text", 0),
            text_with_mode=amount_of(data["text"]["with_mode"]),
            image=_steps(data, "image", 1),
            voice=_steps(data, "voice", 0),
            automatic_language=amount_of(data["voice"]["automatic_language"]),
            recording_minute=_positive(data.get("recording", {"minute": 1})["minute"]),
        )
    except KeyError as error:
        raise TariffError(f"{name}: {error} is missing") from None
    except (TypeError, ValueError) as error:  # what is no TOML is a ValueError, too
        raise TariffError(f"{name}: {error}") from None


def _steps(data: dict[str, Any], section: str, first: int) -> tuple[Step, ...]:
    steps = tuple(Step(step["from"], amount_of(step["tokens"])) for step in data[section]["steps"])
    sizes = [step.size for step in steps]
    if sizes[:1] != [first] or sizes != sorted(set(sizes)):
        raise ValueError(f"[{section}] steps must begin at {first} and rise")
    if any(step.price == 0 for step in steps):
        raise ValueError(f"[{section}] every step must cost something")
    return steps


def _positive(tokens: int | float) -> int:
    if (amount := amount_of(tokens)) == 0:
        raise ValueError("a minute of a recording must cost something")
    return amount


def amount_of(tokens: int | float) -> int:
    """Tokens of a tariff file in millitokens. Raises ValueError."""
    if isinstance(tokens, bool) or not isinstance(tokens, int | float) or not 0 <= tokens < 1e9:
        raise ValueError(f"{tokens!r} is no price: a number of tokens is needed")
    amount = Decimal(str(tokens)) * MILLI
    if amount != int(amount):
        raise ValueError(f"{tokens} tokens: a price has at most three decimal places")
    return int(amount)
