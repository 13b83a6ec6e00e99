"""What a code may spend, and what is set aside for it."""

import pytest

from billing import Connection
from billing.budgets import Purse, by_day, purse
from billing.codes import DAY, change, issue, pause, revoke
from billing.errors import BudgetSpent, CodeUnusable, NotEnoughTokens
from billing.free.refills import refill
from billing.ledger import account_of, balance
from billing.lots import spent_of_bought
from billing.set_aside import account_of_code, set_aside, take_back, take_back_the_rest
from bot import queue
from bot.files import StoredFile
from bot.providers import Answer
from bot.queue import FilesFull, Job, NewJob, Outcome
from tests.core.books import ADA, BEN, NOW, person, tokens
from tests.core.engine import PICTURES, QUESTION
from tests.core.test_lots import buy, unspent


@pytest.fixture
def ada(conn: Connection) -> int:
    return person(conn, ADA, has=100)


@pytest.fixture
def code(conn: Connection, ada: int) -> int:
    issue(conn, b"pepper", ada, "phone", NOW)
    return int(conn.only("SELECT id FROM api_code").id)


def ask(conn: Connection, customer: int, code: int | None, price: float = 1, at: int = NOW) -> Job:
    """As the writer does it: what is refused leaves nothing."""
    key = f"k{conn.only('SELECT count(*) AS n FROM job').n}"
    scope = f"code:{code}" if code else f"chat:{customer}"
    new = NewJob(key, customer, "test", scope, QUESTION, "{}", code=code)
    conn.run("SAVEPOINT ask")
    try:
        return queue.submit(conn, new, tokens(price), 99, at)
    except Exception:
        conn.run("ROLLBACK TO ask")
        raise
    finally:
        conn.run("RELEASE ask")


def end(conn: Connection, job: Job, charged: float) -> None:
    claimed = {one.id: one for one in queue.claim(conn, "text", 99, 99, "boot", NOW)}[job.id]
    outcome = (
        Outcome("answered", tokens(charged), Answer("four")) if charged else Outcome("failed", error="x")
    )
    queue.settle(conn, claimed, outcome, NOW)


def committed(conn: Connection, code: int) -> list[float]:
    return [row.committed / 1000 for row in by_day(conn, code, 0)]


def test_a_budget_of_the_day_is_kept_to_the_last_token(conn: Connection, ada: int, code: int) -> None:
    change(conn, code, None, "budget_day", tokens(3))
    jobs = [ask(conn, ada, code) for _ in range(3)]

    with pytest.raises(BudgetSpent) as refused:
        ask(conn, ada, code)

    assert (refused.value.left, refused.value.daily) == (0, True)
    end(conn, jobs[0], 0)
    ask(conn, ada, code)
    tomorrow = ask(conn, ada, code, 3, at=NOW + DAY)
    assert committed(conn, code) == [3, 3]
    assert tomorrow.price == tokens(3)


def test_a_budget_in_all_counts_what_was_charged_and_what_is_held(
    conn: Connection, ada: int, code: int
) -> None:
    change(conn, code, None, "budget_all", tokens(5))
    first = ask(conn, ada, code, 4)
    with pytest.raises(BudgetSpent) as refused:
        ask(conn, ada, code, 2)
    assert (refused.value.left, refused.value.daily) == (tokens(1), False)

    end(conn, first, 1.5)

    ask(conn, ada, code, 3.5)
    with pytest.raises(BudgetSpent):
        ask(conn, ada, code, 0.001, at=NOW + 9 * DAY)
    assert committed(conn, code) == [5]


def test_what_is_refused_counts_for_nothing(conn: Connection, ada: int, code: int) -> None:
    with pytest.raises(NotEnoughTokens):
        ask(conn, ada, code, 101)

    assert committed(conn, code) == []


def test_a_code_that_is_paused_revoked_or_out_of_date_asks_for_nothing(
    conn: Connection, ada: int, code: int
) -> None:
    pause(conn, code, ada, NOW)
    with pytest.raises(CodeUnusable):
        ask(conn, ada, code)
    pause(conn, code, ada, None)
    change(conn, code, None, "expires_at", NOW + 5)
    ask(conn, ada, code, at=NOW + 4)
    for at in (NOW + 5, NOW + 6):
        with pytest.raises(CodeUnusable):
            ask(conn, ada, code, at=at)
        revoke(conn, code, NOW)


def test_a_code_spends_what_is_set_aside_for_it_alone(conn: Connection, ada: int, code: int) -> None:
    assert set_aside(conn, "one", code, ada, tokens(10), NOW)
    assert set_aside(conn, "one", code, ada, tokens(10), NOW)

    job = ask(conn, ada, code, 7)
    with pytest.raises(NotEnoughTokens) as refused:
        ask(conn, ada, code, 4)
    ask(conn, ada, None, 90)

    assert refused.value.available == tokens(3)
    assert balance(conn, account_of_code(code)) == (tokens(10), tokens(7))
    end(conn, job, 6)
    assert balance(conn, account_of_code(code)) == (tokens(4), 0)


