"""Addresses that are blocked for a time: they tried codes that are none, or flooded. Each time for longer.

In memory: a restart forgives. The address is the socket's, never a header's, which anybody may write.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import structlog
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from billing.errors import Refusal
from bot.clock import DAY, HOUR, MINUTE, now

log = structlog.get_logger()

TIMES = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, DAY)
FORGIVEN = DAY
"""After so long without another offence the times begin anew."""
REMEMBERED = 10_000


class AddressBlocked(Refusal):
    """Until when, in milliseconds since 1970."""

    def __init__(self, until: int) -> None:
        super().__init__("this address is blocked for a time")
        self.until = until


class _Block(NamedTuple):
    times: int
    until: int


class Blocks:
    def __init__(
        self, bad_codes_per_minute: int, requests_per_minute: int, clock: Callable[[], int] = now
    ) -> None:
        """0 of either: it is not looked at, as behind a proxy, where all have one address."""
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._bad_codes = _per_minute(bad_codes_per_minute)
        self._requests = _per_minute(requests_per_minute)
        self._clock = clock
        self._blocks: OrderedDict[str, _Block] = OrderedDict()

    def request(self, address: str) -> None:
        """Note a request. Raises AddressBlocked."""
        network = network_of(address)
        block = self._blocks.get(network)
        if block and block.until > self._clock():
            raise AddressBlocked(block.until)
        self._count(self._requests, "request", network)

    def bad_code(self, address: str) -> None:
        """Note that it came with a code that is none. Raises AddressBlocked where that was once too often."""
        self._count(self._bad_codes, "code", network_of(address))

    def _count(self, item: RateLimitItemPerMinute | None, what: str, network: str) -> None:
        if item is None or self._limiter.hit(item, what, network):
            return
        self._limiter.clear(item, what, network)
        raise AddressBlocked(self._block(network, what))

    def _block(self, network: str, what: str) -> int:
        at = self._clock()
        before = self._blocks.pop(network, None)
        times = before.times + 1 if before and before.until + FORGIVEN > at else 1
        until = at + TIMES[min(times, len(TIMES)) - 1]
        self._blocks[network] = _Block(times, until)
        if len(self._blocks) > REMEMBERED:
            self._blocks.popitem(last=False)
        log.warning("address blocked", address=network, too_many=what, seconds=(until - at) // 1000)
        return until


def _per_minute(most: int) -> RateLimitItemPerMinute | None:
    return RateLimitItemPerMinute(most) if most else None


def network_of(address: str) -> str:
    """Whoever has one IPv6 address has the whole /64."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
