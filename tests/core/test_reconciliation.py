"""Telegram's list of Star transactions, entered page by page."""

from typing import Any

import pytest

from billing import Connection
from billing.debt import owed
from billing.ledger import account_of, balance, capture, hold
from billing.payments.reconciliation import (
    BALANCE,
    MISSING,
    NANO,
    OVERLAP,
    StarTransaction,
    enter,
    give_back,
    hear_of_refund,
    note,
    start,
    unmatched,
    went_back,
)
from billing.payments.refunds import request_refund
from billing.payments.stars import credit, open_invoice
from tests.core.books import ADA, BEN, NOW, PACK, SECRET, has, person, tokens


@pytest.fixture
def ada(conn: Connection) -> int:
    return person(conn, ADA)


@pytest.fixture
def payload(conn: Connection, ada: int) -> str:
    return open_invoice(conn, SECRET, ada, PACK, NOW)


def paid(charge: str, payload: str | None, **other: object) -> StarTransaction:
    one = StarTransaction(charge, "in", 50, 0, "invoice_payment", ADA, payload, NOW)
    return one._replace(**other)  # type: ignore[arg-type]


def back(charge: str, **other: object) -> StarTransaction:
    return paid(charge, None, direction="out", **other)


def state(conn: Connection, charge: str, direction: str = "in") -> str:
    row = conn.only(
        "SELECT state FROM star_transaction WHERE id = :id AND direction = :d", id=charge, d=direction
    )
    return str(row.state)


def test_a_payment_that_no_update_told_of_is_credited_once(conn: Connection, ada: int, payload: str) -> None:
    assert enter(conn, SECRET, 0, [paid("lost", payload)], NOW).credited == ["lost"]
    assert enter(conn, SECRET, 0, [paid("lost", payload)], NOW).credited == []
    assert not credit(conn, SECRET, payload, "lost", ada, 50, NOW).fresh

    assert has(conn, ada).posted == tokens(100)
    assert state(conn, "lost") == "booked"


def test_a_payment_that_was_listed_before_its_order_is_known_stays_paid(
    conn: Connection, ada: int, payload: str
) -> None:
    assert enter(conn, SECRET, 0, [paid("early", "not ours")], NOW).unmatched

    credit(conn, SECRET, payload, "early", ada, 50, NOW)

    assert has(conn, ada).posted == tokens(100)


def test_what_the_handler_credited_is_not_credited_again(conn: Connection, ada: int, payload: str) -> None:
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)

    assert enter(conn, SECRET, 0, [paid("charge", payload)], NOW).credited == []

    assert has(conn, ada).posted == tokens(100)


def test_the_list_is_read_on_with_an_overlap(conn: Connection, payload: str) -> None:
    assert start(conn) == 0
    enter(conn, SECRET, 0, [paid(f"charge {n}", payload) for n in range(100)], NOW)
    assert start(conn) == 0
    enter(conn, SECRET, 100 + OVERLAP, [paid("later", payload)], NOW)

    assert start(conn) == 101
    enter(conn, SECRET, 101, [], NOW)
    assert start(conn) == 101


@pytest.mark.parametrize(
    "odd",
    [{"payload": "1.forged"}, {"payload": None}, {"telegram_id": 404}, {"telegram_id": BEN}, {"stars": 9}],
)
def test_what_no_order_explains_waits_for_an_operator(
    conn: Connection, ada: int, payload: str, odd: dict[str, Any]
) -> None:
    person(conn, BEN)
    one = paid("odd", payload)._replace(**odd)

    assert enter(conn, SECRET, 0, [one], NOW).unmatched == [one]
    assert enter(conn, SECRET, 0, [one], NOW).unmatched == []

    assert [row.id for row in unmatched(conn)] == ["odd"]
    assert has(conn, ada).posted == 0


def test_a_charge_of_another_payment_waits_for_an_operator(conn: Connection, ada: int, payload: str) -> None:
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)

    entered = enter(conn, SECRET, 0, [paid("charge", payload, stars=49)], NOW)

    assert [one.id for one in entered.unmatched] == ["charge"]
    assert has(conn, ada).posted == tokens(100)


