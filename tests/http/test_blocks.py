"""Addresses that try codes or flood are blocked, each time for longer."""

import pytest

from bot.clock import DAY, HOUR, MINUTE
from handlers.http.blocks import AddressBlocked, Blocks, network_of
from tests.http.programs import PATH, counted


class Clock:
    def __init__(self) -> None:
        self.at = 1_700_000_000_000

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def offend(blocks: Blocks, address: str = "192.0.2.1") -> int:
    """Until when it is blocked then."""
    blocks.request(address)
    for _ in range(3):
        blocks.bad_code(address)
    with pytest.raises(AddressBlocked) as blocked:
        blocks.bad_code(address)
    return blocked.value.until


def test_each_block_is_longer_until_it_is_forgiven(clock):
    blocks = Blocks(3, 0, clock)
    times = []
    for _ in range(6):
        until = offend(blocks)
        times.append(until - clock.at)
        clock.at = until - 1
        with pytest.raises(AddressBlocked):
            blocks.request("192.0.2.1")
        clock.at = until

    assert times == [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, DAY, DAY]
    clock.at += DAY
    assert offend(blocks) == clock.at + MINUTE


def test_others_are_not_blocked(clock):
    blocks = Blocks(3, 0, clock)
    offend(blocks)

    blocks.request("192.0.2.2")


def test_a_flood_is_blocked(clock):
    blocks = Blocks(0, 100, clock)
    for _ in range(100):
        blocks.request("192.0.2.1")

    with pytest.raises(AddressBlocked):
        blocks.request("192.0.2.1")


def test_nobody_is_blocked_where_that_is_off(clock):
    blocks = Blocks(0, 0, clock)
    for _ in range(1000):
        blocks.request("192.0.2.1")
        blocks.bad_code("192.0.2.1")


def test_who_has_one_ipv6_address_has_many():
    assert network_of("2001:db8:1:2::3") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("192.0.2.1") == "192.0.2.1"


async def test_whoever_tries_codes_is_blocked_with_the_right_one_too(program):
    headers = {"X-Forwarded-For": "192.0.2.7"}
    tried = [
        await program.send(PATH, json=program.form(api=f"tb_live_{number}"), headers=headers)
        for number in range(21)
    ]

    right = await program.post()
    async with program.http.get("/api/v1/account", headers=program.bearer) as answer:
        status, retry = answer.status, int(answer.headers["Retry-After"])

    assert counted([reply["code"] for reply in tried]) == {-4: 20, -2: 1}
    assert right["code"] == -2
    assert "blocked until 20" in right["detail"]
    assert (status, 50 <= retry <= 61) == (429, True)
