"""The chat page in Chromium: somebody with an API code asks, stops, draws, attaches and listens."""

import re

import pytest
from PIL import Image

from billing.model_prices import Alias
from tests.browser.hosted import Hosted, sandbox_settings
from tests.browser.web_page import WebPage, asked_elsewhere, complaints
from tests.xss import STRINGS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SARA = 1001
MARKED = """Here is **bold**, *soft*, ~~gone~~, `code` and a [link](https://example.org/a).

## A heading
1. one
   - inner
2. two

> quoted

| name | price |
|---|--:|
| text | 1 |

```python
def price(words):
    return "<b>" + words
```
این یک پاراگراف فارسی است.
"""
MARKED_XSS = (
    "[x](javascript:document.title='broken')",
    "![x](https://elsewhere.example/x.png)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[<img src=x onerror=alert(1)>](https://a.example/)",
    "```<img src=x onerror=alert(1)>\n<script>\n```",
    "`<svg/onload=alert(1)>`",
    '<http://a.example/"onclick=x>',
    "**<iframe srcdoc='<script>parent.document.title=1</script>'>**",
    "| <b>x</b> | y |\n|---|---|\n| <img src=x> | z |",
    "# <svg onload=alert(1)>",
    '[x](https://a.example/" onclick="alert(1))',
)
ALLOWED = {
    "a", "blockquote", "br", "button", "code", "em", "figcaption", "figure", "h3", "h4", "h5", "h6", "hr",
    "li", "ol", "p", "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul", "div",
    "svg", "use",  # of the button that copies code
}  # fmt: skip
SLOW = (
    "*a " * 8000, "`" * 20_000, "[" * 20_000, "**a*" * 5000, "_a" * 10_000, "| a " * 5000, "> " * 5000,
    "- " * 5000, "a\n\n" * 4000,
)  # fmt: skip


@pytest.fixture
def app(tmp_path):
    with Hosted(sandbox_settings(tmp_path / "data")) as app:
        yield app


@pytest.fixture
def code(app):
    code = app.do(app.app.operator.issue(SARA, "chat"))
    app.do(app.app.operator.credit(SARA, 500_000, "for tests", "k"))
    return code


@pytest.fixture
def page(browser, app):
    page = WebPage(browser, app.base)
    page.open("/chat")
    yield page
    assert page.run("return document.title") == "Chat"
    assert complaints(browser, "401 (Unauthorized)") == []
    assert asked_elsewhere(browser, app.base) == []


def come_in(page, code):
    page.write("code", code)
    page.click("enter")
    page.find("text")


def say(page, text):
    page.find("text").send_keys(text)
    page.click("send")


def answers(page):
    return [one.text for one in page.all("answer")]


def balance(page):
    return float(re.sub(r"[^\d.]", "", page.find("balance").text))


def test_an_answer_grows_is_paid_and_can_be_stopped(page, app, code, tmp_path):
    page.write("code", "tb_live_" + "x" * 43)  # nobody's
    page.click("enter")
    assert "no valid API code" in page.find("door-wrong").text
    come_in(page, code)
    assert balance(page) == 510
    assert page.run("return [sessionStorage.length, localStorage.length, document.cookie]") == [1, 0, ""]

    say(page, "Tell me a short story")
    seen = set()

    def is_whole():
        seen.add(answers(page)[-1])
        return page.all("listen")

    page.wait(is_whole, 20)
    assert len(seen) >= 4
    page.wait(lambda: balance(page) < 510)

    say(page, "Tell me a long story")
    page.wait(lambda: len(answers(page)[-1]) > 20)
    page.click("stop")
    page.wait(lambda: "Stopped." in answers(page)[-1])
    held = "SELECT sum(held) AS held FROM account"
    page.wait(lambda: app.do(app.app.storage.fetch_one(held)).held == 0)
    relays = app.do(app.app.storage.fetch("SELECT state FROM relay ORDER BY id"))
    assert [row.state for row in relays] == ["answered", "left"]
    page.browser.save_screenshot(str(tmp_path / "stopped.png"))

    page.browser.refresh()
    page.find("text")  # the code is still known to this tab
    page.click("leave")
    page.find("code")
    assert page.run("return sessionStorage.length") == 0


def test_a_persian_question_stands_at_the_right_of_an_english_page(page, code, tmp_path):
    come_in(page, code)

    say(page, "یک قصهٔ کوتاه بگو")
    page.wait(lambda: page.all("listen"), 20)

    looks = "return getComputedStyle(document.querySelector(arguments[0])).direction"
    assert page.run(looks, "[data-testid=own] .bubble") == "rtl"
    assert page.run(looks, "[data-testid=answer] .body p") == "rtl"
    assert page.run(looks, "header") == "ltr"
    page.browser.save_screenshot(str(tmp_path / "persian.png"))


def test_lists_quotations_and_tables_have_the_direction_of_their_words(page):
    looks = page.browser.execute_async_script(
        "const done = arguments[1];"
        "import(new URL('chat/static/markdown.js', location.href)).then(({ show }) => {"
        "const box = document.createElement('div'); document.body.append(box); show(box, arguments[0]);"
        "const looks = (one) => [one.tagName, getComputedStyle(one).direction];"
        "done([...box.children].map(looks)); box.remove() })",
        "1. یک\n2. two\n\n> نقل\n\n| نام | x |\n|---|---|\n| a | b |\n\n- one\n- دو\n",
    )

    assert looks == [["OL", "rtl"], ["BLOCKQUOTE", "rtl"], ["DIV", "rtl"], ["UL", "ltr"]]


