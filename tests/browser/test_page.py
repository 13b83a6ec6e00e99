"""The chat page in a real browser: one person's way through all of it."""

import io
import time

import pytest
from PIL import Image

from tests.browser.chat_page import Page
from tests.browser.conftest import ADMIN, BEN, GROUP, SARA

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

XSS = "<img src=x onerror=\"document.title='broken'\"><b>not bold</b>"


@pytest.fixture
def page(browser, sandbox):
    page = Page(browser, sandbox.address)
    yield page
    wrong = [one for one in browser.get_log("browser") if one["level"] == "SEVERE"]
    assert not wrong, wrong


def picture(path, colour):
    out = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(out, "PNG")
    path.write_bytes(out.getvalue())
    return str(path)


def test_a_person_begins_talks_and_sees_an_answer_grow(page):
    page.open(BEN)
    page.click("start-button")
    page.hears("Welcome!")

    page.say("/stream")

    seen = set()

    def is_whole():
        seen.add(page.texts()[-1])
        return any("charged twice." in text for text in seen)

    page.wait(is_whole)
    assert len(seen) > 3
    assert page.all("call", "[data-method=editMessageText][data-code='200']")
    assert "The ledger" in page.find(f"chat-{BEN}").text


def test_text_of_all_kinds_and_nothing_that_runs(page):
    page.open(BEN)
    page.say("/rich")
    page.hears("Bold")
    page.say(XSS)
    page.hears("not bold")

    drawn = page.run(
        "const text = document.querySelector('[data-testid=message][data-from=bot] .text');"
        "return ['strong', 'em', 'u', 's', 'code', 'a', 'blockquote', '.spoiler', '.expandable', 'pre']"
        ".filter((kind) => !text.querySelector(kind))"
    )
    assert drawn == []
    assert page.run("return document.querySelectorAll('#log img, #log b').length") == page.run(
        "return document.querySelectorAll('#log .quote b').length"
    )
    assert page.texts()[-1] == XSS
    assert page.browser.title != "broken"
    page.run("document.querySelector('.spoiler').click()")
    assert page.run("return document.querySelector('.spoiler').classList.contains('shown')")


def test_buttons_bring_a_toast_an_alert_and_an_edit(page):
    page.open(BEN)
    page.say("/buttons")

    page.button("Toast").click()
    assert page.find("toast").text == "You pressed toast"
    page.button("Alert").click()
    assert "You pressed alert" in page.find("alert").text
    page.find("alert").find_element("css selector", "button").click()
    page.gone("alert")
    page.button("Yes").click()
    page.hears("You said yes.")

    assert page.all("button") == []


def test_paying_with_play_stars(page, sandbox):
    page.open(BEN)
    page.say("/pay")
    page.button("Pay").click()
    assert "100 tokens" in page.find("pay-dialog").text
    page.click("pay-confirm")
    page.hears("100 tokens were added")
    page.gone("pay-dialog")
    page.wait(lambda: page.find("stars").text == "9,950")

    page.say("/dear")
    page.wait(lambda: len(page.all("invoice")) == 2)
    page.button("Pay").click()
    page.click("pay-confirm")
    assert "You need 80,050 more Stars." in page.find("pay-error").text
    page.click("more-stars")
    page.wait(lambda: page.find("pay-balance").text == "90,000")
    page.browser.switch_to.active_element.send_keys("\ue00c")  # Escape
    page.gone("pay-dialog")
    assert sandbox.telegram.stars(BEN) == 90_000


def test_a_subscription_by_a_link_is_renewed_from_the_panel(page, sandbox):
    page.open(BEN)
    page.say("/monthly")
    page.hears("Subscribe:")
    page.run("[...document.querySelectorAll('.text a')].at(-1).click()")
    page.click("pay-confirm")
    page.hears("Thank you!")

    page.click("tab-account")
    page.click("renew")

    page.wait(lambda: sandbox.telegram.stars(BEN) == 10_000 - 240)
    page.wait(lambda: len(page.all("payment")) == 2)


def test_photos_albums_files_and_sounds(page, tmp_path):
    page.open(BEN)
    page.say("/album")
    page.wait(lambda: len(page.all("message", ".tile")) == 4)
    page.say("/audio")
    page.find("audio")
    page.say("/file")
    assert page.find("document").get_attribute("download") == "terms-and-conditions.md"

    photos = [picture(tmp_path / f"{colour}.png", colour) for colour in ("red", "blue")]
    page.all("photo-input")[0].send_keys("\n".join(photos))
    page.find("caption").send_keys("two of mine")
    page.click("attach-send")
    page.wait(lambda: len(page.all("message", "[data-from=person].tile")) == 2)
    page.hears("Received: photo")

    page.wait(
        lambda: page.run(
            "return [...document.querySelectorAll('#log img')]"
            ".every((one) => one.complete && one.naturalWidth > 0)"
        )
    )


