"""A Telegram on this machine: its Bot API for the bot; what people do and see, for tests and the chat page.

Its surface comes from aiogram's typed models, its words from Telegram's server. Everything is plain JSON
dicts that aiogram can read. It serves loopback addresses only.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from bot.sandbox.faults import Fault
from bot.sandbox.files import StoredFile
from bot.sandbox.people import People
from bot.sandbox.performing import Performer, Recorded
from bot.sandbox.profile import commands_shown, presented
from bot.sandbox.queries import Queries, Tap
from bot.sandbox.server import Server
from bot.sandbox.stars import Stars
from bot.sandbox.tasks import Tasks
from bot.sandbox.watch import Watch
from bot.sandbox.webhook import Webhook
from bot.sandbox.world import Chat, Person, World

__all__ = ["Fault", "Recorded", "SandboxTelegram", "StoredFile", "Tap", "Watch"]

Json = dict[str, Any]


class SandboxTelegram(People):
    """`folder` is where chats, files, Stars and the queue of updates are kept over a restart, also over a
    kill -9 (but for the last 0.2 s); None keeps them in memory. A chat keeps its newest 2,000 messages, the
    files their newest 200 MB, the queue 100,000 updates. `validate=False` leaves out the check of every
    answer and update against aiogram's types."""

    def __init__(
        self,
        bot_token: str,
        folder: Path | None = None,
        now: Callable[[], float] = time.time,
        *,
        username: str = "sandbox_bot",
        validate: bool = True,
    ) -> None:
        number, _, secret = bot_token.partition(":")
        if not number.isdecimal() or not secret:
            raise ValueError("A bot_token looks like 123456789:letters")
        world = World(bot_token, folder, now, username=username, validate=validate)
        super().__init__(world, Stars(world), Queries(world))
        self._performer = Performer(world, self._stars, self._queries)
        self._server = Server(world, self._performer)
        self._webhook = Webhook(world, self._performer)
        self._tasks = Tasks()
        self.base = ""
        self.bot, self.clock = world.bot, world.clock
        kept = world.store.read()
        world.load(kept)
        self._stars.load(kept)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve the Bot API (port 0: any free one); its address."""
        self._world.begin()
        try:
            self.base = await self._server.start(host, port)
        except BaseException:
            self._world.close()
            raise
        self._tasks = Tasks()
        self._tasks.start(self._world.store.flush_now_and_then())
        self._tasks.start(self._webhook.run())
        return self.base

    async def stop(self) -> None:
        self._world.updates.stop()
        await self._server.stop()
        await self._tasks.cancel()
        await self._world.store.flush()
        self._world.close()

    async def __aenter__(self) -> SandboxTelegram:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # What is seen

    @property
    def people(self) -> dict[int, Person]:
        return self._world.people

    @property
    def chats(self) -> dict[int, Chat]:
        return self._world.chats

    def presented(self, language_code: str | None = None) -> Json:
        """The bot's `name`, `description` and `short_description`, as the app shows them in this language."""
        return presented(self._world, language_code)

    def invoice(self, link: str) -> Json:
        """What a link of createInvoiceLink sells: title, description, amount. Raises KeyError."""
        return self._stars.invoices[link]

    def messages(self, chat: int) -> list[Json]:
        """What is in a chat, oldest first."""
        return list(self._world.chats[chat].messages.values())

    def message(self, chat: int, message_id: int) -> Json:
        return self._world.chats[chat].messages[message_id]

    def keyboard(self, chat: int) -> Json | None:
        """The reply keyboard that is shown instead of the person's own."""
        return self._world.chats[chat].keyboard

    def file(self, file_id: str) -> StoredFile:
        file = self._world.files.get(file_id)
        if file is None:
            raise KeyError(file_id)
        return file

    def draft(self, chat: int) -> Json | None:
        """The partial message that the bot shows now."""
        return self._world.draft(chat)

    def chat_action(self, chat: int) -> str | None:
        """What the bot seems to be doing there (`typing`), for 5 s after it said so."""
        action, until = self._world.actions.get(chat, ("", 0.0))
        return action if until > self.clock.now() else None

    def commands(self, language_code: str | None = None, person: int | None = None) -> list[Json]:
        """What the app lists in a private chat."""
        return commands_shown(self._world, person, language_code)

    @property
    def calls(self) -> deque[Recorded]:
        """The last calls of the API."""
        return self._performer.calls

    @property
    def transactions(self) -> list[Json]:
        return self._stars.transactions

    def watch(self, chat: int | None = None) -> Watch:
        return self._world.watches.open(chat)

    async def heard(
        self,
        chat: int,
        predicate: Callable[[Json], bool] | None = None,
        *,
        after: int = 0,
        seconds: float = 10,
    ) -> Json:
        """The first message of the bot in `chat` after the message `after` that satisfies `predicate`; waits
        for it, and looks again at each edit. Raises TimeoutError that says what was there."""

        def found() -> Json | None:
            for message in self._world.chats[chat].messages.values():
                ours = message["message_id"] > after and message["from"]["id"] == self.bot["id"]
                if ours and (predicate is None or predicate(message)):
                    return message
            return None

        try:
            async with self.watch(chat) as seen, asyncio.timeout(seconds):
                while (message := found()) is None:
                    await anext(seen)
                return message
        except TimeoutError:
            said = [one.get("text") or one.get("caption") or sorted(one) for one in self.messages(chat)[-5:]]
            raise TimeoutError(
                f"Not heard in chat {chat} within {seconds} s; the last there: {said}"
            ) from None

    # Trouble, and what only Telegram does

    @property
    def faults(self) -> list[Fault]:
        """The faults that are still to happen."""
        return self._world.faults.waiting

    def add_fault(self, fault: Fault) -> None:
        self._world.faults.waiting.append(fault)

    def add_update(self, kind: str, thing: Json, chat: int | None = None) -> None:
        """Queue an update that nobody here has made, as it is: a newer Telegram's, which aiogram may not be
        able to read, or one from a part of Telegram that the sandbox does not play."""
        self._world.updates.push(kind, thing, chat, checked=False)

    @property
    def pacing(self) -> bool:
        """Whether Telegram's own limits are enforced: 1/s a chat, 20/min a group, 30/s overall; getUpdates
        with an unchanged offset waits 3 s; setWebhook once a second."""
        return self._performer.pacing.on

    @pacing.setter
    def pacing(self, on: bool) -> None:
        self._performer.pacing.on = self._world.updates.hurried = on

    @property
    def waiting_updates(self) -> int:
        """Those that the bot has not confirmed yet."""
        return len(self._world.updates.pending())

    @property
    def down(self) -> bool:
        """Whether the bot is down, or cut off: none of its calls gets through, and updates wait for it."""
        return self._world.updates.down

    def cut_off(self, down: bool) -> None:
        self._world.updates.cut_off(down)
        self._world.watches.tell("down", {"down": down})

    def renew(self, charge: str) -> str:
        """Renew a subscription now: the new charge."""
        return self._stars.renew(charge)

    def charge_back(self, charge: str) -> None:
        """Apple or Google took a payment back: an entry in the ledger, and no update."""
        self._stars.charge_back(charge)
