"""The life of a job, told from the door's side: what it answers, and what is paid for it."""

import asyncio
import json

import pytest

from billing import Balance, Connection
from billing.errors import KeyReused, NotEnoughTokens
from bot.prices import Prices
from bot.providers import Answer, ImageRequest, Progress, Request, TextRequest, Turn, Usage
from bot.providers.errors import BadAnswer, ContentRefused, NoAnswer, ProviderError, UpstreamBusy
from bot.queue import Banned, Job
from bot.storage import Storage
from bot.watch import BooksWrong
from tests.core.books import ADA, BEN, tokens
from tests.core.engine import PICTURE, PICTURES, QUESTION, SPEECH, WORDS, Ear, Engine, Waiter, until


def raises(error: BaseException) -> object:
    async def act(request: Request, progress: Progress) -> Answer:
        raise error

    return act


async def test_a_question_is_answered_and_paid(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    waiter = engine.text.act = Waiter(Answer("5,609 m.", usage=Usage(9, 5), engine="llm"), says="5,6")

    job = await engine.submit(ada)
    assert (job.state, job.price, await engine.jobs.turn(job)) == ("queued", tokens(1), 1)
    assert await engine.balance(ada) == Balance(tokens(10), tokens(1))
    async with engine.runs():
        await waiter.begun.wait()
        assert (await engine.row(job)).state == "running"
        assert await engine.calls(job.id) == ["intent"]
        assert await engine.jobs.turn(job) == 0
        waiter.go_on()
        await engine.ear.end_of(job.id)

    row = await engine.row(job)
    assert (row.state, row.charged, row.attempt, row.error) == ("answered", tokens(1), 1, None)
    assert json.loads(row.answer) == {"text": "5,609 m.", "stopped": False}
    assert await engine.balance(ada) == Balance(tokens(9), 0)
    assert engine.ear.heard == [("started", job.id), ("progressed", job.id, "5,6"), ("ended", job.id)]
    call = await engine.storage.fetch_one("SELECT state, engine, prompt_tokens, completion_tokens FROM call")
    assert call == ("ok", "llm", 9, 5)
    assert await engine.storage.fetch("SELECT job, door, state FROM delivery") == [
        (job.id, "test", "pending")
    ]


async def test_the_same_key_twice_is_one_job(engine: Engine) -> None:
    ada, ben = await engine.customer(ADA, has=10), await engine.customer(BEN, has=10)

    async with engine.runs():
        first = await engine.ask(ada, key="tg:1:1")
        again = await engine.submit(ada, key="tg:1:1")
        with pytest.raises(KeyReused):
            await engine.submit(ben, key="tg:1:1")

    assert (again.id, again.state) == (first.id, "answered")
    assert await engine.balance(ada) == Balance(tokens(9), 0)
    assert await engine.balance(ben) == Balance(tokens(10), 0)


async def test_nobody_asks_for_what_they_cannot_pay(engine: Engine) -> None:
    ada = await engine.customer(has=2)

    await engine.submit(ada, ImageRequest(prompt="a cat"))
    with pytest.raises(NotEnoughTokens) as refusal:
        await engine.submit(ada)

    assert (refusal.value.price, refusal.value.available) == (tokens(1), 0)
    assert len(await engine.storage.fetch("SELECT id FROM job")) == 1


async def test_a_banned_customer_is_refused(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    await engine.storage.write(lambda conn: conn.run("UPDATE customer SET banned_at = 1"))

    with pytest.raises(Banned):
        await engine.submit(ada)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (UpstreamBusy("429"), "error-upstream-busy"),
        (ContentRefused("no"), "error-content-refused"),
        (NoAnswer(), "error-no-answer"),
        (BadAnswer("<html>"), "error-upstream"),
        (ZeroDivisionError("ours"), "error-internal"),
        (asyncio.CancelledError(), "error-internal"),
    ],
)
async def test_a_failed_answer_costs_nothing(engine: Engine, error: BaseException, word: str) -> None:
    ada = await engine.customer(has=10)
    engine.text.act = raises(error)  # type: ignore[assignment]

    async with engine.runs():
        row = await engine.ask(ada)
        assert (row.state, row.error, row.charged, row.answer) == ("failed", word, 0, None)
        engine.text.act = None
        assert (await engine.ask(ada)).state == "answered"

    assert await engine.calls(row.id) == ["error"]
    assert await engine.balance(ada) == Balance(tokens(9), 0)


