"""`run.py admin …`: the operator's acts without a chat.

While the bot runs they go to it through a Unix socket under DATA_DIR, because one process alone ever
writes the books; else they open the books themselves.
"""

import argparse
import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

from billing.errors import Refusal
from bot.operator import Operator, amount_of
from bot.texts import tokens

SOCKET = "admin.sock"
REQUEST_MOST = 64 * 1024
SECONDS = 60


class Done(NamedTuple):
    """What to print, and the exit status."""

    text: str
    status: int = 0


class Misused(Exception):
    """The command's words are off; the message is the usage."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Misused(f"{message}\n{self.format_usage()}")


def parser() -> argparse.ArgumentParser:
    admin = _Parser(prog="run.py admin", add_help=False)
    acts = admin.add_subparsers(dest="act", required=True)
    issue = acts.add_parser("issue", add_help=False)
    issue.add_argument("telegram_id", type=int)
    issue.add_argument("--name", default="API")
    credit = acts.add_parser("credit", add_help=False)
    credit.add_argument("telegram_id", type=int)
    credit.add_argument("tokens")
    credit.add_argument("--reason", required=True)
    acts.add_parser("audit", add_help=False)
    books = acts.add_parser("books", add_help=False)
    books.add_argument("--days", type=int, choices=range(1, 61), default=7, metavar="1-60")
    return admin


async def act(operator: Operator, words: Sequence[str], key: str) -> Done:
    """Do what the words say; `key` makes a repeated credit one credit."""
    try:
        asked = parser().parse_args(words)
        match asked.act:
            case "issue":
                return Done(await operator.issue(asked.telegram_id, asked.name[:64]))
            case "credit":
                balance = await operator.credit(asked.telegram_id, amount_of(asked.tokens), asked.reason, key)
                return Done(f"{asked.telegram_id} has {tokens(balance.posted)} tokens.")
            case "books":
                return Done((await operator.books(asked.days)).text())
            case _:
                return await _audit(operator)
    except (Misused, ValueError, Refusal) as error:
        return Done(str(error), 2)


async def _audit(operator: Operator) -> Done:
    violations = await operator.audit()
    if not violations:
        return Done("The books are right.")
    lines = [f"{violation.invariant}: {violation.rows}" for violation in violations]
    return Done("The books are wrong:\n" + "\n".join(lines), 1)


def address(folder: Path) -> str:
    """The socket's; relative where that is shorter, because a socket's address has 107 bytes at most."""
    path = (folder / SOCKET).absolute()
    return min(str(path), os.path.relpath(path), key=len)


@asynccontextmanager
async def listen(folder: Path, operator: Operator) -> AsyncIterator[None]:
    """Take the command line's acts while the bot runs."""
    where = address(folder)
    with suppress(FileNotFoundError):
        os.unlink(where)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                asked = json.loads(await reader.readline())
                done = await act(operator, asked["words"], asked["key"])
            writer.write(json.dumps(done).encode() + b"\n")
            await writer.drain()
        except (ValueError, KeyError, TypeError, OSError, TimeoutError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_unix_server(serve, where, limit=REQUEST_MOST)
    os.chmod(where, 0o600)
    try:
        yield
    finally:
        server.close()
        with suppress(FileNotFoundError):
            os.unlink(where)


def new_key() -> str:
    """A credit that is sent once more is one credit."""
    return secrets.token_hex(12)


async def ask(folder: Path, words: Sequence[str]) -> Done | None:
    """Have the running bot do it; None where none runs."""
    try:
        reader, writer = await asyncio.open_unix_connection(address(folder), limit=REQUEST_MOST)
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    try:
        writer.write(json.dumps({"words": list(words), "key": new_key()}).encode() + b"\n")
        answer = await asyncio.wait_for(reader.readline(), SECONDS)
    finally:
        writer.close()
    if not answer:
        return Done("The running bot gave no answer.", 1)
    return Done(*json.loads(answer))
