"""The rule-based responder: answers without a model, in the language of the question, and says so.

It does what makes the bot's own work visible: sums (short answers), the date, what was said before
(context), the manner asked for (modes), and a long story in Markdown (streaming and splitting).
"""

import ast
import operator
import re
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from bot.providers.language import detect_language

SAYINGS_FILE = Path(__file__).with_name("responder.toml")
QUOTED = 300
"""Characters of a question that are repeated to its asker."""
CHAPTERS = 9
FIRST_HAN = "\u2e80"
LANGUAGE_IF_UNKNOWN = "en"

DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩×÷−٫，", "01234567890123456789*/-..")
THEIR_DIGITS = {"fa": "۰۱۲۳۴۵۶۷۸۹", "ur": "۰۱۲۳۴۵۶۷۸۹"}
SUM = re.compile(r"\(*\s*-?\d[\d\s.+\-*/()^]*[\d)]")
OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.USub: operator.neg,
}  # fmt: skip

STORY_CODE = '''```python
def strokes(night: int) -> list[int]:
    """How often the bell is struck, and struck again."""
    return [3, 2] if night % 9 == 0 else [1]


for night in range(1, 10):
    print(night, "·".join("*" * count for count in strokes(night)))
```'''


class Said(NamedTuple):
    """One message as the responder sees it."""

    role: str
    text: str
    pictures: int = 0


def language_of(messages: Sequence[Said]) -> str:
    """One of the languages that the responder speaks."""
    text = _question(messages).text
    code = detect_language(text) or ("fa" if set(text) & set(THEIR_DIGITS["fa"]) else LANGUAGE_IF_UNKNOWN)
    return code if code in _sayings() else LANGUAGE_IF_UNKNOWN


def rule_for(messages: Sequence[Said], *, small_talk: bool = True) -> str | None:
    """An answer that a rule has, or None where only an echo (or a model) is left."""
    question, say = _question(messages), _sayings()[language_of(messages)]
    if result := work_out(question.text):
        return _filled(say, "sum", sum=_written(result, language_of(messages)))
    if _asks(say, "story", question.text) and (small_talk or _asks(say, "long", question.text)):
        return _long_story(say) if _asks(say, "long", question.text) else _short_story(say)
    if _asks(say, "before", question.text):
        earlier = [said.text for said in messages[:-1] if said.role == "user"]
        return (
            _filled(say, "before", question=earlier[-1][:QUOTED])
            if earlier
            else _filled(say, "nothing_before")
        )
    for word in ("abilities", "date", "thanks", "hello") if small_talk else ("date",):
        if _asks(say, word, question.text) and len(question.text) < 60:
            moment = datetime.now(UTC)
            return _filled(say, word, date=f"{moment:%Y-%m-%d}", clock=f"{moment:%H:%M}").strip()
    return None


def respond(messages: Sequence[Said]) -> str:
    """The whole answer, by rules alone."""
    question, say = _question(messages), _sayings()[language_of(messages)]
    parts = [rule_for(messages) or _filled(say, "echo", text=_cut(question.text))]
    if question.pictures:
        parts.insert(0, say["saw_picture"])
    if persona := next((said.text for said in messages if said.role == "system"), ""):
        parts.append(f"*{say['manner']} {_first_sentence(persona)}*")
    return "\n\n".join(parts)


def work_out(text: str) -> str | None:
    """The sum in a text, as `2 + 2 = 4`; None where there is none, or it is too big."""
    found = SUM.search(text.translate(DIGITS))
    if not found or len(found[0]) > 60 or not re.search(r"\d\s*[+\-*/]", found[0]):
        return None
    try:
        value = _value(ast.parse(found[0].strip(), mode="eval").body)
    except (ValueError, SyntaxError, ArithmeticError, RecursionError):
        return None
    return f"{' '.join(found[0].split())} = {value:.10g}"


def _value(node: ast.AST) -> float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return float(OPERATORS[type(op)](_value(left), _value(right)))
    raise ValueError(ast.dump(node))


def _question(messages: Sequence[Said]) -> Said:
    return next((said for said in reversed(messages) if said.role == "user"), Said("user", ""))


def _asks(say: dict[str, Any], about: str, text: str) -> bool:
    """One of the words for it is in the text."""
    words = set(re.findall(r"[^\W\d_]+", text.lower()))
    return any(_holds(word, words, text) for word in say.get(f"ask_{about}", "").split())


def _holds(wanted: str, words: set[str], text: str) -> bool:
    stem = wanted.removesuffix("*")
    if stem == wanted:
        return wanted in words
    if stem >= FIRST_HAN:
        return stem in text  # no spaces between words there
    return any(word.startswith(stem) for word in words)


def _written(result: str, language: str) -> str:
    """The sum as people write it; in languages from right to left still from the left, in their digits."""
    digits = THEIR_DIGITS.get(language)
    if digits is None:
        return result
    return f"\u2066{result.translate(str.maketrans('0123456789*/-', digits + '×÷−'))}\u2069"


def _short_story(say: dict[str, Any]) -> str:
    return "\n\n".join([f"# {say['story_title']}", *say["story"], f"*{say['is_it']}*"])


def _long_story(say: dict[str, Any]) -> str:
    """About 9,000 characters with headings, a list and code, so that it has to be split."""
    paragraphs = say["story"]
    parts = [f"# {say['story_title']}", *paragraphs, f"## {say['list_title']}"]
    parts.append("\n".join(f"- {item}" for item in say["list"]))
    for chapter in range(1, CHAPTERS + 1):
        parts += [
            f"## {say['chapter'].format(number=chapter)}",
            *paragraphs[chapter % 4 :],
            *paragraphs[: chapter % 4],
        ]
        if chapter % 3 == 1:
            parts += [f"### {say['code_title']}", STORY_CODE]
    return "\n\n".join([*parts, f"*{say['is_it']}*"])


def _filled(say: dict[str, Any], word: str, **given: str) -> str:
    return str(say[word]).format(is_it=say["is_it"], **given)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= QUOTED else text[:QUOTED] + " …"


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?。:])\s", text.strip(), maxsplit=1)[0][:QUOTED]


@cache
def _sayings() -> dict[str, dict[str, Any]]:
    return tomllib.loads(SAYINGS_FILE.read_text(encoding="utf-8"))
