"""`python -m proof`: run the programme and print its table."""

import argparse
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from proof.programme import PROGRAMME
from proof.result import Found, Line, Proof, Task, table

COLUMNS = ("commit", "prove", "release")
SHOWN = 20
"""Violations that are printed of each proof."""


def main() -> int:
    arguments = _arguments()
    began = time.monotonic()
    lines: list[Line] = []
    for proof in PROGRAMME:
        if arguments.names and proof.name not in arguments.names:
            continue
        print(f"{proof.name} {proof.what} ...", file=sys.stderr, flush=True)
        lines.append(_run(proof, COLUMNS.index(arguments.column), arguments.seed))
        _tell(lines[-1])
    print(table(lines))
    print(f"\n{_verdict(lines)}, in {(time.monotonic() - began) / 60:.1f} minutes.")
    if arguments.write:
        write(arguments.write, lines)
    return 0 if all(line.good for line in lines) else 1


def _verdict(lines: Sequence[Line]) -> str:
    bad = [line.proof.name for line in lines if not line.good]
    return f"NOT GOOD: {', '.join(bad)}" if bad else "All hold, all controls were noticed"


HEADING = """\
# Proofs

What `make prove` has shown last, on two cores; `make prove ARGS='--write docs/proofs.md'` makes this page.
What each proof does is told at the top of its file in `proof/`.
"""


def write(path: Path, lines: Sequence[Line]) -> None:
    """The table, and below it what a proof has to tell in particular: T6 its mutants."""
    parts = [HEADING, table(lines)]
    for line in lines:
        if line.found.details:
            parts += ["", f"## {line.proof.name}: {line.proof.what}", "", *line.found.details]
    path.write_text("\n".join(parts) + "\n", "utf-8")


def _run(proof: Proof, column: int, seed: int) -> Line:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=".proof-", dir=Path.cwd()) as folder:
        task = Task(proof.amounts.done[column], seed, proof.amounts.seconds[column], Path(folder))
        try:
            found = proof.prove(task)
        except Exception:
            found = Found(0, ["the proof itself failed:\n" + traceback.format_exc()])
    return Line(proof, task.amount, seed, time.monotonic() - began, found)


def _tell(line: Line) -> None:
    for violation in line.found.violations[:SHOWN]:
        print(f"  VIOLATION (seed {line.seed}): {violation}", file=sys.stderr, flush=True)
    if not line.found.control:
        print("  the control was not noticed", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m proof", description="Break the money and look.")
    parser.add_argument("names", nargs="*", help="only these, as T2")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table and every mutant there")
    column = parser.add_mutually_exclusive_group()
    column.add_argument("--commit", dest="column", action="store_const", const="commit", default="prove")
    column.add_argument("--release", dest="column", action="store_const", const="release")
    arguments = parser.parse_args()
    if strange := set(arguments.names) - {proof.name for proof in PROGRAMME}:
        parser.error(f"there is no proof {', '.join(sorted(strange))}")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
