"""The pages that need no login, and every address below a prefix."""

import aiohttp
import pytest

from bot.outbound import Place
from tests.console.visitor import Visitor
from tests.http.programs import Receiver
from tests.world import ADA, hosted, until

CHAT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " media-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


async def test_the_chat_page_may_do_nothing_elsewhere(stranger):
    page = await stranger.see("/chat")

    assert page.status == 200
    assert page.headers["Content-Security-Policy"] == CHAT_POLICY
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in page.headers
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert (await stranger.see("/chat/static/page.js")).headers["Content-Type"] == "text/javascript"
    for name in ("x.js", "..%2f__init__.py", "page.html", "%2e%2e%2f..%2fauth.py"):
        assert (await stranger.see(f"/chat/static/{name}")).status == 404, name


async def test_the_front_page_says_what_there_is(stranger):
    page = await stranger.see("/", Accept="text/html,*/*")
    text = await stranger.see("/")

    assert "<a href='chat'>" in page.text
    assert "script" not in page.text
    assert text.headers["Content-Type"].startswith("text/plain")
    for path in ("/chat", "/docs", "/healthz", "/v1/models"):
        assert path in page.text
        assert path in text.text
    assert "/sandbox" not in text.text


@pytest.mark.parametrize("public", ["", "https://bot.example"])
async def test_addresses_that_are_given_out_have_the_prefix(settings, telegram, public):
    async with Receiver() as receiver:
        hidden = settings.model_copy(
            update={
                "api_prefix": "/over/there", "public_url": public,
                "outbound_allow": (Place("127.0.0.1", receiver.port),),
            }
        )  # fmt: skip
        async with hosted(hidden) as app, Visitor(app.address) as visitor:
            code = await app.operator.issue(ADA, "x")
            asked = {"api": code, "which": "txtTOimage", "text": "a cat in rain", "mode": "anime",
                     "callback": receiver.url}  # fmt: skip
            async with visitor.http.post(app.address + "/api/v1/jobs", data=asked) as answer:
                assert (await answer.json())["status"] is True
            await until(lambda: receiver.heard)
            (address,) = receiver.heard[0].body["files"]["txtTOimage"]
            assert address.startswith((public or visitor.origin) + "/over/there/files/")
            local = visitor.origin + address.removeprefix(public or visitor.origin)
            async with aiohttp.ClientSession() as http, http.get(local) as file:
                assert file.status == 200
                assert (await file.read()).startswith(b"\x89PNG")
            served = await visitor.see("/openapi.json")
            assert (public or visitor.origin) + "/over/there" in served.text


async def test_the_webhook_is_below_the_prefix(settings, telegram):
    hidden = settings.model_copy(
        update={"api_prefix": "/p", "public_url": "https://bot.example", "telegram_webhook": True}
    )

    assert hidden.base_url == "https://bot.example/p"
