"""What Telegram sends, made durable: committed first, then confirmed, then handled from the table.

aiogram's own polling confirms an update while its handler still runs; a crash there loses a payment.
Updates of one lane (a chat's messages) are handled in their order, different lanes side by side. What
fails is tried again, for a while where Telegram is the trouble; what can't be read, or fails again and
again, is set aside and the admins are told.
"""

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramRetryAfter
from aiogram.types import Update
from aiohttp import ClientError, ClientTimeout
from pydantic import ValidationError

from billing import Connection
from bot.clock import DAY, now
from bot.insisting import insist
from bot.settings import SettingsError
from bot.storage import Storage, StorageError
from handlers.telegram.joins import Joins, Received
from handlers.telegram.outbox import PASSING

log = structlog.get_logger()

ALLOWED = [
    "message",
    "edited_message",
    "callback_query",
    "pre_checkout_query",
    "my_chat_member",
    "subscription",
]
PATH = "/telegram/webhook"
UNAUTHORIZED = "Telegram does not accept BOT_TOKEN. Get the right one from @BotFather."
POLL_SECONDS = 30
OUTAGE_FAILURES = 3
"""So many polls in a row that failed are an outage: some seconds at least."""
REFUSED_SECONDS = 3.0
"""Until the next try where Telegram refuses to hand out updates and names no time."""
LANES = 256
"""Lanes that are handled at a time."""
CHECKOUTS = 16
"""The same of pre-checkouts alone, which never wait for a chat: Telegram gives them ten seconds."""
WAITING = 5_000
"""Updates in memory; beyond it nothing more is fetched."""
PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds between the tries of an update whose handling fails."""
OUTAGE_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0, 60.0, 60.0, 60.0)
"""The same while Telegram can't be reached or asks for a pause; with the outbox's own about ten minutes."""
HOPELESS = (ValidationError, TelegramBadRequest)
"""They come again each time."""
OUTAGE = (*PASSING, TelegramRetryAfter)
KEPT = 14 * DAY
CHECKOUT = "checkout:"
"""How the lanes of pre-checkouts begin."""

Handle = Callable[[Sequence[Update]], Awaitable[None]]
Alarm = Callable[[str], Coroutine[Any, Any, None]]
Back = Callable[[], Coroutine[Any, Any, None]]


async def _nothing() -> None:
    pass


class Inbox:
    """`handle` is given one update, or several that belong together (see joins.py)."""

    def __init__(
        self, bot: Bot, storage: Storage, handle: Handle, joins: Joins, alarm: Alarm, back: Back = _nothing
    ) -> None:
        """`back`: done when Telegram can be reached again after an outage."""
        self._bot = bot
        self._storage = storage
        self._handle = handle
        self._joins = joins
        self._alarm = alarm
        self._back = back
        self._lanes: dict[str, deque[Received]] = {}
        self._ready: asyncio.Queue[str] = asyncio.Queue()
        self._checkouts: asyncio.Queue[str] = asyncio.Queue()
        self._waiting = 0
        self._conflict_told = False
        self._tasks = asyncio.TaskGroup()
        self._room = asyncio.Event()
        self._room.set()

    async def run(self, *, polling: bool) -> None:
        """Handle what was left, then what comes, until cancelled."""
        await self._take_up()
        async with asyncio.TaskGroup() as self._tasks:
            for ready, most in ((self._checkouts, CHECKOUTS), (self._ready, LANES)):
                for _ in range(most):
                    self._tasks.create_task(self._work(ready))
            if polling:
                self._tasks.create_task(self._poll())

    async def receive(self, bodies: list[dict[str, Any]]) -> None:
        """Commit the updates; those not seen before are handled soon. Then they may be confirmed."""
        if not bodies:
            return
        received = [Received(int(body["update_id"]), lane_of(body), body) for body in bodies]
        received.sort(key=lambda update: update.id)
        fresh = await self._storage.write(_store, self._bot.id, received, now())
        for update in received:
            if update.id in fresh:
                fresh.remove(update.id)  # it may be there twice
                self._enqueue(update)

    async def _take_up(self) -> None:
        rows = await self._storage.fetch(
            "SELECT id, lane, body FROM update_received WHERE bot = :bot AND state = 'received'"
            " ORDER BY received_at, id",
            bot=self._bot.id,
        )
        for row in rows:
            self._enqueue(Received(row.id, row.lane, json.loads(row.body)))

    def _enqueue(self, update: Received) -> None:
        lane = self._lanes.get(update.lane)
        if lane is None:
            self._lanes[update.lane] = deque([update])
            ready = self._checkouts if update.lane.startswith(CHECKOUT) else self._ready
            ready.put_nowait(update.lane)
        else:
            lane.append(update)
        self._waiting += 1
        if self._waiting >= WAITING:
            self._room.clear()

    async def _work(self, ready: asyncio.Queue[str]) -> None:
        while True:
            name = await ready.get()
            lane = self._lanes[name]
            while lane:
                group = await self._joins.next_group(lane)
                await self._handle_group(group)
                for _ in group:
                    lane.popleft()
                self._waiting -= len(group)
                if self._waiting < WAITING // 2:
                    self._room.set()
            del self._lanes[name]

    async def _handle_group(self, group: list[Received]) -> None:
        """Handle it until it is done or there is no hope; the lane waits."""
        updates = await self._read(group)
        group = [update for update in group if update.id in updates]
        for attempt in itertools.count(1):
            if not group:
                return
            try:
                await self._handle(list(updates.values()))
                await self._mark(group, "processed", attempt, None)
                return
            except Exception as error:
                log.exception("update failed", update=group[0].id, attempt=attempt)
                pauses, reason = _pauses(error), type(error).__name__
            if attempt > len(pauses):
                await self._set_aside(group, attempt, reason)
                return
            await asyncio.sleep(pauses[attempt - 1])

    async def _read(self, group: list[Received]) -> dict[int, Update]:
        """Those that can be read, by their ids; each of the others is set aside by itself."""
        updates = {}
        for update in group:
            try:
                updates[update.id] = Update.model_validate(update.body, context={"bot": self._bot})
            except ValidationError as error:
                log.error("update can't be read", update=update.id, fields=_fields(error))
                await self._set_aside([update], 1, "it can't be read")
        return updates

    async def _set_aside(self, group: list[Received], attempts: int, reason: str) -> None:
        await self._mark(group, "poisoned", attempts, reason)
        self._tell(f"update {group[0].id} was set aside at try {attempts}: {reason}")

    def _tell(self, text: str) -> None:
        """Tell the admins; nothing waits for it."""
        self._tasks.create_task(self._alarm(text))

    async def _mark(self, group: list[Received], state: str, attempts: int, error: str | None) -> None:
        ids = [update.id for update in group]
        await insist(self._storage, _mark, self._bot.id, ids, state, attempts, error, now())

    async def _poll(self) -> None:
        offset, pause, failed = None, 0.5, 0
        while True:
            await self._room.wait()
            try:
                bodies = await self._get_updates(offset, 0 if failed else POLL_SECONDS)
                await self.receive(bodies)
            except (ClientError, TimeoutError, OSError, ValueError, StorageError) as error:
                log.warning("no updates", error=type(error).__name__, again_in=pause)
                await asyncio.sleep(pause)
                pause, failed = min(pause * 2, 15), failed + 1
                continue
            if failed >= OUTAGE_FAILURES:
                self._tasks.create_task(self._back())
            pause, failed = 0.5, 0
            if bodies:
                offset = max(int(body["update_id"]) for body in bodies) + 1

    async def _get_updates(self, offset: int | None, seconds: float) -> list[dict[str, Any]]:
        """One long poll. Not through aiogram, which would drop a batch for one update it can't read."""
        session = await self._bot.session.create_session()  # type: ignore[attr-defined]
        url = self._bot.session.api.api_url(self._bot.token, "getUpdates")
        wanted = {"timeout": seconds, "limit": 100, "allowed_updates": ALLOWED}
        if offset is not None:
            wanted["offset"] = offset
        async with session.post(url, json=wanted, timeout=ClientTimeout(POLL_SECONDS + 15)) as response:
            answer = json.loads(await response.read())
        if not isinstance(answer, dict) or not answer.get("ok"):
            await self._refused(answer)
            return []
        return list(answer["result"])

    async def _refused(self, answer: Any) -> None:
        """Telegram said no: say so to the operator, and wait as long as it makes sense."""
        code = answer.get("error_code") if isinstance(answer, dict) else None
        if code in (401, 404):
            raise SettingsError(UNAUTHORIZED)
        pause = REFUSED_SECONDS
        if code == 409:
            self._conflict()
        elif code == 429:
            pause = float(answer.get("parameters", {}).get("retry_after", pause))
        else:
            log.warning("Telegram refused getUpdates", code=code)
        await asyncio.sleep(pause)

    def _conflict(self) -> None:
        """Somebody else takes the updates; the admins are told once."""
        log.error("another program polls with this bot_token, or a webhook is set; stop it")
        if not self._conflict_told:
            self._conflict_told = True
            self._tell("Another program polls with this bot_token, or a webhook is set. Stop it.")


