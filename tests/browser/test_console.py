"""The console in Chromium: an admin comes in from the chat, adds credentials, switches them, sees figures."""

import re
from urllib.parse import quote

import pytest

from billing.model_prices import Alias
from bot.credential_lines import read_lines
from bot.sandbox.upstream import OfflineUpstream
from tests.browser.chat_page import Page
from tests.browser.hosted import Hosted, sandbox_settings
from tests.browser.web_page import WebPage, asked_elsewhere, complaints
from tests.xss import STRINGS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SARA, ADMIN = 1001, 1
SIZES = {"wide": (1440, 900), "phone": (390, 844)}


@pytest.fixture
def app(tmp_path):
    with Hosted(sandbox_settings(tmp_path / "data")) as app:
        yield app


@pytest.fixture
def page(browser, app):
    """The console, once the admin has come in."""
    chat = Page(browser, app.address)
    chat.open(ADMIN)
    chat.click("start-button")
    chat.say("/console")
    found = re.search(r"http\S+#\S+", chat.hears("/console/login#"))
    assert found
    page = WebPage(browser, app.base)
    browser.get(found[0])
    page.click("enter")
    page.find("tiles")
    yield page
    assert page.run("return document.title") != "broken"
    assert complaints(browser) == []
    assert asked_elsewhere(browser, app.base) == []


def second_upstream(app):
    upstream = OfflineUpstream(model=False)
    app.do(upstream.__aenter__())
    return upstream


def test_an_admin_comes_in_adds_credentials_and_switches_them(page, app, tmp_path):
    assert "#" not in page.run("return location.href")
    second = second_upstream(app)
    page.click("to-upstreams")
    page.write("add-name", "second")
    page.write("add-url", second.base_url)
    page.find("add-text").send_keys("# ours\nsk-second-key-0123456789\nsk-third-key-0123456789 weight=2")
    page.click("add-button")
    assert page.find("told").text == "2 added."
    assert "3 usable" in page.find("counts").text

    page.act("credential-1", "Disable")
    page.wait(lambda: "is disabled" in page.find("told").text)
    assert page.find("credential-1", '[data-testid="health"]').text == "disabled"
    page.act("credential-2", "Test")
    page.wait(lambda: "Credential 2: it is well." in page.find("told").text)
    page.act("credential-3", "Remove")
    page.sure()
    page.wait(lambda: "Credential 3 is removed." in page.find("told").text)
    assert "1 usable" in page.find("counts").text
    app.do(second.__aexit__(None, None, None))
    page.browser.save_screenshot(str(tmp_path / "upstreams.png"))


def test_figures_are_drawn_and_grow_as_requests_come(page, app, tmp_path):
    page.wait(lambda: len(page.all("charts", ".chart")) == 4)

    def bars(kind):
        return page.run(f"return document.querySelectorAll('[data-chart=requests] .{kind}').length")

    assert bars("s2") == 0
    app.telegram.say(SARA, "2 + 2?")
    page.wait(lambda: bars("s2") == 1)
    page.wait(lambda: page.run("return document.querySelectorAll('[data-chart=captured] .s2').length") == 1)
    assert "The books are right" in page.find("audit").text
    page.browser.save_screenshot(str(tmp_path / "overview.png"))

    page.click("to-requests")
    page.wait(lambda: "answered" in page.text())
    app.telegram.say(SARA, "3 + 3?")
    page.wait(lambda: page.text().count("answered") == 2)  # it keeps itself fresh


def test_who_logs_out_everywhere_is_out(page):
    page.click("to-codes")
    page.run("document.querySelector('.who').open = true")
    page.click("leave-everywhere")
    page.wait(lambda: "Write /console to the bot" in page.text())

    page.open("/console/codes")
    page.wait(lambda: "Write /console to the bot" in page.text())


def test_whatever_others_wrote_is_text_on_every_page(page, app):
    """T13: names of upstreams, models and codes, system prompts, errors, and what was searched for."""
    app.do(write_everywhere(app.app))

    for path in ("/codes", "/upstreams", "/models", *(f"/codes?q={quote(one)}" for one in STRINGS[::8])):
        page.open("/console" + path)
        made = "img, iframe, object, embed, svg, math, meta[http-equiv], base, style, [onload], [href^=j]"
        assert page.run("return document.querySelectorAll(arguments[0]).length", f"main :is({made})") == 0
        assert page.run("return document.title").endswith("Console")
        if "?" not in path:
            shown = " ".join(page.run("return document.querySelector('main').textContent").split())
            assert all(" ".join(text.split()) in shown for text in STRINGS), path


async def write_everywhere(app):
    for number, text in enumerate(STRINGS):
        await app.operator.issue(SARA, text)
        name = f"{number}{text}"[:40] if text.isprintable() else str(number)
        await app.operator.upstreams.add(name, "http://127.0.0.1:9/v1", read_lines(f"sk-{number}"))
        await app.operator.upstreams.note(number + 2, text)
        alias, name = Alias(text, system=text), f"{number}{text}"[: 99 if text.isprintable() else 2]
        await app.gateway._prices.set_alias(name, alias, ADMIN)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_wider_than_the_window(page, app, size, tmp_path):
    width, height = SIZES[size]
    app.do(app.app.operator.issue(SARA, "a-name-without-a-space-" * 2))
    shown = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shown)

    for path in ("", "/upstreams", "/models", "/codes", "/requests", "/deliveries"):
        page.open("/console" + path)
        assert page.run("return document.documentElement.scrollWidth") <= width, path
        page.browser.save_screenshot(str(tmp_path / f"{size}{path.replace('/', '-')}.png"))
