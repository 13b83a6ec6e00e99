import secrets

import pytest

from billing import Connection
from billing.codes import (
    CHANGED,
    FIND,
    PREFIX,
    change,
    digest,
    issue,
    listed,
    look,
    pause,
    revoke,
    rotate,
    searched,
    used_from,
)
from bot import writer
from tests.core.books import ADA, BEN, NOW, person

PEPPER = b"a pepper"


def found(conn: Connection, code: str, pepper: bytes = PEPPER, at: int = NOW) -> int | None:
    row = conn.one(FIND, digest=digest(pepper, code), now=at)
    return row and row.customer


def test_a_code_finds_its_customer(conn: Connection) -> None:
    ada, ben = person(conn, ADA), person(conn, BEN)

    codes = [issue(conn, PEPPER, customer, "phone", NOW) for customer in (ada, ben, ada)]

    assert [found(conn, code) for code in codes] == [ada, ben, ada]
    assert len(set(codes)) == 3
    assert all(code.startswith(PREFIX) and len(code) >= len(PREFIX) + 43 for code in codes)


def test_codes_are_searched_by_name_ends_number_and_owner(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = iter(("A" * 39 + "jklm", "A" * 39 + "nopq", "A" * 39 + "rstu"))  # at random, any word
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _: next(ends))
    ada, ben = person(conn, ADA), person(conn, BEN)
    for customer, name in ((ada, "My Phone"), (ben, "50% done"), (ben, "a_b, not acb")):
        issue(conn, PEPPER, customer, name, NOW)

    def numbers(words: str) -> list[int]:
        return [row.id for row in searched(conn, words, NOW)]

    assert numbers("") == [3, 2, 1]
    assert numbers("phone") == numbers("jkl") == numbers("1") == numbers(str(ADA)) == [1]
    assert numbers("%") == [2]  # no joker
    assert numbers("a_") == [3]
    assert numbers("t_a") == []
    assert numbers("nothing of the kind") == []


def test_whoever_remembers_a_code_hears_of_every_change(conn: writer.Connection) -> None:
    code = conn.only(FIND, digest=digest(PEPPER, issue(conn, PEPPER, person(conn), "phone", NOW)), now=NOW).id
    for act in (
        lambda: change(conn, code, None, "kinds", "[]"), lambda: pause(conn, code, None, NOW),
        lambda: pause(conn, code, None, None), lambda: rotate(conn, PEPPER, code, None, NOW + 1, NOW),
        lambda: revoke(conn, code, NOW),
    ):  # fmt: skip
        conn.news.clear()
        assert act()
        assert conn.news == {CHANGED}


def test_what_is_no_code_finds_nobody(conn: Connection) -> None:
    code = issue(conn, PEPPER, person(conn), "phone", NOW)

    for wrong in ("", code[:-1], code + "x", code.swapcase(), "\ud800", "tb_live_"):
        assert found(conn, wrong) is None
    assert found(conn, code, b"another pepper") is None


def test_the_code_itself_is_nowhere_in_the_books(conn: Connection) -> None:
    code = issue(conn, PEPPER, person(conn), "phone", NOW)

    stored = repr(conn.all("SELECT * FROM api_code"))

    assert code not in stored
    assert code[len(PREFIX) + 4 : -4] not in stored
    assert conn.only("SELECT shown FROM api_code").shown == f"{code[:12]}…{code[-4:]}"


def test_a_revoked_code_finds_nobody(conn: Connection) -> None:
    ada = person(conn)
    kept, lost = issue(conn, PEPPER, ada, "kept", NOW), issue(conn, PEPPER, ada, "lost", NOW)
    number = conn.only(FIND, digest=digest(PEPPER, lost), now=NOW).id

    assert revoke(conn, number, NOW)
    assert not revoke(conn, number, NOW + 1)
    assert not revoke(conn, 404, NOW)

    assert found(conn, lost) is None
    assert found(conn, kept) == ada


def test_codes_are_listed_newest_first(conn: Connection) -> None:
    ada, ben = person(conn, ADA), person(conn, BEN)
    for n in range(60):
        issue(conn, PEPPER, ada, f"{n}", NOW + n)
    issue(conn, PEPPER, ben, "ben's", NOW)

    hers = listed(conn, ada)

    assert [row.name for row in hers] == [f"{n}" for n in range(59, 9, -1)]
    assert {row.telegram_id for row in hers} == {ADA}
    assert [row.name for row in listed(conn, ben)] == ["ben's"]
    assert [row.name for row in listed(conn, None)][:2] == ["ben's", "59"]


def test_a_code_may_be_used_from_so_many_addresses_a_day(conn: Connection) -> None:
    issue(conn, PEPPER, person(conn), "phone", NOW)
    code = conn.only("SELECT id FROM api_code").id

    used = [used_from(conn, code, address, 1, most=2) for address in ("a", "b", "a", "c", "b")]

    assert used == [True, True, True, False, True]
    assert used_from(conn, code, "c", 2, most=1)
    assert [tuple(row) for row in conn.all("SELECT day, address FROM code_address")] == [(2, "c")]


def only(conn: Connection) -> int:
    return int(conn.only("SELECT id FROM api_code").id)


def test_of_a_rotated_code_both_are_valid_for_a_time(conn: Connection) -> None:
    ada = person(conn)
    old = issue(conn, PEPPER, ada, "phone", NOW)

    new = rotate(conn, PEPPER, only(conn), ada, NOW + 1000, NOW)
    assert new
    assert [found(conn, code, at=NOW + 999) for code in (old, new)] == [ada, ada]
    assert [found(conn, code, at=NOW + 1000) for code in (old, new)] == [None, ada]

    newer = rotate(conn, PEPPER, only(conn), ada, NOW + 1000, NOW)
    assert newer
    assert [found(conn, code) for code in (old, new, newer)] == [None, ada, ada]
    revoke(conn, only(conn), NOW)
    assert [found(conn, code) for code in (old, new, newer)] == [None, None, None]


def test_only_its_owner_changes_a_code(conn: Connection) -> None:
    ada, ben = person(conn, ADA), person(conn, BEN)
    issue(conn, PEPPER, ada, "phone", NOW)
    code = only(conn)

    assert look(conn, code, ben, NOW) is None
    assert rotate(conn, PEPPER, code, ben, NOW, NOW) is None
    assert not pause(conn, code, ben, NOW)
    assert not change(conn, code, ben, "budget_day", 5)
    assert not revoke(conn, code, NOW, ben)

    assert pause(conn, code, ada, NOW)
    assert change(conn, code, None, "budget_day", 5)
    row = look(conn, code, ada, NOW)
    assert row
    assert (row.paused_at, row.budget_day, row.committed, row.today) == (NOW, 5, 0, 0)
    assert pause(conn, code, None, None)
    assert revoke(conn, code, NOW, ada)
    assert rotate(conn, PEPPER, code, ada, NOW, NOW) is None
    assert not change(conn, code, ada, "name", "x")
