"""What can be wrong with the texts of a language. Each check names what it finds."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from babel import Locale
from fluent.syntax import FluentParser, ast, visitor

from bot.texts import FOLDER, bundle_of

LINK, CHARGE = "https://t.me/some_bot?start=inv15", "stxB0_12.5,7"
CARD = "6037 9911 1111 1111"
WORDS: dict[str, Any] = {
    "language": "Persian", "voice": "Dilara", "speed": "+25", "pitch": "-15",
    "name": "Ada", "link": LINK, "charge": CHARGE, "mode": "😂", "style": "—", "progress": "2",
    "what": "—", "at": "2026-01-31 10:20", "amount": "+1.5", "address": "a.example",
    "why": "—", "month": "2026-11", "opening": "1", "came": "+1.5", "went": "−2", "closing": "0.5",
    "page": "1", "pages": "2", "number": "1001",
    "code": "tb_live_AbCd…WxYz", "state": "—", "money": "1.99 USD", "card": CARD,
    "holder": "Ada",
}  # fmt: skip
NUMBERS = (
    "available", "count", "held", "left", "minutes", "most", "price", "size", "stars", "tokens", "turn",
)  # fmt: skip
FIGURES = (0, 1, 2, 5, 11, 21, 100_000, Decimal("0.001"), Decimal("1.5"), Decimal("99999.999"))

TOASTS = ("language-chosen", "mode-chosen", "stopping", "nothing-to-stop", "voice-on", "voice-off")


def parsed(text: str) -> list[ast.Message]:
    entries = FluentParser().parse(text).body
    assert not (junk := [entry.content for entry in entries if isinstance(entry, ast.Junk)]), junk
    return [entry for entry in entries if isinstance(entry, ast.Message)]


def messages(code: str) -> dict[str, ast.Message]:
    files = sorted((FOLDER / code).glob("*.ftl"))
    found = [message for file in files for message in parsed(file.read_text("utf-8"))]
    keys = [message.id.name for message in found]
    assert len(keys) == len(set(keys)), [key for key in keys if keys.count(key) > 1]
    return dict(zip(keys, found, strict=True))


class _Found(visitor.Visitor):
    def __init__(self, node: ast.BaseNode) -> None:
        self.variables: set[str] = set()
        self.choices: list[set[str]] = []
        self.visit(node)

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802
        self.variables.add(node.id.name)

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # noqa: N802
        keys = [variant.key for variant in node.variants]
        self.choices.append({key.name if isinstance(key, ast.Identifier) else key.value for key in keys})
        self.generic_visit(node)


def variables(message: ast.Message) -> set[str]:
    return _Found(message).variables


def differences(english: Mapping[str, ast.Message], other: Mapping[str, ast.Message]) -> Iterator[str]:
    yield from (f"{key} is missing" for key in english if key not in other)
    for key, message in other.items():
        if key not in english:
            yield f"{key} is not in English"
        elif variables(message) != variables(english[key]):
            yield f"{key} has {variables(message)}, in English {variables(english[key])}"


def wrong_plurals(code: str, texts: Mapping[str, ast.Message]) -> Iterator[str]:
    categories = Locale.parse(code).plural_form.tags | {"other"}
    for key, message in texts.items():
        for choice in _Found(message).choices:
            named = {name for name in choice if not name.isdigit()}
            if named - categories:
                yield f"{key} has forms that the language has not: {named - categories}"
            if code in ("en", "ru") and categories - named:
                yield f"{key} lacks the forms {categories - named}"


def formatted(code: str) -> Iterator[tuple[str, str]]:
    """Every text, with each of the numbers."""
    bundle = bundle_of(FOLDER, code)
    for key, message in messages(code).items():
        for figure in FIGURES if variables(message) & set(NUMBERS) else FIGURES[:1]:
            values = WORDS | dict.fromkeys(NUMBERS, figure)
            pattern = bundle.get_message(key).value
            assert pattern is not None, key
            text, errors = bundle.format_pattern(pattern, values)
            assert errors == [], (code, key, errors)
            yield key, str(text)


def most_for(key: str) -> int:
    """How long a text may be, by Telegram's limits or a phone's width."""
    if key.startswith("style-"):
        return 20  # three buttons in a row
    if key.startswith("mode-") and key != "mode-chosen":
        return 24  # two in a row
    if key.startswith(("image-count", "pack-button", "pay-button", "voice-switch", "stop-button")):
        return 48  # one in a row
    if key == "invoice-title":
        return 32
    if key == "invoice-description":
        return 255
    if key.startswith("command-"):
        return 256
    if key.startswith(("error-", "payment-", "button-too-old")) or key in TOASTS:
        return 200
    return 2_000


def too_long(code: str, key: str, text: str) -> Iterator[str]:
    size = len(text.encode("utf-16-le")) // 2
    if not 1 <= size <= most_for(key):
        yield f"{code} {key} has {size} characters, at most {most_for(key)} are possible: {text}"


def slips(text: str) -> Iterator[str]:
    """What a Persian proof-reader would mark."""
    marks = {
        "an Arabic letter": "[يكىة]",
        "a foreign digit": "[0-9٠-٩]",
        "a Latin mark after a Persian letter": "[؀-ۿ][,;?]",
        "a space for a half-space": r"(?<![؀-ۿ])ن?می |[؀-ۿ] (?:ها|های|هایی|تر|ترین)(?![؀-ۿ])",
        "straight quotes": '"',
    }
    text = re.sub("|".join(map(re.escape, (LINK, CHARGE, CARD))), "", text)
    yield from (f"{name}: {text}" for name, mark in marks.items() if re.search(mark, text))
    if "/" in re.sub(r"\u2066/[a-z]+\u2069|(?<=\d)/(?=\d)", "", text):
        yield f"a command that is not kept together: {text}"
    if direction(text) != "right":
        yield f"a line that begins at the left: {text}"


def direction(text: str) -> str | None:
    """A line's, by its first letter that is not isolated (Unicode's rules P2 and P3)."""
    depth = 0
    for kind in map(unicodedata.bidirectional, text):
        depth += (kind in ("FSI", "LRI", "RLI")) - (kind == "PDI")
        if depth == 0 and kind in ("L", "R", "AL"):
            return "left" if kind == "L" else "right"
    return None
