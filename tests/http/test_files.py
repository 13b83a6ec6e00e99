"""Produced files over the wire: parts of them, their headers, and their end."""

import pytest


@pytest.fixture
async def sound(program, receiver):
    """The address of a piece of speech, and its bytes."""
    reply = await program.post("txtTOvoice", text="Good morning to all of you.", txtTOvoice_lang="english")
    [address] = (await receiver.answer(reply["id"]))["files"]["txtTOvoice"]
    async with program.http.get(address) as answer:
        return address, await answer.read()


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=10-", 10, -1), ("bytes=-10", -10, -1), ("bytes=5-99999999", 5, -1)],
)
async def test_a_part_of_a_sound_is_served(program, sound, asked, first, last):
    address, whole = sound
    first, last = first % len(whole), last % len(whole)

    async with program.http.get(address, headers={"Range": asked}) as answer:
        body = await answer.read()

    assert answer.status == 206
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
    assert body == whole[first : last + 1]


async def test_a_part_that_is_not_there_is_refused(program, sound):
    address, whole = sound

    async with program.http.get(address, headers={"Range": f"bytes={len(whole)}-"}) as answer:
        assert answer.status == 416
        assert answer.headers["Content-Range"] == f"bytes */{len(whole)}"


async def test_a_file_cannot_become_a_page(program, sound):
    address, whole = sound

    async with program.http.head(address) as answer:
        headers = answer.headers

    assert answer.status == 200
    assert (headers["Content-Type"], int(headers["Content-Length"])) == ("audio/mpeg", len(whole))
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"].startswith("private")


async def test_expiry_is_looked_at_on_each_read(program, sound):
    address, _ = sound
    await program.app.storage.write(lambda conn: conn.run("UPDATE file SET expires_at = 1"))

    for headers in ({}, {"Range": "bytes=0-1"}):
        async with program.http.get(address, headers=headers) as answer:
            assert answer.status == 404


@pytest.mark.parametrize(
    "name", ["..%2fbooks.db", "%2e%2e/books.db", "a" * 43 + ".mp3", "a" * 43 + ".html", ".", "%00"]
)
async def test_other_names_lead_nowhere(program, sound, name):
    async with program.http.get(f"{program.app.address}/files/{name}") as answer:
        assert answer.status in (400, 404)
