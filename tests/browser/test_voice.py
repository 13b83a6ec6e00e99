"""Speech on the page: words read aloud, voices heard before choosing, and what is said into the recorder."""

import asyncio
import threading
import time

import pytest

from bot.providers.speech.espeak import Espeak
from bot.settings import load_settings
from bot.wiring import open_app
from tests.browser.chat_page import Page

pytestmark = [pytest.mark.browser]
pytest.importorskip("espeakng_loader", reason="the local voice is not installed")

SARA = 1001


def spoken(bot):
    """Each run, and the language of the voice that spoke it."""
    return [(words.text.strip(), words.voice.language) for words in bot.words]


class Bot(threading.Thread):
    """The bot in its sandbox, in a thread of its own, because the browser's driver blocks."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.settings = load_settings(
            _env_file=None, data_dir=folder, http_port=0, sandbox_telegram_port=0, sandbox_local_model=False,
            speech_engines=("espeak",), log_level="warning",
        )  # fmt: skip
        self.ready = threading.Event()
        self.words = []
        """What was spoken, run by run."""

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
def bot(tmp_path, monkeypatch):
    bot = Bot(tmp_path / "data")
    speak = Espeak.speak

    async def noted(self, words, step):
        bot.words.append(words)
        return await speak(self, words, step)

    monkeypatch.setattr(Espeak, "speak", noted)
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


def plays(page, number):
    """The voice note with that number, from 1, is played and is not empty."""
    page.wait(lambda: len(page.all("play")) >= number, 30)
    page.all("play")[number - 1].click()
    page.wait(
        lambda: page.run(
            "const sound = document.querySelectorAll('[data-testid=voice] audio')[arguments[0]];"
            "return sound.duration > 0.5 && sound.currentTime > 0.1",
            number - 1,
        ),
        30,
    )


def test_persian_words_come_as_a_persian_voice_note(browser, bot):
    page = Page(browser, f"{bot.app.address}/sandbox")
    page.open(SARA)

    page.say("ویس سلام دنیا")

    plays(page, 1)
    assert spoken(bot) == [("سلام دنیا", "fa")]


def test_an_english_answer_with_a_persian_quote_switches_voices(browser, bot):
    page = Page(browser, f"{bot.app.address}/sandbox")
    page.open(SARA)

    page.say("/voice The poet says: «بنی آدم اعضای یک پیکرند» and it is still true today.")

    plays(page, 1)
    assert [language for _words, language in spoken(bot)] == ["en", "fa", "en"]


def test_the_settings_samples_play(browser, bot):
    page = Page(browser, f"{bot.app.address}/sandbox")
    page.open(SARA)

    page.say("/voice_settings")
    page.button("🗣").click()
    page.button("English").click()
    page.button("Jenny")
    next(one for one in page.all("button") if one.text.strip() == "▶️").click()

    plays(page, 1)
