"""`run.py admin`, while the bot runs and while it does not; and the other things that an operator meets."""

import asyncio
import os
import sys
from pathlib import Path

import aiohttp

from tests.world import ADA, balance, hosted

ROOT = Path(__file__).parent.parent


async def run_py(folder: Path, *words: str, **env: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "run.py"), *words,
        cwd=folder, env={"PATH": os.environ["PATH"], "DATA_DIR": str(folder / "data")} | env,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, error = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()


async def test_admin_works_on_books_that_nobody_has_open(tmp_path):
    issued = await run_py(tmp_path, "admin", "issue", "1001", "--name", "phone")
    credited = await run_py(tmp_path, "admin", "credit", "1001", "2.5", "--reason", "test")
    audited = await run_py(tmp_path, "admin", "audit")

    assert issued[0] == 0
    assert issued[1].startswith("tb_live_")
    assert credited[1] == "1001 has 12.5 tokens.\n"
    assert audited == (0, "The books are right.\n", audited[2])


async def test_admin_goes_through_the_running_bot(settings, telegram):
    async with hosted(settings) as app:
        folder = settings.data_dir.parent
        status, code, _ = await run_py(folder, "admin", "issue", str(ADA))
        await run_py(folder, "admin", "credit", str(ADA), "5", "--reason", "test")

        assert status == 0
        assert await balance(app, ADA) == (15_000, 0)
        async with aiohttp.ClientSession(app.address) as http:
            headers = {"Authorization": f"Bearer {code.strip()}"}
            async with http.get("/api/v1/account", headers=headers) as answer:
                assert (await answer.json())["balance"] == 15


async def test_admin_says_how_it_is_used(tmp_path):
    for words in (("admin",), ("admin", "give"), ("admin", "credit", "1", "x", "--reason", "r")):
        status, out, error = await run_py(tmp_path, *words)
        assert status == 2
        assert out == ""
        assert len(error) > 10
        assert "Traceback" not in error


async def test_a_mistake_in_the_settings_is_a_sentence(tmp_path):
    status, _, error = await run_py(tmp_path, HTTP_PORT="x", DATABASE_URL="postgresql://")

    assert status == 1
    assert "HTTP_PORT" in error
    assert "PostgreSQL is not supported yet" in error
    assert "Traceback" not in error


async def test_a_second_bot_on_the_same_books_is_refused(settings, tmp_path):
    async with hosted(settings):
        status, _, error = await run_py(settings.data_dir.parent, HTTP_PORT="0", SANDBOX_TELEGRAM_PORT="0")

    assert status == 1
    assert "another process" in error
    assert "Traceback" not in error


async def test_secrets_are_made_once_and_for_the_owner_alone(settings):
    async with hosted(settings):
        pass
    first = {p.name: p.read_text() for p in settings.data_dir.iterdir() if p.name in SECRETS}
    async with hosted(settings):
        pass

    assert first.keys() == SECRETS
    for name, content in first.items():
        path = settings.data_dir / name
        assert path.read_text() == content
        assert path.stat().st_mode & 0o777 == 0o600


SECRETS = {"code_pepper", "encryption_key", "webhook_secret"}
