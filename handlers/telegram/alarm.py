"""The books' alarm: the admins hear once that something is wrong and that no new requests are taken, and once
that all is right again. /resume takes them again after mending."""

import asyncio

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message

from bot.storage import Storage
from bot.watch import Watch
from handlers.telegram.admins import Admins, FromAdmin

router = Router(name="alarm")

USAGE = "Mend the books, then /resume; or take requests in spite of it: /resume anyway"


class Alarm:
    def __init__(self, storage: Storage, watch: Watch, admins: Admins) -> None:
        self._storage = storage
        self._watch = watch
        self._admins = admins
        self._looking = asyncio.Lock()
        self._told: frozenset[str] = frozenset()
        """What the admins have heard of from this run of the program."""

    async def look(self, boot: str | None = None) -> None:
        """Audit the books and tell what is new."""
        async with self._looking:
            await self._watch.look(self._storage, boot)
            await self.tell()

    async def tell(self) -> None:
        """Tell what the last look found, unless it has been told."""
        wrong = frozenset(self._watch.wrong)
        if fresh := wrong - self._told:
            stopped = " No new requests are taken; what runs goes on. " + USAGE if self._watch.stops else ""
            await self._admins.tell("The books are wrong: " + "; ".join(sorted(fresh)) + "." + stopped)
        if self._told and not wrong:
            await self._admins.tell("The books are right again; requests are taken.")
        self._told = wrong


@router.message(FromAdmin(), Command("resume"))
async def resume(message: Message, command: CommandObject, watch: Watch, alarm: Alarm) -> None:
    """Look once more; `anyway`: take requests in spite of what is wrong now."""
    await alarm.look()
    if not watch.wrong:
        await message.answer("The books are right; requests are taken.")
        return
    if command.args == "anyway":
        watch.accept()
        await message.answer("Requests are taken, until something else is wrong.")
        return
    await message.answer("Still wrong: " + "; ".join(watch.wrong) + f".\n{USAGE}")
