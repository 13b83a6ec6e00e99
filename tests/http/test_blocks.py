"""Addresses that try codes or flood are blocked, each time for longer."""

import pytest

from bot.blocks import CONTENT, Blocked, Blocks, Rates, TooFast, active, network_of
from bot.clock import DAY, HOUR, MINUTE, now
from bot.storage import open_storage
from tests.http.programs import PATH, counted


class Clock:
    def __init__(self) -> None:
        self.at = 1_700_000_000_000

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def storage(tmp_path):
    async with open_storage(tmp_path / "books.db") as storage:
        yield storage


async def offend(blocks: Blocks, address: str = "192.0.2.1") -> int:
    """Until when it is blocked then."""
    await blocks.request(address)
    for _ in range(3):
        await blocks.bad_code(address)
    with pytest.raises(Blocked) as blocked:
        await blocks.bad_code(address)
    return blocked.value.until


async def test_each_block_is_longer_until_it_is_forgiven(storage, clock):
    blocks = Blocks(storage, Rates(3, 0), clock)
    times = []
    for _ in range(6):
        until = await offend(blocks)
        times.append(until - clock.at)
        clock.at = until - 1
        with pytest.raises(Blocked):
            await blocks.request("192.0.2.1")
        clock.at = until

    assert times == [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, DAY, DAY]
    clock.at += DAY
    assert await offend(blocks) == clock.at + MINUTE


async def test_a_restart_forgives_nothing(storage, clock):
    until = await offend(Blocks(storage, Rates(3, 0), clock))

    blocks = Blocks(storage, Rates(3, 0), clock)
    await blocks.load()

    with pytest.raises(Blocked) as blocked:
        await blocks.request("192.0.2.1")
    assert blocked.value.until == until
    clock.at = until
    assert await offend(blocks) == clock.at + 5 * MINUTE


async def test_a_block_that_is_lifted_is_over_and_forgotten(storage, clock):
    blocks = Blocks(storage, Rates(3, 0), clock)
    await offend(blocks)
    [row] = await storage.write(active, clock.at)
    assert (row.subject, row.why, row.times) == ("192.0.2.1", "wrong codes", 1)

    assert await blocks.lift(row.id)
    assert not await blocks.lift(row.id)

    assert await storage.write(active, clock.at) == []
    assert await offend(blocks) == clock.at + MINUTE


async def test_others_are_not_blocked(storage, clock):
    blocks = Blocks(storage, Rates(3, 0), clock)
    await offend(blocks)

    await blocks.request("192.0.2.2")


async def test_a_flood_is_blocked(storage, clock):
    blocks = Blocks(storage, Rates(0, 100), clock)
    for _ in range(100):
        await blocks.request("192.0.2.1")

    with pytest.raises(Blocked):
        await blocks.request("192.0.2.1")


async def test_a_code_that_is_too_fast_is_refused_and_then_blocked(storage, clock):
    blocks = Blocks(storage, Rates(0, 0, code_requests=10), clock)
    for _ in range(10):
        await blocks.code_request(7)
    for _ in range(300):
        with pytest.raises(TooFast):
            await blocks.code_request(7)

    for _ in range(2):
        with pytest.raises(Blocked) as blocked:
            await blocks.code_request(7)
    assert (blocked.value.what, blocked.value.until) == ("code", clock.at + MINUTE)
    await blocks.code_request(8)


async def test_nobody_is_blocked_where_that_is_off(storage, clock):
    blocks = Blocks(storage, Rates(0, 0), clock)
    for _ in range(1000):
        await blocks.request("192.0.2.1")
        await blocks.bad_code("192.0.2.1")
        await blocks.code_request(1)


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


async def test_a_code_whose_requests_are_refused_again_and_again_is_blocked(program, app, upstream, receiver):
    most = app.settings.api_content_refusals
    upstream.will("content-refusal", times=most)
    for _ in range(most):
        assert (await receiver.answer((await program.post())["id"]))["code"] == -8
    assert (await program.post())["code"] == 100

    await app.sweeps["blocks"][1]()

    refused = await program.post()
    assert refused["code"] == -2
    assert "This code is blocked until 20" in refused["detail"]
    [row] = await app.storage.write(active, now())
    assert (row.subject, row.why) == ("code:1", CONTENT)
    await app.sweeps["blocks"][1]()
    assert [row.times for row in await app.storage.write(active, now())] == [1]
