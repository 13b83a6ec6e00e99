"""Refills, invites, gifts: tokens that nobody paid for."""

import pytest

from billing import Connection
from billing.debt import open_debt
from billing.errors import NotEnoughTokens
from billing.free import gifts, invites, refills
from billing.free.gifts import CONFIRM, DAY, REGRET, GiftRefused
from billing.ledger import GRANT, account_of, balance, capture, hold, transfer, void
from billing.payments.stars import Pack, credit, open_invoice
from bot.customers import remember_inviter
from tests.core.books import ADA, BEN, NOW, person, tokens

HOUR = 3_600_000
LEVEL = tokens(20)
FIVE = tokens(5)


@pytest.fixture
def ada(conn: Connection) -> int:
    return person(conn, ADA, has=10)


@pytest.fixture
def ben(conn: Connection, ada: int) -> int:
    return person(conn, BEN, has=10)


def has(conn: Connection, customer: int) -> float:
    return balance(conn, account_of(customer)).posted / 1000


def spend(conn: Connection, customer: int, count: float, at: int = NOW) -> None:
    key = f"spent:{conn.only('SELECT count(*) AS n FROM hold').n}"
    hold(conn, key, account_of(customer), tokens(count), at)
    capture(conn, key, tokens(count), at)


def buy(conn: Connection, customer: int) -> None:
    payload = open_invoice(conn, b"s", customer, Pack("100", tokens(100), 50), NOW)
    credit(conn, b"s", payload, f"charge of {customer}", customer, 50, NOW)


def test_who_has_used_some_is_refilled_once_for_each_last_use(conn: Connection, ada: int) -> None:
    spend(conn, ada, 3)

    assert refills.refill(conn, LEVEL, NOW - 1, NOW) == 0
    assert refills.refill(conn, LEVEL, NOW, NOW) == 1
    assert has(conn, ada) == 20
    transfer(conn, "gift", "grant", account_of(ada), GRANT, tokens(15), NOW)
    assert refills.refill(conn, LEVEL, NOW, NOW) == 0
    spend(conn, ada, 1, NOW + HOUR)
    assert refills.refill(conn, LEVEL, NOW + HOUR - 1, NOW) == 0
    assert refills.refill(conn, LEVEL, NOW + HOUR, NOW) == 1

    assert has(conn, ada) == 20


def test_who_has_enough_or_never_used_any_is_not_refilled(conn: Connection, ada: int, ben: int) -> None:
    transfer(conn, "g", "grant", GRANT, account_of(ben), tokens(11), NOW)
    spend(conn, ben, 1)

    assert refills.refill(conn, LEVEL, NOW, NOW) == 0

    assert (has(conn, ada), has(conn, ben)) == (10, 20)


def test_who_works_owes_is_banned_or_gone_is_not_refilled(conn: Connection, ada: int) -> None:
    spend(conn, ada, 1)
    hold(conn, "job", account_of(ada), tokens(1), NOW)
    assert refills.refill(conn, LEVEL, NOW, NOW) == 0
    void(conn, "job")
    for column in ("banned_at", "blocked_at"):
        conn.run(f"UPDATE customer SET {column} = 1")
        assert refills.refill(conn, LEVEL, NOW, NOW) == 0
        conn.run(f"UPDATE customer SET {column} = NULL")
    debt = open_debt(conn, ada)
    transfer(conn, "owe", "grant", debt, GRANT, 1, NOW)
    assert refills.refill(conn, LEVEL, NOW, NOW) == 0
    transfer(conn, "paid", "grant", GRANT, debt, 1, NOW)

    assert refills.refill(conn, LEVEL, NOW, NOW) == 1


def test_an_invite_is_paid_to_both_when_bought_tokens_paid_for_a_job(
    conn: Connection, ada: int, ben: int
) -> None:
    remember_inviter(conn, ben, ada)

    spend(conn, ben, 8)
    assert invites.pay(conn, FIVE, 10, NOW) == 0
    buy(conn, ben)
    spend(conn, ben, 2)
    assert invites.pay(conn, FIVE, 10, NOW) == 0
    spend(conn, ben, 1)
    assert invites.pay(conn, FIVE, 10, NOW) == 1
    assert invites.pay(conn, FIVE, 10, NOW) == 0

    assert (has(conn, ada), has(conn, ben)) == (15, 104)


