"""The measurements of a target, asked from the other core."""

import asyncio
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.gateway.targets import Target
from benchmarks.gateway.world import World
from benchmarks.processes import ROOT, cpu_seconds, family, memory_mb

OTHER_CORE = 1
AT_ONCE = 32
RATE = 20


async def load(target: Target, *words: str) -> dict[str, Any]:
    """Ask, from the other core; what came of it."""
    headers = [word for header in target.headers for word in ("--header", header)]
    given = ["-m", "benchmarks.gateway.load", target.url, "--key", target.key, *headers, *words]
    asked = await asyncio.create_subprocess_exec(
        "taskset", "-c", str(OTHER_CORE), sys.executable, *given, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asked.communicate()
    if asked.returncode:
        raise RuntimeError(f"the load on {target.name} failed")
    result: dict[str, Any] = json.loads(out)
    for error, times in result["errors"].items():
        target.errors[error] = target.errors.get(error, 0) + times
    return result


async def saturated(target: Target, seconds: float, *words: str) -> dict[str, float]:
    cpu = cpu_seconds(target.pid)
    result = await load(target, "--seconds", str(seconds), "--at-once", str(AT_ONCE), *words)
    cpu = cpu_seconds(target.pid) - cpu
    count = max(1, result["answers"])
    return {"cpu": cpu / count * 1000, "rps": count / result["seconds"], "events": result["events"] / count}


async def paced(target: Target, what: str, seconds: float, *words: str) -> Mapping[str, float]:
    given = ("--way", "rate", "--rate", str(RATE), "--seconds", str(seconds))
    result = await load(target, *given, *words)
    return {share: result[what][share] for share in ("p50", "p99")} if result[what] else {}


async def one_round(world: World, direct: Target, targets: Sequence[Target], seconds: float) -> None:
    await world.pace(0.001)
    for target in targets:
        row = {f"plain {name}": value for name, value in (await saturated(target, seconds)).items()}
        streams = await saturated(target, seconds, "--stream")
        row |= {f"stream {name}": value for name, value in streams.items()}
        target.rows.append(row)
    await world.pace(0.02)
    for what, words in (("wait", ()), ("first", ("--stream",))):
        floor = await paced(direct, what, seconds, *words)
        for target in targets:
            took = await paced(target, what, seconds, *words)
            for share in took:
                target.rows[-1][f"{what} {share}"] = took[share] - floor[share]
    for target in targets:
        target.rows[-1]["memory"] = memory_mb(target.pid)


async def count_fsyncs(target: Target) -> None:
    if shutil.which("strace") is None:
        return
    with tempfile.NamedTemporaryFile(suffix=".strace") as log:
        pids = [word for pid in family(target.pid) for word in ("-p", str(pid))]
        tracer = await asyncio.create_subprocess_exec(
            "strace", "-f", "-e", "trace=fsync,fdatasync", "-o", log.name, *pids,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await asyncio.sleep(1)
        result = await load(target, "--way", "rate", "--rate", str(RATE), "--seconds", "2")
        tracer.terminate()
        await tracer.wait()
        found = re.findall(rb"\b(?:fsync|fdatasync)\(", log.read())
    target.fsyncs = len(found) / max(1, result["answers"])
