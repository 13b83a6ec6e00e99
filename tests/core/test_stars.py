import pytest

from billing import Balance, Connection
from billing.errors import KeyReused, PaymentRefused
from billing.ledger import STARS, balance
from billing.payments.orders import LIFETIME
from billing.payments.stars import (
    Credit,
    Pack,
    check,
    credit,
    open_invoice,
)
from tests.core.books import ADA, BEN, NOW, PACK, SECRET, has, person, tokens


@pytest.fixture
def ada(conn: Connection) -> int:
    return person(conn, ADA)


@pytest.fixture
def payload(conn: Connection, ada: int) -> str:
    return open_invoice(conn, SECRET, ada, PACK, NOW)


def refusal(conn: Connection, payload: str, customer: int, **other: object) -> str | None:
    """Why the invoice can't be paid; None: it can."""
    given = {"secret": SECRET, "currency": "XTR", "price": 50, "now": NOW} | other
    try:
        check(conn, payload=payload, customer=customer, **given)  # type: ignore[arg-type]
    except PaymentRefused as refused:
        return refused.word
    return None


def test_a_good_invoice_may_be_paid(conn: Connection, ada: int, payload: str) -> None:
    assert refusal(conn, payload, ada) is None
    assert refusal(conn, payload, ada, now=NOW + LIFETIME) is None
    assert len(payload.encode()) <= 128


def test_each_wrong_thing_about_a_payment_is_refused(conn: Connection, ada: int, payload: str) -> None:
    ben = person(conn, BEN)

    assert refusal(conn, payload, ben) == "payment-not-yours"
    assert refusal(conn, payload, ada, price=49) == "payment-wrong-amount"
    assert refusal(conn, payload, ada, currency="USD") == "payment-wrong-amount"
    assert refusal(conn, payload, ada, now=NOW + LIFETIME + 1) == "payment-expired"
    assert refusal(conn, payload, ada, secret=b"of another bot") == "payment-unknown"


def test_a_forged_payload_is_no_invoice(conn: Connection, ada: int, payload: str) -> None:
    number, tag = payload.split(".")
    other = open_invoice(conn, SECRET, ada, Pack("500", tokens(500), 50), NOW)

    for forged in (
        "", ".", number, f"{number}.", f"{number}.{'0' * 32}", f"{other.split('.')[0]}.{tag}",
        f"404.{tag}", f"-{number}.{tag}", f"x.{tag}", f"٣.{tag}", f"{'9' * 30}.{tag}", f"{number}.\ud800",
    ):  # fmt: skip
        assert refusal(conn, forged, ada) == "payment-unknown"
        with pytest.raises(PaymentRefused, match="payment-unknown"):
            credit(conn, SECRET, forged, "charge", ada, 50, NOW)
    assert has(conn, ada).posted == 0


@pytest.mark.parametrize("column", ["amount", "price", "customer", "expires_at", "currency"])
def test_the_tag_is_over_all_that_the_payer_agreed_to(
    conn: Connection, ada: int, payload: str, column: str
) -> None:
    person(conn, BEN)
    conn.run(f"UPDATE invoice SET {column} = {column} + 1")

    assert refusal(conn, payload, ada) == "payment-unknown"


def test_a_banned_person_may_not_pay(conn: Connection, ada: int, payload: str) -> None:
    conn.run("UPDATE customer SET banned_at = 1 WHERE id = :id", id=ada)

    assert refusal(conn, payload, ada) == "payment-unknown"


def test_a_paid_invoice_is_not_paid_again(conn: Connection, ada: int, payload: str) -> None:
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)

    assert refusal(conn, payload, ada) == "payment-already-paid"


def test_a_payment_credits_its_invoice_once(conn: Connection, ada: int, payload: str) -> None:
    assert credit(conn, SECRET, payload, "charge", ada, 50, NOW) == Credit(tokens(100), fresh=True)
    assert credit(conn, SECRET, payload, "charge", ada, 50, NOW + 9) == Credit(tokens(100), fresh=False)

    assert has(conn, ada) == Balance(tokens(100), 0)
    assert balance(conn, STARS).posted == -tokens(100)


def test_a_second_payment_of_one_invoice_is_credited_as_its_own(
    conn: Connection, ada: int, payload: str
) -> None:
    credit(conn, SECRET, payload, "one", ada, 50, NOW)

    assert credit(conn, SECRET, payload, "two", ada, 50, NOW) == Credit(tokens(100), fresh=True)

    assert has(conn, ada).posted == tokens(200)


def test_what_telegram_has_taken_is_credited_late_or_banned(conn: Connection, ada: int, payload: str) -> None:
    conn.run("UPDATE customer SET banned_at = 1 WHERE id = :id", id=ada)

    assert credit(conn, SECRET, payload, "charge", ada, 50, NOW + 2 * LIFETIME).fresh

    assert has(conn, ada).posted == tokens(100)


def test_a_payment_that_is_not_its_invoices_credits_nothing(conn: Connection, ada: int, payload: str) -> None:
    ben = person(conn, BEN)

    for customer, stars in ((ben, 50), (ada, 49)):
        with pytest.raises(PaymentRefused, match="payment-unknown"):
            credit(conn, SECRET, payload, "charge", customer, stars, NOW)

    assert has(conn, ada).posted == has(conn, ben).posted == 0


def test_one_charge_cannot_be_two_payments(conn: Connection, ada: int, payload: str) -> None:
    ben = person(conn, BEN)
    credit(conn, SECRET, payload, "charge", ada, 50, NOW)

    for customer, stars in ((ben, 50), (ada, 49)):
        with pytest.raises(KeyReused):
            credit(conn, SECRET, payload, "charge", customer, stars, NOW)
