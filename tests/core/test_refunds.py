"""Payments that go back: by us, by Telegram, by a bank; and what is owed then."""

import pytest

from billing import Balance, Connection
from billing.debt import debt_of, owed, repay
from billing.errors import PaymentRefused
from billing.ledger import GRANT, STARS, account_of, balance, capture, hold, transfer, void
from billing.payments.refunds import failed, refunded, request_refund, returned
from billing.payments.stars import credit, open_invoice
from tests.core.books import ADA, NOW, PACK, SECRET, has, person, tokens


@pytest.fixture
def ada(conn: Connection) -> int:
    return person(conn, ADA)


@pytest.fixture
def payload(conn: Connection, ada: int) -> str:
    return open_invoice(conn, SECRET, ada, PACK, NOW)


def spend(conn: Connection, customer: int, count: float) -> None:
    key = f"spent:{has(conn, customer).posted}"
    hold(conn, key, account_of(customer), tokens(count), NOW)
    capture(conn, key, tokens(count), NOW)


def state(conn: Connection) -> str:
    return str(conn.only("SELECT state FROM payment").state)


def test_a_refund_takes_the_tokens_back_before_telegram_is_asked(
    conn: Connection, ada: int, payload: str
) -> None:
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)

    assert request_refund(conn, "charge", NOW).state == "credited"
    assert has(conn, ada).posted == 0
    assert request_refund(conn, "charge", NOW).state == "refund_requested"
    refunded(conn, "charge")
    refunded(conn, "charge")
    assert request_refund(conn, "charge", NOW).state == "refunded"

    assert has(conn, ada).posted == balance(conn, STARS).posted == 0


def test_spent_tokens_and_unknown_charges_are_not_refunded(conn: Connection, ada: int, payload: str) -> None:
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)
    hold(conn, "h", account_of(ada), 1, NOW)

    with pytest.raises(PaymentRefused, match="refund-spent"):
        request_refund(conn, "charge", NOW)
    with pytest.raises(PaymentRefused, match="refund-unknown"):
        request_refund(conn, "another", NOW)

    assert has(conn, ada) == Balance(tokens(100), 1)


def test_what_was_not_asked_back_is_not_refunded(conn: Connection, ada: int, payload: str) -> None:
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)

    refunded(conn, "charge")

    assert conn.only("SELECT state FROM payment").state == "credited"


def test_a_refund_that_telegram_refuses_gives_the_tokens_again(
    conn: Connection, ada: int, payload: str
) -> None:
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)
    request_refund(conn, "charge", NOW)

    assert failed(conn, "charge", NOW)
    assert not failed(conn, "charge", NOW)

    assert has(conn, ada).posted == tokens(100)
    assert state(conn) == "refund_failed"
    assert request_refund(conn, "charge", NOW).state == "refund_failed"
    assert has(conn, ada).posted == tokens(100)


def test_a_refund_that_failed_may_come_back_all_the_same(conn: Connection, ada: int, payload: str) -> None:
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)
    request_refund(conn, "charge", NOW)
    failed(conn, "charge", NOW)
    spend(conn, ada, 30)

    assert returned(conn, "charge", NOW) == ada

    assert has(conn, ada).posted == 0
    assert owed(conn, ada) == tokens(30)
    assert state(conn) == "refunded"


def test_our_own_refund_seen_by_telegram_is_one_refund(conn: Connection, ada: int, payload: str) -> None:
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)
    request_refund(conn, "charge", NOW)

    assert returned(conn, "charge", NOW) is None
    assert returned(conn, "charge", NOW) is None

    assert state(conn) == "refunded"
    assert has(conn, ada).posted == owed(conn, ada) == 0


def test_what_was_taken_back_and_spent_is_owed(conn: Connection, ada: int, payload: str) -> None:
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)
    spend(conn, ada, 60)
    hold(conn, "open", account_of(ada), tokens(10), NOW)

    assert returned(conn, "charge", NOW) == ada

    assert has(conn, ada) == Balance(tokens(10), tokens(10))
    assert owed(conn, ada) == tokens(70)
    assert balance(conn, STARS).posted == 0


def test_all_of_it_spent_is_all_of_it_owed(conn: Connection, ada: int, payload: str) -> None:
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)
    spend(conn, ada, 100)

    returned(conn, "charge", NOW)

    assert has(conn, ada).posted == 0
    assert owed(conn, ada) == tokens(100)


def test_the_next_purchase_repays_first(conn: Connection, ada: int, payload: str) -> None:
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)
    spend(conn, ada, 60)
    returned(conn, "charge", NOW)

    credit(conn, SECRET, payload, "next", ada, 50, NOW)
    credit(conn, SECRET, payload, "next", ada, 50, NOW)

    assert has(conn, ada).posted == tokens(40)
    assert owed(conn, ada) == 0
    assert balance(conn, debt_of(ada)).posted == 0


def test_an_occasion_repays_once_and_no_more_than_there_is(conn: Connection, ada: int, payload: str) -> None:
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)
    hold(conn, "open", account_of(ada), tokens(100), NOW)
    returned(conn, "charge", NOW)
    assert repay(conn, ada, "nothing there", NOW) == 0
    void(conn, "open")

    assert repay(conn, ada, "voided", NOW) == tokens(100)
    transfer(conn, "g", "grant", GRANT, account_of(ada), tokens(5), NOW)
    assert repay(conn, ada, "voided", NOW) == 0

    assert has(conn, ada).posted == tokens(5)
    assert owed(conn, ada) == 0


def test_one_occasion_cannot_repay_twice(conn: Connection, ada: int, payload: str) -> None:
    for charge in ("one", "two"):
        credit(conn, SECRET, payload, charge, ada, 50, NOW)
    spend(conn, ada, 150)
    returned(conn, "one", NOW)
    returned(conn, "two", NOW)
    transfer(conn, "g", "grant", GRANT, account_of(ada), tokens(5), NOW)

    assert [repay(conn, ada, "same", NOW) for _ in range(2)] == [tokens(5), 0]
    transfer(conn, "h", "grant", GRANT, account_of(ada), tokens(5), NOW)
    assert repay(conn, ada, "same", NOW) == 0

    assert owed(conn, ada) == tokens(145)
    assert has(conn, ada).posted == tokens(5)


def test_an_unknown_payment_cannot_be_returned(conn: Connection) -> None:
    with pytest.raises(PaymentRefused, match="refund-unknown"):
        returned(conn, "charge", NOW)


def test_one_refund_that_is_done_says_nothing_of_another(conn: Connection, ada: int, payload: str) -> None:
    for charge in ("one", "two"):
        credit(conn, SECRET, payload, charge, ada, 50, NOW)
        request_refund(conn, charge, NOW)

    refunded(conn, "one")

    assert [row.state for row in conn.all("SELECT state FROM payment ORDER BY charge")] == [
        "refunded", "refund_requested",
    ]  # fmt: skip
