"""A page of ours in Chromium: things are found by their data-testid, and waited for."""

import json
import time
from urllib.parse import urlsplit


class WebPage:
    def __init__(self, browser, base):
        self.browser, self.base = browser, base

    def open(self, path):
        self.browser.get(self.base + path)

    def all(self, name, inside=""):
        return self.browser.find_elements("css selector", f'[data-testid="{name}"] {inside}')

    def wait(self, look, seconds=10):
        from selenium.common.exceptions import StaleElementReferenceException

        end = time.monotonic() + seconds
        while True:
            try:
                if found := look():
                    return found
            except StaleElementReferenceException:
                pass
            assert time.monotonic() < end, f"Not seen: {self.text()[-600:]}"
            time.sleep(0.03)

    def find(self, name, inside=""):
        return self.wait(lambda: next((one for one in self.all(name, inside) if one.is_displayed()), None))

    def click(self, name, inside=""):
        self.find(name, inside).click()

    def write(self, name, text):
        field = self.find(name)
        field.clear()
        field.send_keys(text)

    def text(self):
        return self.run("return document.body.innerText")

    def run(self, script, *args):
        return self.browser.execute_script(script, *args)

    def act(self, name, words):
        """A button in a row, by its words."""
        self.wait(lambda: next((one for one in self.all(name, "button") if one.text == words), None)).click()

    def sure(self):
        """Say yes to the browser's question."""
        from selenium.common.exceptions import NoAlertPresentException

        def there():
            try:
                return self.browser.switch_to.alert
            except NoAlertPresentException:
                return None

        self.wait_quietly(there).accept()

    @staticmethod
    def wait_quietly(look, seconds=10):
        end = time.monotonic() + seconds
        while not (found := look()):
            assert time.monotonic() < end
            time.sleep(0.03)
        return found


def complaints(browser, *expected):
    """What the browser has complained of: what the page's policy forbids, and errors."""
    log = [one["message"] for one in browser.get_log("browser") if one["level"] == "SEVERE"]
    return [one for one in log if not any(word in one for word in expected)]


def asked_elsewhere(browser, base):
    """Requests that went to anything but our own door, and referrers that told where somebody was."""
    home = urlsplit(base).netloc
    events = [json.loads(one["message"])["message"] for one in browser.get_log("performance")]
    requests = [one["params"]["request"] for one in events if one["method"] == "Network.requestWillBeSent"]
    web = [one for one in requests if one["url"].startswith(("http", "ws"))]
    assert web, "nothing was seen"
    assert not any("login#" in str(one.get("headers")) for one in web)
    return [one["url"] for one in web if urlsplit(one["url"]).netloc != home]
