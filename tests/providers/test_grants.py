"""OAuth credentials over the wire: one refresh for all who need it, before it is too late, and kept."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.credential_lines import read_lines
from bot.pool_keeper import PoolKeeper
from bot.providers.errors import ProviderError, UpstreamRefusesUs
from bot.providers.pool.call import Call
from bot.providers.pool.credential import Credential, Grant
from bot.providers.pool.grants import Grants
from bot.providers.pool.pool import Pool
from bot.storage import open_storage
from bot.upstreams import Upstreams
from tests.serving import serving


class Cloud:
    """Hands out access tokens, and takes only those that are valid."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.lasts = 3600.0
        self.broken = False
        self.valid: dict[str, float] = {}
        self.rotates = False
        self.calls = 0
        self.refused = 0

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.forms.append({name: str(value) for name, value in form.items()})
        await asyncio.sleep(0.05)
        if self.broken:
            return web.json_response({"error": "invalid_grant"}, status=400)
        text = f"access-{len(self.forms)}"
        self.valid[text] = time.monotonic() + self.lasts
        more = {"refresh_token": f"refresh-{len(self.forms)}"} if self.rotates else {}
        return web.json_response({"access_token": text, "expires_in": self.lasts, **more})

    async def chat(self, request: web.Request) -> web.Response:
        self.calls += 1
        text = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.valid.get(text, 0) < time.monotonic():
            self.refused += 1
            return web.json_response({}, status=401)
        return web.json_response({"ok": text})


@asynccontextmanager
async def served(cloud: Cloud) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/token", cloud.token)
    app.router.add_post("/v1/chat/completions", cloud.chat)
    async with serving(app) as address:
        yield address


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
async def url(cloud: Cloud) -> AsyncIterator[str]:
    async with served(cloud) as url:
        yield url


def credential(url: str, **given: str) -> Credential:
    given = {"client_secret": "s3cret", **given}
    return Credential(1, "cloud", url + "/v1", grant=Grant(url + "/token", "client-1", **given))


async def ask(pool: Pool) -> bytes:
    async with pool.send(Call("/chat/completions", b"{}", "m")) as reply:
        return await reply.read(1000)


async def test_many_at_one_time_need_one_refresh(cloud, url):
    async with Pool([credential(url, scope="all")], bearers=Grants()) as pool:
        answers = await asyncio.gather(*(ask(pool) for _ in range(50)))

    assert set(answers) == {b'{"ok": "access-1"}'}
    assert cloud.forms == [
        {
            "grant_type": "client_credentials",
            "client_id": "client-1",
            "client_secret": "s3cret",
            "scope": "all",
        }
    ]


async def test_a_refresh_token_is_used_and_its_successor_kept(cloud, url):
    cloud.rotates, cloud.lasts = True, 30
    kept: list[str] = []

    async def keep(credential: Credential, refresh_token: str) -> None:
        kept.append(refresh_token)

    async with Pool([credential(url, refresh_token="refresh-0")], bearers=Grants(keep)) as pool:
        await ask(pool)
        await ask(pool)

    assert [form["refresh_token"] for form in cloud.forms] == ["refresh-0", "refresh-1"]
    assert kept == ["refresh-1", "refresh-2"]


async def test_one_that_ends_within_the_minute_is_refreshed_before(cloud, url):
    ahead = 0.0
    grants = Grants(clock=lambda: time.monotonic() + ahead)

    async with Pool([credential(url)], bearers=grants) as pool:
        await ask(pool)
        ahead = 3600 - 61
        await ask(pool)
        assert len(cloud.forms) == 1
        ahead = 3600 - 59
        await ask(pool)

    assert len(cloud.forms) == 2


async def test_no_request_fails_while_it_ends_under_load(cloud, url, monkeypatch):
    monkeypatch.setattr("bot.providers.pool.grants.MARGIN_SECONDS", 0.6)
    cloud.lasts = 1.0

    async with Pool([credential(url)], bearers=Grants()) as pool:
        ends = time.monotonic() + 2
        answers = []
        while time.monotonic() < ends:
            answers += await asyncio.gather(*(ask(pool) for _ in range(10)))

    assert all(answer.startswith(b'{"ok"') for answer in answers)
    assert cloud.refused == 0
    assert 4 <= len(cloud.forms) <= 12


async def test_the_old_one_serves_while_no_new_one_can_be_got(cloud, url):
    ahead = 0.0
    grants = Grants(clock=lambda: time.monotonic() + ahead)

    async with Pool([credential(url)], bearers=grants, wait_seconds=0) as pool:
        await ask(pool)
        cloud.broken, ahead = True, 3600 - 30
        assert await ask(pool) == b'{"ok": "access-1"}'
        ahead = 3600 + 30
        with pytest.raises(UpstreamRefusesUs):
            await ask(pool)


async def test_one_that_was_revoked_early_is_replaced_at_once(cloud, url):
    ahead = 0.0
    grants = Grants(clock=lambda: time.monotonic() + ahead)

    async with Pool([credential(url)], bearers=grants) as pool:
        await ask(pool)
        cloud.valid.clear()
        ahead = 10
        assert await ask(pool) == b'{"ok": "access-2"}'

    assert not pool.states()[0].refused


async def test_a_token_server_that_refuses_is_not_asked_again_and_again(cloud, url):
    cloud.broken = True

    async with Pool([credential(url)], bearers=Grants(), wait_seconds=0) as pool:
        for _ in range(20):
            with pytest.raises(ProviderError):
                await ask(pool)

    assert len(cloud.forms) == 1
    assert cloud.calls == 0


async def test_a_new_refresh_token_survives_a_restart_encrypted(cloud, url, tmp_path):
    cloud.rotates = True
    line = f"oauth token_url={url}/token client_id=client-1 refresh_token=refresh-0"

    for expected in ("refresh-0", "refresh-1"):
        async with open_storage(tmp_path / "books.db") as storage:
            upstreams = Upstreams(storage, b"a key")
            await upstreams.add("cloud", url + "/v1", read_lines(line))
            grants = Grants()
            async with Pool(bearers=grants) as pool:
                keeper = PoolKeeper(pool, upstreams, grants)
                await keeper.reload()
                await keeper.refresh(forced=True)
                await ask(pool)
        assert cloud.forms[-1]["refresh_token"] == expected

    assert not any(b"refresh-" in file.read_bytes() for file in tmp_path.glob("books.db*"))


async def test_the_keeper_refreshes_ahead_so_that_no_request_waits(cloud, url, tmp_path):
    ahead = 0.0
    grants = Grants(clock=lambda: time.monotonic() + ahead)
    async with (
        open_storage(tmp_path / "books.db") as storage,
        Pool([credential(url)], bearers=grants) as pool,
    ):
        keeper = PoolKeeper(pool, Upstreams(storage, b"a key"), grants)
        await keeper.refresh()
        assert len(cloud.forms) == 1
        ahead = 3600 - 200
        await keeper.refresh()

    assert len(cloud.forms) == 2
