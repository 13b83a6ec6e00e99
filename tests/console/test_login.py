"""Who comes into the console and who doesn't: the link, the session, the browser's proofs."""

import asyncio
import re

import aiohttp
import pytest

from bot import console_sessions
from bot.clock import now
from tests.console.visitor import Visitor, link
from tests.world import ADA, BOSS, all_handled, hosted, said, words

PAGES = ("", "/upstreams", "/models", "/codes", "/requests", "/deliveries")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
POSTS = (
    "/console/leave", "/console/upstreams/add", "/console/upstreams/change", "/console/upstreams/clear",
    "/console/models/add", "/console/models/remove", "/console/codes/change", "/console/deliveries/repeat",
    "/tokens/upload", "/tokens/clear",
)  # fmt: skip


async def test_a_link_opens_the_console_once(app, telegram, stranger):
    assert (await stranger.see("/console")).headers["Location"] == "/console/login"
    secret = await link(telegram)

    first = await stranger.post("/console/login", link=secret)
    async with Visitor(app.address) as thief:
        second = await thief.post("/console/login", link=secret)

    assert (first.status, first.headers["Location"]) == (303, "/console")
    assert second.status == 403
    assert "has been used" in second.text
    assert (await stranger.see("/console")).status == 200


async def test_a_new_link_ends_the_one_before(telegram, stranger):
    old, new = await link(telegram), await link(telegram)

    assert (await stranger.post("/console/login", link=old)).status == 403
    assert (await stranger.post("/console/login", link=new)).status == 303


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "x" * 5000, "🦜"])
async def test_what_is_no_link_opens_nothing(telegram, stranger, secret):
    answer = await stranger.post("/console/login", link=secret)

    assert answer.status == 403
    assert (await stranger.see("/console")).status == 303


async def test_who_guesses_links_is_blocked(telegram, stranger):
    answers = [await stranger.post("/console/login", link="x" * 43) for _ in range(30)]

    assert {answer.status for answer in answers} == {403, 429}
    assert answers[-1].status == 429
    assert (await stranger.post("/console/login", link=await link(telegram))).status == 429


async def test_a_link_is_too_old_after_five_minutes(app, telegram, stranger):
    secret = await link(telegram)
    await app.storage.write(lambda conn: conn.run("UPDATE console_link SET expires_at = :at", at=now()))

    assert (await stranger.post("/console/login", link=secret)).status == 403


async def test_a_session_ends_after_twelve_hours(app, admin):
    row = await app.storage.fetch_one("SELECT created_at, expires_at FROM console_session")
    assert row.expires_at - row.created_at == 12 * 3_600_000

    await app.storage.write(lambda conn: conn.run("UPDATE console_session SET expires_at = :at", at=now()))

    assert (await admin.see("/console")).status == 303


async def test_nobody_but_an_admin_gets_a_link_and_no_group_sees_one(app, telegram):
    telegram.add_group(-1009, "Admins", (BOSS, ADA))
    asked = telegram.say(ADA, "/console")
    telegram.say(BOSS, "/console", chat=-1009)

    await telegram.heard(ADA, lambda m: True, after=asked["message_id"], seconds=10)
    await all_handled(app, telegram)
    for chat in (ADA, -1009):
        assert not any("/console/login" in words(m) for m in said(telegram, chat))
    assert not await app.storage.fetch("SELECT * FROM console_link")


async def test_only_digests_are_kept_and_no_address_has_the_secret(app, telegram, admin, settings, capfd):
    secret = await link(telegram)
    cookie = next(iter(admin.http.cookie_jar)).value

    stored = b"".join(file.read_bytes() for file in settings.data_dir.glob("books.db*"))

    assert console_sessions.digest(cookie) in stored
    for hidden in (secret, cookie):
        assert hidden.encode() not in stored
        assert hidden not in "".join(capfd.readouterr())


