"""T3: the disk as a power cut leaves it, thousands of times, and what the books on it are then.

Every write, truncation and fsync of a working bot's books is recorded. A cut is a moment of the record: what
was written before a file's last fsync is there; of what came after it some is lost, some comes in another
order, and some is torn at a sector. Then SQLite opens what there is, and the books must be those after some
COMMIT, not before the last one that was acknowledged. The control is `synchronous = NORMAL`, which must lose.
"""

import random
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from billing.ledger import GRANT, account_of, transfer
from billing.payments import refunds, stars
from billing.payments.stars import Pack
from bot import queue
from bot.customers import meet
from bot.providers import Answer, TextRequest
from bot.queue import NewJob, Outcome
from bot.writer import Connection
from proof.books import NOW, Act, Books, act, empty
from proof.result import Found, Task
from proof.together import in_processes
from proof.vfs import Operation, watched

SECTOR = 512
ROUNDS = 40
"""Of work that is recorded: about 200 COMMITs."""
IMAGES = 500
"""Cuts of one record."""
SECRET = b"a secret"
SIDE_BY_SIDE = 2


class Record(NamedTuple):
    base: bytes
    """The file as it was before."""
    operations: list[Operation]
    states: list[tuple[int, str]]
    """After each acknowledged COMMIT: how many operations there were, and the books' picture."""


def record(folder: Path, seed: int, *settings: str) -> Record:
    """What the disk was asked for while people paid and were answered."""
    operations: list[Operation] = []
    path = folder / f"recorded-{seed}.db"
    path.write_bytes(empty())
    with watched(path, lambda operation: None):
        pass  # now it is a WAL's
    base = path.read_bytes()
    with watched(path, operations.append, "PRAGMA wal_autocheckpoint = 30", *settings) as sqlite:
        books = Books(sqlite)
        operations.clear()
        states = [(0, books.picture())]
        for batch in work(random.Random(seed), books):
            assert not any(waiting.error for waiting in books.together(batch))
            states.append((len(operations), books.picture()))
        length = len(operations)
    del operations[length:]
    return Record(base, operations, states)


def work(chance: random.Random, books: Books, rounds: int = ROUNDS) -> Iterator[list[Act]]:
    """What shares a COMMIT, one after the other."""
    yield [act(meet, 1000 + number, NOW, signup=90_000) for number in (1, 2)]
    for number in range(rounds):
        yield [act(_pay, f"charge {number}")]
        asked = chance.randint(1, 4)
        yield [act(_ask, f"{number}:{n}", chance.randrange(1, 9_000)) for n in range(asked)]
        yield [act(queue.claim, "text", asked, 9, "boot", NOW)]
        yield [_settle(*job, chance.randbytes(chance.randint(1, 900)).hex()) for job in _running(books)]
        if number % 5 == 0:
            yield [act(refunds.request_refund, f"charge {number}", NOW)]
            yield [act(transfer, f"grant {number}", "grant", GRANT, account_of(1), 500, NOW)]


def _pay(conn: Connection, charge: str) -> None:
    payload = stars.open_invoice(conn, SECRET, 1, Pack("100", 100_000, 50), NOW)
    stars.credit(conn, SECRET, payload, charge, 1, 50, NOW)


def _ask(conn: Connection, key: str, price: int) -> None:
    new = NewJob(key, 1, "test", "chat:1", TextRequest(question="2 + 2?"), "{}")
    queue.submit(conn, new, price, 9_999, NOW)


def _running(books: Books) -> list[tuple[int, int]]:
    return [(id, price) for id, price in books.rows("SELECT id, price FROM job WHERE state = 'running'")]


def _settle(id: int, price: int, text: str) -> Act:
    job = queue.Job(id, "", 1, "test", "text", "", "{}", price, "running", 1)
    return act(queue.settle, job, Outcome("answered", price, Answer(text)), NOW)


