"""The outbound guard: 0 connects to what is not public, and a guard in the wrong place that must fail."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.resolver import ThreadedResolver

from bot.outbound import Blocked, Guard, Place, open_outbound, read_at_most, read_place, read_url
from bot.settings import SettingsError, load_settings
from tests.serving import serving

PRIVATE = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 169.254.169.254
    169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1
    198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    168.63.129.16
    :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:100.64.0.1 ::ffff:0.0.0.0
    ::127.0.0.1 ::10.0.0.1 64:ff9b::127.0.0.1 64:ff9b::169.254.169.254 64:ff9b::a00:1 64:ff9b:1::1
    64:ff9b:1::a9fe:a9fe 100::1 2001::1 2001:0:4136:e378:8000:63bf:80ff:fffe 2001:2::1 2001:db8::1
    2001:10::1 2001:20::1 2002:7f00:1:: 2002:a00:1:: 2002:a9fe:a9fe:: 3fff::1 5f00::1 fc00::1 fd00:ec2::254
    fd20:ce::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ::ffff:0:127.0.0.1 ::ffff:8.8.8.8
""".split()  # noqa: SIM905
PUBLIC = """
    1.1.1.1 8.8.8.8 93.184.216.34 149.154.167.220 185.199.108.153 2606:4700:4700::1111
    2a00:1450:4001:830::200e
""".split()  # noqa: SIM905
ODD_URLS = [
    "http://2130706433:{port}/", "http://0x7f.1:{port}/", "http://0177.0.0.1:{port}/", "http://127.1:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/", "http://localhost:{port}/", "http://LOCALHOST:{port}/",
    "http://127.0.0.1.:{port}/", "http://[::1]:{port}/", "http://①②⑦.⓪.⓪.①:{port}/", "http://0:{port}/",
    "http://127。0。0。1:{port}/",
]  # fmt: skip
"""Ways to write this machine."""
NO_URLS = [
    "", "callback", "/callback", "//a.example/", "ftp://a.example/", "file:///etc/passwd", "gopher://a.example/",
    "javascript:alert(1)", "http://", "http:///a", "https://user@a.example/", "https://user:word@a.example/",
    "http://a.example:99999/", "http://a.example:port/", "http://a.example/\n", "http://a.example\r\nX: y/",
    "http://[::1/", "unix:/run/docker.sock", "data:text/plain,hello", "http://a.example/" + "x" * 2000,
]  # fmt: skip


def address_info(address: str, port: int):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)


@asynccontextmanager
async def listener() -> AsyncIterator[tuple[int, list[str]]]:
    """A server on this machine; its port, and the paths that were asked for."""
    heard: list[str] = []

    async def hear(request: web.Request) -> web.StreamResponse:
        heard.append(request.path)
        if request.path == "/redirect":
            raise web.HTTPFound("/elsewhere")
        if request.path == "/endless":
            answer = web.StreamResponse()
            await answer.prepare(request)
            for _ in range(100_000):
                await answer.write(b"x" * 65_536)
            return answer
        return web.Response(text="heard")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", hear)
    async with serving(app, handler_cancellation=True, shutdown_timeout=0.1) as address:
        yield int(address.rpartition(":")[2]), heard


@pytest.mark.parametrize("address", PRIVATE)
def test_no_socket_is_made_for_what_is_not_public(address):
    with pytest.raises(Blocked, match="not a public address"):
        Guard().socket(address_info(address, 443))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_get_their_socket(address):
    Guard().socket(address_info(address, 443)).close()


@pytest.mark.parametrize("port", [22, 25, 6379, 8081, 11434])
def test_other_ports_are_refused(port):
    with pytest.raises(Blocked, match=f"port {port}"):
        Guard().socket(address_info("1.1.1.1", port))


@pytest.mark.parametrize("written", ODD_URLS)
async def test_however_this_machine_is_written_it_is_not_connected_to(written):
    async with listener() as (port, heard):
        url = written.format(port=port)
        async with open_outbound(ports={port}) as outbound:
            with pytest.raises((OSError, aiohttp.ClientError, ValueError)):
                await outbound.session.get(url, allow_redirects=False)
            with pytest.raises(Blocked):
                await outbound.check(url)

    assert heard == []


