import asyncio
import sqlite3

import pytest

from billing import Balance, Connection
from billing.errors import HoldEnded, KeyReused, NotEnoughTokens
from billing.ledger import (
    GRANT,
    SALES,
    STARS,
    account_of,
    balance,
    capture,
    hold,
    open_account,
    refund,
    transfer,
    void,
)
from bot.storage import Storage
from tests.core.books import ADA, BEN, NOW, balance_of, person, tokens


@pytest.fixture
def ada(conn: Connection) -> str:
    """The account of somebody who has ten tokens."""
    return account_of(person(conn, ADA, has=10))


@pytest.fixture
def ben(conn: Connection) -> str:
    return account_of(person(conn, BEN))


def test_a_new_account_is_empty_and_is_opened_once(conn: Connection) -> None:
    customer = person(conn)

    account = open_account(conn, customer)

    assert open_account(conn, customer) == account == f"customer:{customer}"
    assert balance(conn, account) == Balance(posted=0, held=0)


def test_a_transfer_moves_from_one_to_the_other(conn: Connection, ada: str, ben: str) -> None:
    assert transfer(conn, "gift", "gift", ada, ben, tokens(3), NOW, "a birthday")

    assert balance(conn, ada).posted == tokens(7)
    assert balance(conn, ben).posted == tokens(3)
    row = conn.only("SELECT kind, amount, reason, created_at FROM transfer WHERE key = 'gift'")
    assert row == ("gift", tokens(3), "a birthday", NOW)


def test_the_same_transfer_twice_is_one(conn: Connection, ada: str, ben: str) -> None:
    assert transfer(conn, "gift", "gift", ada, ben, tokens(10), NOW)
    assert not transfer(conn, "gift", "gift", ada, ben, tokens(10), NOW + 5)

    assert balance(conn, ben).posted == tokens(10)


@pytest.mark.parametrize(
    "other", [{"kind": "capture"}, {"amount": 1}, {"source": GRANT}, {"destination": SALES}]
)
def test_a_key_stands_for_one_movement(conn: Connection, ada: str, ben: str, other: dict[str, str]) -> None:
    movement = {"kind": "gift", "source": ada, "destination": ben, "amount": tokens(1)}
    transfer(conn, "gift", now=NOW, **movement)  # type: ignore[arg-type]

    with pytest.raises(KeyReused):
        transfer(conn, "gift", now=NOW, **(movement | other))  # type: ignore[arg-type]


def test_nobody_gives_what_they_have_not(conn: Connection, ada: str, ben: str) -> None:
    hold(conn, "h", ada, tokens(4), NOW)

    with pytest.raises(NotEnoughTokens) as refusal:
        transfer(conn, "gift", "gift", ada, ben, tokens(6) + 1, NOW)

    assert (refusal.value.price, refusal.value.available) == (tokens(6) + 1, tokens(6))
    assert balance(conn, ada) == Balance(tokens(10), tokens(4))
    assert transfer(conn, "gift", "gift", ada, ben, tokens(6), NOW)


def test_the_world_and_the_sales_may_go_below_zero(conn: Connection, ada: str) -> None:
    assert balance(conn, GRANT).posted == -tokens(10)
    assert transfer(conn, "back", "refund of old", SALES, STARS, tokens(2), NOW)
    assert transfer(conn, "again", "refund of old", STARS, SALES, tokens(2), NOW)


def test_a_transfer_into_an_unknown_account_is_a_mistake_of_ours(conn: Connection, ada: str) -> None:
    conn.run("SAVEPOINT before")
    with pytest.raises(AssertionError, match="customer:404"):
        transfer(conn, "gift", "gift", ada, "customer:404", 1, NOW)
    conn.run("ROLLBACK TO before")
    with pytest.raises(AssertionError):
        transfer(conn, "gift", "gift", "customer:404", ada, 1, NOW)


@pytest.mark.parametrize("amount", [0, -1])
def test_amounts_are_positive(conn: Connection, ada: str, ben: str, amount: int) -> None:
    with pytest.raises(AssertionError):
        transfer(conn, "gift", "gift", ada, ben, amount, NOW)
    with pytest.raises(AssertionError):
        hold(conn, "h", ada, amount, NOW)
    hold(conn, "h", ada, 1, NOW)
    with pytest.raises(AssertionError):
        capture(conn, "h", amount, NOW)


