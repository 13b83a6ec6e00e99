"""Which texts the program says, read from its sources' syntax trees."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
FOLDERS = ("bot", "handlers", "billing")

TRANSFER = ("transfer", "_record")
"""The ledger's functions whose third argument is the kind of a transfer."""

_WORD = re.compile(r"(?:error|payment|refund|job|gift|voucher|plan|card)-[a-z-]+")
"""A text that is named in one place and said in another, as a refusal's `word`."""


class Saying(NamedTuple):
    key: str
    values: frozenset[str] | None
    """The variables that it is given; None where that can't be seen."""


class Said(NamedTuple):
    sayings: list[Saying]
    families: set[str]
    """What stands before the part that only the running program knows, as `style-`."""
    words: set[str]
    transfers: set[str]
    """The kinds of transfers; each is a line of /balance."""


def sources() -> list[str]:
    """All but the sandbox's, which speaks as Telegram."""
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py"))]
    return [file.read_text("utf-8") for file in files if "sandbox" not in file.relative_to(ROOT).parts]


def read(*texts: str) -> Said:
    said = Said([], set(), set(), set())
    for node in (node for text in texts for node in ast.walk(ast.parse(text))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _WORD.fullmatch(node.value):
            said.words.add(node.value)
        if isinstance(node, ast.Call) and node.args:
            if _says(node.func):
                said.sayings.extend(_sayings(node))
                said.families.update(_family(node.args[0]))
            if isinstance(node.func, ast.Name) and node.func.id in TRANSFER and len(node.args) > 2:
                said.transfers.update(_constants(node.args[2]))
    return said


def _says(function: ast.expr) -> bool:
    """`say(…)`, and `texts.say("fa")(…)`."""
    if isinstance(function, ast.Call):
        return isinstance(function.func, ast.Attribute) and function.func.attr == "say"
    return isinstance(function, ast.Name) and function.id == "say"


def _sayings(call: ast.Call) -> Iterator[Saying]:
    names = [keyword.arg for keyword in call.keywords]
    values = None if None in names else frozenset(name for name in names if name)
    for key in _constants(call.args[0]):
        yield Saying(key, values)


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)
    elif isinstance(node, ast.Constant):
        yield str(node.value)


def _family(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.BinOp):
        yield from _constants(node.left)
    elif isinstance(node, ast.JoinedStr) and node.values:
        yield from _constants(node.values[0])
