"""What a person sees while a job waits and runs: the chat action, the place in the queue, the growing text.

A job that ends quickly shows nothing of this. Each shown job has one message, which its answer replaces.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from billing import Connection
from bot.jobs import Jobs
from bot.providers import Answer
from bot.queue import Job
from bot.storage import Storage
from bot.texts import Say, Texts
from handlers.telegram.outbox import Outbox
from handlers.telegram.place import Place
from handlers.telegram.rendering import growing, plain
from handlers.telegram.splitting import Part
from handlers.telegram.trouble import is_gone, is_shut_out

log = structlog.get_logger()

QUIET = 0.4
"""Seconds: an answer that is there by then needs no show."""
ACTION_SECONDS = 4.5
"""Telegram shows a chat action for five."""
EDIT_SECONDS = 1.2
GROUP_EDIT_SECONDS = 4.5
"""Twenty messages a minute are all that a group gets, and answers are more worth than their growing."""
LONG = {"text": 30.0, "image": 60.0, "voice": 40.0}
"""Seconds after which the person is told that it takes longer than usual."""
ACTIONS = {"text": "typing", "image": "upload_photo", "voice": "record_voice"}


@dataclass(slots=True, eq=False)
class Shown:
    """A job that has not ended, and what its person has seen of it."""

    job: Job
    place: Place
    chat: int = field(init=False)
    """Where it was asked for; the place may move with a group."""
    since: float = field(default_factory=time.monotonic)
    running: bool = False
    text: str = ""
    on_screen: str = ""
    shut_out: bool = False
    """The bot may not write there: nothing more is tried until the answer."""
    task: asyncio.Task[None] | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.chat = self.place.chat


class Showing:
    """The Telegram door's ear on its jobs (see `bot.jobs.Door`). `ended` is called for those that end;
    while an answer is being delivered to a chat, nothing new begins to be shown there between its parts."""

    watches = True

    def __init__(
        self, bot: Bot, outbox: Outbox, storage: Storage, jobs: Jobs, texts: Texts, *, stream: bool,
        came: Callable[[Job, Answer], None], ended: Callable[[int], None], delivering: Callable[[int], bool],
    ) -> None:  # fmt: skip
        self._bot = bot
        self._outbox = outbox
        self._storage = storage
        self._jobs = jobs
        self._texts = texts
        self._stream = stream
        self._came = came
        self._ended = ended
        self._delivering = delivering
        self._shown: dict[int, Shown] = {}
        self._by_chat: defaultdict[int, list[Shown]] = defaultdict(list)
        """The same, by the chat where they were asked for."""

    def expect(self, job: Job) -> None:
        """A job was submitted: its person waits from now."""
        if job.state in ("queued", "running") and job.id not in self._shown:
            shown = self._shown[job.id] = Shown(job, Place.load(job.place))
            self._by_chat[shown.chat].append(shown)

    def started(self, job: Job) -> None:
        self.expect(job)
        if shown := self._shown.get(job.id):
            shown.running = True

    def progressed(self, job: Job, text: str) -> None:
        if shown := self._shown.get(job.id):
            shown.text = text

    def came(self, job: Job, part: Answer) -> None:
        self._came(job, part)

    def ended(self, job: int) -> None:
        if shown := self._shown.get(job):
            shown.ended.set()
        self._ended(job)

    async def settled(self, job: int) -> Place | None:
        """Wait until nothing more is shown of the job; its place, with the message that was shown."""
        shown = self._shown.pop(job, None)
        if shown is None:
            return None
        self._by_chat[shown.chat].remove(shown)
        if not self._by_chat[shown.chat]:
            del self._by_chat[shown.chat]
        shown.ended.set()
        if shown.task is not None:
            self._outbox.withdraw(shown.place.chat, shown.task)
            await asyncio.wait([shown.task])
        return shown.place

    async def run(self) -> None:
        """Begin to show the jobs that take their time, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                late = time.monotonic() - QUIET
                for shown in list(self._shown.values()):
                    if shown.task is None and shown.since < late and not shown.ended.is_set():
                        shown.task = tasks.create_task(self._show(shown))
                await asyncio.sleep(QUIET / 4)

    async def _show(self, shown: Shown) -> None:
        act_at = 0.0
        while not shown.ended.is_set() and not shown.shut_out:
            if shown.running and time.monotonic() >= act_at:
                act_at = time.monotonic() + ACTION_SECONDS
                await self._try(self._act, shown)
            await self._try(self._update, shown)
            with suppress(TimeoutError):
                async with asyncio.timeout(_pause(shown)):
                    await shown.ended.wait()

    async def _try(self, act: Callable[[Shown], Awaitable[None]], shown: Shown) -> None:
        """What is shown on the way is worth no failure: the answer comes all the same."""
        if shown.ended.is_set() or shown.shut_out:
            return
        try:
            await act(shown)
        except AiogramError as error:
            log.info("could not show", job=shown.job.id, error=type(error).__name__)
            shown.shut_out = is_shut_out(error)
        except Exception:
            log.exception("could not show", job=shown.job.id)

    async def _act(self, shown: Shown) -> None:
        await self._bot.send_chat_action(
            shown.place.chat, ACTIONS[shown.job.kind], message_thread_id=shown.place.topic
        )

    async def _update(self, shown: Shown) -> None:
        if shown.place.shown is None and self._answering(shown.chat):
            return
        say = self._texts.say(shown.place.language)
        part = await self._what_to_show(shown, say)
        if part is None or not part.text or part.text == shown.on_screen:
            return
        shown.on_screen = part.text
        stop = InlineKeyboardButton(text=say("stop-button"), callback_data=f"stop:{shown.job.id}")
        await self._put(shown, part, InlineKeyboardMarkup(inline_keyboard=[[stop]]))

    def _answering(self, chat: int) -> bool:
        """An answer is on its way to this chat."""
        return self._delivering(chat) or any(one.ended.is_set() for one in self._by_chat.get(chat, ()))

    async def _what_to_show(self, shown: Shown, say: Say) -> Part | None:
        waited = time.monotonic() - shown.since
        if self._follows(shown):
            return None  # its message would stand before the rest of the earlier answer
        if not shown.running:
            turn = await self._jobs.turn(shown.job)
            return plain(say("status-queued", turn=turn)) if turn and waited > 1 else None
        if shown.job.kind == "text":
            if shown.text and self._stream:
                return growing(shown.text)
            return plain(say("status-long")) if waited > LONG["text"] else None
        if waited > LONG[shown.job.kind]:
            return plain(say("status-long"))
        return plain(say(f"status-{shown.job.kind}", progress=shown.text))

    def _follows(self, shown: Shown) -> bool:
        """An earlier question of the same conversation is still to be answered."""
        job = shown.job
        return job.lane is not None and any(
            one.job.lane == job.lane and one.job.id < job.id for one in self._by_chat.get(shown.chat, ())
        )

    async def _put(self, shown: Shown, part: Part, keyboard: InlineKeyboardMarkup) -> None:
        place = shown.place
        if place.shown is not None:
            try:
                await self._bot.edit_message_text(
                    part.text, chat_id=place.chat, message_id=place.shown, entities=part.entities,
                    reply_markup=keyboard,
                )  # fmt: skip
                return
            except TelegramBadRequest as error:
                if not is_gone(error):
                    raise
        message = await self._bot.send_message(
            place.chat, part.text, entities=part.entities, message_thread_id=place.topic,
            reply_parameters=place.reply, reply_markup=keyboard,
        )  # fmt: skip
        # The chat may be another by now: a group that became a supergroup.
        shown.place = place._replace(chat=message.chat.id, shown=message.message_id)
        await self._storage.write(keep_place, shown.job.id, shown.place)


def _pause(shown: Shown) -> float:
    """Seconds until there may be something new to show."""
    if not shown.on_screen:
        return QUIET
    return EDIT_SECONDS if shown.place.chat > 0 else GROUP_EDIT_SECONDS


def keep_place(conn: Connection, job: int, place: Place) -> None:
    """So that after a crash the answer takes the place of what was shown."""
    conn.run("UPDATE job SET place = :place WHERE id = :id", place=place.dump(), id=job)
