"""The operator's upstreams: added on the machine, seen in the chat, encrypted at rest, and their way back."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.credential_lines import BadLine, read_lines
from bot.sandbox.upstream import OfflineUpstream
from bot.storage import open_storage
from bot.upstreams import Upstreams, checked_url
from tests.world import ADA, BOSS, answered, hosted, until, words

ROOT = Path(__file__).parent.parent
KEY = "sk-second-key-of-the-tests-0123456789"


async def admin(folder: Path, *words: str, given: str = "") -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "run.py"), "admin", *words,
        cwd=folder, env={"PATH": os.environ["PATH"], "DATA_DIR": str(folder / "data")},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, error = await asyncio.wait_for(process.communicate(given.encode()), 30)
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()


async def told(telegram, text: str, has: str) -> str:
    asked = telegram.say(BOSS, text)
    heard = await telegram.heard(BOSS, lambda m: has in words(m), after=asked["message_id"], seconds=10)
    return words(heard)


async def test_keys_are_added_without_a_running_bot_and_are_encrypted(tmp_path):
    given = f"# two\n{KEY} weight=3 proxy=http://me:hidden-word@127.0.0.1:1\n- header:api-key=abcdef-xyz\n"

    added = await admin(tmp_path, "upstream", "add", "second", "http://127.0.0.1:9/v1/", given=given)
    again = await admin(tmp_path, "upstream", "add", "second", "http://127.0.0.1:9/v1", given=given)
    listed = await admin(tmp_path, "upstream", "list")

    assert added[:2] == (0, "2 added.\n")
    assert again[:2] == (0, "0 added. 2 were there.\n")
    assert "second · http://127.0.0.1:9/v1 · sk-s…6789 · enabled · weight 3" in listed[1]
    for file in (tmp_path / "data").glob("books.db*"):
        stored = file.read_bytes()
        assert not any(word in stored for word in (KEY.encode(), b"hidden-word", b"abcdef-xyz"))


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("", "standard input"), ("sk-1 nonsense", "line 1"), ("sk-1 weight=0", "weight"),
        ("sk-1\nsk-2 proxy=ftp://x", "line 2: proxy"), ("sk-1 color=blue", "color"),
        ("oauth token_url=https://x client_id=a", "oauth needs"), ("sk-ключ", "line 1"),
    ],
)  # fmt: skip
async def test_a_line_that_is_not_understood_is_named_and_not_repeated(given, wrong):
    with pytest.raises(BadLine, match=wrong) as caught:
        read_lines(given)

    assert "sk-" not in str(caught.value)


@pytest.mark.parametrize("url", ["ftp://x/v1", "x", "https://key@host/v1", "https://host/v1?key=1"])
def test_an_address_holds_no_secrets(url):
    with pytest.raises(ValueError):
        checked_url(url)


async def test_another_encryption_key_opens_nothing(tmp_path):
    async with open_storage(tmp_path / "books.db") as storage:
        await Upstreams(storage, b"one key").add("a", "http://127.0.0.1:9/v1", read_lines(KEY))

        loaded = await Upstreams(storage, b"another").load()

        assert loaded.credentials == []
        assert "ENCRYPTION_KEY" in (await Upstreams(storage, b"another").listed())[0].error


async def test_a_key_that_is_added_while_the_bot_runs_is_used_and_can_be_switched_off(
    app, telegram, settings
):
    async with OfflineUpstream(model=False) as second:
        folder = settings.data_dir.parent
        done = await admin(folder, "upstream", "add", "second", second.base_url, given=KEY)
        assert done[:2] == (0, "1 added.\n")
        assert "settings" in await told(telegram, "/upstreams", "second")

        await told(telegram, "/upstreams disable 1", "disabled")
        await answered(telegram, ADA, telegram.say(ADA, "2 + 2?"))
        assert len(second.requests) == 1

        await told(telegram, "/upstreams enable 1", "enabled")
        await told(telegram, "/upstreams remove 2", "removed")
        await answered(telegram, ADA, telegram.say(ADA, "3 + 3?"))
        assert len(second.requests) == 1
        assert "can only be disabled" in await told(telegram, "/upstreams remove 1", "no such")


async def test_nobody_but_an_admin_sees_them(app, telegram):
    asked = telegram.say(ADA, "/upstreams")

    heard = await telegram.heard(ADA, lambda m: True, after=asked["message_id"], seconds=10)
    assert "http://" not in words(heard)


async def test_a_key_that_is_refused_is_told_once_and_comes_back_by_itself(app, telegram, upstream):
    upstream.will("401", path="/completions")
    asked = telegram.say(ADA, "2 + 2?")
    await telegram.heard(BOSS, lambda m: "refused" in words(m), seconds=10)
    await until(lambda: telegram.messages(ADA)[-1]["message_id"] != asked["message_id"])

    async def refused() -> bool:
        return bool((await app.operator.upstreams.listed())[0].state == "refused")

    await until(refused)
    _, look = app.sweeps["upstreams"]
    await look()

    await telegram.heard(BOSS, lambda m: "again" in words(m), seconds=10)
    await answered(telegram, ADA, telegram.say(ADA, "3 + 3?"))


async def test_what_an_admin_switched_off_stays_off_after_a_restart_until_the_key_changes(settings, telegram):
    async with hosted(settings) as app:
        await app.operator.upstreams.set_state(1, "disabled")

    async with hosted(settings) as app:
        assert (await app.operator.upstreams.listed())[0].state == "disabled"

    other = settings.model_copy(update={"openai_api_key": SecretStr(KEY)})
    async with hosted(other) as app:
        assert (await app.operator.upstreams.listed())[0].state == "enabled"