def test_a_hold_sets_aside_and_moves_nothing(conn: Connection, ada: str) -> None:
    hold(conn, "h", ada, tokens(4), NOW)

    assert balance(conn, ada) == Balance(posted=tokens(10), held=tokens(4))
    assert balance(conn, ada).available == tokens(6)
    assert conn.one("SELECT 1 FROM transfer WHERE source = :ada", ada=ada) is None


def test_the_same_hold_twice_is_one(conn: Connection, ada: str) -> None:
    hold(conn, "h", ada, tokens(6), NOW)
    hold(conn, "h", ada, tokens(6), NOW + 5)

    assert balance(conn, ada).held == tokens(6)


def test_the_key_of_a_hold_stands_for_one_hold(conn: Connection, ada: str, ben: str) -> None:
    hold(conn, "h", ada, tokens(1), NOW)

    with pytest.raises(KeyReused):
        hold(conn, "h", ada, tokens(2), NOW)
    with pytest.raises(KeyReused):
        hold(conn, "h", ben, tokens(1), NOW)


def test_nobody_holds_more_than_they_have(conn: Connection, ada: str) -> None:
    hold(conn, "one", ada, tokens(7), NOW)

    with pytest.raises(NotEnoughTokens) as refusal:
        hold(conn, "two", ada, tokens(4), NOW)

    assert (refusal.value.price, refusal.value.available) == (tokens(4), tokens(3))
    assert balance(conn, ada).held == tokens(7)


def test_a_capture_takes_what_was_used_and_frees_the_rest(conn: Connection, ada: str) -> None:
    hold(conn, "h", ada, tokens(4), NOW)

    hold(conn, "other", ada, tokens(2), NOW)

    left = capture(conn, "h", tokens(3), NOW)

    assert left == balance(conn, ada) == Balance(posted=tokens(7), held=tokens(2))
    assert balance(conn, SALES).posted == tokens(3)


def test_nobody_pays_more_than_was_held(conn: Connection, ada: str) -> None:
    hold(conn, "h", ada, tokens(4), NOW)

    with pytest.raises(HoldEnded):
        capture(conn, "h", tokens(4) + 1, NOW)

    assert balance(conn, ada) == Balance(posted=tokens(10), held=tokens(4))


def test_a_void_gives_all_back(conn: Connection, ada: str) -> None:
    hold(conn, "h", ada, tokens(4), NOW)

    hold(conn, "other", ada, tokens(2), NOW)

    left = void(conn, "h")

    assert left == balance(conn, ada) == Balance(posted=tokens(10), held=tokens(2))


def test_a_hold_ends_once(conn: Connection, ada: str) -> None:
    hold(conn, "taken", ada, tokens(4), NOW)
    hold(conn, "given back", ada, tokens(4), NOW)
    capture(conn, "taken", tokens(3), NOW)
    void(conn, "given back")

    # The same end twice is one.
    assert capture(conn, "taken", tokens(3), NOW) == void(conn, "given back") == balance(conn, ada)
    for end_otherwise in (
        lambda: capture(conn, "taken", tokens(2), NOW),
        lambda: void(conn, "taken"),
        lambda: capture(conn, "given back", tokens(4), NOW),
        lambda: capture(conn, "unknown", 1, NOW),
        lambda: void(conn, "unknown"),
    ):
        with pytest.raises(HoldEnded):
            end_otherwise()

    assert balance(conn, ada) == Balance(posted=tokens(7), held=0)


def test_an_ended_hold_is_not_held_again(conn: Connection, ada: str) -> None:
    hold(conn, "h", ada, tokens(4), NOW)
    void(conn, "h")

    hold(conn, "h", ada, tokens(4), NOW)

    assert balance(conn, ada).held == 0


def test_a_refund_gives_back_what_was_captured_once(conn: Connection, ada: str) -> None:
    hold(conn, "h", ada, tokens(4), NOW)
    capture(conn, "h", tokens(3), NOW)

    assert refund(conn, "h", NOW, "it was nonsense")
    assert not refund(conn, "h", NOW, "it was nonsense")

    assert balance(conn, ada) == Balance(posted=tokens(10), held=0)
    assert balance(conn, SALES).posted == 0