class Disk:
    """What is durable, and what is still on its way there."""

    def __init__(self, recorded: Record, name: str) -> None:
        self._operations = recorded.operations
        self._files: defaultdict[str, bytearray] = defaultdict(bytearray, {name: bytearray(recorded.base)})
        self._pending: defaultdict[str, list[Operation]] = defaultdict(list)
        self._done = 0

    def run_to(self, count: int) -> None:
        for operation in self._operations[self._done : count]:
            if operation.kind == "sync":
                for one in self._pending.pop(operation.file, []):
                    _apply(self._files[operation.file], one)
            else:
                self._pending[operation.file].append(operation)
        self._done = count

    def cut(self, chance: random.Random) -> dict[str, bytearray]:
        """The files after a power cut, now."""
        files = {name: bytearray(content) for name, content in self._files.items()}
        style = chance.random()
        for name, pending in self._pending.items():
            file = files.setdefault(name, bytearray())
            for operation in _kept(pending, style, chance):
                _apply(file, _torn(operation, chance) if chance.random() < 0.2 else operation)
        return files


def _kept(pending: list[Operation], style: float, chance: random.Random) -> list[Operation]:
    """Nothing, a beginning, or any of them."""
    if style < 0.25:
        return []
    if style < 0.5:
        return pending[: chance.randint(0, len(pending))]
    return [operation for operation in pending if chance.random() < 0.6]


def _torn(operation: Operation, chance: random.Random) -> Operation:
    sectors = len(operation.data) // SECTOR
    return (
        operation._replace(data=operation.data[: SECTOR * chance.randint(0, sectors)])
        if sectors
        else operation
    )


def _apply(file: bytearray, operation: Operation) -> None:
    offset, data = operation.offset, operation.data
    if operation.kind == "truncate":
        del file[offset:]
    end = offset + len(data)
    if len(file) < end:
        file.extend(bytes(end - len(file)))
    file[offset:end] = data


class Cuts(NamedTuple):
    """Power cuts of one record: how many, and what was wrong."""

    folder: Path
    seed: int
    images: int
    settings: tuple[str, ...] = ()


def cut(cuts: Cuts) -> list[str]:
    cuts.folder.mkdir()
    recorded = record(cuts.folder, cuts.seed, *cuts.settings)
    chance = random.Random(cuts.seed)
    name = f"recorded-{cuts.seed}.db"
    disk = Disk(recorded, name)
    wrong = []
    for moment in sorted(chance.randint(0, len(recorded.operations)) for _ in range(cuts.images)):
        disk.run_to(moment)
        for old in cuts.folder.iterdir():
            old.unlink()
        for file, content in disk.cut(chance).items():
            (cuts.folder / file).write_bytes(content)
        if found := _look(cuts.folder / name, recorded, moment):
            wrong.append(f"cut of record {cuts.seed} after {moment} operations: {found}")
    return wrong


def _look(path: Path, recorded: Record, moment: int) -> str:
    sqlite = sqlite3.connect(path, isolation_level=None)
    try:
        books = Books(sqlite)
        if (state := books.sound()) != "ok":
            return f"the file is damaged: {state}"
        if found := books.wrong():
            return f"the audit: {found}"
        return _which(books.picture(), recorded.states, moment)
    except sqlite3.DatabaseError as error:
        return f"it can't be opened: {error}"
    finally:
        sqlite.close()


def _which(picture: str, states: list[tuple[int, str]], moment: int) -> str:
    pictures = [known for _, known in states]
    acknowledged = sum(at <= moment for at, _ in states) - 1
    if picture not in pictures:
        return "the books are those after no COMMIT"
    there = max(n for n, known in enumerate(pictures) if known == picture)
    return f"{acknowledged - there} acknowledged COMMITs are lost" if there < acknowledged else ""


def prove(task: Task) -> Found:
    end = time.monotonic() + task.seconds
    found = Found(0)
    seeds = iter(range(task.seed, task.seed + task.amount))
    while found.done < task.amount and time.monotonic() < end:
        runs = [Cuts(task.folder / str(seed), seed, min(IMAGES, task.amount))
                for seed in (next(seeds), next(seeds))]  # fmt: skip
        for wrong in in_processes(cut, runs, SIDE_BY_SIDE):
            found.violations += wrong
        found.done += sum(run.images for run in runs)
    lost = cut(Cuts(task.folder / "control", task.seed, 300, ("PRAGMA synchronous = NORMAL",)))
    found.control = f"synchronous = NORMAL loses in {len(lost)} of 300" if lost else ""
    return found
