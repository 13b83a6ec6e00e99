"""What is kept over a restart, and over a kill -9."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiogram.exceptions import TelegramForbiddenError

from bot.sandbox.telegram import SandboxTelegram
from tests.sandbox.conftest import ADA, BOB, BOT_TOKEN, OGG, bot_for
from tests.sandbox.test_telegram_stars import MONTH, Shop, invoice, link

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def running(folder):
    async with SandboxTelegram(BOT_TOKEN, folder) as telegram:
        telegram.add_person(ADA, "Ada")
        bot = bot_for(telegram)
        try:
            yield telegram, bot
        finally:
            await bot.session.close()


async def test_chats_files_stars_and_updates_survive_a_restart(tmp_path):
    async with running(tmp_path) as (telegram, bot):
        sent = await invoice(bot)
        shop = Shop(bot)
        await shop.sell(telegram.pay(ADA, sent.message_id))
        await bot.get_updates(offset=shop.offset, allowed_updates=["message"])
        said = telegram.send_voice(ADA, OGG)
        before = telegram.messages(ADA)

    async with running(tmp_path) as (telegram, bot):
        assert telegram.messages(ADA) == before
        assert telegram.file(said["voice"]["file_id"]).data == OGG
        assert telegram.stars(ADA) == 9_950
        assert len((await bot.get_star_transactions()).transactions) == 1
        [update] = await bot.get_updates()
        assert update.message.voice.file_id == said["voice"]["file_id"]
        telegram.react(ADA, 1, "👍")
        assert len(await bot.get_updates()) == 1, "what is asked for is remembered"
        new = telegram.say(ADA, "next")
        assert new["message_id"] == before[-1]["message_id"] + 1
        assert (await bot.get_updates())[-1].update_id == update.update_id + 1


async def test_subscriptions_commands_and_the_moved_clock_survive_a_restart(tmp_path):
    async with running(tmp_path) as (telegram, bot):
        await Shop(bot).sell(telegram.pay_link(ADA, await link(bot, 100, subscription_period=MONTH)))
        await bot.set_my_commands([{"command": "start", "description": "Begin"}])
        telegram.clock.forward(MONTH - 100)
        moved = telegram.clock.now()

    async with running(tmp_path) as (telegram, bot):
        assert telegram.commands()[0]["command"] == "start"
        assert telegram.clock.now() >= moved
        telegram.clock.forward(200)
        assert telegram.stars(ADA) == 9_800


async def test_a_group_keeps_its_members_and_what_became_of_the_bot(tmp_path):
    async with running(tmp_path) as (telegram, bot):
        telegram.add_person(BOB, "Bob")
        telegram.add_group(-500, "Friends", [ADA])
        telegram.join(BOB, -500)
        telegram.kick_bot(-500, by=ADA)

    async with running(tmp_path) as (telegram, bot):
        telegram.add_group(-500, "Friends", [ADA])
        assert telegram.chats[-500].members == [ADA, BOB]
        with pytest.raises(TelegramForbiddenError):
            await bot.send_message(-500, "x")


async def test_what_fell_due_while_it_was_down_happens_at_the_start(tmp_path):
    async with running(tmp_path) as (telegram, bot):
        await Shop(bot).sell(telegram.pay_link(ADA, await link(bot, 100, subscription_period=MONTH)))

    late = SandboxTelegram(BOT_TOKEN, tmp_path, now=lambda: telegram.clock.now() + MONTH + 10)
    async with late:
        await asyncio.sleep(0.01)
        assert late.stars(ADA) == 9_800


CHILD = """
import asyncio, sys
from pathlib import Path
from bot.sandbox.telegram import SandboxTelegram

async def main():
    async with SandboxTelegram(sys.argv[1], Path(sys.argv[2])) as telegram:
        telegram.add_person(1001, "Ada")
        for number in range(20):
            telegram.say(1001, f"kept {number}")
        await asyncio.sleep(0.5)
        for number in range(20):
            telegram.say(1001, f"perhaps {number}")
        print("ready", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_kill_loses_at_most_the_last_moment_and_no_id_comes_twice(tmp_path):
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, BOT_TOKEN, str(tmp_path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"ready\n"
    os.kill(child.pid, signal.SIGKILL)
    await child.wait()

    async with running(tmp_path) as (telegram, bot):
        kept = [message["text"] for message in telegram.messages(ADA)]
        assert kept[:20] == [f"kept {number}" for number in range(20)]
        updates = await bot.get_updates()
        assert len(updates) == len(kept)
        said = telegram.say(ADA, "after")
        assert said["message_id"] > 40
        assert (await bot.get_updates())[-1].update_id > 40


async def test_old_messages_and_old_files_give_way(tmp_path, monkeypatch):
    monkeypatch.setattr("bot.sandbox.world.MESSAGES_MAX", 5)
    monkeypatch.setattr("bot.sandbox.files.FILES_MAX", 100)
    async with running(tmp_path) as (telegram, bot):
        files = [telegram.send_document(ADA, bytes(40), "a", "a/b")["document"]["file_id"] for _ in range(4)]
        for number in range(4):
            telegram.say(ADA, str(number))

    async with running(tmp_path) as (telegram, bot):
        assert [message["message_id"] for message in telegram.messages(ADA)] == [4, 5, 6, 7, 8]
        with pytest.raises(KeyError):
            telegram.file(files[0])
        assert telegram.file(files[3]).data == bytes(40)