def lane_of(body: dict[str, Any]) -> str:
    """Which updates wait for each other: a chat's messages, a person's taps; a checkout for none."""
    try:
        if query := body.get("pre_checkout_query"):
            return f"{CHECKOUT}{query['id']}"
        if query := body.get("callback_query"):
            return f"tap:{query['from']['id']}"
        if changed := body.get("subscription"):
            return f"chat:{changed['user']['id']}"
        for kind in ("message", "edited_message", "my_chat_member"):
            if content := body.get(kind):
                return f"chat:{content['chat']['id']}"
    except (KeyError, TypeError):
        pass  # it will be set aside as unreadable
    return "other"


def _pauses(error: Exception) -> Sequence[float]:
    if isinstance(error, HOPELESS):
        return ()
    return OUTAGE_PAUSES if isinstance(error, OUTAGE) else PAUSES


def _fields(error: ValidationError) -> list[str]:
    """Where it is not as expected; never what was said there."""
    return sorted({".".join(map(str, mistake["loc"])) for mistake in error.errors(include_input=False)})[:10]


def _store(conn: Connection, bot: int, updates: list[Received], at: int) -> set[int]:
    """Which of them are new."""
    fresh = set()
    for update in updates:
        if conn.one(
            "INSERT INTO update_received (bot, id, lane, body, received_at)"
            " VALUES (:bot, :id, :lane, :body, :at) ON CONFLICT DO NOTHING RETURNING id",
            bot=bot, id=update.id, lane=update.lane, body=json.dumps(update.body), at=at,
        ):  # fmt: skip
            fresh.add(update.id)
    return fresh


def _mark(
    conn: Connection, bot: int, ids: list[int], state: str, attempts: int, error: str | None, at: int
) -> None:
    for update in ids:
        conn.run(
            "UPDATE update_received SET state = :state, attempts = :attempts, error = :error,"
            " processed_at = :at, body = CASE WHEN :state = 'processed' THEN '' ELSE body END"
            " WHERE bot = :bot AND id = :id",
            state=state, attempts=attempts, error=error, at=at, bot=bot, id=update,
        )  # fmt: skip


def forget_old(conn: Connection, before: int) -> int:
    """Drop updates handled before; their ids may come again after two weeks."""
    return conn.run(
        "DELETE FROM update_received WHERE state = 'processed' AND received_at < :before", before=before
    )
