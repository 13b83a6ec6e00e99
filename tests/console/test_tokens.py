"""The historic paths: for an admin's session, or a script with ADMIN_SECRET; for nobody else."""

import json
from ipaddress import ip_network

import aiohttp
import pytest
from pydantic import SecretStr

from tests.console.visitor import Visitor
from tests.world import ADA, hosted

SECRET = "a-secret-of-the-operators-own-scripts"


async def script(app, method, path, secret=SECRET, **more):
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    async with aiohttp.ClientSession(headers=headers) as http:
        async with http.request(method, app.address + path, **more) as answer:
            return answer.status, await answer.json()


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"admin_secret": SecretStr(SECRET)})


async def test_a_script_uploads_counts_and_clears(app):
    assert await script(app, "GET", "/tokens") == (200, {"status": "success", "tokens_count": 1})
    text = {"text": "# mine\nsk-one-0123456789abcdef\nsk-two-0123456789abcdef\n"}

    assert await script(app, "POST", "/tokens/upload", data=text) == (
        200, {"status": "success", "tokens_count": 3},
    )  # fmt: skip
    assert (await script(app, "POST", "/tokens/upload", json=text))[1]["tokens_count"] == 3
    assert await script(app, "POST", "/tokens/error") == (200, {"status": "success", "error_tokens": []})

    await app.operator.upstreams.set_state(2, "refused")
    assert (await script(app, "GET", "/tokens"))[1]["tokens_count"] == 2
    assert await script(app, "GET", "/tokens/error") == (
        200, {"status": "success", "error_tokens": ["sk-o…cdef"]},
    )  # fmt: skip
    assert await script(app, "POST", "/tokens/clear") == (200, {"status": "success", "tokens_count": 1})
    assert await app.storage.fetch("SELECT * FROM credential WHERE secret IS NOT NULL") == []


async def test_uploads_may_name_another_server(app):
    more = {"text": "sk-one", "name": "other", "base_url": "http://127.0.0.1:9/v1"}

    await script(app, "POST", "/tokens/upload", data=more)

    (row,) = [row for row in await app.operator.upstreams.listed() if row.id == 2]
    assert (row.name, row.base_url) == ("other", "http://127.0.0.1:9/v1")


async def test_what_is_no_credential_is_refused_whole(app):
    status, answer = await script(app, "POST", "/tokens/upload", data={"text": "sk-one\nsk-two color=blue"})

    assert status == 400
    assert "line 2" in answer["error"]["message"]
    assert "sk-" not in json.dumps(answer)
    assert (await script(app, "GET", "/tokens"))[1]["tokens_count"] == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/tokens"), ("POST", "/tokens/upload"), ("POST", "/tokens/clear"), ("GET", "/tokens/error")],
)
async def test_nobody_else_gets_in(app, method, path):
    code = await app.operator.issue(ADA, "x")

    for secret in ("", "wrong", code, SECRET + "x", SECRET[:-1]):
        status, answer = await script(app, method, path, secret)
        assert status == 401, secret
        assert "count" not in json.dumps(answer)
    assert (await script(app, "GET", "/tokens"))[1]["tokens_count"] == 1


async def test_guesses_are_counted_like_guessed_codes(app):
    statuses = [(await script(app, "GET", "/tokens", f"guess {n}"))[0] for n in range(25)]

    assert statuses[:20] == [401] * 20
    assert statuses[-1] == 429
    assert (await script(app, "GET", "/tokens"))[0] == 429


async def test_an_admins_session_opens_them_and_a_page_elsewhere_does_not(app, telegram):
    async with Visitor(app.address) as visitor:
        assert (await visitor.see("/tokens")).status == 401
        await visitor.come_in(telegram)

        seen = await visitor.see("/tokens")
        assert json.loads(seen.text) == {"status": "success", "tokens_count": 1}
        uploaded = await visitor.post("/tokens/upload", text="sk-one")
        assert json.loads(uploaded.text)["tokens_count"] == 2
        evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        assert (await visitor.post("/tokens/clear", headers=evil)).status == 403
        assert (await visitor.post("/tokens/clear", csrf="")).status == 403
        assert json.loads((await visitor.post("/tokens/clear")).text)["tokens_count"] == 1
        assert "Access-Control-Allow-Origin" not in seen.headers


async def test_without_a_secret_no_script_gets_in(settings, telegram):
    async with hosted(settings.model_copy(update={"admin_secret": SecretStr("")})) as app:
        assert (await script(app, "GET", "/tokens", " "))[0] == 401
        assert (await script(app, "GET", "/tokens", "x"))[0] == 401


async def test_who_guesses_behind_our_proxy_locks_out_nobody_else(settings):
    ours_is = {"trusted_proxies": (ip_network("127.0.0.1/32"),), "api_bad_codes": 3}
    behind = settings.model_copy(update=ours_is)
    async with hosted(behind) as app:
        for _ in range(5):
            await script(app, "GET", "/tokens", "wrong", headers={"X-Forwarded-For": "10.0.0.1"})
        guessing = await script(app, "GET", "/tokens", headers={"X-Forwarded-For": "10.0.0.1"})
        ours = await script(app, "GET", "/tokens", headers={"X-Forwarded-For": "10.0.0.2"})

    assert (guessing[0], ours[0]) == (429, 200)
