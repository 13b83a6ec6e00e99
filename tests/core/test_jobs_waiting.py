"""The queue: how many may wait and run, in what order, and how long."""

import asyncio

import pytest

from billing import Balance
from bot.providers import Answer, Request, TextRequest
from bot.queue import Job, Limit, QueueFull, TooManyWaiting
from tests.core.books import ADA, BEN, tokens
from tests.core.engine import PICTURE, PICTURES, QUESTION, WORDS, Engine, Waiter, until

CHAT = (Limit(frozenset({"text"}), 10), Limit(frozenset({"image", "voice"}), 5))


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
