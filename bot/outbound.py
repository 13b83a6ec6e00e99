"""Requests to addresses that customers give: the one way out, guarded at the socket.

A guard that looks at names or at what a resolver says can be walked around: an address that is written as
a number is never resolved, and a name may lead somewhere else a second later. So the last gate is where the
socket is made, for the very address that is about to be connected to. Which addresses are public is decided
by lists (the IPv4 list is that of Microsoft's AntiSSRF, the IPv6 one what IANA gives out as global unicast
less its special blocks).
"""

import asyncio
import ipaddress
import socket
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

PORTS = frozenset({80, 443, 8080, 8443})
URL_MOST = 2_000
CONNECTIONS = 32
PER_HOST = 2
CONNECT_SECONDS = 5.0
RESOLVE_SECONDS = 3.0
LOOKED_UP = 4_096
"""Names whose addresses are remembered for a while, so that a busy caller's is not resolved each time."""
REMEMBERED_SECONDS = 30.0

PRIVATE_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
PRIVATE_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)

AddrInfo = tuple[Any, ...]
"""family, type, protocol, canonical name, socket address: what is really connected to."""


class Blocked(OSError):
    """The guard does not let this through. The sentence names no address that the caller did not."""


class Place(NamedTuple):
    """A host as it is written, and a port."""

    host: str
    port: int


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet. Mapped and translated ones never do."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in PUBLIC_V6 and not any(ip in network for network in PRIVATE_V6)
    return not any(ip in network for network in PRIVATE_V4)


def read_place(written: str) -> Place:
    """`host:port` as in OUTBOUND_ALLOW; an IPv6 address in brackets. Raises ValueError."""
    host, colon, port = written.rpartition(":")
    host = host.removeprefix("[").removesuffix("]").lower()
    if not colon or not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"{written!r} is not host:port, as 127.0.0.1:9000 or localhost:9000")
    return Place(host, int(port))


class Guard:
    """Decides for each address that is about to be connected to."""

    def __init__(self, allow: Iterable[Place] = (), ports: Collection[int] = PORTS) -> None:
        self._names = frozenset(allow)
        self._allowed = set(self._names)
        self._ports = frozenset(ports)

    def check(self, address: str, port: int) -> None:
        """Raise Blocked, or let it pass."""
        if Place(address, port) in self._allowed:
            return
        if not is_public(address):
            raise Blocked(1, "it is not a public address")
        if port not in self._ports:
            raise Blocked(1, f"port {port} is not one of {', '.join(map(str, sorted(self._ports)))}")

    def resolved(self, host: str, port: int, addresses: Iterable[str]) -> None:
        """A name of OUTBOUND_ALLOW stands for its addresses."""
        if Place(host.lower(), port) in self._names:
            self._allowed.update(Place(address, port) for address in addresses)

    def socket(self, info: AddrInfo) -> socket.socket:
        """A socket for exactly this address: aiohttp's socket_factory."""
        family, kind, protocol, _, address = info
        self.check(address[0], address[1])
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made


class _Resolver(ThreadedResolver):
    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        self._guard.resolved(host, port, [one["host"] for one in found])
        return found


def read_url(written: str) -> URL:
    """An address that may be tried, without having looked where it leads. Raises Blocked."""
    try:
        url = URL(written)
        host = url.host
    except ValueError:
        raise Blocked(1, "it is not an http or https address") from None
    if len(written) > URL_MOST:
        raise Blocked(1, f"it is longer than {URL_MOST} characters")
    if url.scheme not in ("http", "https") or not host or not written.isprintable():
        raise Blocked(1, "it is not an http or https address")
    if url.user is not None or url.password is not None:
        raise Blocked(1, "it must not carry a user name or password")
    return url


class Outbound:
    """`session` for guarded requests; `check` to refuse an address before anything depends on it."""

    def __init__(self, guard: Guard, session: aiohttp.ClientSession, resolver: ThreadedResolver) -> None:
        self.session = session
        self._guard = guard
        self._resolver = resolver
        self._looked_up: OrderedDict[Place, tuple[float, Blocked | None]] = OrderedDict()

    async def check(self, written: str) -> URL:
        """The address, if each IP address that its name has today may be connected to. Raises Blocked.

        Only a courtesy to the caller: what is connected to later is looked at again, at the socket.
        """
        url = read_url(written)
        place = Place(url.host or "", url.port or 0)
        now = asyncio.get_running_loop().time()
        known = self._looked_up.get(place)
        if known is None or known[0] < now:
            known = (now + REMEMBERED_SECONDS, await self._look_up(place))
            self._looked_up[place] = known
            if len(self._looked_up) > LOOKED_UP:
                self._looked_up.popitem(last=False)
        if known[1] is not None:
            raise Blocked(*known[1].args)  # raised again it would keep the frames of each time before
        return url

    async def _look_up(self, place: Place) -> Blocked | None:
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                found = await self._resolver.resolve(place.host, place.port)
            for one in found:
                self._guard.check(one["host"], place.port)
        except Blocked as blocked:
            return blocked
        except TimeoutError:
            return None  # our resolver's trouble, not the caller's mistake: it is looked at when it is tried
        except (OSError, ValueError):
            return Blocked(1, "its host is not known")
        return None


@asynccontextmanager
async def open_outbound(
    allow: Iterable[Place] = (),
    ports: Collection[int] = PORTS,
    resolver: Callable[[Guard], ThreadedResolver] = _Resolver,
) -> AsyncIterator[Outbound]:
    """No proxy of the environment, no cookies, no kept connections, nothing decompressed.

    Redirects are not followed if each request says `allow_redirects=False`; were one followed, its address
    would meet the same gate.
    """
    guard = Guard(allow, ports)
    names = resolver(guard)
    connector = aiohttp.TCPConnector(
        socket_factory=guard.socket, resolver=names, use_dns_cache=False, force_close=True,
        limit=CONNECTIONS, limit_per_host=PER_HOST,
    )  # fmt: skip
    timeout = aiohttp.ClientTimeout(total=20, connect=CONNECT_SECONDS, sock_read=15)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, trust_env=False, cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False, max_line_size=4096, max_field_size=4096,
    ) as session:  # fmt: skip
        yield Outbound(guard, session, names)


@asynccontextmanager
async def open_unguarded() -> AsyncIterator[aiohttp.ClientSession]:
    """For the operator's own upstreams, and nobody else's addresses."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS), trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False,
    ) as session:  # fmt: skip
        yield session


async def read_at_most(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The body's first `most` bytes; what is beyond is never taken."""
    body = b""
    while len(body) < most and (chunk := await response.content.read(most - len(body))):
        body += chunk
    return body