def test_an_inviter_is_paid_for_so_many_a_day(conn: Connection, ada: int) -> None:
    guests = [person(conn, 2000 + n) for n in range(3)]
    for guest in guests:
        remember_inviter(conn, guest, ada)
        buy(conn, guest)
        spend(conn, guest, 1)

    assert invites.pay(conn, FIVE, 2, NOW) == 3

    assert has(conn, ada) == 20
    assert [has(conn, guest) for guest in guests] == [104, 104, 104]


def test_for_a_banned_person_nobody_is_paid(conn: Connection, ada: int, ben: int) -> None:
    remember_inviter(conn, ben, ada)
    buy(conn, ben)
    spend(conn, ben, 11)
    conn.run("UPDATE customer SET banned_at = 1 WHERE id = :id", id=ben)

    assert invites.pay(conn, FIVE, 10, NOW) == 0


def test_nobody_invites_themselves(conn: Connection, ada: int) -> None:
    remember_inviter(conn, ada, ada)
    buy(conn, ada)
    spend(conn, ada, 50)

    assert invites.pay(conn, FIVE, 10, NOW) == 0


def ask(conn: Connection, sender: int, receiver: int, count: float, key: str = "k") -> int:
    return gifts.ask(conn, key, sender, receiver, tokens(count), tokens(100), NOW)


def give(conn: Connection, gift: int, sender: int, now: int = NOW) -> bool:
    return gifts.give(conn, gift, sender, tokens(100), now)[1]


def test_a_gift_is_confirmed_and_given_once(conn: Connection, ada: int, ben: int) -> None:
    number = ask(conn, ada, ben, 4)
    assert ask(conn, ada, ben, 4) == number
    assert (has(conn, ada), has(conn, ben)) == (10, 10)

    assert give(conn, number, ada)
    assert not give(conn, number, ada)

    assert (has(conn, ada), has(conn, ben)) == (6, 14)


def test_a_gift_can_be_taken_back_for_a_minute(conn: Connection, ada: int, ben: int) -> None:
    number = ask(conn, ada, ben, 4)
    with pytest.raises(GiftRefused, match="gift-too-late"):
        gifts.take_back(conn, number, ada, NOW)
    give(conn, number, ada)

    with pytest.raises(GiftRefused, match="gift-too-late"):
        gifts.take_back(conn, number, ada, NOW + REGRET + 1)
    for _ in range(2):
        gifts.take_back(conn, number, ada, NOW + REGRET)
    assert not give(conn, number, ada)

    assert (has(conn, ada), has(conn, ben)) == (10, 10)


def test_a_gift_that_is_spent_stays_given(conn: Connection, ada: int, ben: int) -> None:
    number = ask(conn, ada, ben, 4)
    give(conn, number, ada)
    spend(conn, ben, 12)

    with pytest.raises(GiftRefused, match="gift-spent"):
        gifts.take_back(conn, number, ada, NOW)

    assert (has(conn, ada), has(conn, ben)) == (6, 2)


def test_gifts_have_limits(conn: Connection, ada: int, ben: int) -> None:
    transfer(conn, "g", "grant", GRANT, account_of(ada), tokens(500), NOW)
    with pytest.raises(GiftRefused, match="gift-to-oneself"):
        ask(conn, ada, ada, 1)
    first, second = ask(conn, ada, ben, 60, "one"), ask(conn, ada, ben, 60, "two")
    give(conn, first, ada)

    with pytest.raises(GiftRefused) as refused:
        give(conn, second, ada)
    assert (refused.value.word, refused.value.most) == ("gift-too-much", tokens(40))
    with pytest.raises(GiftRefused, match="gift-too-much"):
        ask(conn, ada, ben, 41, "three")
    with pytest.raises(GiftRefused, match="gift-too-late"):
        give(conn, second, ada, NOW + CONFIRM + 1)
    later = gifts.ask(conn, "late", ada, ben, tokens(100), tokens(100), NOW + DAY)
    assert give(conn, later, ada, NOW + DAY)

    assert has(conn, ben) == 170


def test_only_the_sender_confirms_and_only_what_they_have(conn: Connection, ada: int, ben: int) -> None:
    number = ask(conn, ada, ben, 11)

    with pytest.raises(GiftRefused, match="gift-too-late"):
        give(conn, number, ben)
    with pytest.raises(NotEnoughTokens):
        give(conn, number, ada)

    assert (has(conn, ada), has(conn, ben)) == (10, 10)


def test_people_are_found_by_their_name_whatever_its_case(conn: Connection, ada: int, ben: int) -> None:
    conn.run("UPDATE customer SET username = 'Taken', name = 'x'")

    found = gifts.find(conn, "tAKEN")

    assert found is not None
    assert found.id == ben
    assert gifts.find(conn, "nobody") is None
