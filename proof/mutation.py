"""T6: each mutant of the money's code must turn a test of the core red.

The control is a mutant that changes nothing: if that is "caught", the harness would catch anything.
"""

import compileall
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from py_compile import PycInvalidationMode
from queue import SimpleQueue
from typing import NamedTuple

from proof.mutants import MUTANTS, NULL, Mutant
from proof.result import Found, Task
from proof.together import in_threads

ROOT = Path(__file__).parent.parent
COPIED = ("billing", "bot", "handlers", "tests", "locales", "pyproject.toml")
SECONDS = 90
"""For the tests of one mutant; a mutant that makes them hang is caught by that."""
SIDE_BY_SIDE = 2


class Verdict(NamedTuple):
    mutant: Mutant
    caught: str
    """The test that turned red; empty where none did."""
    problem: str = ""


def prove(task: Task) -> Found:
    copies: SimpleQueue[Path] = SimpleQueue()
    for number in range(SIDE_BY_SIDE):
        copies.put(_copy(task.folder / str(number)))
    end = time.monotonic() + task.seconds
    mutants = random.Random(task.seed).sample(MUTANTS, min(task.amount, len(MUTANTS)))
    mutants.sort(key=MUTANTS.index)
    judged = in_threads(lambda mutant: _judge(mutant, copies, end), [NULL, *mutants], SIDE_BY_SIDE)
    null, *verdicts = [verdict for verdict in judged if verdict is not None]
    return Found(
        done=len(verdicts),
        violations=list(_wrong(verdicts)),
        control="" if null.caught or null.problem else "a mutant that changes nothing stays green",
        remark=f"all {len(MUTANTS)} are in docs/proofs.md" if len(verdicts) < len(MUTANTS) else "",
        details=_listed(verdicts),
    )


def _wrong(verdicts: Iterable[Verdict]) -> Iterable[str]:
    for mutant, caught, problem in verdicts:
        if problem:
            yield f"{mutant.file}: {mutant.name}: {problem}"
        elif not caught:
            yield f"{mutant.file}: no test notices: {mutant.name}"


def _listed(verdicts: Iterable[Verdict]) -> list[str]:
    rows = [f"| {v.mutant.file} | {v.mutant.name} | {v.caught or '**nothing**'} |" for v in verdicts]
    return ["| file | what is broken | caught by |", "|---|---|---|", *rows]


def _copy(folder: Path) -> Path:
    """The tree, compiled so that a changed file is always noticed, whatever its time and size."""
    folder.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    compileall.compile_dir(folder, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return folder


def _judge(mutant: Mutant, copies: SimpleQueue[Path], end: float) -> Verdict | None:
    """None: the time is over."""
    if mutant is not NULL and time.monotonic() > end:
        return None
    copy = copies.get()
    file = copy / mutant.file
    text = file.read_text("utf-8")
    try:
        if text.count(mutant.old) != 1:
            return Verdict(mutant, "", f"its text is there {text.count(mutant.old)} times, not once")
        file.write_text(text.replace(mutant.old, mutant.new), "utf-8")
        return _tested(mutant, copy)
    finally:
        file.write_text(text, "utf-8")
        copies.put(copy)


def _tested(mutant: Mutant, copy: Path) -> Verdict:
    tests = [f"tests/core/test_{name}.py" for name in mutant.tests]
    command = [
        sys.executable, "-m", "pytest", "-x", "-rfE", "--tb=no", "-p", "no:cacheprovider",
        "--confcutdir=tests/core", f"--basetemp={copy}/tmp", *tests,
    ]  # fmt: skip
    env = os.environ | {"PYTHONPATH": str(copy)}
    try:
        run = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return Verdict(mutant, "the time limit: its tests never end")
    if run.returncode == 0:
        return Verdict(mutant, "")
    red = re.search(r"^(?:FAILED|ERROR) tests/core/(\S+::\w+)", run.stdout, re.MULTILINE)
    if run.returncode != 1 or red is None:
        said = run.stdout[-500:] + run.stderr
        return Verdict(mutant, "", f"pytest could not run ({run.returncode}): {said}")
    return Verdict(mutant, red[1])
