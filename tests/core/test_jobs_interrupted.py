"""Jobs that the program's end, a full disk or a broken table cuts off: none is lost or paid for twice."""

import asyncio

import pytest

from billing import Balance
from bot import insisting, queue
from bot.providers import Answer, Progress, Request
from tests.core.books import tokens
from tests.core.engine import Engine, Waiter, until


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
    monkeypatch.setattr(insisting, "PAUSE_SECONDS", 0.01)
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
        await until(lambda: engine.is_in(job, "failed"))

    assert (await engine.row(job)).error == "error-interrupted"
    assert await engine.calls(job.id) == ["unknown", "unknown"]
    assert await engine.balance(ada) == Balance(tokens(10), 0)
    assert await engine.storage.fetch_one("SELECT state FROM delivery") == ("pending",)


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
