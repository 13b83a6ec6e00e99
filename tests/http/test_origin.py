"""Who calls, behind proxies of ours and past them."""

from ipaddress import ip_network

import aiohttp
import pytest
from aiohttp import web

from handlers.http.app import serve
from handlers.http.origin import PROXIES, client_address
from tests.world import ADA, hosted

OURS = (ip_network("127.0.0.0/8"), ip_network("10.1.0.0/16"), ip_network("fd00::/8"))


async def seen(proxies, *headers: str) -> str:
    """Whom a door takes a caller from 127.0.0.1 for."""

    async def echo(request: web.Request) -> web.Response:
        return web.Response(text=client_address(request))

    app = web.Application()
    app[PROXIES] = proxies
    app.router.add_get("/", echo)
    given = [("X-Forwarded-For", value) for value in headers]
    async with serve(app, "127.0.0.1", 0) as port, aiohttp.ClientSession() as http:
        async with http.get(f"http://127.0.0.1:{port}/", headers=given) as answer:
            return await answer.text()


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ((), "127.0.0.1"),
        (("9.9.9.9",), "9.9.9.9"),
        (("8.8.8.8, 9.9.9.9",), "9.9.9.9"),  # the first was written by whoever calls
        (("10.1.0.1, 9.9.9.9",), "9.9.9.9"),  # so may be one that looks like ours
        (("9.9.9.9, 10.1.0.1",), "9.9.9.9"),
        (("8.8.8.8, 9.9.9.9, 10.1.0.1, 127.0.0.9",), "9.9.9.9"),
        (("10.1.0.1, 10.1.0.2",), "10.1.0.1"),
        (("8.8.8.8", "9.9.9.9"), "9.9.9.9"),  # several headers are one list
        (("9.9.9.9:4711",), "9.9.9.9"),
        (("[2a00:1::7]:4711",), "2a00:1::7"),
        (("2a00:1::7, fd00::1",), "2a00:1::7"),
        (("::ffff:9.9.9.9",), "9.9.9.9"),
        (("9.9.9.9, unknown",), "127.0.0.1"),
        (("9.9.9.9, ",), "127.0.0.1"),
        (("127.0.0.1\t",), "127.0.0.1"),
        (("8.8.8.8," + "127.0.0.1," * 200 + "127.0.0.1",), "127.0.0.1"),
        (("x" * 5_000,), "127.0.0.1"),
    ],
)
async def test_the_nearest_address_that_is_no_proxy_of_ours_calls(headers, address):
    assert await seen(OURS, *headers) == address


@pytest.mark.parametrize("proxies", [(), (ip_network("10.0.0.0/8"),)])
async def test_nobody_else_says_who_calls(proxies):
    assert await seen(proxies, "9.9.9.9") == "127.0.0.1"


@pytest.mark.parametrize("path", ["/v1/models", "/api/v1/account"])
async def test_a_code_that_is_bound_to_a_network_looks_through_our_proxy(settings, path):
    behind = settings.model_copy(update={"trusted_proxies": OURS})
    async with hosted(behind) as app, aiohttp.ClientSession() as http:
        code = await app.operator.issue(ADA, "bound")
        await app.storage.write(lambda conn: conn.run("UPDATE api_code SET networks = '[\"9.9.0.0/16\"]'"))

        async def status(header: str) -> int:
            headers = {"Authorization": f"Bearer {code}", "X-Forwarded-For": header}
            async with http.get(app.address + path, headers=headers) as answer:
                return answer.status

        assert await status("9.9.1.2") == 200
        assert await status("9.9.1.2, 7.7.7.7") == 401
        assert await status("127.0.0.1, 10.1.1.1") == 401


async def test_each_address_behind_our_proxy_is_blocked_for_itself(settings):
    behind = settings.model_copy(update={"trusted_proxies": OURS, "api_bad_codes": 2})
    async with hosted(behind) as app, aiohttp.ClientSession() as http:

        async def status(address: str) -> int:
            headers = {"Authorization": "Bearer tb_live_no", "X-Forwarded-For": address}
            async with http.get(app.address + "/v1/models", headers=headers) as answer:
                return answer.status

        assert [await status("9.9.9.9") for _ in range(4)][-1] == 429
        assert await status("9.9.9.8") == 401
