"""Speaking into the page's recorder: the bot understands, quotes and answers by voice."""

import asyncio
import threading
import time

import pytest

from bot.settings import load_settings
from bot.wiring import open_app
from tests.browser.chat_page import Page

pytestmark = [pytest.mark.browser]
pytest.importorskip("espeakng_loader", reason="the local voice is not installed")

SARA = 1001


class Bot(threading.Thread):
    """The bot in its sandbox, in a thread of its own, because the browser's driver blocks."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.settings = load_settings(
            _env_file=None, data_dir=folder, http_port=0, sandbox_telegram_port=0, sandbox_local_model=False,
            speech_engines=("espeak",), log_level="warning",
        )  # fmt: skip
        self.ready = threading.Event()

    def run(self):
        asyncio.run(self._host())

    async def _host(self):
        async with open_app(self.settings) as app:
            self.app, self.loop, self.ended = app, asyncio.get_running_loop(), asyncio.Event()
            upstream = app.surroundings.upstream
            assert upstream is not None
            upstream.will_hear("سلام، حالت چطور است؟")
            upstream.will_say("خوبم، ممنون. شما چطورید؟")
            self.ready.set()
            await self.ended.wait()

    def end(self):
        self.loop.call_soon_threadsafe(self.ended.set)
        self.join(30)


@pytest.fixture
def bot(tmp_path):
    bot = Bot(tmp_path / "data")
    bot.start()
    assert bot.ready.wait(30)
    yield bot
    bot.end()


def test_speaking_into_the_recorder_is_understood_and_answered_by_voice(browser, bot):
    page = Page(browser, f"{bot.app.address}/sandbox")
    page.open(SARA)

    page.click("record")
    page.find("record-send")
    time.sleep(1.5)  # the browser's own microphone beeps once a second
    page.click("record-send")

    page.hears("حالت چطور است")
    page.hears("خوبم، ممنون")
    page.wait(lambda: page.run("return document.querySelectorAll('[data-testid=play]').length") == 2)