def test_a_voice_message_is_recorded_and_plays(page, sandbox):
    page.open(BEN)
    page.click("record")
    page.find("record-send")
    time.sleep(1.2)
    page.click("record-send")
    page.hears("Your voice note, again.")

    page.run("document.querySelectorAll('[data-testid=play]')[1].click()")
    page.wait(
        lambda: page.run("return document.querySelectorAll('.track')[1].style.getPropertyValue('--played')")
    )

    voice = next(one["voice"] for one in sandbox.do(sandbox.telegram.messages, BEN) if "voice" in one)
    assert voice["mime_type"] in ("audio/webm", "audio/ogg")


def test_editing_replying_and_deleting_from_the_keyboard(page, sandbox):
    from selenium.webdriver import Keys

    page.open(BEN)
    page.say("first")
    page.hears("first")
    composer = page.find("composer")
    composer.send_keys(Keys.ARROW_UP)
    composer.send_keys(" changed", Keys.ENTER)
    page.wait(lambda: page.texts("person")[0] == "first changed")

    composer.send_keys("/ri")
    page.find("command-rich")
    composer.send_keys(Keys.ENTER)
    page.hears("Bold")

    page.run("const row = document.querySelector('[data-from=person]'); row.focus()")
    page.browser.switch_to.active_element.send_keys(Keys.ENTER)
    page.find("menu")
    page.browser.switch_to.active_element.send_keys(Keys.ARROW_UP, Keys.ENTER)
    page.wait(lambda: "first changed" not in page.texts("person"))
    assert all(one.get("text") != "first changed" for one in sandbox.do(sandbox.telegram.messages, BEN))


def test_people_have_their_own_language_direction_and_unread_messages(page, sandbox):
    page.open(BEN)
    sandbox.do(sandbox.telegram.say, SARA, "سلام")
    page.wait(lambda: page.find(f"person-{SARA}").find_elements("css selector", "[data-testid=unread]"))

    page.click(f"person-{SARA}")
    page.hears("سلام")

    assert page.run("return [document.dir, document.documentElement.lang]") == ["rtl", "fa"]
    page.find("composer").send_keys("/")
    assert "خرید ژتون" in page.find("command-pay").text
    page.find("composer").clear()
    page.click(f"chat-{GROUP}")
    page.say("/start@sandbox_bot")
    page.hears("Welcome!")
    assert page.browser.current_url.endswith(f"#person={SARA}&chat={GROUP}")
    page.open(ADMIN)
    assert page.run("return document.dir") == "ltr"


def test_trouble_is_planned_seen_and_taken_back(page, sandbox):
    page.open(BEN)
    page.click("tab-trouble")
    method = page.find("fault-method")
    method.clear()
    method.send_keys("sendMessage")
    page.run(
        "const kind = document.querySelector('[data-testid=fault-kind]'); kind.value = 'error';"
        "kind.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    page.click("fault-add")
    page.find("fault")

    page.say("hello")

    page.gone("fault")
    page.click("tab-calls")
    page.find("call", "[data-method=sendMessage][data-code='400']")
    assert sandbox.telegram.faults == []


def test_a_start_parameter_opens_the_bot_by_a_link(page):
    page.open(BEN)
    page.find("start-parameter").send_keys("inv1001")
    page.click("start-open")

    page.hears("You came by inv1001.")


@pytest.mark.parametrize(("width", "dark"), [(360, False), (360, True), (800, False), (1440, True)])
def test_nothing_is_wider_than_the_window(page, width, dark):
    scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
    size = {"width": width, "height": 740, "deviceScaleFactor": 1, "mobile": width < 500}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page.open(BEN)
    page.say("/rich")
    page.hears("Bold")
    page.say("/buttons")
    page.button("Toast")

    assert page.run("return document.documentElement.scrollWidth <= innerWidth")
    assert (
        page.run(
            "return [...document.querySelectorAll('.chat *')]"
            ".filter((one) => one.getBoundingClientRect().right > innerWidth + 1).length"
        )
        == 0
    )
    unnamed = page.run(
        "return [...document.querySelectorAll('button, input, select, textarea')].filter((one) =>"
        " one.checkVisibility({visibilityProperty: true}) && !one.textContent.trim()"
        " && !one.getAttribute('aria-label') && !one.labels?.length).map((one) => one.outerHTML)"
    )
    assert unnamed == []
