"""Who is blocked for a time: addresses that tried codes or flooded, codes that flooded, and codes and
customers whose requests the content rules refused again and again. Each time for longer, until a day has
passed without offence.

What is blocked is looked at in memory and kept in the books, so that a restart forgives nothing. An address
is the socket's, or what a proxy of ours (TRUSTED_PROXIES) says, never a header that anybody may write.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import structlog
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from billing import Connection, Row
from billing.errors import Refusal
from bot.clock import DAY, HOUR, MINUTE, now
from bot.storage import Storage

log = structlog.get_logger()

TIMES = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, DAY)
FORGIVEN = DAY
"""After so long without another offence the times begin anew."""
REMEMBERED = 10_000
STUBBORN = 300
"""So many requests in a minute with a code that is told it is too fast: it is blocked."""

BAD_CODES, FLOOD, CONTENT = "wrong codes", "too many requests", "refused content"


class Blocked(Refusal):
    """Until when, in milliseconds since 1970; `what` is blocked: the address, the code or the customer."""

    def __init__(self, until: int, what: str) -> None:
        super().__init__(f"this {what} is blocked for a time")
        self.until = until
        self.what = what


class TooFast(Refusal):
    """More than `most` requests a minute with one code; `seconds` until it may make more."""

    def __init__(self, most: int, seconds: float) -> None:
        super().__init__(f"more than {most} requests a minute")
        self.most = most
        self.seconds = seconds


class Rates(NamedTuple):
    """What may be done in a minute, and how many refusals an hour. 0: it is not looked at."""

    bad_codes: int
    requests: int
    """Of one address; 0 behind a proxy that is not named as ours, where all have one."""
    code_requests: int = 0
    content_refusals: int = 0


class Room(NamedTuple):
    most: int
    left: int
    seconds: float
    """Until all are free again."""


class Minutes:
    """Requests of each code in its present minute, which begins with the first: looked at for every request,
    so it is the plainest thing that can count."""

    def __init__(self, most: int) -> None:
        """0: any number."""
        self._most = most
        self._ends: dict[int, float] = {}
        self._counts: dict[int, int] = {}

    def hit(self, code: int) -> bool:
        """False where that was one too many."""
        if not self._most:
            return True
        at = time.monotonic()
        if self._ends.get(code, 0.0) <= at:
            self._forget(at)
            self._ends[code] = at + 60
            self._counts[code] = 0
        if self._counts[code] >= self._most:
            return False
        self._counts[code] += 1
        return True

    def room(self, code: int) -> Room:
        seconds = self._ends.get(code, 0.0) - time.monotonic()
        left = self._most - self._counts[code] if seconds > 0 else self._most
        return Room(self._most, left, max(0.0, seconds))

    def _forget(self, at: float) -> None:
        if len(self._ends) > REMEMBERED:
            for code in [code for code, end in self._ends.items() if end <= at]:
                del self._ends[code], self._counts[code]


class _Block(NamedTuple):
    times: int
    until: int


class Blocks:
    def __init__(self, storage: Storage, rates: Rates, clock: Callable[[], int] = now) -> None:
        self._storage = storage
        self._rates = rates
        self._clock = clock
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._bad_codes, self._requests, self._stubborn = map(
            _per_minute, (rates.bad_codes, rates.requests, STUBBORN)
        )
        self._minutes = Minutes(rates.code_requests)
        self._blocks: OrderedDict[str, _Block] = OrderedDict()

    async def load(self) -> None:
        """What the last run of the program knew."""
        rows = await self._storage.fetch(
            "SELECT subject, times, until FROM block WHERE until > :at ORDER BY until DESC LIMIT :most",
            at=self._clock() - FORGIVEN, most=REMEMBERED,
        )  # fmt: skip
        for row in reversed(rows):
            self._blocks[row.subject] = _Block(row.times, row.until)

    async def request(self, address: str) -> None:
        """Note a request from this address. Raises Blocked."""
        network = network_of(address)
        self._look(network)
        await self._count(self._requests, network, FLOOD)

    async def bad_code(self, address: str) -> None:
        """Note that it came with a code that is none. Raises Blocked where that was once too often."""
        await self._count(self._bad_codes, network_of(address), BAD_CODES)

    async def code_request(self, code: int) -> None:
        """Note a request with this code. Raises TooFast, and Blocked where that did not help."""
        subject = f"code:{code}"
        self._look(subject)
        if not self._minutes.hit(code):
            await self._count(self._stubborn, subject, "too fast")
            raise TooFast(self._rates.code_requests, self._minutes.room(code).seconds)

    def room(self, code: int) -> Room | None:
        """How many requests it may still make in this minute; None: any number."""
        return self._minutes.room(code) if self._rates.code_requests else None

    def chat_request(self, customer: int) -> None:
        """Look whether they may ask in chat. Raises Blocked."""
        self._look(f"customer:{customer}")

    async def look_at_content(self) -> None:
        """Block the codes, and in chat the customers, whose requests were refused too often in the last hour:
        whichever door, and whoever refused."""
        if not self._rates.content_refusals:
            return
        rows = await self._storage.fetch(
            _REFUSED, since=self._clock() - HOUR, most=self._rates.content_refusals
        )
        for row in rows:
            await self._block(row.subject, CONTENT)

    async def lift(self, number: int) -> bool:
        """End a block, and forget how often there was one. False where there is none."""
        subject = await self._storage.write(lift, number, self._clock())
        if subject is not None:
            self._blocks.pop(subject, None)
        return subject is not None

    def _look(self, subject: str) -> None:
        block = self._blocks.get(subject)
        if block and block.until > self._clock():
            raise Blocked(block.until, _what(subject))

    async def _count(self, item: RateLimitItemPerMinute | None, subject: str, why: str) -> None:
        if item is None or self._limiter.hit(item, why, subject):
            return
        self._limiter.clear(item, why, subject)
        raise Blocked(await self._block(subject, why), _what(subject))

    async def _block(self, subject: str, why: str) -> int:
        at = self._clock()
        before = self._blocks.pop(subject, None)
        times = before.times + 1 if before and before.until + FORGIVEN > at else 1
        until = at + TIMES[min(times, len(TIMES)) - 1]
        self._blocks[subject] = _Block(times, until)
        if len(self._blocks) > REMEMBERED:
            self._blocks.popitem(last=False)
        log.warning("blocked", subject=subject, why=why, seconds=(until - at) // 1000)
        await self._storage.write(_keep, subject, why, times, at, until)
        return until


def _per_minute(most: int) -> RateLimitItemPerMinute | None:
    return RateLimitItemPerMinute(most) if most else None


def _what(subject: str) -> str:
    kind, _, number = subject.partition(":")
    return kind if kind in ("code", "customer") and number.isdecimal() else "address"


@lru_cache(10_000)
def network_of(address: str) -> str:
    """Whoever has one IPv6 address has the whole /64."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


