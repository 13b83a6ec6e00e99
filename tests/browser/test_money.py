"""What may happen to money, played with the panel's buttons; the bot itself is behind the page."""

from typing import NamedTuple

import pytest

from tests.browser.chat_page import Page
from tests.browser.hosted import Hosted, sandbox_settings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SARA, BEN, ADMIN = 1001, 1002, 1


@pytest.fixture
def app(tmp_path):
    with Hosted(sandbox_settings(tmp_path / "data")) as app:
        yield app


@pytest.fixture
def page(browser, app):
    page = Page(browser, app.address)
    yield page
    wrong = [one for one in browser.get_log("browser") if one["level"] == "SEVERE"]
    assert not wrong, wrong


def begin(page, reader):
    page.open(reader.person)
    page.click("start-button")
    page.button(reader.language).click()
    page.click("tab-trouble")


def ask_admin(page, person, words):
    """The admin has the list read; then back to the person's chat."""
    page.click(f"person-{ADMIN}")
    page.say("/reconcile")
    page.hears(words)
    page.click(f"person-{person}")


class Reader(NamedTuple):
    """Somebody, and what they read."""

    person: int
    language: str
    month: str
    subscribe: str
    pack: str
    pay: str
    receipt: str
    has: str

    def tokens(self, number):
        digits = str(number).translate(DIGITS) if self.person == SARA else number
        return self.has.format(digits)


DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
READERS = [
    Reader(
        BEN, "English", "tokens a month", "Subscribe", "100 tokens", "Pay ", "Receipt:", "You have {} tokens."
    ),
    Reader(
        SARA, "فارسی", "ماهانه", "اشتراک ماهانه", "۱۰۰ توکن", "پرداخت ", "شمارهٔ رسید", "شما {} توکن دارید."
    ),
]


@pytest.mark.parametrize("reader", READERS, ids=["english", "persian"])
def test_renewals_lost_news_chargebacks_and_a_day_of_being_down(page, app, tmp_path, reader):
    def receipts():
        return sum(reader.receipt in text for text in page.texts())

    def has(number):
        page.say("/balance")
        page.hears(reader.tokens(number))

    begin(page, reader)
    assert page.find("play-renew").get_attribute("disabled")
    page.say("/buy")
    page.button(reader.month).click()
    page.button(reader.subscribe).click()
    page.click("pay-confirm")
    page.wait(lambda: receipts() == 1)

    page.click("play-renew")
    page.wait(lambda: receipts() == 2)
    has(610)

    page.click("play-lose")
    page.find("fault")
    page.say("/buy")
    page.button(reader.pack).click()
    page.find("invoice")
    page.button(reader.pay).click()
    page.click("pay-confirm")
    page.gone("fault")
    assert receipts() == 2
    ask_admin(page, reader.person, "1 payments of which no update told")
    page.wait(lambda: receipts() == 3)
    has(710)

    page.click("play-chargeBack")
    ask_admin(page, reader.person, "0 payments of which no update told")
    has(610)

    page.click("play-goDown")
    page.find("play-comeBack")
    page.click("play-renew")
    page.say("?")
    page.wait(lambda: app.cut_off_polls() >= 3, 20)
    page.browser.save_screenshot(str(tmp_path / "down.png"))
    page.click("play-comeBack")
    page.find("play-goDown")
    page.wait(lambda: receipts() == 4, 30)
    has(910)
