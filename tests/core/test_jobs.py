"""The life of a job, told from the door's side."""

import asyncio
import json

import pytest

from billing import Balance, Connection
from billing.debt import open_debt
from billing.errors import InDebt, KeyReused, NotEnoughTokens
from billing.ledger import GRANT, transfer
from bot import jobs as jobs_module
from bot import queue
from bot.prices import Prices
from bot.providers import Answer, ImageRequest, Progress, Request, SpeechRequest, TextRequest, Turn, Usage
from bot.providers.errors import BadAnswer, ContentRefused, NoAnswer, ProviderError, UpstreamBusy
from bot.queue import Banned, Job, Limit, QueueFull, TooManyWaiting
from bot.storage import Storage
from bot.watch import BooksWrong
from tests.core.books import ADA, BEN, NOW, Gate, tokens
from tests.core.engine import PICTURE, PICTURES, QUESTION, SPEECH, WORDS, Ear, Engine, Waiter, until

CHAT = (Limit(frozenset({"text"}), 10), Limit(frozenset({"image", "voice"}), 5))


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


async def test_a_queued_job_is_cancelled_for_nothing(engine: Engine) -> None:
    ada, ben = await engine.customer(ADA, has=10), await engine.customer(BEN)
    job = await engine.submit(ada)

    assert not await engine.jobs.cancel(job.id, ben)
    assert await engine.jobs.cancel(job.id, ada)
    assert not await engine.jobs.cancel(job.id, ada)
    assert not await engine.jobs.cancel(404, ada)

    assert (await engine.row(job)).state == "cancelled"
    assert await engine.balance(ada) == Balance(tokens(10), 0)
    assert engine.ear.heard == [("ended", job.id)]
    async with engine.runs():
        await engine.ask(ada)
    assert len(engine.text.heard) == 1


async def test_what_has_begun_is_not_withdrawn(engine: Engine) -> None:
    ada, ben = await engine.customer(ADA, has=10), await engine.customer(BEN)
    engine.text.act = waiter = Waiter(Answer("5,609 metres."))
    engine.program(workers=1)
    async with engine.runs():
        begun = await engine.submit(ada)
        await waiter.begun.wait()
        waiting = await engine.submit(ada)

        assert not await engine.jobs.withdraw(begun.id, ada)
        assert not await engine.jobs.withdraw(waiting.id, ben)
        assert await engine.jobs.withdraw(waiting.id, ada)
        assert not await engine.jobs.withdraw(waiting.id, ada)
        waiter.go_on()
        await engine.ear.end_of(begun.id)

    assert await engine.states([begun, waiting]) == ["answered", "cancelled"]


