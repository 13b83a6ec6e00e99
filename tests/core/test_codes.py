from billing import Connection
from billing.codes import FIND, PREFIX, digest, issue, listed, revoke, used_from
from tests.core.books import ADA, BEN, NOW, person

PEPPER = b"a pepper"


def found(conn: Connection, code: str, pepper: bytes = PEPPER) -> int | None:
    row = conn.one(FIND, digest=digest(pepper, code))
    return row and row.customer


def test_a_code_finds_its_customer(conn: Connection) -> None:
    ada, ben = person(conn, ADA), person(conn, BEN)

    codes = [issue(conn, PEPPER, customer, "phone", NOW) for customer in (ada, ben, ada)]

    assert [found(conn, code) for code in codes] == [ada, ben, ada]
    assert len(set(codes)) == 3
    assert all(code.startswith(PREFIX) and len(code) >= len(PREFIX) + 43 for code in codes)


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
    number = conn.only(FIND, digest=digest(PEPPER, lost)).id

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
