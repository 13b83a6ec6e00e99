"""Imports go one way: run → bot.wiring → handlers → bot.jobs → bot.providers, billing."""

import ast
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

NEVER = {
    # who: whom they never import
    "billing": ("bot", "handlers", "run"),
    "bot": ("handlers", "run", "bot.wiring"),
    "bot.wiring": ("run",),
    "bot.providers": (
        "billing", "handlers", "bot.storage", "bot.writer", "bot.jobs", "bot.queue", "bot.wiring",
    ),
    "handlers": ("run", "bot.wiring"),
}  # fmt: skip
"""The longest name that fits counts."""


def modules() -> dict[str, str]:
    """Our modules' source by their names."""
    files = [
        ROOT / "run.py",
        *(path for top in ("bot", "billing", "handlers") for path in ROOT.glob(f"{top}/**/*.py")),
    ]
    return {_name(path): path.read_text("utf-8") for path in files if path.exists()}


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(source: str, module: str) -> Iterator[str]:
    """Every module that the source imports, wherever in it; `from a import b` may mean a.b."""
    gc.disable()  # Python 3.11 trips over a finalizer that runs while it makes the tree
    try:
        tree = ast.parse(source)
    finally:
        gc.enable()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            base = _absolute(node, module)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _absolute(node: ast.ImportFrom, module: str) -> str:
    if not node.level:
        return str(node.module)
    return ".".join([*module.split(".")[: -node.level], *([node.module] if node.module else [])])


def wrong_imports(sources: dict[str, str]) -> set[tuple[str, str]]:
    return {
        (module, name)
        for module, source in sources.items()
        for name in imported(source, module)
        for never in NEVER.get(_rule_of(module), ())
        if _within(name, never)
    }


def _rule_of(module: str) -> str:
    return max((rule for rule in NEVER if _within(module, rule)), key=len, default="")


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def test_imports_go_one_way() -> None:
    sources = modules()

    assert {"billing.ledger", "bot.jobs", "bot.wiring", "bot.providers", "handlers"} <= sources.keys()
    assert wrong_imports(sources) == set()


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("billing.ledger", "from bot import storage"),
        ("billing.payments.stars", "import handlers.telegram"),
        ("bot.jobs", "from handlers.telegram.chat import answer_text"),
        ("bot.queue", "def later():\n    import bot.wiring"),
        ("bot.providers.text", "from bot.storage import Storage"),
        ("bot.providers.speech.gtts", "import billing"),
        ("bot.providers.pool", "from ..storage import Storage"),
        ("handlers.telegram.chat", "from bot import wiring"),
        ("bot.wiring", "import run"),
    ],
)
def test_a_wrong_import_is_seen(module: str, line: str) -> None:
    assert {found for found, _ in wrong_imports({module: line})} == {module}


def test_a_right_import_is_not() -> None:
    right = {
        "bot.wiring": "from handlers.telegram import door\nfrom bot.jobs import Jobs",
        "bot.jobs": "from billing import ledger\nfrom bot.storage import Storage",
        "bot.providers.text": "from bot.providers import Answer\nfrom bot.clock import now",
        "run": "from bot.wiring import open_app",
        "billing.ledger": "import botany",
    }

    assert wrong_imports(right) == set()
