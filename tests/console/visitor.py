"""A browser of few words: it keeps its cookie, says where it comes from, and finds the forms' hidden word."""

import re
from typing import Any, NamedTuple, Self

import aiohttp

from bot.sandbox.telegram import SandboxTelegram
from tests.world import BOSS, words

LINK = re.compile(r"(http\S+/console/login)#(\S+)")


class Page(NamedTuple):
    status: int
    text: str
    headers: Any


class Visitor:
    def __init__(self, address: str) -> None:
        self.address = address
        self.csrf = ""

    async def __aenter__(self) -> Self:
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    @property
    def origin(self) -> str:
        return "/".join(self.address.split("/")[:3])

    async def see(self, path: str, **headers: str) -> Page:
        headers = {"Sec-Fetch-Dest": "document"} | headers
        async with self.http.get(self.address + path, headers=headers, allow_redirects=False) as answer:
            page = Page(answer.status, await answer.text(), answer.headers)
        if found := re.search(r'name="csrf" value="(\w+)"', page.text):
            self.csrf = found[1]
        return page

    async def post(self, path: str, headers: dict[str, str] | None = None, **fields: Any) -> Page:
        """As a form of our own page; `headers` replace those of a browser."""
        ours = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        headers = {"Sec-Fetch-Dest": "document"} | (ours if headers is None else headers)
        fields = {"csrf": self.csrf} | fields
        async with self.http.post(
            self.address + path, data=fields, headers=headers, allow_redirects=False
        ) as answer:
            return Page(answer.status, await answer.text(), answer.headers)

    async def told(self, path: str, **fields: Any) -> str:
        """Post, and what the next page says of it."""
        answer = await self.post(path, **fields)
        assert answer.status == 303, answer.text
        page = await self.see(answer.headers["Location"])
        found = re.search(r'data-testid="told">(.*?)</p>', page.text, re.DOTALL)
        assert found, page.text
        return found[1]

    async def come_in(self, telegram: SandboxTelegram) -> None:
        secret = await link(telegram)
        entered = await self.post("/console/login", link=secret)
        assert entered.status == 303, entered.text
        assert (await self.see("/console")).status == 200


async def link(telegram: SandboxTelegram, admin: int = BOSS) -> str:
    """The secret of the link that the bot sends."""
    asked = telegram.say(admin, "/console")
    heard = await telegram.heard(
        admin, lambda m: "/console/login#" in words(m), after=asked["message_id"], seconds=10
    )
    found = LINK.search(words(heard))
    assert found
    return found[2]