def test_what_is_set_aside_comes_back_and_what_was_held_follows(
    conn: Connection, ada: int, code: int
) -> None:
    set_aside(conn, "one", code, ada, tokens(10), NOW)
    job = ask(conn, ada, code, 7)

    assert take_back(conn, code, ada, NOW) == tokens(3)
    assert take_back(conn, code, ada, NOW) == 0
    end(conn, job, 0)
    assert take_back_the_rest(conn, NOW) == 1
    assert take_back_the_rest(conn, NOW) == 0

    assert balance(conn, account_of(ada)) == (tokens(100), 0)
    ask(conn, ada, code, 100)


def test_nobody_sets_aside_for_a_code_of_others_or_more_than_they_have(
    conn: Connection, ada: int, code: int
) -> None:
    ben = person(conn, BEN, has=10)

    assert not set_aside(conn, "one", code, ben, tokens(1), NOW)
    with pytest.raises(NotEnoughTokens):
        set_aside(conn, "two", code, ada, tokens(101), NOW)
    assert take_back(conn, code, ben, NOW) == 0


def test_a_revoked_code_gets_no_tokens_and_keeps_none_from_its_owner(
    conn: Connection, ada: int, code: int
) -> None:
    set_aside(conn, "one", code, ada, tokens(10), NOW)

    assert take_back(conn, code, person(conn, BEN), NOW) == 0
    assert balance(conn, account_of_code(code)).posted == tokens(10)
    revoke(conn, code, NOW)
    assert not set_aside(conn, "two", code, ada, tokens(1), NOW)
    with pytest.raises(CodeUnusable):
        ask(conn, ada, code)
    assert take_back_the_rest(conn, NOW) == 1

    assert balance(conn, account_of(ada)).posted == tokens(100)


def test_setting_aside_is_not_spending(conn: Connection, ada: int, code: int) -> None:
    buy(conn, ada, "one")
    for turn in range(3):
        set_aside(conn, f"{turn}", code, ada, tokens(190), NOW)
        take_back(conn, code, ada, NOW)
    assert unspent(conn, ada) == [100]

    set_aside(conn, "last", code, ada, tokens(190), NOW)
    end(conn, ask(conn, ada, code, 130), 130)

    assert spent_of_bought(conn, ada) == tokens(30)


def test_setting_aside_brings_no_refill(conn: Connection, ada: int, code: int) -> None:
    end(conn, ask(conn, ada, None, 70), 70)
    set_aside(conn, "one", code, ada, tokens(25), NOW)

    assert refill(conn, tokens(20), NOW, NOW) == 0
    end(conn, ask(conn, ada, code, 15), 15)
    assert refill(conn, tokens(20), NOW, NOW) == 1

    assert balance(conn, account_of(ada)).posted == tokens(10)


def test_chat_and_codes_run_side_by_side_each_up_to_its_own_number(
    conn: Connection, ada: int, code: int
) -> None:
    for _ in range(4):
        ask(conn, ada, None)
        ask(conn, ada, code)

    begun = queue.claim(conn, "text", 99, 2, "boot", NOW, 3)

    assert [job.id for job in begun] == [1, 2, 3, 4, 6]


def test_a_purse_says_who_pays_and_what_is_left(conn: Connection, ada: int, code: int) -> None:
    has = balance(conn, account_of(ada)).available
    assert purse(conn, code, NOW) == Purse(account_of(ada), has, None, banned=False, debt=0)
    change(conn, code, None, "budget_all", tokens(9))
    change(conn, code, None, "budget_day", tokens(5))
    ask(conn, ada, code, price=2)
    assert purse(conn, code, NOW) == Purse(account_of(ada), has - tokens(2), tokens(3), banned=False, debt=0)
    assert purse(conn, code, NOW + DAY).left == tokens(5)
    set_aside(conn, "one", code, ada, tokens(1), NOW)
    assert purse(conn, code, NOW).account == account_of_code(code)

    pause(conn, code, None, NOW)
    with pytest.raises(CodeUnusable):
        purse(conn, code, NOW)


def test_a_code_whose_files_take_too_much_makes_no_more(conn: Connection, ada: int, code: int) -> None:
    def draw(key: str) -> Job:
        new = NewJob(key, ada, "test", f"code:{code}", PICTURES, "{}", code=code, files_most=4)
        return queue.submit(conn, new, tokens(2), 99, NOW)

    draw("first")
    (claimed,) = queue.claim(conn, "image", 9, 9, "boot", NOW)
    made = (StoredFile("a.png", "image/png", 4, None),)
    queue.settle(conn, claimed, Outcome("answered", tokens(2), Answer(), made), NOW)

    with pytest.raises(FilesFull) as refused:
        draw("second")
    assert refused.value.most == 4
    ask(conn, ada, code)  # a text makes no file
