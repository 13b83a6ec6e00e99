"""`run.py` runs the bot; `run.py admin …` does an operator's act on its books."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

signal.signal(signal.SIGINT, signal.SIG_DFL)  # until the bot listens, Ctrl-C ends without a traceback

import uvloop

from billing.tariff import TariffError
from bot.books import open_books
from bot.catalog.packs import PacksError
from bot.catalog.upstream_prices import UpstreamPricesError
from bot.logs import set_up_logs, warn_of_open_file
from bot.settings import AddressTaken, Settings, SettingsError, load_settings
from bot.storage import StorageError
from handlers import command_line

EXPECTED = (SettingsError, TariffError, PacksError, UpstreamPricesError, StorageError, AddressTaken)
INTERRUPTED = 130
"""What a shell expects of a program that Ctrl-C ended."""
GARBAGE = 10_000, 20, 50
"""When cycles are looked for, in allocations and rounds: a request leaves hardly any."""


async def run(settings: Settings) -> None:
    stop = asyncio.Event()
    for wish in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(wish, end, stop)
    from bot.wiring import open_app  # takes seconds to load, for which `admin` need not wait

    await asyncio.sleep(0.01)  # a wish that came meanwhile is heard
    if stop.is_set():
        return
    async with open_app(settings) as app:
        gc.collect()
        gc.freeze()  # what lives as long as the program need not be looked through again and again
        gc.set_threshold(*GARBAGE)
        if not stop.is_set():
            print(*app.greeting(), sep="\n", flush=True)
        await stop.wait()


def end(stop: asyncio.Event) -> None:
    """Let running requests finish. Who asks twice needn't wait: the next start takes up what remains."""
    if stop.is_set():
        os._exit(INTERRUPTED)
    print("Ending … (again to end at once)", flush=True)
    stop.set()


async def administer(settings: Settings, words: Sequence[str]) -> int:
    given = sys.stdin.read(command_line.GIVEN_MOST) if command_line.reads(words) else ""
    done = await command_line.ask(settings.data_dir, words, given)
    if done is None:
        async with open_books(settings) as (_, operator):
            done = await command_line.act(operator, words, command_line.new_key(), given)
    print(done.text, file=sys.stderr if done.status else sys.stdout)
    return done.status


def main(words: Sequence[str]) -> int:
    try:
        settings = load_settings()
        set_up_logs(settings.log_level)
        if words[:1] == ["admin"]:
            return asyncio.run(administer(settings, words[1:]))
        if not settings.sandbox:
            warn_of_open_file(Path(".env"))
        uvloop.run(run(settings))
    except EXPECTED as error:
        print(error, file=sys.stderr)
        return 1
    except BaseExceptionGroup as group:
        expected, others = group.split(EXPECTED)
        if others or expected is None:
            raise
        print(*dict.fromkeys(map(str, leaves(expected))), sep="\n", file=sys.stderr)
        return 1
    return 0


def leaves(group: BaseExceptionGroup) -> list[BaseException]:
    """The exceptions in a group of groups."""
    return [
        leaf
        for error in group.exceptions
        for leaf in (leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
