"""The watch over secrets notices them, wherever they are shown."""

import asyncio
import os
import sys
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from billing.payments.vouchers import Voucher, make
from bot.books import Secrets
from bot.signing import signing_secret
from handlers.http.auth import DOORKEEPER, Doorkeeper
from tests.leaks import LEAKS, Leaks
from tests.serving import serving
from tests.world import ADA, BOT_TOKEN

ROOT = Path(__file__).parents[1]
PLANTED = "tb_live_planted-planted-planted"
SHOWN = {
    "print": f"print('the code is {PLANTED}.')",
    "error stream": f"import sys; print('x={PLANTED}', file=sys.stderr)",
    "log": f"import structlog; structlog.get_logger().warning('seen', url='http://x/bot{PLANTED}/send')",
    "logging": f"import logging; logging.getLogger('x').error('Bearer %s', '{PLANTED}')",
    "another program": f"import subprocess; subprocess.run(['echo', '{PLANTED}'])",
}


async def run(folder: Path, body: str, *words: str) -> tuple[int, str]:
    """A run of pytest with one test; only the plugins that it needs."""
    (folder / "test_one.py").write_text(
        "from tests.leaks import LEAKS\n"
        f"def test_one():\n    LEAKS.secret({PLANTED!r}, 'an API code')\n    {body}\n"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-p", "tests.leaks", *words, str(folder), cwd=folder,
        env={**env, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


@pytest.mark.parametrize("way", SHOWN)
async def test_a_run_in_which_a_secret_is_shown_fails_though_each_test_passes(tmp_path, way):
    status, said = await run(tmp_path, SHOWN[way])

    assert status == 1
    assert "1 passed" in said
    assert "an API code (tb_l…) is shown: " in said
    assert PLANTED not in said


async def test_so_does_one_of_several_processes(tmp_path):
    status, said = await run(tmp_path, SHOWN["print"], "-p", "xdist", "-n", "1")

    assert status == 1
    assert "an API code (tb_l…) is shown: " in said


async def test_a_run_in_which_none_is_shown_passes(tmp_path):
    status, said = await run(tmp_path, f"print('the code is {PLANTED[:20]}… and tb_live_other-other')")

    assert status == 0
    assert "1 passed" in said


async def test_every_secret_of_the_app_is_known(app, settings):
    code = await app.operator.issue(ADA, "tests")
    kept = Secrets.of(settings)
    voucher = await app.storage.write(make, kept.pepper, "v", Voucher(1_000, 1, None), 1, 1)
    secrets = {
        "code": code, "bot_token": BOT_TOKEN, "upstream key": settings.openai_api_key.get_secret_value(),
        "pepper": kept.pepper.decode(), "encryption key": kept.encryption_key.decode(),
        "webhook": kept.webhook, "signing": signing_secret(kept.encryption_key, 1), "voucher": voucher,
    }  # fmt: skip

    assert {name for name, secret in secrets.items() if not known(secret)} == set()


def known(secret: str) -> bool:
    return LEAKS.knows(secret) or LEAKS.knows(secret.removeprefix("tb_live_"))


@pytest.mark.parametrize("status", [200, 500])
async def test_what_our_doors_answer_is_seen(status, monkeypatch):
    leaks = Leaks()
    monkeypatch.setattr(LEAKS, "show", leaks.show)
    leaks.secret(PLANTED, "an API code")

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=f"<p>{PLANTED}</p>", status=status, content_type="text/html")

    app = web.Application()
    app[DOORKEEPER] = object.__new__(Doorkeeper)
    app.router.add_get("/page", page)
    async with serving(app) as address, aiohttp.ClientSession() as http:
        async with http.get(f"{address}/page") as answer:
            assert answer.status == status

    assert leaks.found() == [f"an API code (tb_l…) is shown: answer {status} of GET /page"]
