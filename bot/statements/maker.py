"""Makes a statement's files: figures from the books, words, and paper, without holding up anybody else.

Fonts and PDFs are slow work in Python, so a process of its own does it; it gets the words on its standard
input, knows no secret and has a bound on its time. So many are made at once, and so many may wait.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from billing.errors import Refusal
from bot.customers import Customer
from bot.statements.figures import Account, Figures
from bot.statements.months import Month
from bot.statements.paper import Paper
from bot.statements.writing import Writing
from bot.storage import Storage
from bot.texts import Say

LINES = 400
"""More movements than that are shown by day and kind; the table for spreadsheets has all."""
AT_ONCE = 1
WAITING = 20
SECONDS = 60
_ROOT = Path(__file__).parents[2]


class StatementsBusy(Refusal):
    """This person's last statement is being made still, or too many wait."""


class NotDrawn(Exception):
    """The drawing failed, or took too long; why."""


class Made(NamedTuple):
    """`document` is a PDF; `picture` a PNG, empty where nothing was used."""

    figures: Figures
    document: bytes
    picture: bytes


class Statements:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._making: set[int] = set()

    async def document(self, customer: Customer, month: Month, say: Say, language: str) -> Made:
        """Raises StatementsBusy. Nothing is drawn of a month without movements."""
        async with self._in_turn(customer.id):
            account = await Account.as_of_now(self._storage, customer.id, month)
            figures = await account.figures()
            if not figures.movements:
                return Made(figures, b"", b"")
            if figures.movements > LINES:
                movements = await account.by_day(figures.opening)
            else:
                movements = [move async for page in account.movements(figures.opening) for move in page]
            writing = Writing(say, language, customer, month)
            return Made(figures, *await draw(writing.paper(figures, movements)))

    async def table(self, customer: Customer, month: Month, say: Say, language: str) -> bytes:
        """Every movement, as CSV. Raises StatementsBusy."""
        async with self._in_turn(customer.id):
            account = await Account.as_of_now(self._storage, customer.id, month)
            figures, writing = await account.figures(), Writing(say, language, customer, month)
            parts = [await asyncio.to_thread(writing.table, figures, (), first=True)]
            async for page in account.movements(figures.opening):
                parts.append(await asyncio.to_thread(writing.table, figures, page, first=False))
            return b"".join(parts)

    @asynccontextmanager
    async def _in_turn(self, customer: int) -> AsyncIterator[None]:
        if customer in self._making or len(self._making) >= WAITING:
            raise StatementsBusy("statements are being made")
        self._making.add(customer)
        try:
            async with self._turn:
                yield
        finally:
            self._making.discard(customer)


async def draw(paper: Paper) -> tuple[bytes, bytes]:
    """The PDF and the picture. Raises NotDrawn."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.statements.drawing", cwd=_ROOT, env={"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            out, said = await process.communicate(json.dumps(paper).encode())
    except TimeoutError:
        raise NotDrawn(f"not done after {SECONDS} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise NotDrawn(said.decode(errors="replace")[-500:])
    lengths, _, files = out.partition(b"\n")
    document, picture = map(int, lengths.split())
    assert len(files) == document + picture, lengths
    return files[:document], files[document:]
