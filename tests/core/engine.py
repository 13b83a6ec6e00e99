"""The jobs with providers that do what a test says, and a door that listens."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from billing import Balance, Row
from billing.tariff import load_tariff
from bot.conversations import Conversations
from bot.files import Files
from bot.jobs import Jobs, Work
from bot.prices import Prices
from bot.providers import (
    Answer,
    ImageRequest,
    ProducedFile,
    Progress,
    Request,
    SpeechRequest,
    TextRequest,
    Turn,
)
from bot.queue import Job, Limit, NewJob
from bot.storage import Storage
from tests.core.books import balance_of, person

QUESTION = TextRequest(question="How high is Damavand?")
PICTURES = ImageRequest(prompt="Damavand at dawn", count=4)
WORDS = SpeechRequest(text="Good morning.", language="en")
PICTURE = ProducedFile(b"\x89PNG", "image/png")
SPEECH = ProducedFile(b"OggS", "audio/ogg", 1.5)

Act = Callable[[Request, Progress], Awaitable[Answer]]


class Scripted:
    """A provider that answers at once, unless it is told to act otherwise."""

    def __init__(self, answer: Answer) -> None:
        self.heard: list[tuple[Request, Sequence[Turn]]] = []
        self.act: Act | None = None
        self._answer = answer

    async def answer(self, request: Request, history: Sequence[Turn], progress: Progress) -> Answer:
        self.heard.append((request, history))
        return self._answer if self.act is None else await self.act(request, progress)


class Waiter:
    """How a provider takes its time: each call waits until it is let go on."""

    def __init__(self, answer: Answer, *, says: str | Answer = "") -> None:
        self._answer = answer
        self._says = says
        self._go = asyncio.Event()
        self.begun = asyncio.Event()
        self.running = 0
        self.most = 0

    async def __call__(self, request: Request, progress: Progress) -> Answer:
        self.running += 1
        self.most = max(self.most, self.running)
        if self._says:
            progress(self._says)
        self.begun.set()
        try:
            await self._go.wait()
        finally:
            self.running -= 1
        return self._answer

    def go_on(self) -> None:
        self._go.set()


class Ear:
    """A door that notes what it hears."""

    watches = True

    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []
        self.parts: list[Answer] = []
        self._ended: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)

    def started(self, job: Job) -> None:
        self.heard.append(("started", job.id))

    def progressed(self, job: Job, text: str) -> None:
        self.heard.append(("progressed", job.id, text))

    def came(self, job: Job, part: Answer) -> None:
        self.parts.append(part)

    def ended(self, job: int) -> None:
        self.heard.append(("ended", job))
        self._ended[job].set()

    async def end_of(self, job: int) -> None:
        async with asyncio.timeout(5):
            await self._ended[job].wait()


class Engine:
    """All that is behind a door, in one process that may die and start again on the same books."""

    def __init__(self, storage: Storage, folder: Path) -> None:
        self.storage = storage
        self.files = Files(folder)
        self.text = Scripted(Answer("5,609 metres."))
        self.image = Scripted(Answer("", [PICTURE] * 4))
        self.voice = Scripted(Answer("Good morning.", [SPEECH]))
        self.ear = Ear()
        self._keys = count(1)
        self.jobs = self.program()

    def program(self, *, workers: int = 8, seconds: float = 5, **limits: Any) -> Jobs:
        """Another run of the program, from now on the one that is asked."""
        providers = {"text": self.text, "image": self.image, "voice": self.voice}
        work = {kind: Work(provider, workers, seconds) for kind, provider in providers.items()}
        conversations = Conversations(self.storage, turns=20, hours=24)
        self.jobs = Jobs(self.storage, self.files, conversations, work, Prices(load_tariff()), **limits)
        self.jobs.doors["test"] = self.ear
        return self.jobs

    @asynccontextmanager
    async def runs(self) -> AsyncIterator[None]:
        """The program runs; at the end it is shut down."""
        task = asyncio.get_running_loop().create_task(self.jobs.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def customer(self, telegram_id: int = 1001, *, has: int = 0) -> int:
        return await self.storage.write(person, telegram_id, has=has)

    def wish(
        self,
        customer: int,
        request: Request = QUESTION,
        *,
        key: str | None = None,
        lane: str | None = None,
        limits: Sequence[Limit] = (),
        delivers: bool = True,
        door: str = "test",
    ) -> NewJob:
        return NewJob(
            key or f"test:{next(self._keys)}", customer, door, f"chat:{customer}", request, "{}",
            lane, delivers, limits,
        )  # fmt: skip

    async def submit(self, customer: int, request: Request = QUESTION, **wish: Any) -> Job:
        return await self.jobs.submit(self.wish(customer, request, **wish))

    async def ask(self, customer: int, request: Request = QUESTION, **wish: Any) -> Row:
        """Submit it and wait for its end; its row."""
        job = await self.submit(customer, request, **wish)
        await self.ear.end_of(job.id)
        return await self.row(job)

    async def row(self, job: Job) -> Row:
        row = await self.storage.fetch_one("SELECT * FROM job WHERE id = :id", id=job.id)
        assert row is not None
        return row

    async def is_in(self, job: Job, state: str) -> bool:
        return bool((await self.row(job)).state == state)

    async def states(self, jobs: Sequence[Job]) -> list[str]:
        return [(await self.row(job)).state for job in jobs]

    async def calls(self, job: int) -> list[str]:
        rows = await self.storage.fetch("SELECT state FROM call WHERE job = :id ORDER BY attempt", id=job)
        return [row.state for row in rows]

    async def age(self, job: Job) -> None:
        """Let it have been submitted long ago."""
        await self.storage.write(
            lambda conn: conn.run("UPDATE job SET created_at = 1 WHERE id = :i", i=job.id)
        )

    async def balance(self, customer: int) -> Balance:
        return await balance_of(self.storage, customer)


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while True:
            result = condition()
            if result if isinstance(result, bool) else await result:
                return
            await asyncio.sleep(0.002)
