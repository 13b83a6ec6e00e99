"""A Telegram of our own and a real aiogram bot that talks to it."""

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot.sandbox.telegram import SandboxTelegram

BOT_TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
ADA, BOB = 1001, 1002


class QuickSession(AiohttpSession):
    """aiogram's session without the quarter of a second that its closing waits for TLS."""

    async def close(self):
        if self._session is not None:
            await self._session.close()


@pytest.fixture
async def telegram():
    async with SandboxTelegram(BOT_TOKEN) as telegram:
        telegram.add_person(ADA, "Ada")
        telegram.add_person(BOB, "Bob", language_code="fa", username="bobby")
        yield telegram


def bot_for(telegram, bot_token=BOT_TOKEN):
    session = QuickSession(api=TelegramAPIServer.from_base(telegram.base), timeout=8)
    return Bot(bot_token, session=session)


@pytest.fixture
async def bot(telegram):
    bot = bot_for(telegram)
    yield bot
    await bot.session.close()
