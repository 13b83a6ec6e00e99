"""Jobs that somebody stops, waiting or at work, and those that are cancelled for them."""

import asyncio
import json

import pytest

from billing import Balance, Connection
from billing.debt import open_debt
from billing.errors import InDebt
from billing.ledger import GRANT, transfer
from bot import queue
from bot.providers import Answer, Request, SpeechRequest, TextRequest
from tests.core.books import ADA, BEN, NOW, Gate, tokens
from tests.core.engine import PICTURES, QUESTION, SPEECH, Engine, Waiter, until


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
