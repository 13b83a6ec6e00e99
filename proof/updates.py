"""T8: Telegram's updates doubled, shuffled and dropped, handlers that fail, calls lost after their effect.

The whole bot runs over the wire. In the end the credits must be exactly those of Telegram's own list, and
every question must have its one job. What Telegram never told of (1 % of the payments) is made up by one
reconciliation. The control is a bot without it.
"""

import asyncio
import logging
import random
import time
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from bot.audit import audit
from bot.books import FILE
from bot.sandbox.telegram import Fault, SandboxTelegram
from bot.sandbox.upstream import OfflineUpstream
from bot.settings import load_settings
from bot.wiring import App, open_app
from handlers.telegram.inbox import Inbox
from proof.crowd import BOT_TOKEN, Crowd, settings
from proof.result import Found, Task
from proof.together import in_processes

PEOPLE = 24
QUIET_SECONDS = 60
FAILING = 0.01
"""Of the times that an update is handled."""
DROPPED, DROPPED_IN_CONTROL = 0.01, 0.3
CONTROL_UPDATES = 1_000


CALLS = ("sendMessage", "editMessageText", "sendInvoice", "answerPreCheckoutQuery", "refundStarPayment")


class Trouble:
    """What a bad network and a bad day do to the updates, from outside of the bot."""

    def __init__(self, seed: int, telegram: SandboxTelegram, dropped: float) -> None:
        self._chance, self._dropped = random.Random(seed), dropped
        self._telegram = telegram
        self._late: list[dict[str, Any]] = []
        self.delivered = 0

    def shuffled(self, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each update one to three times, the repetitions later, all in another order."""
        again, self._late = self._late, []
        for body in bodies:
            self._late += [body] * self._chance.choice((0, 0, 1, 2))
        delivered = bodies + again
        self._chance.shuffle(delivered)
        self.delivered += len(delivered)
        return delivered

    async def make(self) -> None:
        """Faults of Telegram's servers, now and then."""
        while True:
            await asyncio.sleep(0.1)
            for kind in ("lost", "flood", "reordered", "duplicated"):
                if self._chance.random() < 0.5:
                    method = (
                        "getUpdates" if kind in ("reordered", "duplicated") else self._chance.choice(CALLS)
                    )
                    self._telegram.faults.append(Fault(method, kind, seconds=0.05))

    async def has_delivered(self, updates: int, end: float) -> None:
        while self.delivered < updates and time.monotonic() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    def begin(self) -> None:
        """Get between Telegram and the bot's inbox."""
        receive, begin, push = Inbox.receive, Inbox.__init__, self._telegram._world.updates.push

        async def shuffled(inbox: Inbox, bodies: list[dict[str, Any]]) -> None:
            await receive(inbox, self.shuffled(bodies))

        def failing(inbox: Inbox, bot: Any, storage: Any, handle: Any, *others: Any) -> None:
            async def sometimes(updates: Any) -> None:
                self._fail("before its work")
                await handle(updates)
                self._fail("after its work")

            begin(inbox, bot, storage, sometimes, *others)

        def dropping(kind: str, thing: Any, chat: int | None, *, checked: bool = False) -> None:
            if "successful_payment" not in thing or self._chance.random() >= self._dropped:
                push(kind, thing, chat, checked=checked)

        Inbox.receive, Inbox.__init__ = shuffled, failing  # type: ignore[method-assign,assignment]
        self._telegram._world.updates.push = dropping  # type: ignore[method-assign]

    def _fail(self, when: str) -> None:
        if self._chance.random() < FAILING:
            raise RuntimeError(f"a handler fails {when}")


class Run(NamedTuple):
    folder: Path
    seed: int
    updates: int
    seconds: float
    control: bool = False


class Ran(NamedTuple):
    updates: int
    questions: int
    payments: int
    wrong: list[str]


def run(run: Run) -> Ran:
    """In a process of its own: the bot's inbox is changed in it."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # who is cut off is no news here
    run.folder.mkdir()
    return asyncio.run(_run(run))


async def _run(run: Run) -> Ran:
    async with (
        OfflineUpstream(model=False, chunk_seconds=0.005) as upstream,
        SandboxTelegram(BOT_TOKEN, validate=False) as telegram,
    ):
        trouble = Trouble(run.seed, telegram, DROPPED_IN_CONTROL if run.control else DROPPED)
        crowd = Crowd(telegram, PEOPLE, run.seed)
        trouble.begin()
        given = settings(telegram, upstream.base_url, run.folder)
        async with open_app(load_settings(_env_file=None, **given)) as app:
            await _live(crowd, trouble, run)
            wrong = await _wrong(app, crowd, run)
            return Ran(trouble.delivered, len(crowd.asked), len(crowd.payments()), wrong)


async def _live(crowd: Crowd, trouble: Trouble, run: Run) -> None:
    end = time.monotonic() + run.seconds
    async with asyncio.TaskGroup() as tasks:
        living = [tasks.create_task(crowd.live()), tasks.create_task(trouble.make())]
        await trouble.has_delivered(run.updates, end)
        for task in living:
            task.cancel()


async def _wrong(app: App, crowd: Crowd, run: Run) -> list[str]:
    books = run.folder / FILE
    crowd.telegram.faults.clear()
    quiet = await crowd.quieted(books, QUIET_SECONDS)
    if not run.control:
        await app.sweeps["reconciliation"][1]()
    wrong = [f"{found.invariant}: {found.rows}" for found in await audit(app.storage, app.jobs.boot)]
    return [*wrong, *crowd.compare(books), *([] if quiet else [f"not quiet after {QUIET_SECONDS} s"])]


def prove(task: Task) -> Found:
    runs = [
        Run(task.folder / "right", task.seed, task.amount, task.seconds),
        Run(task.folder / "control", task.seed, CONTROL_UPDATES, task.seconds / 2, control=True),
    ]
    ran, control = in_processes(run, runs, 1)
    missing = [wrong for wrong in control.wrong if "paid, not credited" in wrong]
    return Found(
        done=ran.updates,
        violations=ran.wrong,
        control=f"no reconciliation: {len(missing)} payments missing" if missing else "",
        remark=f"{ran.questions:,} questions, {ran.payments:,} payments",
    )
