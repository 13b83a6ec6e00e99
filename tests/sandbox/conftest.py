"""A Telegram of our own and a real aiogram bot that talks to it."""

import io

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup
from aiohttp import ClientSession
from PIL import Image

from bot.sandbox.telegram import SandboxTelegram

BOT_TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
ADA, BOB = 1001, 1002
OGG = b"OggS" + bytes(24) + b"OpusHead" + bytes(40)


def picture(width=400, height=300, kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, kind)
    return out.getvalue()


def picture_file(width=400, height=300):
    return BufferedInputFile(picture(width, height), "picture.png")


def keyboard(*buttons):
    row = [InlineKeyboardButton(text=text, callback_data=data) for text, data in buttons]
    return InlineKeyboardMarkup(inline_keyboard=[row])


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


@pytest.fixture
async def http():
    async with ClientSession() as session:
        yield session


@pytest.fixture
def post(telegram, http):
    """A call with the bare parameters: aiogram would not let some of them through."""

    async def call(method, **params):
        async with http.post(f"{telegram.base}/bot{BOT_TOKEN}/{method}", data=params) as response:
            return response.status, await response.json()

    return call


@pytest.fixture
def get(telegram, http):
    async def fetch(path):
        async with http.get(telegram.base + path) as response:
            return response.status, (await response.json())["description"]

    return fetch
