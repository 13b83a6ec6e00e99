"""`conversation_id`: what was said before is put before the question here, and kept with the answer.

"new" (or "") begins a conversation. It is kept with the charge, so an answer that failed leaves no trace.
"""

import json
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from billing import Connection
from bot import kept_conversations
from bot.clock import HOUR, now
from bot.kept_conversations import Bounds, History, Message, NewTurn
from bot.providers.pool.reply import Reply
from bot.settings import Settings
from bot.storage import Storage
from handlers.http.gateway.asking import Given
from handlers.http.gateway.errors import INVALID, ApiError, bad_request
from handlers.http.gateway.events import Events
from handlers.http.gateway.json_bytes import parsed
from handlers.http.gateway.ways import Changed

FIELD = "conversation_id"
HEADER = "x-conversation-id"
BEGIN = ("", "new")
ID = re.compile(r"conv_[\w-]{32}", re.ASCII)
SYSTEM = ("system", "developer")
CALLS_MOST = 128


class Conversations:
    def __init__(self, storage: Storage, settings: Settings) -> None:
        self._on = settings.conversations
        self.bounds = Bounds(
            settings.conversation_messages, settings.conversation_kb * 1024,
            round(settings.conversation_hours * HOUR), settings.conversations_per_customer,
        )  # fmt: skip
        self._storage = storage
        self._busy: set[str] = set()

    def wanted(self, given: Given) -> bool:
        """Where they are not kept the field is the upstream's."""
        return self._on and FIELD in given.body

    @asynccontextmanager
    async def opened(self, given: Given, customer: int) -> AsyncIterator[None]:
        """`given` with what was said before. Raises ApiError; nobody else may go on with it meanwhile."""
        wanted = given.body.pop(FIELD)
        new, messages = wanted in BEGIN, _messages(given.body)
        if not new and not (isinstance(wanted, str) and ID.fullmatch(wanted)):
            raise _none_such()
        id_ = f"conv_{secrets.token_urlsafe(24)}" if new else wanted
        if id_ in self._busy:
            raise _locked()
        self._busy.add(id_)
        try:
            before = History([], []) if new else await self._before(id_, customer)
            system = [one for one in messages if one.get("role") in SYSTEM] or before.system
            asked = [one for one in messages if one.get("role") not in SYSTEM]
            given.body["messages"] = [*system, *before.messages, *asked]
            given.raw = json.dumps(given.body, ensure_ascii=False).encode(errors="replace")
            given.size = None
            given.kept = Kept(id_, customer, system, asked, self.bounds)
            yield
        finally:
            self._busy.discard(id_)

    async def _before(self, id_: str, customer: int) -> History:
        since = now() - self.bounds.milliseconds
        found = await kept_conversations.history(self._storage, id_, customer, since)
        if found is None:
            raise _none_such()
        return found

    async def forget(self, id_: str, customer: int) -> None:
        """Raises ApiError 404."""
        if not await self._storage.write(kept_conversations.forget, id_, customer):
            raise _none_such()


class Kept:
    """One question in a conversation, and the answer as it comes."""

    def __init__(
        self, id_: str, customer: int, system: list[Message], asked: list[Message], bounds: Bounds
    ) -> None:
        self.id = id_
        self._customer = customer
        self._system = system
        self._asked = asked
        self._bounds = bounds
        self._said: Message = {}
        self._room = bounds.bytes

    def overhear(self, reply: Reply) -> Reply:
        return Overheard(reply, self)

    def hear(self, message: Any) -> None:
        """An answer that came at once."""
        if isinstance(message, dict):
            self._said = {"role": "assistant", **message}

    def hear_part(self, delta: Any) -> None:
        """A piece of one that is streamed."""
        if not isinstance(delta, dict) or self._room < 0:
            return
        for name in ("content", "refusal"):
            if isinstance(delta.get(name), str):
                self._room -= len(delta[name])
                self._said[name] = self._said.get(name, "") + delta[name]
        for call in delta.get("tool_calls") or []:
            self._hear_call(call)

    def _hear_call(self, call: dict[str, Any]) -> None:
        calls = self._said.setdefault("tool_calls", [])
        index = call.get("index", 0)
        if not isinstance(index, int) or not 0 <= index < CALLS_MOST:
            return
        while len(calls) <= index:
            calls.append({"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
        calls[index]["id"] = call.get("id") or calls[index]["id"]
        for name, text in (call.get("function") or {}).items():
            if name in ("name", "arguments") and isinstance(text, str):
                self._room -= len(text)
                calls[index]["function"][name] += text

    def write(self, conn: Connection, relay: int, at: int) -> None:
        """With the charge."""
        said = [{"content": None, **self._said, "role": "assistant"}] if self._said else []
        asked = [slim(one, self._bounds.bytes // 2) for one in self._asked]
        turn = NewTurn(self.id, self._customer, self._system, [*asked, *said])
        kept_conversations.keep(conn, turn, self._bounds, at)


class Overheard(Changed):
    """An answer that goes on as it came, and is remembered."""

    def __init__(self, reply: Reply, kept: Kept) -> None:
        super().__init__(reply)
        self._kept = kept
        self._events = Events()

    async def read(self, most: int) -> bytes:
        """With the conversation's id as its first field."""
        body = await self.reply.read(most)
        try:
            self._kept.hear(parsed(body)["choices"][0]["message"])
        except (ValueError, LookupError, TypeError, RecursionError):
            return body
        return b'{"%s": "%s", %s' % (FIELD.encode(), self._kept.id.encode(), body[body.index(b"{") + 1 :])

    async def more(self, most: int) -> bytes:
        piece = await self.reply.more(most)
        for event in self._events.feed(piece):
            self._hear(event)
        return piece

    def _hear(self, event: bytes) -> None:
        try:
            for choice in parsed(event[5:])["choices"]:
                if choice.get("index", 0) == 0:
                    self._kept.hear_part(choice.get("delta"))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return  # a comment, the end, an error: no words


def _none_such() -> ApiError:
    message = 'No such conversation, or it has ended. Begin one with "new".'
    return ApiError(404, INVALID, "conversation_not_found", message, FIELD)


def _locked() -> ApiError:
    message = "Another request is being answered in this conversation."
    return ApiError(409, INVALID, "conversation_locked", message, FIELD, retry_after=1)


def slim(message: Message, most: int) -> Message:
    """Without its pictures, files and sounds, where it is larger than `most` bytes with them."""
    content = message.get("content")
    if not isinstance(content, list) or len(json.dumps(message)) <= most:
        return message
    parts = [
        one if isinstance(one, dict) and one.get("type") == "text" else {"type": "text", "text": _name(one)}
        for one in content
    ]
    return {**message, "content": parts}


def _name(part: Any) -> str:
    kind = str(part.get("type", "")) if isinstance(part, dict) else ""
    return f"[{kind[:40] or 'something'}: not kept]"


def _messages(body: dict[str, Any]) -> list[Message]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not all(isinstance(one, dict) for one in messages):
        raise bad_request("messages must be a list of messages.", "messages")
    return messages
