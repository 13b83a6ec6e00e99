"""The jobs' rows: what a crash leaves, and what it costs the house."""

import json

import pytest

from billing import Connection
from billing.errors import HoldEnded
from billing.ledger import GRANT, SALES, account_of, transfer
from bot import queue
from bot.clock import DAY, HOUR
from bot.providers import Answer, Request
from bot.queue import RERUN_BUDGET, Job, NewJob, Outcome
from tests.core.books import ADA, BEN, NOW, person, tokens
from tests.core.engine import PICTURES, QUESTION


def submitted(conn: Connection, customer: int, key: str, *, price: int = 1, lane: str | None = None,
              request: Request = QUESTION) -> Job:  # fmt: skip
    new = NewJob(key, customer, "test", f"chat:{customer}", request, "{}", lane)
    return queue.submit(conn, new, tokens(price), 10_000, NOW)


def claimed(conn: Connection, boot: str = "first", most: int = 1_000) -> list[Job]:
    return queue.claim(conn, "text", most, 1_000, boot, NOW)


def states(conn: Connection) -> list[str]:
    return [row.state for row in conn.all("SELECT state FROM job ORDER BY id")]


@pytest.fixture
def ada(conn: Connection) -> int:
    return person(conn, ADA, has=100_000)


def test_the_oldest_are_claimed_first(conn: Connection, ada: int) -> None:
    jobs = [submitted(conn, ada, f"k{n}") for n in range(5)]

    assert [job.id for job in claimed(conn, most=2)] == [job.id for job in jobs[:2]]
    assert [job.id for job in claimed(conn)] == [job.id for job in jobs[2:]]
    assert claimed(conn) == []


def test_nobody_is_claimed_beyond_their_number(conn: Connection, ada: int) -> None:
    ben = person(conn, BEN, has=10)
    for n in range(6):
        submitted(conn, ada, f"a{n}")
    for n in range(6):
        submitted(conn, ben, f"b{n}")
    submitted(conn, ada, "picture", request=PICTURES)

    assert [job.key for job in queue.claim(conn, "text", 3, 2, "boot", NOW)] == ["a0", "a1", "b0"]
    assert [job.key for job in queue.claim(conn, "text", 9, 2, "boot", NOW)] == ["b1"]
    assert [job.key for job in queue.claim(conn, "image", 9, 2, "boot", NOW)] == ["picture"]


def test_a_lane_has_one_running_and_keeps_its_order(conn: Connection, ada: int) -> None:
    for key, lane in (("1", "x"), ("2", "y"), ("3", "x"), ("4", None), ("5", "y")):
        submitted(conn, ada, key, lane=lane)

    first = claimed(conn)

    assert [job.key for job in first] == ["1", "2", "4"]
    queue.settle(conn, first[0], Outcome("failed", error="error-internal"), NOW)
    assert [job.key for job in claimed(conn)] == ["3"]


def test_a_settled_job_is_not_settled_again(conn: Connection, ada: int) -> None:
    submitted(conn, ada, "k")
    (job,) = claimed(conn)

    assert queue.settle(conn, job, Outcome("answered", tokens(1), Answer("yes")), NOW)
    assert not queue.settle(conn, job, Outcome("failed", error="error-internal"), NOW)

    assert states(conn) == ["answered"]
    assert conn.only("SELECT state FROM call").state == "ok"


def test_an_answer_keeps_what_was_heard_and_the_notes_it_came_in(conn: Connection, ada: int) -> None:
    submitted(conn, ada, "k")
    [job] = claimed(conn)

    answer = Answer("Four.", heard="2 + 2?", notes=["Four.", "Five."])
    assert queue.settle(conn, job, Outcome("answered", tokens(1), answer), NOW)

    stored = json.loads(conn.only("SELECT answer FROM job").answer)
    assert (stored["text"], stored["heard"]) == ("Four.", "2 + 2?")
    assert stored["notes"] == ["Four.", "Five."]


