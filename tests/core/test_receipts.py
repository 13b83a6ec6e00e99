"""Card to card: each transfer credits once, whoever sends it and however many approve it."""

import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from billing import Connection
from billing.debt import owed
from billing.errors import PaymentRefused
from billing.ledger import account_of, balance, capture, hold
from billing.lots import purchases
from billing.payments import orders, receipts
from billing.payments.orders import Pack
from billing.payments.receipts import DAY, Decided, NotForYou, Receipt, decide, reference_of, submit
from billing.payments.refunds import returned
from bot.audit import INVARIANTS
from bot.storage import Connection as Open
from bot.storage import prepare
from tests.core.books import ADA, BEN, NOW, SECRET, person, tokens

PACK = Pack("100", tokens(100), 50, prices={"IRT": 150_000})
BOSS, EVE = 1, 2


@pytest.fixture
def ada(conn: Connection) -> int:
    return person(conn, ADA)


def sent(conn: Connection, customer: int, reference: str = "123456", photo: bytes = b"photo") -> int:
    order = receipts.open_order(conn, SECRET, customer, PACK, "IRT", NOW)
    return submit(conn, customer, Receipt(order, reference, "file", photo), NOW)


def approve(conn: Connection, receipt: int, admin: int = BOSS, at: int = NOW, most: float = 1_000) -> None:
    decide(conn, receipt, approve=True, admin=admin, most=tokens(most), now=at)


def has(conn: Connection, customer: int) -> int:
    return balance(conn, account_of(customer)).posted


def test_an_approved_receipt_is_a_purchase(conn: Connection, ada: int) -> None:
    approve(conn, sent(conn, ada))

    (bought,) = purchases(conn, ada)
    assert (bought.charge, bought.unspent, bought.price, bought.currency) == (
        "receipt:1", tokens(100), 150_000, "IRT",
    )  # fmt: skip
    assert bought.stars == 0
    assert has(conn, ada) == tokens(100)
    assert balance(conn, "world:card").posted == -tokens(100)


def test_an_approved_receipt_repays_what_is_owed(conn: Connection, ada: int) -> None:
    approve(conn, sent(conn, ada))
    hold(conn, "job", account_of(ada), tokens(60), NOW)
    capture(conn, "job", tokens(60), NOW)
    returned(conn, "receipt:1", NOW)
    assert owed(conn, ada) == tokens(60)

    approve(conn, sent(conn, ada, "654321", b"another photo"))

    assert (has(conn, ada), owed(conn, ada)) == (tokens(40), 0)


def test_the_second_is_told_who_was_first_and_when(conn: Connection, ada: int) -> None:
    receipt = sent(conn, ada)
    approve(conn, receipt, at=NOW + 5)

    for yes in (True, False):
        with pytest.raises(Decided) as before:
            decide(conn, receipt, approve=yes, admin=EVE, most=tokens(1_000), now=NOW + 9)
        assert (before.value.state, before.value.by, before.value.at) == ("approved", BOSS, NOW + 5)

    assert has(conn, ada) == tokens(100)


def test_one_transfer_is_one_receipt(conn: Connection, ada: int) -> None:
    ben = person(conn, BEN)
    sent(conn, ada)

    for reference, photo, word in (
        ("123456", b"another", "card-reference-used"), ("999999", b"photo", "card-photo-used"),
    ):  # fmt: skip
        with pytest.raises(PaymentRefused, match=word):
            sent(conn, ben, reference, photo)


def test_an_order_has_one_receipt_and_the_same_again_is_the_same(conn: Connection, ada: int) -> None:
    order = receipts.open_order(conn, SECRET, ada, PACK, "IRT", NOW)
    first = Receipt(order, "1234", "file", b"1")

    assert submit(conn, ada, first, NOW) == submit(conn, ada, first, NOW)
    with pytest.raises(PaymentRefused, match="card-sent-before"):
        submit(conn, ada, Receipt(order, "5678", "file", b"2"), NOW)
    approve(conn, 1)
    with pytest.raises(PaymentRefused, match="card-order-over"):
        submit(conn, ada, Receipt(order, "5678", "file", b"2"), NOW)


