"""Writing what must be written: however long the disk is full, it is tried again."""

import asyncio
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

import structlog

from bot.storage import Connection, Storage, StorageError

log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")

PAUSE_SECONDS = 1.0


async def insist(
    storage: Storage, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """`storage.write`, until it has been possible."""
    while True:
        try:
            return await storage.write(fn, *args, **kwargs)
        except StorageError as error:
            log.error("can't write, trying again", seconds=PAUSE_SECONDS, error=str(error))
            await asyncio.sleep(PAUSE_SECONDS)
