"""What of each purchase is unspent, and what a customer who asks for a refund gets."""

import pytest

from billing import Connection
from billing.debt import owed, repay
from billing.errors import PaymentRefused
from billing.ledger import GRANT, account_of, balance, capture, hold, refund, transfer
from billing.lots import purchases, spent_of_bought
from billing.payments.refund_requests import (
    DAY,
    Asked,
    Decided,
    ask,
    decide,
    open_requests,
    refundable,
    shown,
)
from billing.payments.refunds import failed, refund_with_loss, refunded, request_refund, returned
from billing.payments.stars import credit, open_invoice
from tests.core.books import ADA, BEN, NOW, PACK, person, tokens

BOSS = 1


@pytest.fixture
def ada(conn: Connection) -> int:
    return person(conn, ADA)


def buy(conn: Connection, customer: int, charge: str) -> int:
    credit(conn, b"s", open_invoice(conn, b"s", customer, PACK, NOW), charge, customer, 50, NOW)
    return int(conn.only("SELECT id FROM payment WHERE charge = :c", c=charge).id)


def spend(conn: Connection, customer: int, count: float, key: str | None = None) -> None:
    key = key or f"job:{conn.only('SELECT count(*) AS n FROM hold').n}"
    hold(conn, f"x{key}", account_of(customer), tokens(count), NOW)
    capture(conn, f"x{key}", tokens(count), NOW)


def gets(conn: Connection, customer: int, count: float) -> None:
    key = f"free:{conn.only('SELECT count(*) AS n FROM transfer').n}"
    transfer(conn, key, "grant", GRANT, account_of(customer), tokens(count), NOW)


def unspent(conn: Connection, customer: int) -> list[float]:
    return [one.unspent / 1000 for one in purchases(conn, customer)]


def test_free_tokens_are_spent_first_then_purchases_oldest_first(conn: Connection, ada: int) -> None:
    gets(conn, ada, 10)
    buy(conn, ada, "one")
    buy(conn, ada, "two")

    found = []
    for _ in range(5):
        spend(conn, ada, 40)
        found.append(unspent(conn, ada))

    assert found == [[70, 100], [30, 100], [0, 90], [0, 50], [0, 10]]
    assert spent_of_bought(conn, ada) == tokens(190)


def test_free_tokens_that_come_later_make_nothing_unspent(conn: Connection, ada: int) -> None:
    buy(conn, ada, "one")
    spend(conn, ada, 60)
    gets(conn, ada, 100)

    assert unspent(conn, ada) == [40]
    spend(conn, ada, 100)
    assert unspent(conn, ada) == [40]
    spend(conn, ada, 1)
    assert unspent(conn, ada) == [39]


def test_what_was_given_back_was_not_spent(conn: Connection, ada: int) -> None:
    buy(conn, ada, "one")
    spend(conn, ada, 60, "k")
    refund(conn, "xk", NOW, "not delivered")

    assert unspent(conn, ada) == [100]


def test_a_refund_that_failed_leaves_nothing_to_refund_at_once(conn: Connection, ada: int) -> None:
    buy(conn, ada, "one")
    buy(conn, ada, "two")
    request_refund(conn, "one", NOW)
    failed(conn, "one", NOW)

    assert unspent(conn, ada) == [0, 100]
    spend(conn, ada, 120)
    assert unspent(conn, ada) == [0, 80]


def test_a_purchase_that_went_back_counts_no_more(conn: Connection, ada: int) -> None:
    for charge in ("one", "two"):
        buy(conn, ada, charge)
    spend(conn, ada, 60)

    returned(conn, "one", NOW)

    assert unspent(conn, ada) == [0, 40]
    assert balance(conn, account_of(ada)).available == tokens(40)


def test_a_debt_that_was_repaid_was_spent_of_the_next_purchase(conn: Connection, ada: int) -> None:
    buy(conn, ada, "one")
    spend(conn, ada, 60)
    returned(conn, "one", NOW)
    buy(conn, ada, "two")

    assert repay(conn, ada, "again", NOW) == 0
    assert unspent(conn, ada) == [0, 40]
    assert balance(conn, account_of(ada)).available == tokens(40)


def test_what_the_house_lost_is_not_spent_of_the_next_purchase(conn: Connection, ada: int) -> None:
    buy(conn, ada, "one")
    spend(conn, ada, 60)
    buy(conn, ada, "two")

    refund_with_loss(conn, "one", tokens(40), NOW)
    refund_with_loss(conn, "one", tokens(40), NOW)

    assert unspent(conn, ada) == [0, 100]
    assert balance(conn, account_of(ada)).available == tokens(100)
    assert owed(conn, ada) == 0


