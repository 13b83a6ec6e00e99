"""The operator's books: each movement in its column of its day, and every column the ledger's own sum."""

from billing import Connection
from billing.books import BOOKS, DAY, STARS, Day, Totals, books_of
from billing.debt import repay
from billing.free.gifts import ask, give
from billing.ledger import account_of, capture, hold, refund
from billing.payments.refunds import failed, refund_with_loss, request_refund, returned
from billing.payments.stars import Pack, credit, open_invoice
from tests.core.books import ADA, BEN, NOW, person, tokens

TODAY = NOW // DAY * DAY


def buy(conn: Connection, customer: int, charge: str, at: int = NOW) -> None:
    payload = open_invoice(conn, b"s", customer, Pack("100", tokens(100), 50), at)
    credit(conn, b"s", payload, charge, customer, 50, at)


def books(conn: Connection, since: int = 0) -> tuple[list[Day], Totals]:
    return books_of(conn.all(BOOKS, day=DAY, since=since))


def test_nothing_has_moved(conn: Connection) -> None:
    assert books(conn) == ([], Totals(0, 0, 0, 0))


def many_things(conn: Connection) -> None:
    """Every kind of movement, on two days."""
    ada, ben = person(conn, ADA, has=10), person(conn, BEN, has=3)
    for charge in ("kept", "back", "lost", "forgiven", "never"):
        buy(conn, ada, charge)
    for key, amount in (("a", 380), ("b", 5)):
        hold(conn, key, account_of(ada), tokens(amount), NOW)
        capture(conn, key, tokens(amount), NOW)
    refund(conn, "b", NOW, "sorry")
    request_refund(conn, "never", NOW)
    failed(conn, "never", NOW)
    request_refund(conn, "back", NOW)
    refund_with_loss(conn, "forgiven", tokens(20), NOW)
    returned(conn, "lost", NOW)
    buy(conn, ada, "tomorrow", NOW + DAY)
    repay(conn, ada, "pay:stars:tomorrow", NOW + DAY)
    gift = ask(conn, "g", ben, ada, tokens(1), tokens(100), NOW + DAY)
    give(conn, gift, ben, tokens(100), NOW + DAY)


def test_each_movement_is_in_its_column_and_day(conn: Connection) -> None:
    many_things(conn)

    days, totals = books(conn, TODAY)

    assert days == [
        Day(TODAY + DAY, tokens(100), 0, 0, 0, totals.outstanding, totals.debt),
        Day(TODAY, tokens(500), tokens(380), days[1].free, tokens(300), days[1].outstanding, days[1].debt),
    ]
    assert days[1].free >= tokens(13)  # the house's loss of the forgiven refund is in it
    assert books(conn, TODAY + DAY)[0] == days[:1]


def test_the_columns_explain_what_each_day_changed(conn: Connection) -> None:
    many_things(conn)

    (later, earlier), _ = books(conn)

    for day, outstanding, debt in ((earlier, 0, 0), (later, earlier.outstanding, earlier.debt)):
        moved = day.sold + day.free - day.used - day.refunded
        assert moved == (day.outstanding - outstanding) - (day.debt - debt)


def test_every_figure_is_the_ledgers_own_sum(conn: Connection) -> None:
    many_things(conn)
    (later, earlier), totals = books(conn)

    def moved(where: str, day: Day) -> int:
        row = conn.only(
            f"SELECT coalesce(sum(amount), 0) AS amount FROM transfer WHERE ({where})"
            " AND created_at >= :begin AND created_at < :end",
            begin=day.at, end=day.at + DAY,
        )  # fmt: skip
        return int(row.amount)

    def balance(like: str, before: int) -> int:
        row = conn.only(
            "SELECT (SELECT coalesce(sum(amount), 0) FROM transfer"
            "   WHERE destination LIKE :like AND created_at < :before)"
            " - (SELECT coalesce(sum(amount), 0) FROM transfer"
            "   WHERE source LIKE :like AND created_at < :before)"
            " AS amount",
            like=like, before=before,
        )  # fmt: skip
        return int(row.amount)

    for day in (later, earlier):
        assert day.sold == moved("kind = 'stars'", day)
        assert day.used == moved("kind = 'capture'", day) - moved("kind = 'refund'", day)
        assert day.free == moved("source = 'world:grant'", day)
        assert day.refunded == moved("kind = 'stars_refund'", day) - moved("kind = 'refund_failed'", day)
        assert day.outstanding == balance("customer:%", day.at + DAY)
        assert day.debt == -balance("debt:%", day.at + DAY)
    assert totals.outstanding == conn.only("SELECT sum(posted) AS a FROM account WHERE kind = 'customer'").a
    assert totals.debt == -conn.only("SELECT sum(posted) AS a FROM account WHERE id LIKE 'debt:%'").a
    kept = "SELECT sum(stars) AS a FROM payment WHERE state IN ('credited', 'refund_failed')"
    assert totals.stars == conn.only(kept).a == 150
    by_day = {row.day * DAY: (row.got, row.back) for row in conn.all(STARS, day=DAY, since=0)}
    assert by_day == {TODAY: (250, 150), TODAY + DAY: (50, 0)}
