"""What Telegram sends, made durable: committed first, then confirmed, then handled from the table.

aiogram's own polling confirms an update while its handler still runs; a crash there loses a payment.
Updates of one lane (a chat's messages) are handled in their order, different lanes side by side. What
fails is tried again; what fails again and again is set aside and the admins are told.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from aiogram import Bot
from aiogram.types import Update
from aiohttp import ClientError, ClientTimeout

from billing import Connection
from bot.clock import DAY, now
from bot.settings import SettingsError
from bot.storage import Storage, StorageError
from handlers.telegram.joins import Joins, Received

log = structlog.get_logger()

ALLOWED = ["message", "edited_message", "callback_query", "pre_checkout_query", "my_chat_member"]
PATH = "/telegram/webhook"
UNAUTHORIZED = "Telegram does not accept BOT_TOKEN. Get the right one from @BotFather."
POLL_SECONDS = 30
LANES = 256
"""Lanes that are handled at a time."""
WAITING = 5_000
"""Updates in memory; beyond it nothing more is fetched."""
TRIES = 5
KEPT = 14 * DAY

Handle = Callable[[Sequence[Update]], Awaitable[None]]
Alarm = Callable[[str], Awaitable[None]]


class Inbox:
    """`handle` is given one update, or several that belong together (see joins.py)."""

    def __init__(self, bot: Bot, storage: Storage, handle: Handle, joins: Joins, alarm: Alarm) -> None:
        self._bot = bot
        self._storage = storage
        self._handle = handle
        self._joins = joins
        self._alarm = alarm
        self._lanes: dict[str, deque[Received]] = {}
        self._ready: asyncio.Queue[str] = asyncio.Queue()
        self._waiting = 0
        self._conflict_told = False
        self._room = asyncio.Event()
        self._room.set()

    async def run(self, *, polling: bool) -> None:
        """Handle what was left, then what comes, until cancelled."""
        await self._take_up()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(LANES):
                tasks.create_task(self._work())
            if polling:
                tasks.create_task(self._poll())

    async def receive(self, bodies: list[dict[str, Any]]) -> None:
        """Commit the updates; those not seen before are handled soon. Then they may be confirmed."""
        if not bodies:
            return
        received = [Received(int(body["update_id"]), lane_of(body), body) for body in bodies]
        fresh = await self._storage.write(_store, self._bot.id, received, now())
        for update in received:
            if update.id in fresh:
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
            self._ready.put_nowait(update.lane)
        else:
            lane.append(update)
        self._waiting += 1
        if self._waiting >= WAITING:
            self._room.clear()

    async def _work(self) -> None:
        while True:
            name = await self._ready.get()
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
        """Handle it until it is done or has failed too often; the lane waits."""
        for attempt in range(1, TRIES + 1):
            try:
                await self._handle(
                    [Update.model_validate(update.body, context={"bot": self._bot}) for update in group]
                )
                return await self._mark(group, "processed", attempt, None)
            except Exception as error:
                log.exception("update failed", update=group[0].id, attempt=attempt)
                reason = type(error).__name__
            if attempt < TRIES:
                await asyncio.sleep(0.5 * 2 ** (attempt - 1))
        await self._mark(group, "poisoned", TRIES, reason)
        await self._alarm(f"update {group[0].id} failed {TRIES} times ({reason}) and was set aside")
        return None

    async def _mark(self, group: list[Received], state: str, attempts: int, error: str | None) -> None:
        while True:
            try:
                return await self._storage.write(
                    _mark, self._bot.id, [u.id for u in group], state, attempts, error, now()
                )
            except StorageError as failure:
                log.error("can't write, trying again", error=str(failure))
                await asyncio.sleep(1)

    async def _poll(self) -> None:
        offset, pause = None, 0.5
        while True:
            await self._room.wait()
            try:
                bodies = await self._get_updates(offset)
                await self.receive(bodies)
            except (ClientError, TimeoutError, OSError, ValueError, StorageError) as error:
                log.warning("no updates", error=type(error).__name__, again_in=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 15)
                continue
            pause = 0.5
            if bodies:
                offset = max(int(body["update_id"]) for body in bodies) + 1

    async def _get_updates(self, offset: int | None) -> list[dict[str, Any]]:
        """One long poll. Not through aiogram, which would drop a batch for one update it can't read."""
        session = await self._bot.session.create_session()  # type: ignore[attr-defined]
        url = self._bot.session.api.api_url(self._bot.token, "getUpdates")
        wanted = {"timeout": POLL_SECONDS, "limit": 100, "allowed_updates": ALLOWED}
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
        pause = 3.0
        if code == 409:
            await self._conflict()
        elif code == 429:
            pause = float(answer.get("parameters", {}).get("retry_after", pause))
        else:
            log.warning("Telegram refused getUpdates", code=code)
        await asyncio.sleep(pause)

    async def _conflict(self) -> None:
        """Somebody else takes the updates; the admins are told once."""
        log.error("another program polls with this bot_token, or a webhook is set; stop it")
        if not self._conflict_told:
            self._conflict_told = True
            await self._alarm("Another program polls with this bot_token, or a webhook is set. Stop it.")


def lane_of(body: dict[str, Any]) -> str:
    """Which updates wait for each other: a chat's messages, a person's taps; a checkout for none."""
    if query := body.get("pre_checkout_query"):
        return f"checkout:{query['id']}"
    if query := body.get("callback_query"):
        return f"tap:{query['from']['id']}"
    for kind in ("message", "edited_message", "my_chat_member"):
        if content := body.get(kind):
            return f"chat:{content['chat']['id']}"
    return "other"


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