async def test_the_cookie_is_for_this_host_and_no_script(app, telegram, stranger):
    entered = await stranger.post("/console/login", link=await link(telegram))

    name, *rest = [part.strip() for part in entered.headers["Set-Cookie"].split(";")]
    assert re.fullmatch(r"s=[\w-]{43}", name)
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"} <= set(rest)
    assert "Secure" not in rest  # plain http, this machine alone
    assert not any(part.startswith("Domain") for part in rest)


async def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(settings, telegram):
    public = settings.model_copy(update={"public_url": "https://bot.example/"})
    async with hosted(public) as app, Visitor(app.address) as visitor:
        browser = {"Origin": "https://bot.example", "Sec-Fetch-Site": "same-origin"}
        entered = await visitor.post("/console/login", headers=browser, link=await link(telegram))

        name, *rest = [part.strip() for part in entered.headers["Set-Cookie"].split(";")]
        assert name.startswith("__Host-s=")
        assert {"Secure", "HttpOnly", "Path=/"} <= set(rest)
        cookie = {"Cookie": name}
        assert (await visitor.see("/console", **cookie)).status == 200
        assert (await visitor.see("/console", Cookie=name.removeprefix("__Host-"))).status == 303


async def test_plain_http_is_for_this_machine_alone(app, telegram, stranger):
    """Also what a name elsewhere is made to point to this machine for."""
    page = await stranger.see("/console/login", Host="rebound.example")

    assert page.status == 403
    assert "https" in page.text
    assert page.headers["Content-Security-Policy"] == POLICY


async def test_who_is_an_admin_no_more_is_out(settings, telegram):
    async with hosted(settings) as app, Visitor(app.address) as visitor:
        await visitor.come_in(telegram)
        cookie = next(iter(visitor.http.cookie_jar)).value
    other = settings.model_copy(update={"admin_ids": (77,)})

    async with hosted(other) as app, Visitor(app.address) as visitor:
        assert (await visitor.see("/console", Cookie=f"s={cookie}")).status == 303
    async with hosted(settings) as app, Visitor(app.address) as visitor:
        assert (await visitor.see("/console", Cookie=f"s={cookie}")).status == 200


async def test_a_link_of_who_is_an_admin_no_more_opens_nothing(settings, telegram):
    async with hosted(settings):
        secret = await link(telegram)

    async with hosted(settings.model_copy(update={"admin_ids": ()})) as app, Visitor(app.address) as visitor:
        assert (await visitor.post("/console/login", link=secret)).status == 403


async def test_leaving_ends_this_session_and_everywhere_ends_all(app, telegram, admin):
    async with Visitor(app.address) as phone, Visitor(app.address) as tablet:
        await phone.come_in(telegram)
        await tablet.come_in(telegram)
        kept = next(iter(phone.http.cookie_jar)).value

        left = await phone.post("/console/leave")
        assert left.headers["Location"] == "/console/login"
        assert 's=""' in left.headers["Set-Cookie"]
        assert (await phone.see("/console", Cookie=f"s={kept}")).status == 303
        assert (await tablet.see("/console")).status == 200

        await tablet.post("/console/leave", everywhere="1")
        assert (await admin.see("/console")).status == 303

        await phone.come_in(telegram)
        asked = telegram.say(BOSS, "/console leave")
        await telegram.heard(BOSS, lambda m: "ended: 1" in words(m), after=asked["message_id"], seconds=10)
        assert (await phone.see("/console")).status == 303


@pytest.mark.parametrize("path", POSTS)
async def test_nothing_is_changed_without_the_forms_word_from_our_own_page(admin, path):
    ours = {"Origin": admin.origin, "Sec-Fetch-Site": "same-origin"}
    right = admin.csrf
    refused = [
        ({}, right),
        ({"Origin": "https://evil.example"}, right),
        ({"Origin": "null"}, right),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, right),
        ({"Origin": admin.origin, "Sec-Fetch-Site": "same-site"}, right),
        ({"Origin": admin.origin.replace("127.0.0.1", "127.0.0.1.evil.example")}, right),
        ({"Origin": admin.origin.rpartition(":")[0]}, right),
        ({"Sec-Fetch-Site": "none"}, right),
        (ours, ""),
        (ours, "0" * 64),
        (ours, right[:-1]),
    ]  # fmt: skip

    for headers, csrf in refused:
        answer = await admin.post(path, headers=headers, csrf=csrf)
        assert answer.status == 403, (headers, csrf)
    assert (await admin.see("/console")).status == 200