@pytest.mark.parametrize(
    ("request_", "nothing"),
    [(QUESTION, Answer()), (PICTURES, Answer("a cat")), (WORDS, Answer("Good morning."))],
)
async def test_an_answer_without_anything_costs_nothing(
    engine: Engine, request_: Request, nothing: Answer
) -> None:
    ada = await engine.customer(has=10)

    async def act(request: Request, progress: Progress) -> Answer:
        return nothing

    engine.text.act = engine.image.act = engine.voice.act = act
    async with engine.runs():
        row = await engine.ask(ada, request_)

    assert (row.state, row.error) == ("failed", "error-no-answer")
    assert await engine.balance(ada) == Balance(tokens(10), 0)


async def test_a_job_out_of_time_costs_nothing(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    engine.text.act = Waiter(Answer("too late"), says="half")
    engine.program(seconds=0.02)

    async with engine.runs():
        row = await engine.ask(ada)

    assert (row.state, row.error) == ("expired", "error-no-answer")
    assert await engine.balance(ada) == Balance(tokens(10), 0)


async def test_a_speech_that_fails_after_some_notes_costs_nothing(engine: Engine) -> None:
    ada = await engine.customer(has=10)

    async def act(request: Request, progress: Progress) -> Answer:
        progress(Answer("One.", [SPEECH], notes=["One."]))
        raise NoAnswer("gone")

    engine.voice.act = act

    async with engine.runs():
        row = await engine.ask(ada, WORDS)

    assert (row.state, row.charged, row.error) == ("failed", 0, "error-no-answer")
    assert await engine.storage.fetch("SELECT name FROM file") == []
    assert await engine.balance(ada) == Balance(tokens(10), 0)


async def test_while_the_books_are_wrong_nothing_new_is_taken(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    known = await engine.submit(ada, key="tg:1:1")
    await engine.storage.write(take_out_of_nothing, ada)
    await engine.jobs.watch.look(engine.storage)

    with pytest.raises(BooksWrong):
        await engine.submit(ada, key="tg:1:2")
    assert (await engine.submit(ada, key="tg:1:1")).id == known.id

    await engine.storage.write(take_out_of_nothing, ada, -1)
    await engine.jobs.watch.look(engine.storage)
    assert (await engine.submit(ada, key="tg:1:2")).id != known.id


def take_out_of_nothing(conn: Connection, customer: int, amount: int = 1) -> None:
    conn.run("UPDATE account SET posted = posted + :n WHERE id = :id", n=amount, id=f"customer:{customer}")


async def test_fewer_pictures_and_unspoken_texts_cost_less(engine: Engine) -> None:
    ada = await engine.customer(has=20)

    async def two_pictures(request: Request, progress: Progress) -> Answer:
        return Answer("", [PICTURE] * 2)

    engine.image.act = two_pictures
    async with engine.runs():
        pictures = await engine.ask(ada, PICTURES)
        unspoken = await engine.ask(ada, TextRequest(question="Hello?", speak=True))
        engine.text.act = Waiter(Answer("Hello.", [SPEECH]))
        engine.text.act.go_on()
        spoken = await engine.ask(ada, TextRequest(question="Hello?", speak=True))
        engine.text.act = Waiter(Answer("Hello.", [SPEECH], unspoken="failed"))
        engine.text.act.go_on()
        half = await engine.ask(ada, TextRequest(question="Hello?", speak=True))

    assert [(row.price, row.charged) for row in (pictures, unspoken, spoken, half)] == [
        (tokens(3), tokens(2)), (tokens(4), tokens(1)), (tokens(4), tokens(4)), (tokens(4), tokens(1)),
    ]  # fmt: skip


async def test_nobody_pays_more_than_the_price_they_were_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await engine.customer(has=10)
    job = await engine.submit(ada)
    monkeypatch.setattr(Prices, "of_answer", lambda *_: tokens(50))

    async with engine.runs():
        await engine.ear.end_of(job.id)

    assert (await engine.row(job)).charged == tokens(1)


async def test_what_an_answer_produced_is_on_disk_and_named(engine: Engine) -> None:
    ada = await engine.customer(has=10)

    async with engine.runs():
        row = await engine.ask(ada, PICTURES)

    files = await engine.storage.fetch("SELECT job, position, media, size, name FROM file ORDER BY position")
    assert [file[:4] for file in files] == [(row.id, n, "image/png", 4) for n in range(4)]
    assert [await engine.files.read(file.name) for file in files] == [PICTURE.data] * 4


async def test_files_that_cannot_be_written_fail_the_job(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    engine.files.path("").rmdir()

    async with engine.runs():
        row = await engine.ask(ada, PICTURES)

    assert (row.state, row.error) == ("failed", "error-internal")
    assert await engine.balance(ada) == Balance(tokens(10), 0)


async def test_a_conversation_remembers_its_turns(engine: Engine) -> None:
    ada = await engine.customer(has=10)

    async with engine.runs():
        for question in ("How high is Damavand?", "And Everest?"):
            await engine.ask(ada, TextRequest(question=question, conversation="tg:1:0"))
        await engine.ask(ada, TextRequest(question="Who?", conversation="tg:2:0"))
        await engine.ask(ada)

    assert [history for _, history in engine.text.heard] == [
        [], [Turn("user", "How high is Damavand?"), Turn("assistant", "5,609 metres.")], [], (),
    ]  # fmt: skip


async def test_an_answer_that_cannot_be_stored_fails_alone(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    engine.text.act = Waiter(Answer("half a character: \ud83d"))
    engine.text.act.go_on()

    async with engine.runs():
        row = await engine.ask(ada)
        engine.text.act = None
        assert (await engine.ask(ada)).state == "answered"

    assert (row.state, row.error) == ("failed", "error-internal")
    assert await engine.balance(ada) == Balance(tokens(9), 0)


async def test_doors_cannot_harm_a_job(engine: Engine) -> None:
    class Broken(Ear):
        def started(self, job: Job) -> None:
            raise ZeroDivisionError

        def progressed(self, job: Job, text: str) -> None:
            raise ZeroDivisionError

        def ended(self, job: int) -> None:
            super().ended(job)
            raise ZeroDivisionError

    ada = await engine.customer(has=10)
    engine.ear = engine.jobs.doors["test"] = Broken()
    engine.text.act = Waiter(Answer("yes"), says="y")
    engine.text.act.go_on()

    async with engine.runs():
        assert (await engine.ask(ada)).state == "answered"
        assert (await engine.ask(ada)).state == "answered"


async def test_a_job_whose_door_is_closed_is_answered_all_the_same(engine: Engine) -> None:
    ada = await engine.customer(has=10)

    async with engine.runs():
        job = await engine.submit(ada, door="nobody's", delivers=False)
        await until(lambda: engine.is_in(job, "answered"))

    assert await engine.storage.fetch("SELECT job FROM delivery") == []


async def test_a_hundred_jobs_at_once_are_each_paid_once(engine: Engine, storage: Storage) -> None:
    ada = await engine.customer(has=60)

    async with engine.runs():
        results = await asyncio.gather(*(engine.submit(ada) for _ in range(100)), return_exceptions=True)
        jobs = [result for result in results if isinstance(result, Job)]
        for job in jobs:
            await engine.ear.end_of(job.id)

    assert len(jobs) >= 60
    assert all(isinstance(result, Job | NotEnoughTokens) for result in results)
    assert await engine.states(jobs) == ["answered"] * len(jobs)
    assert await engine.balance(ada) == Balance(tokens(60 - len(jobs)), 0)


def test_each_error_of_a_provider_has_its_word_and_code() -> None:
    errors: list[type[ProviderError]] = [ProviderError, *ProviderError.__subclasses__()]

    assert all(error.word.startswith("error-") and error.code < 0 for error in errors)