def test_other_partners_are_noted_and_never_credited(conn: Connection, ada: int) -> None:
    drawn = back("w", partner="fragment", telegram_id=None)
    gift = paid("g", None, partner="gift_purchase")

    entered = enter(conn, SECRET, 0, [drawn, gift], NOW)

    assert (entered.credited, entered.returned, entered.unmatched) == ([], [], [])
    assert state(conn, "w", "out") == state(conn, "g") == "noted"


def test_a_chargeback_takes_what_there_is_and_leaves_a_debt(conn: Connection, ada: int, payload: str) -> None:
    page = [paid("charge", payload)]
    enter(conn, SECRET, 0, page, NOW)
    hold(conn, "job", account_of(ada), tokens(30), NOW)
    capture(conn, "job", tokens(30), NOW)

    entered = enter(conn, SECRET, 0, [*page, back("charge")], NOW)

    assert entered.returned == [("charge", ada)]
    assert has(conn, ada).posted == 0
    assert owed(conn, ada) == tokens(30)


def test_our_own_refund_in_the_list_takes_nothing_more(conn: Connection, ada: int, payload: str) -> None:
    enter(conn, SECRET, 0, [paid("charge", payload)], NOW)
    request_refund(conn, "charge", NOW)

    assert enter(conn, SECRET, 0, [back("charge")], NOW).returned == []

    assert conn.only("SELECT state FROM payment").state == "refunded"
    assert has(conn, ada).posted == owed(conn, ada) == 0


def test_a_refund_that_is_heard_of_before_its_payment_waits_for_it(
    conn: Connection, ada: int, payload: str
) -> None:
    assert hear_of_refund(conn, back("charge"), NOW) is None
    assert state(conn, "charge", "out") == "unmatched"

    credit(conn, SECRET, payload, "charge", ada, 50, NOW)

    assert state(conn, "charge", "out") == "booked"
    assert has(conn, ada).posted == owed(conn, ada) == 0
    assert conn.only("SELECT state FROM payment").state == "refunded"


def test_a_refund_told_by_an_update_is_the_one_of_the_list(conn: Connection, ada: int, payload: str) -> None:
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)

    assert hear_of_refund(conn, back("charge"), NOW) == ada
    entered = enter(conn, SECRET, 0, [paid("charge", payload), back("charge")], NOW)

    assert entered.returned == []
    assert has(conn, ada).posted == owed(conn, ada) == 0


def test_what_an_update_brought_to_the_operator_comes_once(conn: Connection, ada: int) -> None:
    odd = paid("odd", "1.forged")
    assert note(conn, odd, "unmatched", None)
    assert not note(conn, odd, "unmatched", None)

    assert enter(conn, SECRET, 0, [odd], NOW).unmatched == []

    assert len(unmatched(conn)) == 1


def test_the_list_adds_up_to_telegrams_balance(conn: Connection, payload: str) -> None:
    fee = back("fee", partner="telegram_ads", telegram_id=None, stars=3, nanostars=500_000_000)
    enter(conn, SECRET, 0, [paid("charge", payload), fee], NOW)
    note(conn, paid("only heard of", "x"), "unmatched", None)

    assert conn.only(BALANCE).nanostars == 46 * NANO + 500_000_000


def test_a_payment_that_telegrams_list_has_not_is_found(conn: Connection, ada: int, payload: str) -> None:
    credit(conn, SECRET, payload, "ghost", ada, 50, NOW)
    enter(conn, SECRET, 0, [paid("charge", payload)], NOW)

    assert [row.charge for row in conn.all(MISSING, before=NOW + 1)] == ["ghost"]
    assert conn.all(MISSING, before=NOW) == []


def test_an_odd_payment_is_given_back_and_its_refund_is_no_riddle(conn: Connection, ada: int) -> None:
    enter(conn, SECRET, 0, [paid("odd", "1.forged"), paid("other", "1.forged")], NOW)

    assert give_back(conn, "odd") == give_back(conn, "odd") == ADA
    assert went_back(conn, "odd")
    assert give_back(conn, "unknown") is give_back(conn, "odd") is None
    assert hear_of_refund(conn, back("other"), NOW) is None
    entered = enter(conn, SECRET, 0, [back("odd"), back("other")], NOW)

    assert entered.unmatched == unmatched(conn) == []
    assert state(conn, "odd") == "returned"
    assert state(conn, "odd", "out") == "noted"
    assert balance(conn, account_of(ada)).posted == 0
