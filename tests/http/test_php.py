"""The contract driven by real PHP: curl with an array in CURLOPT_POSTFIELDS, a PHP page called back."""

import asyncio
import os
import shutil
import socket
from pathlib import Path

import pytest

from handlers.http.documentation import SAMPLES
from tests.http.programs import Receiver
from tests.world import settings_for, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("php") and "CI" not in os.environ, reason="needs php-curl"),
]


@pytest.fixture
def port() -> int:
    """One that is free for PHP's own server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def settings(telegram, upstream, port, tmp_path):
    return settings_for(telegram, upstream, tmp_path / "data", outbound_allow=f"127.0.0.1:{port}")


@pytest.fixture
async def receiver(port):
    """Never heard: the callbacks go to PHP."""
    receiver = Receiver()
    receiver.url = f"http://127.0.0.1:{port}/answer.php"
    return receiver


@pytest.fixture
async def answers(program, port, tmp_path):
    """The folder in which the PHP page puts what it is told."""
    folder = tmp_path / "answers"
    folder.mkdir()
    async with program.http.get("/api/v1/account", headers=program.bearer) as answer:
        secret = (await answer.json())["webhook_secret"]
    server = await asyncio.create_subprocess_exec(
        "php", "-S", f"127.0.0.1:{port}", str(SAMPLES / "answer.php"), cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "WEBHOOK_SECRET": secret, "ANSWERS": str(folder)},
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await until(lambda: listens(port))
        yield folder
    finally:
        server.terminate()
        await server.wait()


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def ask(program, text: str, **env: str) -> str:
    process = await asyncio.create_subprocess_exec(
        "php", str(SAMPLES / "ask.php"), text, stdout=asyncio.subprocess.PIPE,
        env={
            "PATH": os.environ["PATH"], "API": program.app.address, "CODE": program.code,
            "CALLBACK": program.callback, **env,
        },
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    return out.decode().split()[1]


async def answer(folder: Path, job: str) -> list[str]:
    path = folder / f"{job}.txt"
    await until(lambda: path.exists() and path.read_text().endswith("\n"))
    return path.read_text().splitlines()


async def test_php_gets_a_text(program, answers):
    *text, price = await answer(answers, await ask(program, "What is 2 + 2?"))

    assert "4" in " ".join(text)
    assert price == "1"


async def test_php_gets_a_text_with_speech(program, answers):
    job = await ask(program, "What is 2 + 2?", WORKS='["txtTOvoice"]')

    *text, sound, price = await answer(answers, job)

    assert text
    assert sound.startswith("txtTOvoice http")
    assert sound.endswith(".mp3")
    assert price == "4"


async def test_php_gets_four_pictures(program, answers):
    job = await ask(program, "A cat in the rain", WHICH="txtTOimage", COUNT="4", MODE="anime")

    _, *pictures, price = await answer(answers, job)

    assert [picture.split()[0] for picture in pictures] == ["txtTOimage"] * 4
    for picture in pictures:
        async with program.http.get(picture.split()[1]) as file:
            assert file.status == 200
    assert price == "3"


async def test_php_gets_speech(program, answers):
    job = await ask(program, "Good morning to you all.", WHICH="txtTOvoice", MODE="poem")

    words, sound, price = await answer(answers, job)

    assert words == "Good morning to you all."
    assert sound.startswith("txtTOvoice http")
    assert price == "3"


async def test_php_is_told_what_is_wrong(program, answers):
    with pytest.raises(AssertionError):
        await ask(program, "short")
