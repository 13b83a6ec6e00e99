"""The gateway's rows: a request that is relayed holds its price before, and is charged after.

running ──▶ answered, left    what was produced is captured (nothing: voided)
        ──▶ refused, failed   voided
        ──▶ unknown           the program died meanwhile: voided
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from billing import Connection, budgets
from billing.errors import BudgetSpent, InDebt, NotEnoughTokens
from billing.ledger import capture, hold, void
from billing.model_prices import Units
from bot.queue import Banned

State = Literal["answered", "left", "refused", "failed"]
Also = Callable[[Connection, int, int], None]
"""Writes, for a relay, at a time, what its answer brings with it."""


class NewRelay(NamedTuple):
    code: int
    path: str
    model: str
    least: int
    """Millitokens without which it isn't worth beginning."""
    most: int
    """What it can cost."""
    boot: str


class Funds(NamedTuple):
    account: str
    amount: int
    available: int


class Begun(NamedTuple):
    id: int
    held: int
    available: int
    """What is left beside the hold."""


class Ended(NamedTuple):
    state: State
    charged: int = 0
    credential: int | None = None
    asked: str = ""
    """The upstream's model; our own engine where that did it."""
    units: Units = Units()


def afford(conn: Connection, new: NewRelay, now: int) -> Funds:
    """What could be held for it now. Raises a Refusal where it could not begin."""
    purse = budgets.purse(conn, new.code, now)
    if purse.banned:
        raise Banned
    if purse.debt:
        raise InDebt(purse.debt)
    amount = min(new.most, purse.available, new.most if purse.left is None else purse.left)
    if amount < new.least:
        if purse.available >= new.least:
            raise BudgetSpent(new.least, purse.left or 0, daily=False)
        raise NotEnoughTokens(new.least, purse.available)
    return Funds(purse.account, amount, purse.available)


def begin(conn: Connection, new: NewRelay, now: int) -> Begun:
    """Hold what it can cost, or all that there is if that is enough to begin. Raises a Refusal."""
    account, amount, available = afford(conn, new, now)
    row = conn.only(
        "INSERT INTO relay (account, code, path, model, held, boot, started_at)"
        " VALUES (:account, :code, :path, :model, :held, :boot, :now) RETURNING id",
        account=account, code=new.code, path=new.path, model=new.model, held=amount, boot=new.boot,
        now=now,
    )  # fmt: skip
    budgets.reserve(conn, new.code, amount, now)
    hold(conn, hold_key(row.id), account, amount, now)
    return Begun(row.id, amount, available - amount)


def hold_key(relay: int) -> str:
    return f"relay:{relay}"


def end(conn: Connection, relay: int, ended: Ended, now: int, also: Sequence[Also] = ()) -> int:
    """End it with its hold, and what else belongs to its answer; what its account has now."""
    units = ended.units
    row = conn.only(
        "UPDATE relay SET state = :state, charged = :charged, credential = :credential, asked = :asked,"
        " prompt_tokens = :prompt, completion_tokens = :completion, pictures = :pictures,"
        " characters = :characters, seconds = :seconds, ended_at = :now"
        " WHERE id = :id AND state = 'running' RETURNING code, held, started_at",
        state=ended.state, charged=ended.charged, credential=ended.credential, asked=ended.asked,
        prompt=units.prompt, completion=units.completion, pictures=units.pictures,
        characters=units.characters, seconds=units.seconds, now=now, id=relay,
    )  # fmt: skip
    key = hold_key(relay)
    left = capture(conn, key, ended.charged, now) if ended.charged else void(conn, key)
    budgets.give_back(conn, row.code, row.started_at, row.held - ended.charged)
    for write in also:
        write(conn, relay, now)
    return left.available


def recover(conn: Connection, boot: str, now: int) -> int:
    """Give back what the last run held; how many. Nobody knows what their upstreams counted."""
    rows = conn.all(
        "SELECT id, code, held, started_at FROM relay WHERE state = 'running' AND boot <> :boot", boot=boot
    )
    for row in rows:
        conn.run("UPDATE relay SET state = 'unknown', ended_at = :now WHERE id = :id", now=now, id=row.id)
        void(conn, hold_key(row.id))
        budgets.give_back(conn, row.code, row.started_at, row.held)
    return len(rows)
