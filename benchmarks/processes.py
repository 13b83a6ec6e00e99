"""Programs beside this one; CPU time and memory of a process and its children, as Linux counts them."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def process(words: list[str], env: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """This Python with these words; killed in the end."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=ROOT, env=dict(env), stdout=asyncio.subprocess.PIPE
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def first_numbers(running: asyncio.subprocess.Process) -> list[int]:
    """What a program prints once it listens: its ports."""
    assert running.stdout is not None
    return [int(word) for word in (await running.stdout.readline()).split()]


def pin(root: int, core: int) -> None:
    """To one core, with all that came from it, thread by thread."""
    for pid in family(root):
        for task in os.listdir(f"/proc/{pid}/task"):
            os.sched_setaffinity(int(task), {core})


def family(root: int) -> list[int]:
    """The process and all that came from it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                children.setdefault(int(_stat(int(folder.name))[1]), []).append(int(folder.name))
            except OSError:
                continue  # it has just ended
    found, waiting = [], [root]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, [])
    return found


def cpu_seconds(root: int) -> float:
    """Of itself and of the system for it, also what ended children took."""
    ticks = 0
    for pid in family(root):
        try:
            ticks += sum(map(int, _stat(pid)[11:15]))
        except OSError:
            continue
    return ticks / TICKS


def memory_mb(root: int) -> float:
    """What is shared counts by its share."""
    kilobytes = 0
    for pid in family(root):
        try:
            found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text("ascii"), re.M)
        except OSError:
            continue
        kilobytes += int(found[1]) if found else 0
    return kilobytes / 1024


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may hold spaces."""
    return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(") ")[2].split()
