"""The chat page's routes, over HTTP: who may ask, what is shown, what a person can do."""

import asyncio
import contextlib
import io
import json
import re

import aiohttp
import pytest
from aiogram.types import BotCommand, BufferedInputFile, LabeledPrice
from aiohttp import web
from PIL import Image

from bot.sandbox import page as page_module
from bot.sandbox.page import STATIC, add_page
from tests.sandbox.conftest import ADA, BOB
from tests.serving import serving

GROUP = -100777
XSS = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture
async def site(telegram):
    """An HTTP client of a server that serves the page; Ada is an admin."""
    telegram.add_group(GROUP, "Friends", [ADA, BOB])
    app = web.Application()
    add_page(app, telegram, admins={ADA})
    async with serving(app, shutdown_timeout=5) as address, aiohttp.ClientSession(address) as client:
        yield client


async def act(site, what, status=200, **body):
    body = {"person": ADA, **body}
    async with site.post(f"/sandbox/act/{what}", json=body) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def upload(site, kind, *files, status=200, **fields):
    form = aiohttp.FormData(quote_fields=False)
    for name, value in {"person": ADA, "kind": kind, **fields}.items():
        form.add_field(name, str(value))
    for name, mime, data in files:
        form.add_field("file", data, filename=name, content_type=mime)
    async with site.post("/sandbox/act/upload", data=form) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


@contextlib.asynccontextmanager
async def stream(site, query=""):
    """A function that waits for the next event of a kind."""
    async with site.get("/sandbox/events" + query) as answer:
        assert answer.content_type == "text/event-stream"

        async def heard(kind):
            async with asyncio.timeout(5):
                while True:
                    line = (await answer.content.readline()).decode()
                    if line.startswith("data: "):
                        found, thing = json.loads(line.removeprefix("data: "))
                        if found == kind:
                            return thing

        yield heard


def picture(colour="teal"):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()


# Who may ask


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", ""])
@pytest.mark.parametrize("path", ["", "/static/page.js", "/events", "/file/x"])
async def test_a_name_that_is_not_this_machine_is_refused(site, host, path):
    async with site.get("/sandbox" + path, headers={"Host": host}) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080"])