@pytest.mark.parametrize("written", NO_URLS)
async def test_what_is_no_web_address_is_refused(written):
    with pytest.raises(Blocked):
        read_url(written)


class _Says(ThreadedResolver):
    """A name server that says one thing first and another after."""

    def __init__(self, *answers: str) -> None:
        super().__init__()
        self._answers = list(answers)

    async def resolve(self, host, port=0, family=socket.AF_INET):
        said = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [
            {"hostname": host, "host": said, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}
        ]


async def test_a_name_that_leads_elsewhere_after_the_check_is_not_connected_to():
    async with listener() as (port, heard):
        async with open_outbound(ports={port}, resolver=lambda guard: _Says("1.1.1.1", "127.0.0.1")) as out:
            url = await out.check(f"http://rebinding.example:{port}/")
            with pytest.raises(aiohttp.ClientConnectorError, match="not a public address"):
                await out.session.get(url, allow_redirects=False)

    assert heard == []


async def test_a_guard_in_the_resolver_alone_lets_numbers_through():
    """The control: were the gate there, this machine would be reached."""

    class Guarded(ThreadedResolver):
        async def resolve(self, host, port=0, family=socket.AF_INET):
            found = await super().resolve(host, port, family)
            for one in found:
                Guard().check(one["host"], 443)
            return found

    async with listener() as (port, heard):
        connector = aiohttp.TCPConnector(resolver=Guarded(), use_dns_cache=False)
        async with aiohttp.ClientSession(connector=connector) as session:
            with pytest.raises((OSError, aiohttp.ClientError)):
                await session.get(f"http://localhost:{port}/named")
            async with session.get(f"http://127.0.0.1:{port}/walked-around"):
                pass

    assert heard == ["/walked-around"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_what_the_operator_allows_is_reached(host):
    async with listener() as (port, heard):
        async with open_outbound([Place(host, port)]) as outbound:
            url = await outbound.check(f"http://{host}:{port}/callback")
            async with outbound.session.post(url, allow_redirects=False) as answer:
                assert answer.status == 200

            for other in ("127.0.0.2", "[::1]"):
                with pytest.raises(Blocked):
                    await outbound.check(f"http://{other}:{port}/")
            with pytest.raises(Blocked):
                await outbound.check(f"http://{host}:{port + 1}/")

    assert heard == ["/callback"]


async def test_redirects_are_not_followed_and_no_proxy_is_used(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with listener() as (port, heard):
        async with open_outbound([Place("127.0.0.1", port)]) as outbound:
            url = f"http://127.0.0.1:{port}/redirect"
            async with outbound.session.get(url, allow_redirects=False) as answer:
                assert answer.status == 302

    assert heard == ["/redirect"]


async def test_an_endless_body_is_read_up_to_its_bound():
    async with listener() as (port, _):
        async with open_outbound([Place("127.0.0.1", port)]) as outbound:
            url = f"http://127.0.0.1:{port}/endless"
            async with asyncio.timeout(5):
                async with outbound.session.get(url, allow_redirects=False) as answer:
                    assert len(await read_at_most(answer, 100_000)) == 100_000


async def test_an_unknown_host_is_refused_and_said_so():
    async with open_outbound() as outbound:
        with pytest.raises(Blocked, match="host is not known"):
            await outbound.check("https://nowhere.invalid/")


@pytest.mark.parametrize(
    ("written", "place"),
    [("127.0.0.1:9000", ("127.0.0.1", 9000)), ("[::1]:80", ("::1", 80)), ("Box.Local:1", ("box.local", 1))],
)
def test_an_allowed_place_is_a_host_and_a_port(written, place):
    assert read_place(written) == place


@pytest.mark.parametrize("written", ["127.0.0.1", ":80", "a:", "a:0", "a:70000", "a:http"])
def test_a_mistake_in_the_setting_is_answered_with_a_sentence(written):
    with pytest.raises(SettingsError, match="OUTBOUND_ALLOW: .* is not host:port"):
        load_settings(_env_file=None, outbound_allow=written)


def test_the_setting_takes_several_places():
    settings = load_settings(_env_file=None, outbound_allow="127.0.0.1:9000, localhost:80")

    assert settings.outbound_allow == (Place("127.0.0.1", 9000), Place("localhost", 80))
