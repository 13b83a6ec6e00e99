"""The hold before, the charge after: the same lines for every request of the gateway, whatever it asks."""

import asyncio

import structlog

from billing import Connection
from billing.ledger import MILLI
from billing.model_prices import Units
from bot import relays
from bot.clock import now
from bot.insisting import insist
from bot.relays import Also, Begun, Ended, NewRelay, State
from bot.storage import Storage, StorageError
from handlers.http.gateway.asking import Given
from handlers.http.gateway.kinds import Quote

log = structlog.get_logger()


class Late:
    """Ends that could not be written: the disk was full, or too much waited. They are tried again."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._ends: asyncio.Queue[tuple[int, Ended, list[Also]]] = asyncio.Queue()

    def add(self, relay: int, ended: Ended, also: list[Also]) -> None:
        self._ends.put_nowait((relay, ended, also))

    async def run(self) -> None:
        """Until cancelled; what is left then is given back by the next start."""
        while True:
            relay, ended, also = await self._ends.get()
            try:
                await insist(self._storage, _end_late, relay, ended, also)
            except Exception:  # it never will be: the others are not to wait for it
                log.exception("an end can't be written", relay=relay)
            finally:
                self._ends.task_done()

    async def written(self) -> None:
        """Wait until there are none."""
        await self._ends.join()


def _end_late(conn: Connection, relay: int, ended: Ended, also: list[Also]) -> None:
    """It may have been written all the same."""
    if conn.one("SELECT id FROM relay WHERE id = :id AND state = 'running'", id=relay) is not None:
        relays.end(conn, relay, ended, now(), also)


class Meter:
    """One request's money. `end` happens once; what has not ended when it is left is given back."""

    def __init__(self, storage: Storage, late: Late, code: int, given: Given, begun: Begun) -> None:
        self.held = begun.held
        self.available = begun.available
        self.charged = 0
        self.credential: int | None = None
        self.units: Units | None = None
        """What was charged for."""
        self.code = code
        self.asked = given.model
        """Of whom: the upstream's model, or an engine of ours."""
        self.also: list[Also] = []
        """What is written together with the charge, if there is one."""
        self._storage = storage
        self._late = late
        self._given = given
        self._id = begun.id
        self._ended = False

    async def end(self, state: State, units: Units | None = None) -> None:
        """Capture what `units` cost, never more than is held; None: it is free."""
        if self._ended:
            return
        self._ended = True
        self.units = units
        self.charged = min(self._given.price.of(units), self.held) if units else 0
        ended = Ended(state, self.charged, self.credential, self.asked, units or Units())
        also = self.also if units else []
        try:
            if also:
                self.available = await self._storage.write(relays.end, self._id, ended, now(), also)
            else:
                self.available = await self._storage.write_brief(relays.end, self._id, ended, now())
        except StorageError:
            self.available += self.held - self.charged
            self._late.add(self._id, ended, also)
        except asyncio.CancelledError:  # nobody hears whether it was written
            self._late.add(self._id, ended, also)
            raise
        log.debug("relayed", relay=self._id, state=state, charged=self.charged)

    def headers(self) -> dict[str, str]:
        """In tokens."""
        held = {} if self._ended else {"x-tokens-held": shown(self.held)}
        charged = {"x-tokens-charged": shown(self.charged)} if self._ended else {}
        return {**held, **charged, "x-tokens-balance": shown(self.available)}


async def afford(storage: Storage, code: int, path: str, given: Given, quote: Quote, boot: str) -> None:
    """Raise a Refusal where `begin` would."""
    await storage.write(relays.afford, NewRelay(code, path, given.public, *quote, boot), now())


async def begin(
    storage: Storage, late: Late, code: int, path: str, given: Given, quote: Quote, boot: str
) -> Meter:
    """Set the tokens aside. Raises a Refusal."""
    new = NewRelay(code, path, given.public, *quote, boot)
    made: list[Begun] = []

    def make(conn: Connection) -> Begun:
        made.append(relays.begin(conn, new, now()))
        return made[0]

    try:
        return Meter(storage, late, code, given, await storage.write_brief(make))
    except asyncio.CancelledError:  # the hold is made all the same, and nobody would end it
        await storage.write(_give_back, made)
        raise


def _give_back(conn: Connection, made: list[Begun]) -> None:
    for begun in made:
        relays.end(conn, begun.id, Ended("left"), now())


def shown(amount: int) -> str:
    """Tokens as a decimal with at most three places."""
    whole, thousandths = divmod(amount, MILLI)
    return f"{whole}.{thousandths:03}".rstrip("0") if thousandths else str(whole)