async def test_a_stopped_text_is_what_has_come_by_now(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    waiter = engine.text.act = Waiter(Answer("5,609 metres."), says="5,6")

    async with engine.runs():
        job = await engine.submit(ada, TextRequest(question="How high?", speak=True, conversation="tg:1:0"))
        await waiter.begun.wait()
        assert await engine.jobs.cancel(job.id, ada)
        assert await engine.jobs.cancel(job.id, ada)
        await engine.ear.end_of(job.id)

    row = await engine.row(job)
    assert (row.state, row.charged) == ("answered", tokens(1))
    assert json.loads(row.answer) == {"text": "5,6", "stopped": True}
    assert await engine.balance(ada) == Balance(tokens(9), 0)
    turns = await engine.storage.fetch("SELECT conversation, role, text FROM turn ORDER BY id")
    assert turns == [("tg:1:0", "user", "How high?"), ("tg:1:0", "assistant", "5,6")]


async def test_a_stopped_speech_is_the_notes_that_are_made_by_now(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    first = Answer("One.", [SPEECH], engine="espeak", notes=["One."])
    engine.voice.act = waiter = Waiter(Answer("never"), says=first)
    long = SpeechRequest(text="One. " * 300, language="en", notes=True)

    async with engine.runs():
        job = await engine.submit(ada, long)
        await waiter.begun.wait()
        assert await engine.jobs.cancel(job.id, ada)
        await engine.ear.end_of(job.id)

    row = await engine.row(job)
    assert engine.ear.parts == [first]
    assert (row.state, row.charged) == ("answered", tokens(2))
    assert row.price > tokens(2)
    assert json.loads(row.answer) == {"text": "One.", "stopped": True, "notes": ["One."]}
    assert [file.media for file in await engine.storage.fetch("SELECT media FROM file")] == ["audio/ogg"]
    assert await engine.balance(ada) == Balance(tokens(8), 0)


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


@pytest.mark.parametrize(("request_", "says"), [(QUESTION, ""), (PICTURES, "1/4")])
async def test_what_is_stopped_with_nothing_to_show_costs_nothing(
    engine: Engine, request_: Request, says: str
) -> None:
    ada = await engine.customer(has=10)
    waiter = engine.text.act = engine.image.act = Waiter(Answer("never"), says=says)

    async with engine.runs():
        job = await engine.submit(ada, request_)
        await waiter.begun.wait()
        await engine.jobs.cancel(job.id, ada)
        await engine.ear.end_of(job.id)

    assert (await engine.row(job)).state == "cancelled"
    assert await engine.balance(ada) == Balance(tokens(10), 0)


async def test_a_stop_before_the_first_step_is_heard(engine: Engine) -> None:
    ada = await engine.customer(has=10)

    async with engine.runs():
        await engine.ask(ada)
        job = await engine.submit(ada)
        writer = engine.storage.writer
        writer._busy = True  # it takes up nothing for now
        async with asyncio.TaskGroup() as tasks:
            await until(lambda: len(writer._waiting) == 1)  # the claim waits
            cancel = tasks.create_task(engine.jobs.cancel(job.id, ada))
            await until(lambda: len(writer._waiting) == 2)  # and the cancel behind it
            writer._next()
        assert cancel.result()
        await engine.ear.end_of(job.id)

    assert (await engine.row(job)).state == "cancelled"
    assert (await engine.row(job)).attempt == 1
    assert len(engine.text.heard) == 1
    assert await engine.balance(ada) == Balance(tokens(9), 0)


async def test_a_stop_that_comes_while_it_is_settled_is_too_late(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    waiter, gate = Waiter(Answer("yes"), says="y"), Gate()
    engine.text.act = waiter

    async with engine.runs():
        job = await engine.submit(ada)
        await waiter.begun.wait()
        engine.storage.writer.put(gate.wait)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(engine.jobs.cancel(job.id, ada))
            await asyncio.sleep(0)  # now the cancel waits behind the gate, and the settling behind the cancel
            waiter.go_on()
            await asyncio.sleep(0.02)
            gate.released.set()
        await engine.ear.end_of(job.id)

    assert json.loads((await engine.row(job)).answer) == {"text": "yes", "stopped": False}
    assert await engine.balance(ada) == Balance(tokens(9), 0)


async def test_a_job_that_another_program_has_is_not_stopped_here(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    job = await engine.submit(ada)
    await engine.storage.write(queue.claim, "text", 1, 4, "another", 0)

    assert await engine.jobs.cancel(job.id, ada)

    assert (await engine.row(job)).state == "running"


async def test_all_that_somebody_has_waiting_is_cancelled(engine: Engine) -> None:
    ada, ben = await engine.customer(ADA, has=10), await engine.customer(BEN, has=10)
    jobs = [await engine.submit(ada), await engine.submit(ada, PICTURES), await engine.submit(ben)]

    assert await engine.jobs.cancel_all(ada, f"chat:{ada}") == 2
    assert await engine.jobs.cancel_all(ada, f"chat:{ada}") == 0
    assert await engine.jobs.cancel_all(ada, f"chat:{ben}") == 0

    assert await engine.states(jobs) == ["cancelled", "cancelled", "queued"]


async def test_who_owes_gets_nothing_begun_and_nothing_new(engine: Engine) -> None:
    ada, ben = await engine.customer(has=10), await engine.customer(1002, has=10)
    jobs = [await engine.submit(ada), await engine.submit(ada, PICTURES), await engine.submit(ben)]

    assert await engine.jobs.cancel_queued(ada) == 2
    await engine.storage.write(open_debt, ada)
    await engine.submit(ada)
    await engine.storage.write(owe, ada, 5)
    with pytest.raises(InDebt, match="5 are owed"):
        await engine.submit(ada)

    assert await engine.states(jobs) == ["cancelled", "cancelled", "queued"]


def owe(conn: Connection, customer: int, amount: int) -> None:
    transfer(conn, "owe", "grant", open_debt(conn, customer), GRANT, amount, NOW)


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


async def test_exactly_so_many_wait_as_the_door_allows(engine: Engine) -> None:
    ada, ben = await engine.customer(ADA, has=1000), await engine.customer(BEN, has=1000)

    async def submit(customer: int, request: Request) -> str:
        try:
            await engine.submit(customer, request, limits=CHAT)
        except TooManyWaiting as refusal:
            return f"at most {refusal.most}"
        return "queued"

    texts = await asyncio.gather(*(submit(ada, QUESTION) for _ in range(100)))
    others = await asyncio.gather(*(submit(ada, (PICTURES, WORDS)[n % 2]) for n in range(100)))
    bens = await asyncio.gather(*(submit(ben, QUESTION) for _ in range(100)))

    assert texts == ["queued"] * 10 + ["at most 10"] * 90
    assert others == ["queued"] * 5 + ["at most 5"] * 95
    assert bens == texts


async def test_running_jobs_count_as_waiting_and_ended_ones_do_not(engine: Engine) -> None:
    ada = await engine.customer(has=100)
    one = (Limit(frozenset({"text"}), 1),)
    waiter = engine.text.act = Waiter(Answer("yes"))

    async with engine.runs():
        job = await engine.submit(ada, limits=one)
        await waiter.begun.wait()
        with pytest.raises(TooManyWaiting):
            await engine.submit(ada, limits=one)
        waiter.go_on()
        await engine.ear.end_of(job.id)
        assert (await engine.ask(ada, limits=one)).state == "answered"


async def test_the_queue_has_an_end(engine: Engine) -> None:
    ada = await engine.customer(has=100)
    engine.program(queue_most=3)

    results = await asyncio.gather(*(engine.submit(ada) for _ in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [Job] * 3 + [QueueFull] * 2
    await engine.submit(ada, PICTURES)  # each kind has its own

    assert await engine.jobs.turn(results[2]) == 3  # type: ignore[arg-type]


async def test_a_lane_runs_one_after_the_other_in_order(engine: Engine) -> None:
    ada = await engine.customer(has=100)
    requests = [TextRequest(question=f"{n}") if n % 3 else PICTURES for n in range(12)]
    jobs = [await engine.submit(ada, request, lane="tg:1") for request in requests]

    async with engine.runs():
        await asyncio.gather(*(engine.ear.end_of(job.id) for job in jobs))

    order = [job.id for job in jobs]
    assert [told[1] for told in engine.ear.heard] == [number for job in order for number in (job, job)]
    assert [told[0] for told in engine.ear.heard] == ["started", "ended"] * 12


async def test_lanes_do_not_wait_for_each_other(engine: Engine) -> None:
    ada = await engine.customer(has=100)
    waiter = engine.text.act = Waiter(Answer("yes"))

    async with engine.runs():
        jobs = [await engine.submit(ada, lane=lane) for lane in ("one", "one", "two", None)]
        await until(lambda: waiter.running == 3)
        assert await engine.states(jobs) == ["running", "queued", "running", "running"]
        waiter.go_on()
        await engine.ear.end_of(jobs[1].id)


async def test_a_lane_goes_on_where_its_first_is_cancelled_or_expires(engine: Engine) -> None:
    ada = await engine.customer(has=100)
    blocked = engine.image.act = Waiter(Answer("", [PICTURE]))
    engine.program(workers=1, queue_seconds=60)

    async with engine.runs():
        await engine.submit(ada, PICTURES)
        await blocked.begun.wait()
        first, second = await engine.submit(ada, PICTURES, lane="one"), await engine.submit(ada, lane="one")
        third, fourth = await engine.submit(ada, PICTURES, lane="two"), await engine.submit(ada, lane="two")
        await asyncio.sleep(0.02)  # nothing more is claimed by itself
        await engine.jobs.cancel(first.id, ada)
        await engine.ear.end_of(second.id)
        await engine.age(third)
        await engine.jobs.expire()
        await engine.ear.end_of(fourth.id)
        blocked.go_on()

    assert await engine.states([first, second, third, fourth]) == [
        "cancelled", "answered", "expired", "answered",
    ]  # fmt: skip


async def test_one_customer_has_only_some_of_the_workers(engine: Engine) -> None:
    ada, ben = await engine.customer(ADA, has=100), await engine.customer(BEN, has=100)
    waiter = engine.text.act = Waiter(Answer("yes"))
    engine.program(workers=5, running_per_customer=3)
    adas = [await engine.submit(ada) for _ in range(8)]
    bens = [await engine.submit(ben) for _ in range(4)]

    async with engine.runs():
        await until(lambda: waiter.running == 5)
        assert await engine.states(adas) == ["running"] * 3 + ["queued"] * 5
        assert await engine.states(bens) == ["running"] * 2 + ["queued"] * 2
        waiter.go_on()
        for job in (*adas, *bens):
            await engine.ear.end_of(job.id)

    assert waiter.most == 5


async def test_jobs_that_wait_too_long_expire(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    old, new = await engine.submit(ada), await engine.submit(ada)
    await engine.storage.write(
        lambda conn: conn.run("UPDATE job SET created_at = 1 WHERE id = :id", id=old.id)
    )

    await engine.jobs.expire()

    assert await engine.states([old, new]) == ["expired", "queued"]
    assert engine.ear.heard == [("ended", old.id)]
    assert await engine.balance(ada) == Balance(tokens(10), tokens(1))


async def test_fewer_pictures_and_unspoken_texts_cost_less(engine: Engine) -> None:
    ada = await engine.customer(has=10)

    async def two_pictures(request: Request, progress: Progress) -> Answer:
        return Answer("", [PICTURE] * 2)

    engine.image.act = two_pictures
    async with engine.runs():
        pictures = await engine.ask(ada, PICTURES)
        unspoken = await engine.ask(ada, TextRequest(question="Hello?", speak=True))
        engine.text.act = Waiter(Answer("Hello.", [SPEECH]))
        engine.text.act.go_on()
        spoken = await engine.ask(ada, TextRequest(question="Hello?", speak=True))

    assert [(row.price, row.charged) for row in (pictures, unspoken, spoken)] == [
        (tokens(3), tokens(2)), (tokens(4), tokens(1)), (tokens(4), tokens(4)),
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


async def test_a_job_that_cannot_be_settled_at_all_is_left_to_the_next_run(engine: Engine) -> None:
    ada = await engine.customer(has=10)

    async with engine.runs():
        job = await engine.submit(ada)
        await engine.storage.write(lambda conn: conn.run("ALTER TABLE delivery RENAME TO gone"))
        await until(lambda: not engine.jobs._running and len(engine.text.heard) == 1)
        await engine.storage.write(lambda conn: conn.run("ALTER TABLE gone RENAME TO delivery"))
        assert (await engine.ask(ada)).state == "answered"
    assert (await engine.row(job)).state == "running"

    engine.program()
    async with engine.runs():
        await engine.ear.end_of(job.id)
    assert await engine.balance(ada) == Balance(tokens(8), 0)


async def test_a_full_disk_is_waited_for(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "DISK_PAUSE", 0.01)
    ada = await engine.customer(has=10)

    async def fill_the_disk(request: Request, progress: Progress) -> Answer:
        pages = (await engine.storage.write(lambda conn: conn.only("PRAGMA page_count"))).page_count
        await engine.storage.write(lambda conn: conn.only(f"PRAGMA max_page_count = {pages}"))
        return Answer("x" * 50_000)

    engine.text.act = fill_the_disk
    async with engine.runs():
        job = await engine.submit(ada)
        await until(lambda: len(engine.text.heard) == 1)
        await asyncio.sleep(0.03)
        assert (await engine.row(job)).state == "running"
        await engine.storage.write(lambda conn: conn.only("PRAGMA max_page_count = 1000000"))
        await engine.ear.end_of(job.id)

    assert (await engine.row(job)).state == "answered"
    assert len(engine.text.heard) == 1
    assert await engine.balance(ada) == Balance(tokens(9), 0)


async def test_a_late_answer_is_noted_and_never_charged(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    waiter = engine.text.act = Waiter(Answer("from the first attempt"))

    async with engine.runs():
        job = await engine.submit(ada)
        await waiter.begun.wait()
        await engine.storage.write(queue.recover, "somebody else", 0)
        await engine.storage.write(queue.claim, "text", 1, 4, "somebody else", 0)
        waiter.go_on()
        await until(lambda: not engine.jobs._running)

        assert await engine.calls(job.id) == ["late", "intent"]
        assert (await engine.row(job)).state == "running"
        assert await engine.balance(ada) == Balance(tokens(10), tokens(1))
        assert ("ended", job.id) not in engine.ear.heard


async def test_shutting_down_leaves_the_job_to_the_next_run(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    waiter = engine.text.act = Waiter(Answer("never said"))
    async with engine.runs():
        job = await engine.submit(ada)
        await waiter.begun.wait()
    assert (await engine.row(job)).state == "running"
    assert await engine.balance(ada) == Balance(tokens(10), tokens(1))

    engine.program()
    engine.text.act = None
    async with engine.runs():
        await engine.ear.end_of(job.id)

    row = await engine.row(job)
    assert (row.state, row.attempt) == ("answered", 2)
    assert await engine.calls(job.id) == ["unknown", "ok"]
    assert await engine.balance(ada) == Balance(tokens(9), 0)


async def test_shutting_down_while_it_stops_leaves_the_job_to_the_next_run(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    waiter = engine.text.act = Waiter(Answer("never said"), says="never")

    async with engine.runs():
        job = await engine.submit(ada)
        await waiter.begun.wait()
        task = engine.jobs._running[job.id].task
        assert task is not None
        await engine.jobs.cancel(job.id, ada)
        task.cancel()  # as the end of the program does
        await asyncio.wait([task])
        await engine.storage.write(lambda conn: None)

    assert (await engine.row(job)).state == "running"


async def test_a_job_cut_off_twice_fails_and_costs_nothing(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    waiter = engine.text.act = Waiter(Answer("never said"))
    job = await engine.submit(ada)

    for _ in range(2):
        waiter.begun.clear()
        engine.program()
        async with engine.runs():
            await waiter.begun.wait()
    engine.program()
    async with engine.runs():
        await until(lambda: _is(engine, job, "failed"))

    assert (await engine.row(job)).error == "error-interrupted"
    assert await engine.calls(job.id) == ["unknown", "unknown"]
    assert await engine.balance(ada) == Balance(tokens(10), 0)
    assert await engine.storage.fetch_one("SELECT state FROM delivery") == ("pending",)


async def _is(engine: Engine, job: Job, state: str) -> bool:
    return bool((await engine.row(job)).state == state)


async def test_draining_begins_nothing_and_waits_for_what_runs(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    waiter = engine.text.act = Waiter(Answer("yes"))
    engine.program(workers=1)

    async with engine.runs():
        first, second = await engine.submit(ada), await engine.submit(ada)
        await waiter.begun.wait()
        asyncio.get_running_loop().call_later(0.02, waiter.go_on)
        await engine.jobs.drain(5)
        assert await engine.states([first, second]) == ["answered", "queued"]
        await engine.submit(ada)
        await asyncio.sleep(0.01)

    assert len(engine.text.heard) == 1


async def test_draining_has_an_end(engine: Engine) -> None:
    ada = await engine.customer(has=10)
    waiter = engine.text.act = Waiter(Answer("never"))

    async with engine.runs():
        job = await engine.submit(ada)
        await waiter.begun.wait()
        await engine.jobs.drain(0.02)
        assert (await engine.row(job)).state == "running"


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
        await until(lambda: _is(engine, job, "answered"))

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
