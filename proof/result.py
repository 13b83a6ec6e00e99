"""What a proof is asked, what it found, and the table of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class Task(NamedTuple):
    """`amount` things to do, until `seconds` are over, in `folder`, which is empty and goes afterwards."""

    amount: int
    seed: int
    seconds: float
    folder: Path


@dataclass(slots=True)
class Found:
    """`done` things were done. `control`: the broken code was noticed, and by what."""

    done: int
    violations: list[str] = field(default_factory=list)
    control: str = ""
    remark: str = ""
    details: list[str] = field(default_factory=list)
    """Printed below the table."""


class Amounts(NamedTuple):
    """For every commit, for `make prove`, for a release: how much, and the seconds that it may take."""

    done: tuple[int, int, int]
    seconds: tuple[int, int, int]


class Proof(NamedTuple):
    name: str
    what: str
    unit: str
    amounts: Amounts
    prove: Callable[[Task], Found]


class Line(NamedTuple):
    """A line of the table."""

    proof: Proof
    asked: int
    seed: int
    seconds: float
    found: Found

    @property
    def good(self) -> bool:
        return not self.found.violations and bool(self.found.control)

    @property
    def short(self) -> bool:
        """The time was over before all was done."""
        return self.found.done < self.asked


HEAD = ("", "what was done", "how much", "seed", "s", "violations", "control noticed")


def table(lines: Sequence[Line]) -> str:
    """In Markdown, as it stands in README."""
    rows = [HEAD, tuple("---" for _ in HEAD), *map(_cells, lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cells(line: Line) -> tuple[str, ...]:
    found = line.found
    what = line.proof.what + (f" ({found.remark})" if found.remark else "")
    return (
        line.proof.name,
        what,
        f"{found.done:,} {f'of {line.asked:,} ' if line.short else ''}{line.proof.unit}",
        str(line.seed),
        f"{line.seconds:.0f}",
        str(len(found.violations)),
        f"yes: {found.control}" if found.control else "**no**",
    )