def test_what_was_not_captured_is_not_refunded(conn: Connection, ada: str) -> None:
    hold(conn, "open", ada, tokens(1), NOW)
    hold(conn, "voided", ada, tokens(1), NOW)
    void(conn, "voided")

    for key in ("open", "voided", "unknown"):
        with pytest.raises(HoldEnded):
            refund(conn, key, NOW, "why not")


async def test_parallel_holds_let_through_what_the_balance_allows(storage: Storage) -> None:
    customer = await storage.write(person, has=7)
    account = account_of(customer)

    results = await asyncio.gather(
        *(storage.write(hold, f"h{n}", account, tokens(1), NOW) for n in range(50)), return_exceptions=True
    )

    assert [type(result) for result in results] == [type(None)] * 7 + [NotEnoughTokens] * 43
    assert await balance_of(storage, customer) == Balance(posted=tokens(7), held=tokens(7))


@pytest.mark.parametrize(
    ("forbidden", "why"),
    [
        ("UPDATE transfer SET amount = amount + 1", "append-only"),
        ("UPDATE transfer SET reason = 'another'", "append-only"),
        ("DELETE FROM transfer", "append-only"),
        ("UPDATE hold SET state = 'open', captured = 0 WHERE state = 'voided'", "a hold ends once"),
        ("UPDATE hold SET captured = 1 WHERE state = 'captured'", "a hold ends once"),
        ("UPDATE hold SET amount = 1 WHERE state = 'open'", "append-only"),
        ("UPDATE hold SET account = 'sales' WHERE state = 'open'", "append-only"),
        ("UPDATE hold SET key = 'other' WHERE state = 'open'", "append-only"),
        ("DELETE FROM hold", "append-only"),
        ("UPDATE hold SET state = 'captured' WHERE state = 'open'", "CHECK"),
        ("UPDATE hold SET captured = 1 WHERE state = 'open'", "CHECK"),
        ("UPDATE hold SET state = 'captured', captured = amount + 1 WHERE state = 'open'", "CHECK"),
        ("UPDATE hold SET state = 'lost' WHERE state = 'open'", "CHECK"),
        ("UPDATE account SET held = posted + 1 WHERE kind = 'customer'", "CHECK"),
        ("UPDATE account SET posted = held - 1 WHERE kind = 'customer'", "CHECK"),
        ("UPDATE account SET held = -1", "CHECK"),
        ("UPDATE account SET kind = 'bank'", "CHECK"),
        ("UPDATE account SET posted = 0.5", "cannot store REAL"),
        ("DELETE FROM account WHERE kind = 'customer'", "FOREIGN KEY"),
        (f"INSERT INTO transfer VALUES (99, 'k', 'gift', 'sales', 'sales', 1, NULL, {NOW})", "CHECK"),
        (f"INSERT INTO transfer VALUES (99, 'k', 'gift', 'sales', 'world:grant', 0, NULL, {NOW})", "CHECK"),
        (f"INSERT INTO transfer VALUES (99, 'k', 'gift', 'sales', 'nobody', 1, NULL, {NOW})", "FOREIGN KEY"),
        (
            "INSERT INTO transfer VALUES (99, 'capture:taken', 'gift', 'sales', 'world:grant', 1, '', 9)",
            "UNIQUE",
        ),
        (f"INSERT INTO hold VALUES ('taken', 'sales', 1, 'open', 0, {NOW})", "UNIQUE"),
        (f"INSERT INTO hold VALUES ('k', 'nobody', 1, 'open', 0, {NOW})", "FOREIGN KEY"),
        (f"INSERT INTO hold VALUES ('k', 'sales', 0, 'open', 0, {NOW})", "CHECK"),
    ],
)
def test_the_schema_itself_forbids(conn: Connection, ada: str, forbidden: str, why: str) -> None:
    for key in ("taken", "given back", "open"):
        hold(conn, key, ada, tokens(2), NOW)
    capture(conn, "taken", tokens(2), NOW)
    void(conn, "given back")

    with pytest.raises(sqlite3.IntegrityError, match=why):
        conn.run(forbidden)
