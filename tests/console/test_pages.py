"""What the console's pages show and change: credentials, names of models, codes, requests, deliveries."""

import asyncio
import html
import json
import re
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web

from bot.audit import Violation
from bot.credential_lines import read_lines
from bot.outbound import Place
from bot.sandbox.upstream import OfflineUpstream
from tests import xss
from tests.console.visitor import Visitor
from tests.http.programs import Receiver
from tests.world import ADA, BEN, BOSS, answered, hosted, until

KEY = "sk-second-key-of-the-tests-0123456789"
OURS = re.compile(r"sk-[\w-]{12,}")


async def rows(visitor, path, name):
    """The text of the rows of a page that have such a data-testid."""
    page = await visitor.see(path)
    found = re.findall(rf'<tr data-testid="{name}">(.*?)(?=<tr|</tbody>)', page.text, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]*>", " ", row)).split()) for row in found]


async def counts(visitor):
    page = await visitor.see("/console/upstreams")
    return [int(found) for found in re.findall(r"(\d+) (?:usable|cooling|disabled)</span>", page.text)]


async def test_credentials_are_added_many_at_once_and_never_shown(app, admin, telegram):
    async with OfflineUpstream(model=False) as second:
        text = f"# ours\n{KEY}\n\nsk-third-key-of-the-tests-01234567890 weight=2 models=gpt-*\n"
        add = {"name": "second", "base_url": second.base_url, "text": text}

        assert await admin.told("/console/upstreams/add", **add) == "2 added."
        again = await admin.told("/console/upstreams/add", **add)

        assert again == "0 added. 2 were there already."
        assert await counts(admin) == [3, 0, 0]
        (row,) = await rows(admin, "/console/upstreams", "credential-3")
        assert "second" in row
        assert "sk-t…7890 weight 2 · gpt-*" in row
        assert not OURS.search((await admin.see("/console/upstreams")).text)


@pytest.mark.parametrize(
    ("name", "url", "text", "wrong"),
    [
        ("a", "http://127.0.0.1:9/v1", "sk-1 color=blue", "line 1"),
        ("a", "http://127.0.0.1:9/v1", "# nothing", "1 to 1000"),
        ("a", "ftp://x", "sk-1", "the address looks like"),
        ("settings", "http://127.0.0.1:9/v1", "sk-1", "a name of"),
    ],
)
async def test_what_can_not_be_added_is_named_and_not_repeated(admin, name, url, text, wrong):
    told = await admin.told("/console/upstreams/add", name=name, base_url=url, text=text)

    assert wrong in told
    assert "sk-1" not in told
    assert await counts(admin) == [1, 0, 0]


async def test_a_credential_is_switched_off_tested_and_forgotten(app, admin, telegram):
    async with OfflineUpstream(model=False) as second:
        await admin.told("/console/upstreams/add", name="b", base_url=second.base_url, text=KEY)

        async def change(does, credential):
            return await admin.told("/console/upstreams/change", does=does, credential=credential)

        assert await change("disable", 1) == "Credential 1 is disabled."
        assert await counts(admin) == [1, 0, 1]
        await answered(telegram, ADA, telegram.say(ADA, "2 + 2?"))
        assert len([one for one in second.requests if one.method == "POST"]) == 1
        assert await change("test", 1) == "Credential 1: it is well."
        assert await counts(admin) == [1, 0, 1]
        assert await change("enable", 1) == "Credential 1 is enabled."
        assert await change("remove", 2) == "Credential 2 is removed."
        assert "can only be disabled" in await change("remove", 1)
        assert "no such" in await change("test", 99)
        assert (await admin.post("/console/upstreams/change", does="eat", credential=1)).status == 400
        assert (await admin.post("/console/upstreams/change", does="test", credential="x")).status == 400


async def test_a_refused_credential_shows_why_and_comes_back_by_a_test(app, admin, telegram, upstream):
    upstream.will("401", path="/completions")
    telegram.say(ADA, "2 + 2?")

    async def is_refused():
        (row,) = await rows(admin, "/console/upstreams", "credential-1")
        return "refused" in row and "answered 401" in row and "UTC" in row

    await until(is_refused)
    assert await counts(admin) == [0, 0, 1]
    told = await admin.told("/console/upstreams/change", does="test", credential=1)
    assert told == "Credential 1: it is well."
    assert await counts(admin) == [1, 0, 0]
    await answered(telegram, ADA, telegram.say(ADA, "3 + 3?"))


