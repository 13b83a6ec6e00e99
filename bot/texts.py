"""What people read, in their language: Fluent files under locales/, English where a text is missing.

Fluent isolates what is put into a sentence, so that a Latin name doesn't turn a Persian line around.
"""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from fluent.runtime import FluentBundle, FluentResource

from billing.ledger import MILLI

FOLDER = Path(__file__).parent.parent / "locales"
LANGUAGES = {"en": "English", "fa": "فارسی", "ru": "Русский", "zh_CN": "简体中文", "zh_TW": "繁體中文"}
FALLBACK = "en"

Say = Callable[..., str]
"""`say("welcome", name=...)`: a text in one language."""


class Texts:
    def __init__(self, folder: Path = FOLDER) -> None:
        self._bundles = {code: _bundle(folder, code) for code in LANGUAGES}

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


def _bundle(folder: Path, code: str) -> FluentBundle:
    bundle = FluentBundle([code.replace("_", "-"), "en"])
    for file in sorted((folder / code).glob("*.ftl")):
        bundle.add_resource(FluentResource(file.read_text("utf-8")))
    return bundle


def closest(language_code: str | None) -> str:
    """Which of our languages is nearest to a Telegram client's, as `fa`, `zh-hant`, `pt-br`."""
    code = (language_code or "").replace("_", "-").lower()
    if code.startswith("zh"):
        return "zh_TW" if any(part in code for part in ("hant", "tw", "hk", "mo")) else "zh_CN"
    base = code.split("-")[0]
    return base if base in LANGUAGES else FALLBACK


def tokens(amount: int) -> int | Decimal:
    """Millitokens as the tokens that people see: at most three decimals, none where whole."""
    whole, rest = divmod(amount, MILLI)
    return whole if rest == 0 else (Decimal(amount) / MILLI).normalize()