def test_a_loss_is_booked_once_however_often_an_admin_taps(conn: Connection, ada: int) -> None:
    buy(conn, ada, "one")
    spend(conn, ada, 60)
    refund_with_loss(conn, "one", tokens(40), NOW)
    refunded(conn, "one")

    refund_with_loss(conn, "one", tokens(40), NOW)

    assert conn.only("SELECT state FROM payment").state == "refunded"


def test_what_is_held_pays_for_no_loss(conn: Connection, ada: int) -> None:
    buy(conn, ada, "one")
    hold(conn, "job", account_of(ada), tokens(30), NOW)

    refund_with_loss(conn, "one", tokens(100), NOW)

    has = balance(conn, account_of(ada))
    assert (has.posted, has.held) == (tokens(30), tokens(30))
    assert balance(conn, GRANT).posted == -tokens(30)


def test_an_unspent_purchase_is_refunded_at_once(conn: Connection, ada: int) -> None:
    gets(conn, ada, 10)
    spend(conn, ada, 10)
    one = buy(conn, ada, "one")

    assert [purchase.id for purchase in refundable(conn, ada)] == [one]
    assert ask(conn, ada, one, tokens(100), NOW) == Asked("one")
    assert ask(conn, ada, one, tokens(100), NOW) == Asked("one")
    refunded(conn, "one")

    with pytest.raises(PaymentRefused, match="refund-before"):
        ask(conn, ada, one, tokens(100), NOW)
    assert refundable(conn, ada) == []
    assert balance(conn, account_of(ada)).posted == 0


def test_more_in_a_day_than_the_setting_says_goes_to_an_admin(conn: Connection, ada: int) -> None:
    one, two = buy(conn, ada, "one"), buy(conn, ada, "two")
    ask(conn, ada, one, tokens(199), NOW)

    assert ask(conn, ada, two, tokens(199), NOW + DAY - 1) == Asked(None, 1, fresh=True)
    assert ask(conn, ada, two, tokens(199), NOW + DAY).charge == "two"


def test_a_spent_or_held_purchase_goes_to_an_admin_once(conn: Connection, ada: int) -> None:
    one = buy(conn, ada, "one")
    hold(conn, "job", account_of(ada), 1, NOW)

    assert ask(conn, ada, one, tokens(500), NOW) == Asked(None, 1, fresh=True)
    assert ask(conn, ada, one, tokens(500), NOW) == Asked(None, 1, fresh=False)

    assert [row.charge for row in open_requests(conn)] == ["one"]
    asker, purchase = shown(conn, 1)
    assert (asker.telegram_id, purchase.unspent) == (ADA, tokens(100))


def test_nobody_asks_for_somebody_elses_purchase(conn: Connection, ada: int) -> None:
    one = buy(conn, ada, "one")

    with pytest.raises(PaymentRefused, match="refund-unknown"):
        ask(conn, person(conn, BEN), one, tokens(500), NOW)


def test_an_admin_decides_once_and_the_second_hears_who_was_first(conn: Connection, ada: int) -> None:
    one = buy(conn, ada, "one")
    spend(conn, ada, 30)
    ask(conn, ada, one, tokens(500), NOW)

    assert decide(conn, 1, approve=True, admin=BOSS, now=NOW).charge == "one"
    with pytest.raises(Decided) as second:
        decide(conn, 1, approve=False, admin=2, now=NOW)

    assert (second.value.state, second.value.by) == ("approved", BOSS)
    assert balance(conn, account_of(ada)).posted == 0
    assert owed(conn, ada) == 0
    assert conn.only("SELECT state FROM payment").state == "refund_requested"


def test_a_refusal_leaves_all_as_it_is_and_is_final(conn: Connection, ada: int) -> None:
    one = buy(conn, ada, "one")
    spend(conn, ada, 30)
    ask(conn, ada, one, tokens(500), NOW)

    decide(conn, 1, approve=False, admin=BOSS, now=NOW)

    with pytest.raises(PaymentRefused, match="refund-rejected"):
        ask(conn, ada, one, tokens(500), NOW)
    assert balance(conn, account_of(ada)).posted == tokens(70)
    assert open_requests(conn) == []


def test_a_loss_is_booked_back_if_telegram_refuses(conn: Connection, ada: int) -> None:
    one = buy(conn, ada, "one")
    spend(conn, ada, 30)
    ask(conn, ada, one, tokens(500), NOW)
    decide(conn, 1, approve=True, admin=BOSS, now=NOW)

    failed(conn, "one", NOW)

    assert balance(conn, account_of(ada)).posted == tokens(70)
    assert balance(conn, GRANT).posted == 0
