"""People who use the bot all the time, over the wire, whether it is up or not: they ask, buy, and give up."""

import asyncio
import random
import sqlite3
import time
from collections import defaultdict, deque
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.sandbox.telegram import SandboxTelegram

BOT_TOKEN = "7000000001:AAproof-proof-proof-proof-proof-pro"
BOSS = 1
BILLS = 6
"""That somebody has unpaid at most."""
ASKED = 3
"""Questions that somebody asks at most within `SECONDS`."""
SECONDS = 4.0


class Crowd:
    """`asked` and `paid` are what Telegram has and the bot must not lose."""

    def __init__(self, telegram: SandboxTelegram, people: int, seed: int) -> None:
        self.telegram = telegram
        self.people = range(1001, 1001 + people)
        self.asked: list[tuple[int, int, int]] = []
        """By whom, in which message, which number."""
        self._chance = random.Random(seed)
        self._number = 0
        self._tried: defaultdict[int, set[int]] = defaultdict(set)
        self._times: defaultdict[int, deque[float]] = defaultdict(lambda: deque(maxlen=ASKED))
        """When somebody asked last."""
        self._shops: dict[int, dict[str, Any]] = {}
        telegram.add_person(BOSS, "Boss", username="boss")
        for person in self.people:
            telegram.add_person(person, f"Person {person}", stars=10**9)

    async def live(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for person in self.people:
                tasks.create_task(self._live(person))

    async def _live(self, person: int) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(0.02, 0.3))
            if self.telegram.waiting_updates > len(self.people):
                continue  # nobody goes on tapping while nothing comes of it
            act = self._chance.random()
            if act < 0.4:
                self._ask(person)
            elif act < 0.6:
                self._order(person)
            elif act < 0.95:
                await self._pay(person)
            else:
                self._ask_back()

    def _ask(self, person: int) -> None:
        times = self._times[person]
        if len(times) < ASKED or times[0] < time.monotonic() - SECONDS:
            times.append(time.monotonic())
            self._number += 1
            message = self.telegram.say(person, f"What is {self._number} + 1000000?")
            self.asked.append((person, message["message_id"], self._number))

    def heard_answer(self, person: int, message: int, number: int) -> bool:
        wanted = str(number + 1_000_000)
        return any(wanted in one.get("text", "") for one in self._said(person, message))

    def _said(self, person: int, after: int) -> list[dict[str, Any]]:
        messages = self.telegram.messages(person)[-400:]
        return [one for one in messages if one["message_id"] > after and one["from"]["id"] != person]

    def _order(self, person: int) -> None:
        """Go to the shop, or tap a pack there; the bill comes when it comes."""
        shop = self._shop(person)
        if shop is None:
            self.telegram.say(person, "/buy")
        elif len(self._bills(person)) < BILLS:
            packs = [one for row in shop["reply_markup"]["inline_keyboard"] for one in row]
            self.telegram.tap(person, shop["message_id"], self._chance.choice(packs)["callback_data"])

    def _shop(self, person: int) -> dict[str, Any] | None:
        """Where the packs are."""
        for one in () if person in self._shops else self.telegram.messages(person):
            if "'buy:" in str(one.get("reply_markup")):
                self._shops[person] = one
                break
        return self._shops.get(person)

    def _bills(self, person: int) -> list[int]:
        messages = self.telegram.messages(person)[-400:]
        return [
            m["message_id"] for m in messages if "invoice" in m and m["message_id"] not in self._tried[person]
        ]

    async def _pay(self, person: int) -> None:
        if bills := self._bills(person):
            bill = self._chance.choice(bills)
            self._tried[person].add(bill)
            await self.telegram.pay(person, bill)

    def _ask_back(self) -> None:
        """An admin gives some payment back."""
        if payments := self.payments():
            self.telegram.say(BOSS, f"/refund {self._chance.choice(sorted(payments))}")

    def payments(self) -> dict[str, int]:
        """Stars by charge, as Telegram's own list has it."""
        return {one["id"]: one["amount"] for one in self.telegram.transactions if "source" in one}

    def given_back(self) -> set[str]:
        return {one["id"] for one in self.telegram.transactions if "receiver" in one}

    async def has_paid(self, times: int, seconds: float) -> None:
        """Wait for so many payments."""
        for _ in range(int(seconds / 0.05)):
            if len(self.payments()) >= times:
                return
            await asyncio.sleep(0.05)

    async def quieted(self, books: Path, seconds: float) -> bool:
        """Wait until nothing waits any more; whether it came to that."""
        for _ in range(int(seconds / 0.05)):
            if self.quiet(books):
                return True
            await asyncio.sleep(0.05)
        return False

    def quiet(self, books: Path) -> bool:
        """Nothing waits any more, neither with Telegram nor in the books."""
        if self.telegram._world.updates.pending():
            return False
        with closing(sqlite3.connect(f"file:{books}?mode=ro", uri=True)) as sqlite:
            return not any(sqlite.execute(sql).fetchone() for sql in WAITING)

    def compare(self, books: Path) -> list[str]:
        """What the books lack of what Telegram has, or have too much."""
        with closing(sqlite3.connect(f"file:{books}?mode=ro", uri=True)) as sqlite:
            return [*self._money(sqlite), *self._answers(sqlite)]

    def _money(self, sqlite: sqlite3.Connection) -> list[str]:
        credited = dict(sqlite.execute("SELECT charge, stars FROM payment").fetchall())
        paid = self.payments()
        wrong = [f"paid, not credited: {charge}" for charge in paid.keys() - credited.keys()]
        wrong += [f"credited, not paid: {charge}" for charge in credited.keys() - paid.keys()]
        wrong += [
            f"other Stars: {charge}" for charge in paid if credited.get(charge, paid[charge]) != paid[charge]
        ]
        back = {row[0] for row in sqlite.execute("SELECT charge FROM payment WHERE state = 'refunded'")}
        return [*wrong, *(f"given back here or there alone: {charge}" for charge in back ^ self.given_back())]

    def _answers(self, sqlite: sqlite3.Connection) -> list[str]:
        jobs = dict(sqlite.execute("SELECT key, state FROM job").fetchall())
        wrong = []
        for person, message, number in self.asked:
            state = jobs.get(f"tg:{person}:{message}")
            if state is None:
                wrong.append(f"a question is lost: {number} of {person}")
            elif state == "answered" and not self.heard_answer(person, message, number):
                wrong.append(f"an answer that was paid for never came: {number} of {person}")
        return wrong


WAITING = (
    "SELECT 1 FROM job WHERE ended_at IS NULL LIMIT 1",
    "SELECT 1 FROM delivery WHERE state IN ('pending', 'sending') LIMIT 1",
    "SELECT 1 FROM update_received WHERE state = 'received' LIMIT 1",
    "SELECT 1 FROM payment WHERE state = 'refund_requested' LIMIT 1",
)


def settings(telegram: SandboxTelegram, upstream: str, folder: Path) -> dict[str, Any]:
    """A real bot's, but for the two addresses; JSON."""
    return {
        "bot_token": BOT_TOKEN, "telegram_url": telegram.base, "openai_base_url": upstream,
        "openai_api_key": "sk-proof", "data_dir": str(folder), "admin_ids": [BOSS], "http_port": 0,
        "telegram_pacing": False, "speech_engines": ["openai"], "drain_seconds": 1, "log_level": "error",
        "moderation": "local",
        "signup_tokens": 100_000, "running_per_customer": 8,
        "chat_waiting_text": 1_000, "queue_most": 100_000,
    }  # fmt: skip