def test_a_job_is_not_settled_beyond_its_hold(conn: Connection, ada: int) -> None:
    submitted(conn, ada, "k")
    (job,) = claimed(conn)

    conn.run("SAVEPOINT before")
    with pytest.raises(Exception, match="CHECK"):
        queue.settle(conn, job, Outcome("answered", tokens(2), Answer("yes")), NOW)
    conn.run("ROLLBACK TO before")
    conn.run("UPDATE hold SET state = 'voided'")
    with pytest.raises(HoldEnded):
        queue.settle(conn, job, Outcome("answered", tokens(1), Answer("yes")), NOW)
    conn.run("ROLLBACK TO before")


def test_what_runs_now_is_not_recovered(conn: Connection, ada: int) -> None:
    submitted(conn, ada, "k")
    claimed(conn, "now")

    assert queue.recover(conn, "now", NOW) == 0

    assert states(conn) == ["running"]


def test_recovering_twice_is_recovering_once(conn: Connection, ada: int) -> None:
    for n in range(3):
        submitted(conn, ada, f"k{n}")
    claimed(conn, "first", most=2)

    assert queue.recover(conn, "second", NOW) == 2
    assert queue.recover(conn, "second", NOW) == 0

    assert states(conn) == ["queued"] * 3
    assert [row.state for row in conn.all("SELECT state FROM call")] == ["unknown"] * 2


def test_deliveries_that_were_being_sent_are_sent_again(conn: Connection, ada: int) -> None:
    submitted(conn, ada, "k")
    (job,) = claimed(conn)
    queue.settle(conn, job, Outcome("failed", error="error-internal"), NOW)
    conn.run("UPDATE delivery SET state = 'sending', boot = 'first'")

    queue.recover(conn, "first", NOW)
    assert conn.only("SELECT state FROM delivery").state == "sending"
    queue.recover(conn, "second", NOW)
    assert conn.only("SELECT state, boot FROM delivery") == ("pending", None)


def test_the_house_repeats_calls_while_its_budget_lasts(conn: Connection, ada: int) -> None:
    price = 20
    for n in range(4):
        submitted(conn, ada, f"k{n}", price=price)
    claimed(conn, "first")

    queue.recover(conn, "second", NOW)

    affordable = RERUN_BUDGET // tokens(price)
    assert states(conn) == ["queued"] * affordable + ["failed"] * (4 - affordable)
    assert conn.only("SELECT held FROM account WHERE id = :id", id=account_of(ada)).held == tokens(
        price * affordable
    )


def test_the_budget_is_that_of_a_day(conn: Connection, ada: int) -> None:
    submitted(conn, ada, "k", price=50)
    claimed(conn, "first")
    queue.recover(conn, "second", NOW)
    submitted(conn, ada, "later", price=50)
    claimed(conn, "second")

    queue.recover(conn, "third", NOW + HOUR)
    assert states(conn) == ["failed", "failed"]

    submitted(conn, ada, "next day", price=50)
    claimed(conn, "third")
    queue.recover(conn, "fourth", NOW + HOUR + DAY)
    assert states(conn)[2] == "queued"


def test_who_sells_much_may_spend_more(conn: Connection, ada: int) -> None:
    transfer(conn, "sold", "sale", GRANT, SALES, 50 * tokens(200), NOW - DAY - HOUR)
    for n in range(3):
        submitted(conn, ada, f"k{n}", price=100)
    claimed(conn, "first")

    queue.recover(conn, "second", NOW)

    assert states(conn) == ["queued", "queued", "failed"]


def test_what_was_spent_today_is_not_spent_again(conn: Connection, ada: int) -> None:
    submitted(conn, ada, "k", price=50)
    claimed(conn, "first")
    queue.recover(conn, "second", NOW)
    queue.cancel(conn, 1, ada, NOW)
    submitted(conn, ada, "later", price=50)
    claimed(conn, "second")

    queue.recover(conn, "third", NOW + HOUR)

    assert states(conn) == ["cancelled", "failed"]


def test_only_queued_jobs_expire(conn: Connection, ada: int) -> None:
    submitted(conn, ada, "running")
    claimed(conn)
    waiting = submitted(conn, ada, "waiting")

    assert queue.expire(conn, NOW, NOW) == []
    assert queue.expire(conn, NOW + 1, NOW + 1) == [waiting.id]

    assert states(conn) == ["running", "expired"]
