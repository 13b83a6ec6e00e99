"""Whoever speaks first does not hold up everybody else."""

import asyncio
import sys
from asyncio.subprocess import PIPE

import pytest

from tests.first_use import HELD

pytest.importorskip("espeakng_loader", reason="the local voice is not installed")


async def test_what_takes_long_to_load_is_loaded_before_anybody_is_served(tmp_path):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.first_use", str(tmp_path), stdout=PIPE, stderr=PIPE
    )
    printed, errors = await process.communicate()

    assert process.returncode == 0, errors.decode()
    assert [line for line in printed.decode().splitlines() if line.startswith(HELD)] == []
