"""What people read, in their language: Fluent files under locales/, English where a text is missing.

Fluent isolates what is put into a sentence, so that a Latin name doesn't turn a Persian line around.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import jdatetime
from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import FluentType

from billing.ledger import MILLI

FOLDER = Path(__file__).parent.parent / "locales"
LANGUAGES = {"en": "English", "fa": "فارسی", "ru": "Русский", "zh_CN": "简体中文", "zh_TW": "繁體中文"}
FALLBACK = "en"
PERSIAN = "fa"
RIGHT_TO_LEFT = frozenset({PERSIAN})

Say = Callable[..., str]
"""`say("welcome", name=...)`: a text in one language."""

_COMMAND = re.compile(r"(?<![\w/:.])/[a-z]+")
_PERSIAN_DIGITS = str.maketrans("0123456789.,", "۰۱۲۳۴۵۶۷۸۹٫٬")


class Texts:
    def __init__(self, folder: Path = FOLDER) -> None:
        self._bundles = {code: bundle_of(folder, code) for code in LANGUAGES}

    def say(self, language: str) -> Say:
        """The texts in a language of LANGUAGES."""
        bundles = [self._bundles[language], self._bundles[FALLBACK]]

        def say(key: str, /, **values: Any) -> str:
            for bundle in bundles:
                if bundle.has_message(key):
                    message = bundle.get_message(key)
                    assert message.value is not None, key
                    text, _ = bundle.format_pattern(message.value, values)
                    return str(text)
            raise KeyError(key)

        return say


def bundle_of(folder: Path, code: str) -> FluentBundle:
    """All texts of one language; a file that can't be read in full leaves out what is wrong in it."""
    bundle = FluentBundle([code.replace("_", "-"), "en"], functions={"DIGITS": _Digits, "JALALI": _Jalali})
    for file in sorted((folder / code).glob("*.ftl")):
        bundle.add_resource(_parsed(source(file.read_text("utf-8"), code)))
    return bundle


@lru_cache(maxsize=64)
def _parsed(text: str) -> Any:
    """Reading all files takes a tenth of a second, which a process that opens many apps need not spend."""
    return FluentResource(text)


def source(text: str, code: str) -> str:
    """A Fluent file as it is used: in a line from right to left a command keeps its slash in front."""
    return _COMMAND.sub("\u2066\\g<0>\u2069", text) if code in RIGHT_TO_LEFT else text


class _Digits(FluentType):
    """`DIGITS($price)` in a Persian text: a number, or a text of figures, that is read and not copied."""

    def __init__(self, value: object) -> None:
        self._value = value

    def format(self, locale: Any) -> str:
        value = self._value
        text = value.format(locale) if isinstance(value, FluentType) else str(value)
        return text.translate(_PERSIAN_DIGITS)


class _Jalali(_Digits):
    """`JALALI($at)`: a day, as 2026-01-31, or with an hour, 2026-01-31 10:20, in Iran's calendar."""

    def format(self, locale: Any) -> str:
        day, _, hour = str(self._value).partition(" ")
        persian = jdatetime.date.fromgregorian(date=date.fromisoformat(day))
        return f"{persian:%Y/%m/%d} {hour}".rstrip().translate(_PERSIAN_DIGITS)


def figures(text: str, language: str) -> str:
    """Figures, or a day, outside of any sentence, in the digits of the language."""
    return text.translate(_PERSIAN_DIGITS) if language == PERSIAN else text


def day(at: str, language: str) -> str:
    """A day, as 2026-01-31, or with an hour, in the language's calendar and digits."""
    return _Jalali(at).format(None) if language == PERSIAN else at


def isolated(text: str) -> str:
    """A name as it stands in a sentence of the other direction, as Fluent puts it there."""
    return f"\u2068{text}\u2069"


def closest(language_code: str | None) -> str:
    """Which of our languages is nearest to a Telegram client's, as `fa`, `zh-hant`, `pt-br`."""
    code = (language_code or "").replace("_", "-").lower()
    if code.startswith("zh"):
        traditional = "hans" not in code and any(part in code for part in ("hant", "tw", "hk", "mo"))
        return "zh_TW" if traditional else "zh_CN"
    base = code.split("-")[0]
    return base if base in LANGUAGES else FALLBACK


_WITHOUT_CENTS = frozenset({"CLP", "IRR", "IRT", "ISK", "JPY", "KRW", "PYG", "UGX", "VND"})


def money(price: int, currency: str) -> str:
    """A price in the currency's smallest unit as people read it: `⭐ 100`, `1.99 USD`, `150,000 IRT`."""
    if currency == "XTR":
        return f"⭐ {price}"
    amount = f"{price:,}" if currency in _WITHOUT_CENTS else f"{price // 100:,}.{price % 100:02}"
    return f"{amount} {currency}"


def tokens(amount: int) -> int | Decimal:
    """Millitokens as the tokens that people see: at most three decimals, none where whole."""
    whole, rest = divmod(amount, MILLI)
    return whole if rest == 0 else (Decimal(amount) / MILLI).normalize()