_REFUSED = (
    "SELECT asked.subject FROM (SELECT at, coalesce('code:' || code, 'customer:' || customer) AS subject"
    "   FROM flagged WHERE refused = 1 AND at > :since) AS asked"
    " LEFT JOIN block ON block.subject = asked.subject WHERE asked.at > coalesce(block.at, 0)"
    " GROUP BY asked.subject HAVING count(*) >= :most"
)


def _keep(conn: Connection, subject: str, why: str, times: int, at: int, until: int) -> None:
    conn.run(
        "INSERT INTO block (subject, why, times, at, until) VALUES (:subject, :why, :times, :at, :until)"
        " ON CONFLICT (subject) DO UPDATE SET why = :why, times = :times, at = :at, until = :until",
        subject=subject, why=why, times=times, at=at, until=until,
    )  # fmt: skip


def active(conn: Connection, at: int) -> list[Row]:
    """Who is blocked now, the latest first; at most 50."""
    return conn.all("SELECT * FROM block WHERE until > :at ORDER BY at DESC, id DESC LIMIT 50", at=at)


def lift(conn: Connection, number: int, at: int) -> str | None:
    """Who it was; None: nobody is blocked under this number. The row stays: what led to it is punished."""
    row = conn.one(
        "UPDATE block SET until = :at, times = 0, at = :at WHERE id = :id AND until > :at RETURNING subject",
        id=number, at=at,
    )  # fmt: skip
    return row and str(row.subject)


def forget(conn: Connection, before: int) -> None:
    conn.run("DELETE FROM block WHERE until < :before", before=before)