def test_what_was_rejected_may_be_sent_by_its_owner(conn: Connection, ada: int) -> None:
    ben = person(conn, BEN)
    decide(conn, sent(conn, ben), approve=False, admin=BOSS, most=0, now=NOW)

    approve(conn, sent(conn, ada))

    assert (has(conn, ben), has(conn, ada)) == (0, tokens(100))


def test_an_order_is_paid_by_its_own_customer_in_time(conn: Connection, ada: int) -> None:
    ben = person(conn, BEN)
    order = receipts.open_order(conn, SECRET, ada, PACK, "IRT", NOW)

    for customer, at in ((ben, NOW), (ada, NOW + orders.LIFETIME + 1)):
        with pytest.raises(PaymentRefused, match="card-order-over"):
            submit(conn, customer, Receipt(order, "1234", "file", b"1"), at)


def test_an_order_of_stars_takes_no_receipt(conn: Connection, ada: int) -> None:
    order = orders.open_order(conn, SECRET, ada, PACK, orders.Price("stars", "XTR", 50), NOW)

    with pytest.raises(PaymentRefused, match="card-order-over"):
        submit(conn, ada, Receipt(order.id, "1234", "file", b"1"), NOW)


def test_an_admin_approves_so_much_a_day(conn: Connection, ada: int) -> None:
    for number in range(2):
        approve(conn, sent(conn, ada, f"100{number}", bytes([number])), most=200)
    third = sent(conn, ada, "1003", b"3")

    with pytest.raises(NotForYou, match="in a day"):
        approve(conn, third, most=200)
    assert receipts.waiting(conn) == [third]
    approve(conn, third, EVE, most=200)
    approve(conn, sent(conn, ada, "1004", b"4"), at=NOW + DAY, most=200)

    assert has(conn, ada) == tokens(400)


def test_nobody_approves_their_own(conn: Connection) -> None:
    boss = person(conn, BOSS)
    receipt = sent(conn, boss)

    with pytest.raises(NotForYou, match="own"):
        approve(conn, receipt)

    assert has(conn, boss) == 0


def test_a_reversal_is_the_opposite_transfer_with_its_reason(conn: Connection, ada: int) -> None:
    approve(conn, sent(conn, ada))

    assert returned(conn, "receipt:1", NOW, "no such transfer (1)") == ada
    assert returned(conn, "receipt:1", NOW, "again (1)") is None

    moved = conn.only("SELECT * FROM transfer WHERE key = 'refund:card:receipt:1'")
    assert (moved.destination, moved.amount, moved.reason) == (
        "world:card", tokens(100), "no such transfer (1)",
    )  # fmt: skip
    assert has(conn, ada) == owed(conn, ada) == balance(conn, "world:card").posted == 0


@pytest.mark.parametrize(
    ("written", "read"),
    [("123456", "123456"), (" ۱۲۳-۴۵۶ ", "123456"), ("ab 12/34", "AB1234"), ("123", None), ("", None),
     ("hello, I paid!", None), ("9" * 41, None), ("شماره ۱۲۳۴۵", None)],
)  # fmt: skip
def test_a_reference_is_the_same_however_it_is_written(written: str, read: str | None) -> None:
    assert reference_of(written) == read


def decide_elsewhere(file: Path, admin: int, together: Barrier) -> None:
    """In a process of its own; ends with 0 where it was the first."""
    sqlite = prepare(file)
    try:
        together.wait(20)
        sqlite.execute("BEGIN IMMEDIATE")
        try:
            approve(Open(sqlite), 1, admin)
        except Decided:
            raise SystemExit(1) from None
        sqlite.execute("COMMIT")
    finally:
        sqlite.close()


def test_of_two_processes_that_approve_at_once_one_credits(tmp_path: Path) -> None:
    file = tmp_path / "books.db"
    sqlite = prepare(file)
    sqlite.execute("BEGIN IMMEDIATE")
    conn = Open(sqlite)
    ada = person(conn, ADA)
    sent(conn, ada)
    sqlite.execute("COMMIT")
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(2)
    admins = [spawn.Process(target=decide_elsewhere, args=(file, admin, together)) for admin in (BOSS, EVE)]

    for process in admins:
        process.start()
    for process in admins:
        process.join(30)

    assert sorted(process.exitcode or 0 for process in admins) == [0, 1]
    assert has(conn, ada) == tokens(100)
    assert {name: rows for name, sql in INVARIANTS.items() if (rows := conn.all(sql))} == {}
    sqlite.close()