async def test_the_word_of_one_session_is_not_anothers(app, telegram, admin):
    async with Visitor(app.address) as other:
        await other.come_in(telegram)

        assert other.csrf != admin.csrf
        assert (await admin.post("/console/upstreams/clear", csrf=other.csrf)).status == 403


@pytest.mark.parametrize("path", POSTS)
async def test_a_stranger_changes_nothing(stranger, path):
    answer = await stranger.post(path, csrf="0" * 64)
    by_script = await stranger.post(path, headers={"Sec-Fetch-Dest": "empty"}, csrf="0" * 64)

    assert answer.status == (401 if path.startswith("/tokens") else 303)
    assert answer.headers.get("Location", "/console/login") == "/console/login"
    assert by_script.status == 401
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_every_page_says_what_a_browser_may_do(admin, stranger):
    seen = [await admin.see("/console" + path) for path in PAGES]
    seen.append(await stranger.see("/console/login"))
    seen.append(await stranger.see("/console/static/console.js"))
    seen.append(await stranger.see("/console/static/console.css"))

    for page in seen:
        assert page.status == 200
        assert page.headers["Content-Security-Policy"] == POLICY
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "Access-Control-Allow-Origin" not in page.headers
        assert "<script>" not in page.text
        assert " style=" not in page.text
    assert all(page.headers["Cache-Control"] == "no-store" for page in seen[:-2])


async def test_pages_ask_who_is_there(stranger):
    for path in PAGES:
        assert (await stranger.see("/console" + path)).headers["Location"] == "/console/login"
    assert (await stranger.see("/console/figures.json", **{"Sec-Fetch-Dest": "empty"})).status == 401


@pytest.mark.parametrize("name", ["..%2frendering.py", "console.py", "%2e%2e/gate.py", "x.js", "CONSOLE.JS"])
async def test_only_the_pages_own_files_are_given_out(stranger, name):
    assert (await stranger.see(f"/console/static/{name}")).status == 404


async def test_guessing_at_once_opens_one_session(app, telegram):
    secret = await link(telegram)

    async def try_it() -> int:
        async with aiohttp.ClientSession() as http:
            headers = {"Origin": app.address, "Sec-Fetch-Site": "same-origin"}
            async with http.post(
                app.address + "/console/login", data={"link": secret}, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status

    statuses = await asyncio.gather(*(try_it() for _ in range(20)))
    assert sorted(statuses) == [303] + 19 * [403]


async def test_all_is_below_the_prefix_and_nothing_beside_it(settings, telegram):
    hidden = settings.model_copy(update={"api_prefix": "/over/there"})
    async with hosted(hidden) as app, Visitor(app.address) as visitor, Visitor(visitor.origin) as outside:
        assert app.address.endswith("/over/there")
        await visitor.come_in(telegram)
        page = await visitor.see("/console/upstreams")
        assert 'href="/over/there/console/models"' in page.text
        assert (await visitor.see("/console/static/console.css")).status == 200
        assert (await visitor.see("/healthz")).status == 200
        assert (await visitor.see("/docs")).status == 200
        for path in (
            "/", "/healthz", "/readyz", "/docs", "/openapi.json", "/console", "/console/login", "/tokens",
            "/v1/models", "/api/v1/account", "/chat", "/files/x", "/over",
        ):  # fmt: skip
            assert (await outside.see(path)).status == 404, path


async def test_a_word_that_is_no_text_is_refused_like_any_other(admin):
    ours = {"Origin": admin.origin, "Sec-Fetch-Site": "same-origin"}
    async with admin.http.post(
        admin.address + "/console/upstreams/clear", data=b'{"csrf": "\\ud800"}', headers=ours
    ) as answer:
        assert answer.status == 403
    async with admin.http.post(admin.address + "/console/upstreams/clear", data=b"[", headers=ours) as answer:
        assert answer.status == 400
