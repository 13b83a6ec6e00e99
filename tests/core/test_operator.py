import pytest

from billing.errors import NotEnoughTokens
from bot.customers import meet, remember_inviter
from bot.operator import Operator, UnknownCustomer, amount_of
from bot.storage import Connection, Storage
from tests.core.books import ADA, BEN, NOW, balance_of, tokens


@pytest.fixture
def operator(storage: Storage) -> Operator:
    return Operator(storage, b"pepper", tokens(10))


async def test_a_credit_gives_once_and_makes_the_customer(operator: Operator) -> None:
    assert (await operator.credit(ADA, tokens(5), "sorry", "a key")).posted == tokens(15)
    assert (await operator.credit(ADA, tokens(5), "sorry", "a key")).posted == tokens(15)
    assert (await operator.credit(ADA, tokens(5), "sorry", "another")).posted == tokens(20)


async def test_a_negative_credit_takes_back_what_is_there(operator: Operator, storage: Storage) -> None:
    assert (await operator.credit(ADA, -tokens(4), "a mistake", "one")).posted == tokens(6)
    with pytest.raises(NotEnoughTokens):
        await operator.credit(ADA, -tokens(7), "a mistake", "two")

    assert await balance_of(storage, 1) == (tokens(6), 0)


async def test_nobody_is_made_by_looking(operator: Operator) -> None:
    with pytest.raises(UnknownCustomer):
        await operator.profile(ADA)


@pytest.mark.parametrize(
    ("words", "amount"),
    [("1", 1_000), ("0.1", 100), ("2.05", 2_050), ("-3", -3_000), ("-0.001", -1), ("10.", 10_000)],
)
def test_an_amount_is_read_as_an_admin_writes_it(words: str, amount: int) -> None:
    assert amount_of(words) == amount


@pytest.mark.parametrize("words", ["", "0", "-0.000", "1.0001", "one", "--1", "1e3", "1,5", "9" * 13])
def test_what_is_no_amount_is_refused(words: str) -> None:
    with pytest.raises(ValueError):
        amount_of(words)


def test_signing_up_is_paid_once(conn: Connection) -> None:
    for name in ("Ada", "Ada", "Countess"):
        meet(conn, ADA, NOW, name=name, signup=tokens(10))

    assert conn.only("SELECT posted FROM account WHERE id = 'customer:1'").posted == tokens(10)


def test_the_first_inviter_counts_and_nobody_invites_themselves(conn: Connection) -> None:
    ada, ben, cyd = (meet(conn, telegram_id, NOW).id for telegram_id in (ADA, BEN, 1003))

    remember_inviter(conn, ada, ada)
    remember_inviter(conn, ada, ben)  # who came later
    remember_inviter(conn, cyd, ben)
    remember_inviter(conn, cyd, ada)

    assert [row.invited_by for row in conn.all("SELECT invited_by FROM customer ORDER BY id")] == [
        None, None, ben,
    ]  # fmt: skip