async def test_the_names_of_this_machine_are_served(site, host):
    async with site.get("/sandbox", headers={"Host": host}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_site_cannot_act_or_read(site, telegram, headers):
    body = {"person": ADA, "text": "hi"}
    async with site.post("/sandbox/act/say", json=body, headers=headers) as answer:
        assert answer.status == 403
    async with site.get("/sandbox/events", headers=headers) as answer:
        assert answer.status == 403

    assert telegram.messages(ADA) == []


async def test_the_page_itself_can_act(site, telegram):
    headers = {"Origin": str(site._base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    async with site.post("/sandbox/act/say", json={"person": ADA, "text": "hi"}, headers=headers) as answer:
        assert answer.status == 200

    assert telegram.messages(ADA)[0]["text"] == "hi"


async def test_a_form_of_another_type_is_no_act(site, telegram):
    body = json.dumps({"person": ADA, "text": "hi"})
    headers = {"Content-Type": "text/plain"}
    async with site.post("/sandbox/act/say", data=body, headers=headers) as answer:
        assert answer.status == 400

    assert telegram.messages(ADA) == []


async def test_nothing_from_elsewhere_can_run_on_the_page(site):
    async with site.get("/sandbox") as answer:
        policy, text = answer.headers["Content-Security-Policy"], await answer.text()
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", text)


def test_no_script_makes_markup_out_of_text():
    for script in STATIC.glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script.read_text()
        )


async def test_every_file_that_the_page_names_is_there_with_its_type(site):
    async with site.get("/sandbox") as answer:
        names = set(re.findall(r'/sandbox/static/([\w.]+)"', await answer.text()))
    for script in STATIC.glob("*.js"):
        names |= set(re.findall(r"from '\./([\w.]+)'", script.read_text()))

    for name in names:
        async with site.get(f"/sandbox/static/{name}") as answer:
            assert answer.status == 200, name
            assert answer.content_type in ("text/css", "text/javascript", "image/svg+xml")


@pytest.mark.parametrize("name", ["..%2Fpage.py", "%2e%2e/page.py", "page.html", "none.js", "PAGE.JS%00"])
async def test_only_the_pages_own_files_are_served(site, name):
    async with site.get(f"/sandbox/static/{name}") as answer:
        assert answer.status == 404


# What is shown


async def test_the_stream_begins_with_everything(site, telegram, bot):
    telegram.say(ADA, "first")
    await bot.send_message(BOB, "second")
    await bot.set_my_commands([BotCommand(command="help", description="Help")])
    await bot.set_my_commands([BotCommand(command="help", description="راهنما")], language_code="fa")
    await bot.set_my_name("ربات", language_code="fa")

    async with stream(site) as heard:
        state = await heard("state")

    ada, bob = state["people"]
    assert (ada["admin"], bob["admin"]) == (True, False)
    assert ada["commands"][0]["description"] == "Help"
    assert bob["commands"][0]["description"] == "راهنما"
    assert bob["bot"]["name"] == "ربات"
    chats = {chat["id"]: chat for chat in state["chats"]}
    assert chats[ADA]["messages"][0]["text"] == "first"
    assert chats[BOB]["messages"][0]["text"] == "second"
    assert chats[GROUP]["members"] == [ADA, BOB]
    assert state["calls"][0]["method"] == "sendMessage"


async def test_the_stream_of_one_person_shows_only_their_chats(site, telegram):
    async with stream(site, f"?person={BOB}") as heard:
        state = await heard("state")
        telegram.say(ADA, "not for Bob")
        telegram.say(BOB, "for Bob")
        shown = await heard("message")

    assert {chat["id"] for chat in state["chats"]} == {BOB, GROUP}
    assert shown["text"] == "for Bob"


async def test_changes_follow_as_they_happen(site, telegram, bot):
    async with stream(site) as heard:
        await heard("state")
        sent = await bot.send_message(ADA, "one")
        assert (await heard("message"))["text"] == "one"
        assert (await heard("call"))["method"] == "sendMessage"
        await sent.edit_text("two")
        assert (await heard("edit"))["text"] == "two"
        await bot.send_chat_action(ADA, "typing")
        assert (await heard("action"))["action"] == "typing"
        await bot.send_message_draft(ADA, draft_id=1, text="thr")
        assert (await heard("draft"))["text"] == "thr"
        await sent.delete()
        assert (await heard("delete"))["message_id"] == sent.message_id
        telegram.block(BOB)
        assert [one["blocked"] for one in (await heard("about"))["people"]] == [False, True]


async def test_markup_in_a_text_arrives_as_plain_data(site, telegram, bot):
    async with stream(site) as heard:
        await heard("state")
        await bot.send_message(ADA, XSS)
        shown = await heard("message")

    assert shown["text"] == XSS
    assert "entities" not in shown


async def test_who_reads_too_slowly_is_shown_everything_again(site, telegram):
    async with stream(site) as heard:
        await heard("state")
        for number in range(1_200):
            telegram.say(ADA, f"message {number}")
        state = await heard("state")

    chat = next(chat for chat in state["chats"] if chat["id"] == ADA)
    assert len(chat["messages"]) == 200
    assert chat["messages"][-1]["text"] == "message 1199"
    assert chat["earlier"]


async def test_a_silent_stream_shows_that_it_is_alive(site, monkeypatch):
    monkeypatch.setattr(page_module, "HEARTBEAT_SECONDS", 0.02)
    async with site.get("/sandbox/events") as answer:
        lines = [await answer.content.readline() for _ in range(5)]

    assert b": still here\n" in lines


async def test_open_streams_do_not_hold_up_the_end(telegram):
    app = web.Application()
    add_page(app, telegram)
    runner = web.AppRunner(app, shutdown_timeout=30)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as client:
        async with client.get("/sandbox/events") as answer:
            await answer.content.readline()

            async with asyncio.timeout(3):
                await runner.cleanup()


async def test_older_messages_can_be_asked_for(site, telegram):
    for number in range(150):
        telegram.say(ADA, str(number))

    older = await act(site, "earlier", before=121)

    assert [one["text"] for one in older["messages"]] == [str(number) for number in range(20, 120)]
    assert older["earlier"]


# Files


async def test_a_player_can_seek_in_a_sound(site, telegram):
    voice = telegram.send_voice(ADA, bytes(range(200)), mime="audio/webm")["voice"]

    async with site.get(f"/sandbox/file/{voice['file_id']}", headers={"Range": "bytes=10-19"}) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Range"] == "bytes 10-19/200"
        assert await answer.read() == bytes(range(10, 20))
    async with site.get(f"/sandbox/file/{voice['file_id']}", headers={"Range": "bytes=-5"}) as answer:
        assert await answer.read() == bytes(range(195, 200))
    async with site.get(f"/sandbox/file/{voice['file_id']}", headers={"Range": "bytes=500-"}) as answer:
        assert answer.status == 416
    async with site.get(f"/sandbox/file/{voice['file_id']}") as answer:
        assert (answer.status, answer.content_type) == (200, "audio/webm")
        assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript"])
async def test_a_file_that_could_run_is_only_ever_downloaded(site, telegram, mime):
    file = telegram.send_document(ADA, b"<script>alert(1)</script>", "x.html", mime)["document"]

    async with site.get(f"/sandbox/file/{file['file_id']}") as answer:
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_an_unknown_file_is_not_found(site):
    async with site.get("/sandbox/file/none") as answer:
        assert answer.status == 404


# What a person does


async def test_a_person_writes_replies_edits_and_deletes(site, telegram, bot):
    first = await act(site, "say", text="hello /help")
    second = await act(site, "say", text="and", reply_to=first["message_id"])
    await act(site, "edit", message=first["message_id"], text="hello again")
    await act(site, "delete", message=second["message_id"])

    updates = await bot.get_updates()
    assert [one.message.text for one in updates[:2]] == ["hello /help", "and"]
    assert updates[1].message.reply_to_message.message_id == first["message_id"]
    assert updates[2].edited_message.text == "hello again"
    assert [one["text"] for one in telegram.messages(ADA)] == ["hello again"]


async def test_several_photos_become_one_album(site, telegram, bot):
    files = [("a.png", "image/png", picture("red")), ("b.png", "image/png", picture("blue"))]
    await upload(site, "photo", *files, caption="two")

    one, other = (update.message for update in await bot.get_updates())
    assert one.media_group_id == other.media_group_id is not None
    assert (one.caption, other.caption) == ("two", None)
    async with site.get(f"/sandbox/file/{one.photo[-1].file_id}") as answer:
        assert await answer.read() == picture("red")


async def test_a_recorded_voice_keeps_its_real_type(site, bot):
    await upload(site, "voice", ("voice.webm", "audio/webm;codecs=opus", b"\x1aE\xdf\xa3 opus"), seconds=4)

    [update] = await bot.get_updates()
    assert update.message.voice.duration == 4
    assert update.message.voice.mime_type == "audio/webm"


async def test_a_file_is_sent_with_its_name(site, bot):
    await upload(site, "document", ("گزارش.pdf", "application/pdf", b"%PDF-1.7"), chat=ADA, caption="read")

    [update] = await bot.get_updates()
    assert update.message.document.file_name == "گزارش.pdf"
    assert update.message.caption == "read"


@pytest.mark.parametrize(
    ("kind", "file", "words"),
    [
        ("photo", ("a.png", "image/png", b"no picture"), "not a picture"),
        ("document", ("a.bin", "", b"x" * 2_000), "too large"),
        ("poem", ("a.txt", "text/plain", b"x"), "no kind poem"),
    ],
)
async def test_a_bad_upload_is_told_in_words(site, telegram, monkeypatch, kind, file, words):
    monkeypatch.setattr("bot.sandbox.uploads.UPLOAD_MAX", 1_000)

    refused = await upload(site, kind, file, status=400)

    assert words in refused["error"]
    assert telegram.messages(ADA) == []


async def test_a_tap_brings_back_the_bots_answer(site, telegram, bot):
    sent = await bot.send_message(
        ADA, "?", reply_markup={"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    )
    tapping = asyncio.gather(act(site, "tap", message=sent.message_id, button="y"))

    [update] = await bot.get_updates(timeout=5)
    await bot.answer_callback_query(update.callback_query.id, "Done", show_alert=True)

    [tapped] = await tapping
    assert (tapped["answer"]["text"], tapped["answer"]["show_alert"]) == ("Done", True)


async def test_paying_takes_play_stars_and_shows_it(site, telegram, bot):
    sent = await bot.send_invoice(ADA, "Pack", "Tokens", "p", "XTR", [LabeledPrice(label="x", amount=50)])

    async with stream(site) as heard:
        await heard("state")
        paying = asyncio.gather(act(site, "pay", message=sent.message_id))
        [update] = await bot.get_updates(timeout=5)
        await bot.answer_pre_checkout_query(update.pre_checkout_query.id, ok=True)
        [paid] = await paying
        about = await heard("about")

    assert paid["ok"]
    assert about["people"][0]["stars"] == 9_950
    await act(site, "charge_back", charge=paid["charge"])
    assert telegram.transactions[-1]["receiver"]["user"]["id"] == ADA


async def test_a_refused_payment_says_why(site, telegram, bot):
    sent = await bot.send_invoice(ADA, "Pack", "Tokens", "p", "XTR", [LabeledPrice(label="x", amount=50)])
    paying = asyncio.gather(act(site, "pay", message=sent.message_id))
    [update] = await bot.get_updates(timeout=5)
    await bot.answer_pre_checkout_query(update.pre_checkout_query.id, ok=False, error_message="Sold out.")

    [refused] = await paying
    assert refused == {"ok": False, "error": "Sold out."}
    assert telegram.stars(ADA) == 10_000


async def test_an_invoice_link_is_looked_at_before_it_is_paid(site, bot):
    price = [LabeledPrice(label="x", amount=120)]
    link = await bot.create_invoice_link(
        "Month", "Each month", "m", "XTR", price, subscription_period=2_592_000
    )

    shown = await act(site, "look_at_link", link=link)
    paying = asyncio.gather(act(site, "pay_link", link=link))
    [update] = await bot.get_updates(timeout=5)
    await bot.answer_pre_checkout_query(update.pre_checkout_query.id, ok=True)
    [paid] = await paying
    renewed = await act(site, "renew", charge=paid["charge"])

    assert (shown["title"], shown["total_amount"]) == ("Month", 120)
    assert renewed["charge"] not in ("", paid["charge"])


async def test_more_play_stars_can_be_had(site, telegram):
    assert await act(site, "stars", amount=1_000) == {"stars": 11_000}


async def test_a_fault_is_added_shown_used_up_and_taken_back(site, telegram, bot):
    await act(site, "fault", kind="slow", method="getFile", seconds=1)
    waiting = await act(
        site, "fault", kind="error", method="sendMessage", code=403, description="Forbidden: no"
    )
    slow, error = waiting["faults"]

    async with stream(site) as heard:
        assert len((await heard("state"))["faults"]) == 2
        with pytest.raises(Exception, match="Forbidden: no"):
            await bot.send_message(ADA, "x")
        assert [one["kind"] for one in (await heard("faults"))["faults"]] == ["slow"]
    await act(site, "unfault", id=slow["id"])

    assert error["code"] == 403
    assert telegram.faults == []


async def test_the_clock_goes_forward(site, telegram):
    before = telegram.clock.now()

    await act(site, "forward", seconds=3_600)

    assert telegram.clock.now() - before >= 3_600


async def test_blocking_and_voice_are_up_to_the_person(site, telegram, bot):
    await act(site, "forbid_voice", forbidden=True)
    with pytest.raises(Exception, match="VOICE_MESSAGES_FORBIDDEN"):
        await bot.send_voice(ADA, BufferedInputFile(b"OggS", "v.ogg"))
    await act(site, "block")
    with pytest.raises(Exception, match="bot was blocked by the user"):
        await bot.send_message(ADA, "x")
    await act(site, "unblock")

    assert (await bot.send_message(ADA, "x")).message_id


@pytest.mark.parametrize(
    ("what", "body", "words"),
    [
        ("say", {"text": "  "}, "text is empty"),
        ("say", {"text": "x" * 5_000}, "4096 are allowed"),
        ("say", {"text": "x", "person": 5}, "Nobody here is 5"),
        ("say", {"text": "x", "chat": BOB}, "not in the chat"),
        ("tap", {"message": 77, "button": "y"}, "gone"),
        ("edit", {"message": "x", "text": "y"}, "whole number"),
        ("fault", {"kind": "earthquake"}, "no fault earthquake"),
        ("forward", {"seconds": -1}, "between"),
        ("charge_back", {"charge": "none"}, "not there"),
        ("fly", {}, "Nobody can fly here"),
    ],
)
async def test_an_act_that_makes_no_sense_is_told_in_words(site, what, body, words):
    refused = await act(site, what, status=400, **body)

    assert words in refused["error"]
