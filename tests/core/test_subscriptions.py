import pytest

from billing import Connection
from billing.ledger import account_of, balance
from billing.payments.orders import order_of
from billing.payments.reconciliation import StarTransaction, enter
from billing.payments.stars import Pack, credit, open_invoice
from billing.payments.subscriptions import DUE, MONTH, Month, current, edited, end, ended, heard
from tests.core.books import ADA, NOW, SECRET, person, tokens

PLAN = Pack("month", tokens(300), 250, period=MONTH)
SPAN = MONTH * 1000


@pytest.fixture
def ada(conn: Connection) -> int:
    return person(conn, ADA)


@pytest.fixture
def payload(conn: Connection, ada: int) -> str:
    return open_invoice(conn, SECRET, ada, PLAN, NOW)


def month(number: int) -> Month:
    return Month(NOW + number * SPAN, NOW + (number + 1) * SPAN)


def pay(conn: Connection, payload: str, customer: int, charge: str, number: int) -> None:
    credit(conn, SECRET, payload, charge, customer, 250, NOW, month(number))


def has(conn: Connection, customer: int) -> int:
    return balance(conn, account_of(customer)).posted


def test_each_month_is_credited_by_its_payment_alone(conn: Connection, ada: int, payload: str) -> None:
    assert current(conn, ada, NOW) is None
    pay(conn, payload, ada, "first", 0)
    pay(conn, payload, ada, "second", 1)
    pay(conn, payload, ada, "second", 1)

    found = current(conn, ada, NOW)
    assert found is not None
    assert (found.charge, found.paid_until, found.state) == ("first", NOW + 2 * SPAN, "active")
    assert has(conn, ada) == tokens(600)
    assert current(conn, ada, NOW + 2 * SPAN) is None


def test_months_that_come_in_the_wrong_order_are_the_same(conn: Connection, ada: int, payload: str) -> None:
    pay(conn, payload, ada, "second", 1)
    pay(conn, payload, ada, "first", 0)

    found = current(conn, ada, NOW)
    assert found is not None
    assert (found.charge, found.paid_until) == ("first", NOW + 2 * SPAN)


def test_a_renewal_that_no_update_told_of_is_found_in_the_list(
    conn: Connection, ada: int, payload: str
) -> None:
    pay(conn, payload, ada, "first", 0)
    renewal = StarTransaction(
        "second", "in", 250, 0, "invoice_payment", ADA, payload, NOW + SPAN, MONTH
    )  # fmt: skip

    assert enter(conn, SECRET, 0, [renewal], NOW + SPAN).credited == ["second"]

    found = current(conn, ada, NOW + SPAN)
    assert found is not None
    assert found.paid_until == NOW + 2 * SPAN
    assert has(conn, ada) == tokens(600)


def test_it_is_cancelled_and_goes_on(conn: Connection, ada: int, payload: str) -> None:
    pay(conn, payload, ada, "first", 0)
    invoice = order_of(conn, SECRET, payload)
    assert invoice is not None
    states = []

    def look() -> None:
        found = current(conn, ada, NOW)
        states.append((found.state, found.by_us) if found else None)

    edited(conn, 1, canceled=True)
    look()
    edited(conn, 1, canceled=False)
    look()
    heard(conn, invoice, "active")
    look()
    edited(conn, 1, canceled=True)
    pay(conn, payload, ada, "first", 0)
    look()
    pay(conn, payload, ada, "second", 1)
    look()

    assert states == [("canceled", 1), ("canceled", 0), ("active", 0), ("canceled", 1), ("active", 0)]
    assert heard(conn, 404, "active") is None
    assert order_of(conn, SECRET, "1.forged") is None


def test_one_of_which_a_month_was_given_back_is_cancelled_until_telegram_has_heard(
    conn: Connection, ada: int, payload: str
) -> None:
    pay(conn, payload, ada, "first", 0)

    end(conn, conn.only("SELECT invoice FROM subscription").invoice)
    (due,) = conn.all(DUE)
    assert (due.charge, due.telegram_id) == ("first", ADA)
    found = current(conn, ada, NOW)
    assert found is not None
    assert found.state == "canceled"

    ended(conn, due.id)
    assert conn.all(DUE) == []
