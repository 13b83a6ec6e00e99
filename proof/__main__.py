"""`python -m proof`: run the programme and print its table."""

import argparse
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

from proof.programme import PROGRAMME
from proof.result import Found, Line, Proof, Task, table

COLUMNS = ("commit", "prove", "release")
SHOWN = 20
"""Violations that are printed of each proof."""


def main() -> int:
    arguments = _arguments()
    lines: list[Line] = []
    for proof in PROGRAMME:
        if arguments.names and proof.name not in arguments.names:
            continue
        print(f"{proof.name} {proof.what} ...", file=sys.stderr, flush=True)
        lines.append(_run(proof, COLUMNS.index(arguments.column), arguments.seed))
        _tell(lines[-1])
    print(table(lines))
    for line in lines:
        if line.found.details:
            print("", f"{line.proof.name}: {line.proof.what}", "", *line.found.details, sep="\n")
    return 0 if all(line.good for line in lines) else 1


def _run(proof: Proof, column: int, seed: int) -> Line:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=".proof-", dir=Path.cwd()) as folder:
        task = Task(proof.amounts.done[column], seed, proof.amounts.seconds[column], Path(folder))
        try:
            found = proof.prove(task)
        except Exception:
            found = Found(0, ["the proof itself failed:\n" + traceback.format_exc()])
    return Line(proof, seed, time.monotonic() - began, found)


def _tell(line: Line) -> None:
    for violation in line.found.violations[:SHOWN]:
        print(f"  VIOLATION (seed {line.seed}): {violation}", file=sys.stderr, flush=True)
    if not line.found.control:
        print("  the control was not noticed", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m proof", description="Break the money and look.")
    parser.add_argument("names", nargs="*", help="only these, as T2")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    column = parser.add_mutually_exclusive_group()
    column.add_argument("--commit", dest="column", action="store_const", const="commit", default="prove")
    column.add_argument("--release", dest="column", action="store_const", const="release")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
