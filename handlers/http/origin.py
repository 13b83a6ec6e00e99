"""Where a request comes from: the socket's address, or what a proxy of ours says about it.

Anybody may write X-Forwarded-For, so it is read from its end, one hop for each proxy of ours: what the last
one has written, the address that it was called from, is the first that is none of ours.
"""

import ipaddress
from collections.abc import Sequence

from aiohttp import web

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

PROXIES: web.AppKey[tuple[Network, ...]] = web.AppKey("proxies", tuple)
"""Networks of our own proxies."""
HOPS_MOST = 20


def client_address(request: web.Request) -> str:
    """An IP address as text; "" where there is none, as with a Unix socket."""
    given = request.remote or ""
    proxies = request.app[PROXIES]
    if not proxies:
        return given
    address = read_address(given)
    for hop in _hops(request):
        before = read_address(hop)
        if address is None or before is None or not within(address, proxies):
            break
        address = before
    return given if address is None else str(address)


def within(address: Address | str | None, networks: Sequence[Network]) -> bool:
    ip = read_address(address) if isinstance(address, str) else address
    return ip is not None and any(ip in network for network in networks)


def read_address(written: str) -> Address | None:
    """Some proxies add the port, IPv6 then in brackets; an IPv4 address in IPv6 clothes is one."""
    host = written.strip().partition("%")[0]
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return None
    return ip.ipv4_mapped or ip if isinstance(ip, ipaddress.IPv6Address) else ip


def _hops(request: web.Request) -> list[str]:
    """The nearest first."""
    header = ",".join(request.headers.getall("X-Forwarded-For", []))
    return header.split(",")[: -HOPS_MOST - 1 : -1] if header else []