def test_pictures_are_drawn_and_sent_and_an_answer_is_heard(page, code, tmp_path):
    Image.new("RGB", (300, 200), "teal").save(tmp_path / "teal.png")
    (tmp_path / "<b>notes.md").write_text("# Only one")
    come_in(page, code)

    page.click("draw")
    say(page, "a cat in the rain")
    page.wait(
        lambda: page.run("return document.querySelector('[data-testid=answer] .picture')?.naturalWidth > 200")
    )
    page.wait(lambda: "cost: \u20682\u2069 tokens" in answers(page)[-1])
    page.click("draw")

    files = page.browser.find_element("css selector", "[data-testid=file]")
    files.send_keys(f"{tmp_path}/teal.png\n{tmp_path}/<b>notes.md")
    page.wait(lambda: len(page.all("attached", "li")) == 2)
    say(page, "What is this?")
    page.wait(lambda: "A picture came with it" in answers(page)[-1])
    assert "<b>notes.md" in page.find("own", ".file").text
    page.wait(lambda: page.all("listen"))
    page.click("listen")
    page.wait(lambda: page.run("return document.querySelector('[data-testid=sound]')?.duration > 1"), 20)
    page.browser.save_screenshot(str(tmp_path / "picture.png"))


def rendered(page, text):
    """What the page makes of an answer, drawn in pieces as it grows."""
    return page.browser.execute_async_script(
        "const done = arguments[1];"
        "import(new URL('chat/static/markdown.js', location.href)).then(({ show }) => {"
        "const box = document.createElement('div'); document.getElementById('log').append(box);"
        "for (let end = 0; end <= arguments[0].length; end += 7) show(box, arguments[0].slice(0, end));"
        "show(box, arguments[0]); const whole = document.createElement('div'); show(whole, arguments[0]);"
        "const result = [box.innerHTML === whole.innerHTML, box.innerText,"
        "[...box.querySelectorAll('*')].map((one) => one.tagName.toLowerCase()),"
        "[...box.querySelectorAll('a')].map((one) => one.href)]; box.remove(); done(result) })",
        text,
    )


def test_what_models_write_is_formatted(page, tmp_path):
    same, text, tags, links = rendered(page, MARKED)

    assert same
    assert {"strong", "em", "s", "code", "h4", "ol", "ul", "blockquote", "table", "pre", "button"} <= set(
        tags
    )
    assert links == ["https://example.org/a"]
    assert '    return "<b>" + words' in text
    assert "**" not in text


def test_what_models_write_is_never_more_than_text(page):
    """T13."""
    for one in (*STRINGS, *MARKED_XSS, *(f"- **{text}**" for text in STRINGS[::4])):
        same, text, tags, links = rendered(page, one)
        assert same, one
        assert set(tags) <= ALLOWED, one
        assert all(link.startswith("http") for link in links), one
    assert page.run("return document.title") == "Chat"


def test_names_errors_and_files_are_text_too(page, app, code, tmp_path):
    name = "<img src=x onerror=ACT>.md"
    (tmp_path / name).write_text("x")
    app.do(app.app.gateway._prices.set_alias(STRINGS[7], Alias(STRINGS[7]), 1))
    come_in(page, code)

    page.wait(lambda: page.run("return document.querySelector('#model').length") > 1)
    listed = page.run("return [...document.querySelectorAll('option')].map((one) => one.value)")
    assert STRINGS[7] in listed
    page.browser.find_element("css selector", "[data-testid=file]").send_keys(f"{tmp_path}/{name}")
    page.wait(lambda: page.all("attached", "li"))
    say(page, STRINGS[7])

    assert page.find("own", ".bubble").text == STRINGS[7]
    assert page.find("own", ".file").text == name
    page.wait(lambda: page.all("listen"), 20)
    assert page.run("return document.querySelectorAll('#log img, .composer img').length") == 0


def test_a_long_answer_is_drawn_in_time(page):
    """Also what is made to be slow: marks that never close."""
    for text in SLOW:
        took = page.browser.execute_async_script(
            "const done = arguments[1];"
            "import(new URL('chat/static/markdown.js', location.href)).then(({ show }) => {"
            "const begun = performance.now(); show(document.createElement('div'), arguments[0]);"
            "done(performance.now() - begun) })",
            text,
        )
        assert took < 1500, (text[:10], took)


@pytest.mark.parametrize(
    ("language", "direction", "title"),
    [("fa", "rtl", "گفتگو"), ("ru-RU", "ltr", "Чат"), ("zh-TW", "ltr", "聊天"), ("de,zh-CN", "ltr", "聊天")],
)
def test_the_page_speaks_the_readers_language(browser, app, language, direction, title, tmp_path):
    browser.execute_cdp_cmd("Emulation.setUserAgentOverride", {"userAgent": "x", "acceptLanguage": language})
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    page = WebPage(browser, app.base)

    page.open("/chat")

    page.find("code")
    assert page.run("return document.title") == title
    assert page.run("return document.documentElement.dir") == direction
    assert page.run("return document.documentElement.scrollWidth") <= 390
    browser.save_screenshot(str(tmp_path / "door.png"))
