"""kill -9 while an answer is on its way to a program, then a start: it comes again under the same id."""

import asyncio
import os
import sqlite3
import sys
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiohttp
import pytest

from bot.audit import audit
from bot.storage import open_storage
from tests.crashing_bot import ROOT, crashing_bot
from tests.ports import free_port
from tests.test_crashes import died
from tests.world import ADA, until


@asynccontextmanager
async def running(telegram, upstream, receiver, folder: Path, port: int, place: str):
    async with crashing_bot(
        telegram, upstream, folder, place, HTTP_PORT=str(port), OUTBOUND_ALLOW=f"127.0.0.1:{receiver.port}"
    ) as process:
        yield process


async def issued(folder: Path) -> str:
    """A code from the command line, as an operator makes one."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "run.py"), "admin", "issue", str(ADA), cwd=folder,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    return out.decode().strip()


async def post(port: int, form: dict[str, str]) -> bool:
    try:
        async with aiohttp.ClientSession() as http:
            url = f"http://127.0.0.1:{port}/chatgpt_api/chatgpt_api.php"
            async with http.post(url, data=form) as answer:
                return bool((await answer.json())["status"])
    except aiohttp.ClientConnectorError:
        return False


def done(folder: Path) -> bool:
    with closing(sqlite3.connect(f"file:{folder}/books.db?mode=ro", uri=True)) as books:
        return books.execute("SELECT state, attempts FROM delivery").fetchall() == [("done", 2)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "times"),
    [("callback begun, not sent", 1), ("callback sent, not noted", 2)],
)
async def test_an_answer_on_its_way_comes_again_under_its_id(
    place, times, telegram, upstream, receiver, tmp_path
):
    code, port = await issued(tmp_path), free_port()
    form = {"api": code, "callback": receiver.url, "which": "text", "text": "What is 2 + 2?"}
    async with running(telegram, upstream, receiver, tmp_path, port, place) as first:
        await until(lambda: post(port, form), seconds=30)
        await died(first)

    async with running(telegram, upstream, receiver, tmp_path, port, "nowhere"):
        await until(lambda: done(tmp_path), seconds=30)

    assert len(receiver.heard) == times
    assert len({heard.headers["webhook-id"] for heard in receiver.heard}) == 1
    async with open_storage(tmp_path / "books.db") as storage:
        assert await audit(storage) == []
        rows = await storage.fetch("SELECT posted, held FROM account WHERE id = 'customer:1'")
        assert [tuple(row) for row in rows] == [(9_000, 0)]
