"""The chat page as a person uses it: things are found by their data-testid, and waited for."""

import time

from tests.world import plain


class Page:
    def __init__(self, browser, address):
        self.browser, self.address = browser, address

    def open(self, person, chat=None):
        """As a link: the page shows that person's chat when this returns."""
        wanted = f"#person={person}" + (f"&chat={chat}" if chat else "")
        self.browser.get(self.address + wanted)
        self.find(f"person-{person}", "[aria-pressed=true]", shown=False)
        self.find("composer")

    def all(self, name, extra=""):
        return self.browser.find_elements("css selector", f'[data-testid="{name}"]{extra}')

    def wait(self, look, seconds=10):
        end = time.monotonic() + seconds
        while not (found := self._look(look)):
            assert time.monotonic() < end, f"Not seen: {look}; the last messages: {self.texts()[-3:]}"
            time.sleep(0.03)
        return found

    @staticmethod
    def _look(look):
        from selenium.common.exceptions import StaleElementReferenceException

        try:
            return look()
        except StaleElementReferenceException:
            return None

    def find(self, name, extra="", *, shown=True):
        return self.wait(
            lambda: next((one for one in self.all(name, extra) if not shown or one.is_displayed()), None)
        )

    def gone(self, name):
        self.wait(lambda: not self.all(name))

    def click(self, name, extra=""):
        self.find(name, extra).click()

    def say(self, text):
        self.find("composer").send_keys(text)
        self.click("send")

    def texts(self, sender="bot"):
        """What the bot wrote in the open chat, without the marks that keep directions apart."""
        found = self.run(
            "return [...document.querySelectorAll(`[data-testid=message][data-from=${arguments[0]}]`)]"
            ".map((one) => one.querySelector('.text')?.innerText ?? '')",
            sender,
        )
        return [plain(text).strip() for text in found]

    def hears(self, text, seconds=10):
        """The first message of the bot with this text in it."""
        return self.wait(lambda: next((one for one in self.texts() if text in one), None), seconds)

    def button(self, words):
        """The last button under a message that has these words."""
        return self.wait(
            lambda: next((one for one in reversed(self.all("button")) if words in plain(one.text)), None)
        )

    def run(self, script, *args):
        return self.browser.execute_script(script, *args)
