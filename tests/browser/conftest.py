"""Headless Chromium before the chat page, and behind the page a sandbox with a small scripted bot.

Both run in a thread of their own, because the browser's driver blocks.
"""

import asyncio
import contextlib
import shutil
import threading

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiohttp import web

from bot.sandbox.page import add_page
from bot.sandbox.telegram import SandboxTelegram

BOT_TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SARA, BEN, ADMIN, GROUP = 1001, 1002, 1, -1001

SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)


class Sandbox:
    """The address of the page, and the Telegram behind it; `do` runs something in its thread."""

    def __init__(self):
        self.address = ""
        self.telegram = None
        self.loop = None

    def do(self, act, *args, **kwargs):
        assert self.loop is not None

        async def run():
            return act(*args, **kwargs)

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(10)


@contextlib.asynccontextmanager
async def played(sandbox):
    from tests.browser import scripted_bot

    async with SandboxTelegram(BOT_TOKEN) as telegram:
        telegram.add_person(SARA, "سارا", language_code="fa")
        telegram.add_person(BEN, "Ben", username="ben")
        telegram.add_person(ADMIN, "Admin")
        telegram.add_group(GROUP, "Friends", [SARA, BEN, ADMIN])
        app = web.Application()
        add_page(app, telegram, admins={ADMIN})
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        sandbox.telegram, sandbox.loop = telegram, asyncio.get_running_loop()
        sandbox.address = f"http://127.0.0.1:{runner.addresses[0][1]}/sandbox"
        async with AiohttpSession(api=TelegramAPIServer.from_base(telegram.base)) as session:
            async with asyncio.TaskGroup() as tasks:
                polling = tasks.create_task(scripted_bot.run(Bot(BOT_TOKEN, session=session)))
                yield
                polling.cancel()
        await runner.cleanup()


@pytest.fixture
def sandbox():
    sandbox, ready, end = Sandbox(), threading.Event(), threading.Event()

    async def serve():
        async with played(sandbox):
            ready.set()
            await asyncio.to_thread(end.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(20)
    yield sandbox
    end.set()
    thread.join(20)


@pytest.fixture
def browser(tmp_path):
    selenium = pytest.importorskip("selenium", reason="pip install -r requirements/browser.txt")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("Chromium and chromedriver are needed (Debian: apt install chromium chromium-driver).")
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    assert selenium
    options = ChromeOptions()
    options.binary_location = chromium
    for switch in (*SWITCHES, f"--user-data-dir={tmp_path}", "--window-size=1440,900"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = Chrome(options, service=Service(driver))
    yield browser
    browser.quit()
