import pytest

from billing import Connection
from billing.debt import open_debt, owed
from billing.ledger import GRANT, account_of, balance, transfer
from billing.payments.vouchers import (
    CODE,
    DAY,
    HOUR,
    Voucher,
    VoucherRefused,
    forget_guesses,
    listed,
    make,
    redeem,
)
from tests.core.books import ADA, BEN, NOW, person, tokens

PEPPER = b"pepper"
TEN = Voucher(tokens(10), 2, NOW + DAY)
WRONG = "v_" + "a" * 20


@pytest.fixture
def ada(conn: Connection) -> int:
    return person(conn, ADA)


@pytest.fixture
def code(conn: Connection) -> str:
    return str(make(conn, PEPPER, "k", TEN, 1, NOW))


def word(got: int | VoucherRefused) -> str:
    assert isinstance(got, VoucherRefused)
    return got.word


def has(conn: Connection, customer: int) -> int:
    return balance(conn, account_of(customer)).posted


def test_a_code_is_shown_once_and_never_stored(conn: Connection, code: str) -> None:
    assert CODE.fullmatch(code)
    assert make(conn, PEPPER, "k", TEN, 1, NOW) is None
    assert code not in str(conn.all("SELECT * FROM voucher"))
    assert listed(conn)[0].shown == f"…{code[-4:]}"


def test_a_voucher_credits_each_customer_once(conn: Connection, ada: int, code: str) -> None:
    assert redeem(conn, PEPPER, code.upper(), ada, NOW) == tokens(10)
    assert word(redeem(conn, PEPPER, code, ada, NOW)) == "voucher-yours-already"

    assert has(conn, ada) == tokens(10)


def test_never_more_than_its_count(conn: Connection, code: str) -> None:
    got = [redeem(conn, PEPPER, code, person(conn, 2000 + n), NOW) for n in range(3)]

    assert got[:2] == [tokens(10), tokens(10)]
    assert word(got[2]) == "voucher-used-up"


def test_until_its_end(conn: Connection, ada: int, code: str) -> None:
    assert word(redeem(conn, PEPPER, code, ada, NOW + DAY)) == "voucher-expired"
    assert redeem(conn, PEPPER, code, ada, NOW + DAY - 1) == tokens(10)
    endless = make(conn, PEPPER, "k2", TEN._replace(expires_at=None), 1, NOW)
    assert redeem(conn, PEPPER, str(endless), ada, NOW + 999 * DAY) == tokens(10)


def test_a_code_is_nothing_under_another_pepper(conn: Connection, ada: int, code: str) -> None:
    assert word(redeem(conn, b"other", code, ada, NOW)) == "voucher-unknown"


def test_guessing_ends_after_five_in_an_hour(conn: Connection, ada: int, code: str) -> None:
    guesses = [redeem(conn, PEPPER, WRONG, ada, NOW) for _ in range(6)]

    assert [word(one) for one in guesses] == ["voucher-unknown"] * 5 + ["voucher-too-many-guesses"]
    assert [isinstance(one, VoucherRefused) and one.alarm for one in guesses] == [False] * 4 + [True, False]
    assert word(redeem(conn, PEPPER, code, ada, NOW)) == "voucher-too-many-guesses"
    assert redeem(conn, PEPPER, code, person(conn, BEN), NOW) == tokens(10)
    assert redeem(conn, PEPPER, code, ada, NOW + HOUR) == tokens(10)


def test_guessing_ends_after_thirty_in_a_day(conn: Connection, ada: int, code: str) -> None:
    for hour in range(6):
        for _ in range(5):
            assert word(redeem(conn, PEPPER, WRONG, ada, NOW + hour * HOUR)) == "voucher-unknown"

    assert word(redeem(conn, PEPPER, code, ada, NOW + 10 * HOUR)) == "voucher-too-many-guesses"
    forget_guesses(conn, NOW + 1)
    assert redeem(conn, PEPPER, code, ada, NOW + 10 * HOUR) == tokens(10)


def test_a_voucher_repays_a_debt_first(conn: Connection, ada: int, code: str) -> None:
    transfer(conn, "owe", "grant", open_debt(conn, ada), GRANT, tokens(4), NOW)

    redeem(conn, PEPPER, code, ada, NOW)

    assert has(conn, ada) == tokens(6)
    assert owed(conn, ada) == 0