async def test_a_cooling_credential_is_counted_as_such_and_can_be_forgiven(app, admin, telegram, upstream):
    upstream.will("429", path="/completions")
    telegram.say(ADA, "2 + 2?")

    async def is_cooling():
        return (await counts(admin))[1] == 1

    await until(is_cooling)
    await admin.told("/console/upstreams/change", does="enable", credential=1)
    assert await counts(admin) == [1, 0, 0]


async def test_all_but_the_settings_can_be_cleared(admin):
    await admin.told("/console/upstreams/add", name="b", base_url="http://127.0.0.1:9/v1", text="sk-1\nsk-2")

    assert (await admin.told("/console/upstreams/clear")).startswith("2 removed.")
    assert await counts(admin) == [1, 0, 0]


async def chat(app, code, **body):
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {code}"}) as http:
        asked = {"messages": [{"role": "user", "content": "2 + 2?"}], "max_tokens": 50} | body
        async with http.post(app.address + "/v1/chat/completions", json=asked) as answer:
            return answer.status, await answer.json()


async def test_a_name_for_a_model_is_made_used_and_removed(app, admin, telegram, upstream):
    code = await app.operator.issue(ADA, "x")
    alias = {"model": "gpt-4o-mini", "system": 'Say "ar\\r" 🦜', "parameters": '{"temperature": 0.5}'}

    told = await admin.told("/console/models/add", name="pirate", **alias)
    assert told == "pirate is gpt-4o-mini from now on."
    assert (await chat(app, code, model="pirate"))[0] == 200
    sent = upstream.requests[-1].body
    assert sent["model"] == "gpt-4o-mini"
    assert sent["messages"][0] == {"role": "system", "content": 'Say "ar\\r" 🦜'}
    assert sent["temperature"] == 0.5

    assert "no alias any more" in await admin.told("/console/models/remove", name="pirate")
    assert "there is no alias" in await admin.told("/console/models/remove", name="pirate")
    prices = await app.storage.fetch("SELECT made_by FROM price_list WHERE source = 'admin'")
    assert [row.made_by for row in prices] == [BOSS, BOSS]


@pytest.mark.parametrize("parameters", ["[1]", "x", '{"a": null}', "{" * 5000])
async def test_parameters_that_are_none_change_nothing(admin, parameters):
    told = await admin.told("/console/models/add", name="x", model="m", parameters=parameters)

    assert told.startswith("Nothing was changed")
    assert await rows(admin, "/console/models", "alias") == []


async def test_codes_are_found_paused_and_revoked(app, admin):
    await app.operator.issue(ADA, "my phone")
    secret = await app.operator.issue(BEN, "100% cotton")

    assert len(await rows(admin, "/console/codes", r"code-\d+")) == 2
    (row,) = await rows(admin, "/console/codes?q=PHONE", r"code-\d+")
    assert "my phone" in row
    for words in ("100%25", str(BEN), "2", secret[:11]):
        assert len(await rows(admin, f"/console/codes?q={words}", r"code-\d+")) == 1, words
    assert await rows(admin, "/console/codes?q=0_", r"code-\d+") == []
    assert secret not in (await admin.see("/console/codes")).text

    assert await admin.told("/console/codes/change", code=2, does="pause") == "Code 2: paused."
    assert (await chat(app, secret))[0] == 401
    assert await admin.told("/console/codes/change", code=2, does="resume", q="cotton") == "Code 2: resumed."
    assert (await chat(app, secret))[0] == 200
    await admin.told("/console/codes/change", code=2, does="revoke")
    assert (await chat(app, secret))[0] == 401
    assert "has been revoked" in await admin.told("/console/codes/change", code=2, does="pause")


async def test_requests_under_way_are_seen_and_then_the_last(app, admin, telegram, upstream):
    code = await app.operator.issue(ADA, "slow one")
    upstream.will("slow", path="/completions", times=2, seconds=1.5)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(chat(app, code, model="gpt-4o-mini"))
        telegram.say(BEN, "سلام")

        async def both():
            text = (await admin.see("/console/requests")).text
            return "slow one" in text and 'class="badge running"' in text

        await until(both)

    async def over():
        return 'class="badge answered"' in (await admin.see("/console/requests")).text

    await until(over)


