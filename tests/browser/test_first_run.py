"""A new user's first run, from `git clone` to a paid answer: the whole of the bot's main job, in a browser.

The last picture of it is the README's: README_SCREENSHOT=1 makes it anew.
"""

import base64
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from tests.browser.chat_page import Page
from tests.browser.first_run import ROOT, NewUser
from tests.world import plain

pytestmark = [pytest.mark.browser, pytest.mark.timeout(540)]

SARA, ADMIN = 1001, 1
SIZE = {"width": 1280, "height": 820, "deviceScaleFactor": 1, "mobile": False}
SCREENSHOT_BYTES = 400_000


@pytest.fixture
def user():
    # Not pytest's own folder, which nobody else may look into.
    home = Path(tempfile.mkdtemp(prefix="first-run-"))
    home.chmod(0o755)
    yield NewUser(home)
    shutil.rmtree(home, ignore_errors=True)


def test_a_new_user_clones_runs_talks_pays_and_gets_a_code(user, browser, tmp_path):
    with user.running() as said:
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", SIZE)
        page = Page(browser, said.address())
        page.open(SARA)

        picks_persian(page)
        sees_an_answer_grow(page)
        gets_a_picture_in_a_style(page)
        gets_an_album_of_four(page)
        hears_a_voice_note(page)
        asks_until_the_tokens_are_spent(page, tmp_path)
        buys_a_pack(page)
        code = gets_a_code_from_the_admin(page)

        shown = account(user, code)
        assert (shown["balance"], shown["held"], shown["available"]) == (100, 0, 100)
        assert user.make("admin", "ARGS=audit") == "The books are right.\n"
        nothing_went_wrong(browser)
    assert "Traceback" not in said.text
    assert user.make("admin", "ARGS=audit") == "The books are right.\n"
    assert not user.outward.exists(), user.outward.read_text()


def picks_persian(page):
    page.click("start-button")
    page.button("فارسی").click()
    page.hears("برای شروع ۱۰ توکن دارید")


def sees_an_answer_grow(page):
    page.say("یک قصهٔ کوتاه بگو")
    seen = set()

    def is_whole():
        seen.add(page.texts()[-1])
        return "مانده: ۹ توکن" in page.texts()[-1]

    page.wait(is_whole, 30)
    grown = [text for text in seen if "هر شب، وقتی" in text]
    assert len(grown) >= 3, seen  # twice on its way at least, and whole
    assert "هزینه: ۱ توکن" in page.texts()[-1]
    page.say("/balance")
    page.hears("شما ۹ توکن دارید.")


def gets_a_picture_in_a_style(page):
    page.say("عکس گربه‌ای زیر باران")
    page.button("انیمه").click()
    page.button("۱ عکس").click()
    page.hears("مانده: ۷ توکن", 30)
    pictures_are_there(page, 1)


def gets_an_album_of_four(page):
    page.say("عکس غروب دریا")
    page.button("نقاشی").click()
    page.button("۴ عکس").click()
    page.wait(lambda: "مانده: ۴ توکن" in album_text(page), 30)
    assert len(page.all("album")) == 1
    pictures_are_there(page, 5)


def album_text(page):
    return plain(page.run("return document.querySelector('[data-testid=album]')?.innerText ?? ''"))


def pictures_are_there(page, count):
    page.wait(
        lambda: (
            page.run(
                "return [...document.querySelectorAll('#log img')]"
                ".filter((one) => one.complete && one.naturalWidth > 500).length"
            )
            == count
        )
    )


def hears_a_voice_note(page):
    page.say("ویس صبح بخیر! امروز هوا آفتابی است.")
    page.hears("مانده: ۱ توکن", 30)
    data = base64.b64decode(
        page.browser.execute_async_script(
            "const done = arguments[0], sound = document.querySelector('[data-testid=voice] audio');"
            "fetch(sound.src).then((answer) => answer.blob()).then((blob) => {"
            "const reader = new FileReader(); reader.onload = () => done(reader.result.split(',')[1]);"
            "reader.readAsDataURL(blob) })"
        )
    )
    assert data.startswith(b"OggS")
    assert b"OpusHead" in data[:100]

    page.click("play")
    page.wait(
        lambda: page.run(
            "const sound = document.querySelector('[data-testid=voice] audio');"
            "return sound.duration > 1 && sound.currentTime > 0.3"
        )
    )


def asks_until_the_tokens_are_spent(page, tmp_path):
    page.say("چه کارهایی بلدی؟")
    page.button("توقف")
    keep_screenshot(page, tmp_path)
    page.hears("مانده: ۰ توکن")
    page.say("ممنون")
    page.hears("توکن کافی ندارید: این درخواست ۱ توکن می‌خواهد و شما ۰ توکن دارید.")


def buys_a_pack(page):
    page.say("/buy")
    page.button("۱۰۰ توکن").click()
    page.find("invoice")
    page.button("پرداخت").click()
    assert "۱۰۰" in page.find("pay-dialog").text
    page.click("pay-confirm")
    page.hears("شمارهٔ رسید")
    page.gone("pay-dialog")
    page.wait(lambda: page.find("stars-count").text == "۹٬۹۰۰")
    page.say("/balance")
    page.hears("شما ۱۰۰ توکن دارید.")


def gets_a_code_from_the_admin(page):
    page.click(f"person-{ADMIN}")
    page.say(f"/issue {SARA} phone")
    found = re.search(r"tb_live_[\w-]+", page.hears("shown this once"))
    assert found
    return found[0]


def account(user, code):
    """As a program asks for it."""
    curl = ["curl", "--silent", "--fail", "--header", f"Authorization: Bearer {code}"]
    address = f"http://127.0.0.1:{user.http_port}/api/v1/account"
    return json.loads(subprocess.run([*curl, address], capture_output=True, check=True, timeout=10).stdout)


def nothing_went_wrong(browser):
    """The browser complained of nothing, and asked nobody but this machine."""
    wrong = [one for one in browser.get_log("browser") if one["level"] == "SEVERE"]
    assert not wrong, wrong
    events = [json.loads(one["message"])["message"] for one in browser.get_log("performance")]
    requests = [one["params"]["request"] for one in events if one["method"] == "Network.requestWillBeSent"]
    asked = [request["url"] for request in requests]
    assert any("/sandbox/static/page.js" in address for address in asked)
    web = [one for one in asked if one.startswith(("http", "ws"))]
    elsewhere = [one for one in web if urlsplit(one).hostname != "127.0.0.1"]
    assert not elsewhere, elsewhere


def keep_screenshot(page, tmp_path):
    wanted = os.environ.get("README_SCREENSHOT")
    path = ROOT / "docs" / "sandbox.png" if wanted else tmp_path / "sandbox.png"
    path.parent.mkdir(exist_ok=True)
    with Image.open(io.BytesIO(page.browser.get_screenshot_as_png())) as picture:
        picture.convert("RGB").save(path, optimize=True)
    assert path.stat().st_size < SCREENSHOT_BYTES
