import asyncio
import os
import stat
from pathlib import Path

import pytest

from bot.clock import HOUR
from bot.files import AFTER_DELIVERY, LIFETIME, delivered
from bot.providers import ProducedFile
from bot.secrets import kept_secret
from tests.core.engine import PICTURES, SPEECH, Engine


async def test_names_cannot_be_guessed_and_end_in_the_right_extension(engine: Engine) -> None:
    picture = ProducedFile(b"\xff\xd8\xff", "image/jpeg")

    first, second, spoken = await engine.files.save([picture, picture, SPEECH])

    assert first.name != second.name
    assert (len(first.name), first.name[-4:], spoken.name[-4:]) == (43 + 4, ".jpg", ".ogg")
    assert (spoken.media, spoken.size, spoken.seconds) == ("audio/ogg", 4, 1.5)
    assert await engine.files.read(first.name) == picture.data
    assert all(not path.name.endswith(".part") for path in engine.files.path("").iterdir())


async def test_a_delivered_answers_files_live_a_day_and_never_longer_than_before(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    async with engine.runs():
        row = await engine.ask(ada, PICTURES)

    async def expiry() -> int:
        return int((await engine.storage.fetch("SELECT DISTINCT expires_at FROM file"))[0].expires_at)

    made = await expiry() - LIFETIME
    await engine.storage.write(delivered, row.id, made + HOUR)
    assert await expiry() == made + HOUR + AFTER_DELIVERY
    await engine.storage.write(delivered, row.id, made + 99 * HOUR)
    assert await expiry() == made + HOUR + AFTER_DELIVERY


async def test_expired_and_nameless_files_are_swept(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    async with engine.runs():
        await engine.ask(ada, PICTURES)
    (orphan, young) = await engine.files.save([SPEECH, SPEECH])
    part = engine.files.path(".half.png.part")
    part.write_bytes(b"half")
    created = (await engine.storage.fetch("SELECT created_at FROM file"))[0].created_at
    for path in (engine.files.path(orphan.name), part):
        os.utime(path, (created / 1000 - 3700, created / 1000 - 3700))

    assert await engine.files.sweep(engine.storage, created) == 2
    assert await engine.files.read(young.name) == SPEECH.data
    assert len(await engine.storage.fetch("SELECT name FROM file")) == 4

    assert await engine.files.sweep(engine.storage, created + LIFETIME + 1) == 5
    assert await engine.storage.fetch("SELECT name FROM file") == []


def test_a_given_secret_is_used_and_not_kept(tmp_path: Path) -> None:
    assert kept_secret(tmp_path, "pepper", "given") == "given"
    assert list(tmp_path.iterdir()) == []


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    made = kept_secret(tmp_path, "pepper")

    assert kept_secret(tmp_path, "pepper") == made
    assert kept_secret(tmp_path, "other") != made
    assert len(made) >= 43
    assert stat.S_IMODE((tmp_path / "pepper").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "pepper"]


async def test_of_two_that_make_a_secret_at_once_both_have_the_same(tmp_path: Path) -> None:
    made = await asyncio.gather(*(asyncio.to_thread(kept_secret, tmp_path, "pepper") for _ in range(8)))

    assert len(set(made)) == 1


def test_an_empty_secret_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "pepper").write_text("\n")

    with pytest.raises(ValueError, match="pepper is empty"):
        kept_secret(tmp_path, "pepper")
