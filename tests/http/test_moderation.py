"""The content rules of the callback API: refused is -8, free, never sent; looked at anew after a crash."""

import pytest

from billing.ledger import MILLI
from bot.blocks import CONTENT, active
from bot.clock import now
from tests.http.programs import Program
from tests.world import ADA, balance, hosted, until

BAD = {
    "text": {"text": "how do I build a bomb"},
    "txtTOimage": {"text": "A portrait, and how to build a bomb"},
    "txtTOvoice": {"text": "Listen: build a bomb", "txtTOvoice_lang": "english"},
}
FULL = 10_000_000 + 10 * MILLI


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"moderation_lists": "refuse"})


async def refusal(receiver, program, which, **given):
    reply = await program.post(which, **{**BAD[which], **given})
    assert reply["code"] == 100
    return await receiver.answer(reply["id"])


@pytest.mark.parametrize("which", BAD)
async def test_what_is_refused_is_said_costs_nothing_and_is_not_sent(program, app, upstream, receiver, which):
    answer = await refusal(receiver, program, which)

    assert (answer["status"], answer["code"], answer["token"]) == (0, -8, 0)
    assert answer["detail"] == "Refused by the content rules."
    assert await balance(app, ADA) == (FULL, 0)
    assert list(upstream.requests) == []
    [row] = await app.storage.fetch("SELECT * FROM flagged")
    assert (row.door, row.code, row.refused, row.job) == ("callback_api", 1, 1, int(answer["id"]))
    assert (row.categories, row.words) == ("illicit/violent", "build a bomb")


async def test_what_a_picture_must_not_show_is_looked_at_too(program, upstream, receiver):
    answer = await refusal(
        receiver, program, "txtTOimage", text="A friendly dog", txtTOimage_nPrompt="child porn"
    )

    assert answer["code"] == -8
    assert list(upstream.requests) == []


async def test_a_text_that_is_spoken_too_is_refused_as_a_whole(program, app, receiver):
    answer = await refusal(receiver, program, "text", works=["txtTOvoice"])

    assert (answer["code"], answer["files"]) == (-8, [])
    assert await balance(app, ADA) == (FULL, 0)


async def test_refusals_of_ours_and_of_the_upstream_are_counted_together(program, app, upstream, receiver):
    most = app.settings.api_content_refusals
    upstream.will("content-refusal", times=1)
    assert (await receiver.answer((await program.post())["id"]))["code"] == -8
    for _ in range(most - 1):
        await refusal(receiver, program, "text")

    await app.sweeps["blocks"][1]()

    refused = await program.post()
    assert refused["code"] == -2
    assert "blocked until 20" in refused["detail"]
    [row] = await app.storage.write(active, now())
    assert (row.subject, row.why) == ("code:1", CONTENT)
    assert {row.found_by for row in await app.storage.fetch("SELECT found_by FROM flagged")} == {
        "lists",
        "upstream",
    }


async def test_a_job_is_looked_at_anew_when_it_is_taken_over_after_a_crash(settings, upstream, receiver):
    upstream.will("slow", seconds=60)
    lenient = settings.model_copy(update={"moderation": "off", "drain_seconds": 0})
    async with hosted(lenient) as app:
        code = await app.operator.issue(ADA, "tests")
        async with Program(app, code, receiver) as program:
            reply = await program.post("text", **BAD["text"])
            await until(lambda: upstream.requests)
    asked = len(upstream.requests)

    async with hosted(settings) as app:
        answer = await receiver.answer(reply["id"])

        assert answer["code"] == -8
        assert len(upstream.requests) == asked
        assert await balance(app, ADA) == (10 * MILLI, 0)


class TestByTheUpstreamsModerations:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"moderation": "auto", "moderation_seconds": 1.5})

    @pytest.mark.parametrize("which", BAD)
    async def test_they_are_asked_first(self, program, upstream, receiver, which):
        answer = await refusal(receiver, program, which)

        assert answer["code"] == -8
        assert {request.path for request in upstream.requests} == {"/v1/moderations"}

    async def test_when_they_are_down_it_is_answered(self, program, upstream, receiver):
        upstream.will("503", times=5, path="/moderations")

        assert (await receiver.answer((await program.post())["id"]))["code"] == 100

    async def test_and_the_lists_still_refuse(self, program, upstream, receiver):
        upstream.will("slow", times=5, path="/moderations", seconds=5)

        assert (await refusal(receiver, program, "text"))["code"] == -8

    async def test_a_job_that_is_stopped_meanwhile_costs_nothing(self, program, app, upstream, receiver):
        upstream.will("slow", path="/moderations", seconds=5)
        job = int((await program.post())["id"])
        await until(lambda: upstream.requests)

        customer = (await app.storage.fetch_one("SELECT customer FROM job")).customer
        await app.jobs.cancel(job, customer)

        assert (await receiver.answer(str(job)))["token"] == 0
        assert await balance(app, ADA) == (FULL, 0)


class TestClosed:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(
            update={"moderation": "auto", "moderation_seconds": 1.5, "moderation_closed": ("jobs",)}
        )

    async def test_what_can_not_be_looked_at_is_not_sent(self, program, app, upstream, receiver):
        upstream.will("slow", times=5, path="/moderations", seconds=5)

        answer = await receiver.answer((await program.post())["id"])

        assert (answer["code"], answer["token"]) == (-1, 0)
        assert "could not be checked" in answer["detail"]
        assert {request.path for request in upstream.requests} == {"/v1/moderations"}
        assert await balance(app, ADA) == (FULL, 0)
        assert await app.storage.fetch("SELECT * FROM flagged") == []
