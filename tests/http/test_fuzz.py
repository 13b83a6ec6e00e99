"""schemathesis over the OpenAPI document: no 5xx, no answer that the document does not tell of, no way round
the code."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.world import settings_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SEED = os.environ.get("FUZZ_SEED", "20260701")
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "80")


@pytest.fixture
def settings(telegram, upstream, receiver, tmp_path):
    return settings_for(
        telegram, upstream, tmp_path / "data", outbound_allow=f"127.0.0.1:{receiver.port}",
        api_bad_codes=0, api_requests=0, api_code_requests=0, api_waiting_text=100_000,
        api_waiting_image=100_000, api_waiting_voice=100_000, queue_most=100_000,
    )  # fmt: skip


CONFIG = """
[checks.negative_data_rejection]
# Step 1 refuses with 200 and `status` false, because its clients look at nothing else.
expected-statuses = ["200", "400", "401", "404", "405", "409", "422", "429"]
[checks.positive_data_acceptance]
# An Idempotency-Key that comes with another request.
expected-statuses = ["200", "401", "404", "409", "422", "429"]
"""


async def document(program, code: str) -> dict[str, Any]:
    """What is served, with this code wherever one is asked for."""
    async with program.http.get("/openapi.json") as answer:
        read: dict[str, Any] = await answer.json()
    for schema in read["components"]["schemas"].values():
        if "api" in schema.get("properties", {}):
            schema["properties"]["api"] = {"const": code}
    return read


async def fuzz(program, described: dict[str, Any], folder: Path, *words: str) -> tuple[int, str]:
    path = folder / "openapi.json"
    path.write_text(json.dumps(described))
    (folder / "schemathesis.toml").write_text(CONFIG)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "schemathesis.cli", "run", str(path), "--url", program.app.address,
        "--seed", SEED,
        "--max-examples", EXAMPLES, "--checks", "all", "--no-color", *words,
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_whatever_is_sent_the_document_tells_what_comes(program, tmp_path):
    described = await document(program, program.code)

    status, told = await fuzz(
        program, described, tmp_path, "--header", f"Authorization: {program.bearer['Authorization']}"
    )

    assert status == 0, told
    assert await program.app.storage.fetch("SELECT 1 FROM job LIMIT 1")


async def test_without_a_code_nothing_is_done(program, tmp_path):
    described = await document(program, "tb_live_" + "a" * 43)

    status, told = await fuzz(program, described, tmp_path)

    assert status == 0, told
    assert await program.app.storage.fetch("SELECT 1 FROM job LIMIT 1") == []
