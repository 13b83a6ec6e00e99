"""The operator's books: each movement in its column of its day."""

from billing import Connection
from billing.books import DAY, Day, Totals, days, totals
from billing.ledger import account_of, capture, hold, refund
from billing.payments.refunds import refund_with_loss, request_refund, returned
from billing.payments.stars import Pack, credit, open_invoice
from tests.core.books import ADA, NOW, person, tokens

TODAY = NOW // DAY * DAY


def buy(conn: Connection, customer: int, charge: str, at: int = NOW) -> None:
    payload = open_invoice(conn, b"s", customer, Pack("100", tokens(100), 50), at)
    credit(conn, b"s", payload, charge, customer, 50, at)


def test_nothing_has_moved(conn: Connection) -> None:
    assert days(conn, 0) == []
    assert totals(conn) == Totals(0, 0, 0, 0)


def test_each_movement_is_in_its_column_and_day(conn: Connection) -> None:
    ada = person(conn, ADA, has=10)
    for charge in ("kept", "back", "lost", "forgiven"):
        buy(conn, ada, charge)
    buy(conn, ada, "tomorrow", NOW + DAY)
    for key, amount in (("a", 380), ("b", 5)):
        hold(conn, key, account_of(ada), tokens(amount), NOW)
        capture(conn, key, tokens(amount), NOW)
    refund(conn, "b", NOW, "sorry")
    request_refund(conn, "back", NOW)
    refund_with_loss(conn, "forgiven", tokens(20), NOW)
    returned(conn, "lost", NOW)

    assert days(conn, TODAY) == [
        Day(TODAY + DAY, tokens(100), 0, 0, 0),
        Day(TODAY, tokens(400), tokens(380), tokens(10 + 80), tokens(300)),
    ]
    assert days(conn, TODAY + DAY) == [Day(TODAY + DAY, tokens(100), 0, 0, 0)]
    assert totals(conn) == Totals(outstanding=0, held=0, debt=tokens(90), stars=100)