async def test_minutes_count_requests_tokens_errors_and_the_queue(app, admin, telegram, upstream):
    code = await app.operator.issue(ADA, "x")
    _, take = app.sweeps["minutes"]
    await take()
    upstream.will("500", path="/completions")
    await chat(app, code)
    await chat(app, code)
    await answered(telegram, ADA, telegram.say(ADA, "2 + 2?"))
    sales = await app.storage.fetch_one("SELECT posted FROM account WHERE id = 'sales'")

    fresh = json.loads((await admin.see("/console/figures.json")).text)
    await take()
    kept = json.loads((await admin.see("/console/figures.json")).text)

    for seen in (fresh, kept):
        sums = [sum(row[column] for row in seen["minutes"]) for column in range(1, 6)]
        assert sums[:3] == [1, 2, sales.posted]
        assert sums[3] >= 1
        assert seen["credentials"]["usable"] + seen["credentials"]["cooling"] == 1
        assert seen["waiting"]["running"] == 0
        assert (seen["audit"], seen["stops"]) == ([], False)


async def test_a_delivery_that_waits_is_seen_and_tried_again(settings, telegram):
    async with Receiver() as receiver:
        allowed = settings.model_copy(update={"outbound_allow": (Place("127.0.0.1", receiver.port),)})
        async with hosted(allowed) as app, Visitor(app.address) as admin:
            await admin.come_in(telegram)
            code = await app.operator.issue(ADA, "x")

            async def refuse(request):
                return web.Response(status=503)

            receiver.act = refuse
            asked = {"api": code, "which": "text", "text": "what is 2 + 2?", "callback": receiver.url}
            async with admin.http.post(app.address + "/api/v1/jobs", data=asked) as answer:
                job = (await answer.json())["id"]

            async def failed():
                return "answered 503" in "".join(await rows(admin, "/console/deliveries", f"delivery-{job}"))

            await until(failed)
            (row,) = await rows(admin, "/console/deliveries", f"delivery-{job}")
            assert "pending 1 HTTP 503" in row
            receiver.act = None
            told = await admin.told("/console/deliveries/repeat", job=job, does="repeat")
            assert told == "It is tried again now."
            await receiver.hears(2)

            async def gone():
                return not await rows(admin, "/console/deliveries", f"delivery-{job}")

            await until(gone)
            assert "no such delivery" in await admin.told("/console/deliveries/repeat", job=99, does="repeat")


async def test_books_that_are_wrong_are_told_on_every_page(app, admin):
    app.jobs.watch.violations = [Violation("I1 <b>something</b>", [])]
    try:
        for path in ("", "/upstreams", "/codes"):
            page = await admin.see("/console" + path)
            assert "The books are wrong: I1 &lt;b&gt;something&lt;/b&gt;" in page.text
        assert json.loads((await admin.see("/console/figures.json")).text)["stops"] is True
    finally:
        app.jobs.watch.violations = []


async def test_minutes_outlive_a_restart(settings, telegram):
    async with hosted(settings) as app:
        await app.sweeps["minutes"][1]()
        await answered(telegram, ADA, telegram.say(ADA, "2 + 2?"))
        await app.sweeps["minutes"][1]()

    async with hosted(settings) as app:
        row = await app.storage.fetch_one("SELECT sum(jobs) AS jobs FROM figure")
        assert row is not None
        assert row.jobs == 1


async def test_whatever_others_wrote_is_escaped(app, admin):
    """T13, on the wire; Chromium sees the same in tests/browser."""
    for number, text in enumerate(xss.STRINGS):
        await app.operator.issue(ADA, text)
        name = f"{number}{text}"[:40] if text.isprintable() else str(number)
        await app.operator.upstreams.add(name, "http://127.0.0.1:9/v1", read_lines(f"sk-{number}"))
        await app.operator.upstreams.note(number + 2, text)
    for text in filter(str.isprintable, xss.STRINGS[::6]):
        await admin.told("/console/models/add", name=text, model=text, system=text)

    for path, shown in (
        ("/codes", xss.STRINGS), ("/upstreams", xss.STRINGS),
        ("/models", list(filter(str.isprintable, xss.STRINGS[::6]))),
    ):  # fmt: skip
        page = await admin.see("/console" + path)
        text = html.unescape(page.text)
        for one in shown:
            assert one in text, (path, one)
            assert one not in page.text or not set(one) & set("<>&\"'"), (path, one)


async def test_what_was_searched_for_is_escaped(admin):
    for one in xss.STRINGS:
        page = await admin.see("/console/codes?q=" + quote(one))
        assert page.status == 200
        found = re.search(r'name="q" value="([^"]*)"', page.text)
        assert found
        assert html.unescape(found[1]) == one[:64].strip()


def test_there_are_sixty():
    assert len(set(xss.STRINGS)) >= 60
