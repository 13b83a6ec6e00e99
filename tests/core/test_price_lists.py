"""Price lists in the books: what is in force, who decided it, and a job that keeps the one it came with."""

import pytest

from billing.price_lists import (
    TARIFF,
    Outdated,
    PriceList,
    adopt_file,
    confirm,
    confirmed,
    drop,
    in_force,
    propose,
)
from billing.tariff import load_tariff, tariff_of
from bot.prices import Prices
from bot.providers import Answer, ImageRequest, ProducedFile
from bot.storage import Connection
from tests.core.books import NOW, tokens

ADMIN, OTHER = 1, 2
PICTURE = ProducedFile(b"\x89PNG", "image/png")


def test_a_file_counts_when_it_is_another_than_when_it_was_last_read(conn: Connection) -> None:
    first = adopt_file(conn, TARIFF, "one", NOW)
    assert adopt_file(conn, TARIFF, "one", NOW + 1) == first
    changed = confirm(conn, propose(conn, TARIFF, "two", first.id, ADMIN, NOW + 2), OTHER, NOW + 3)

    assert adopt_file(conn, TARIFF, "one", NOW + 4) == changed
    assert adopt_file(conn, TARIFF, "three", NOW + 5).body == "three"
    assert [known.body for known in confirmed(conn, TARIFF)] == ["three", "two", "one"]
    assert changed == PriceList(changed.id, TARIFF, "two", "admin", ADMIN, NOW + 2, OTHER, NOW + 3)


def test_only_one_of_two_changes_of_the_same_prices_is_confirmed(conn: Connection) -> None:
    first = adopt_file(conn, TARIFF, "one", NOW)
    two, three = (propose(conn, TARIFF, body, first.id, ADMIN, NOW) for body in ("two", "three"))
    confirm(conn, three, ADMIN, NOW)

    for late in (two, three, 99):
        with pytest.raises(Outdated):
            confirm(conn, late, OTHER, NOW)
    assert in_force(conn, TARIFF).body == "three"


def test_what_was_dropped_is_not_confirmed_and_nothing_is_decided_twice(conn: Connection) -> None:
    first = adopt_file(conn, TARIFF, "one", NOW)
    two = propose(conn, TARIFF, "two", first.id, ADMIN, NOW)

    assert drop(conn, two, ADMIN, NOW)
    assert not drop(conn, two, ADMIN, NOW)
    assert not drop(conn, first.id, ADMIN, NOW)
    with pytest.raises(Outdated):
        confirm(conn, two, ADMIN, NOW)


def test_what_an_answer_is_worth_is_reckoned_by_the_list_that_its_job_came_with() -> None:
    shipped = load_tariff()
    dear = tariff_of(
        "[text]\nsteps = [{ from = 0, tokens = 9 }]\nwith_mode = 9\n"
        "[image]\nsteps = [{ from = 1, tokens = 9 }]\n"
        "[voice]\nsteps = [{ from = 0, tokens = 9 }]\nautomatic_language = 9\n",
        "dear",
    )
    prices, three = Prices(shipped, 1), ImageRequest(prompt="-", count=3)

    prices.change(dear, 2)

    assert prices.of(three) == tokens(9)
    two_came = Answer(files=(PICTURE, PICTURE))
    assert prices.of_answer(three, two_came, 1) == tokens(2)
    assert prices.of_answer(three, two_came, 2) == prices.of_answer(three, two_came) == tokens(9)
