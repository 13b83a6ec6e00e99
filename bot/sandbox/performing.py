"""Does a call of the Bot API: with whatever fault is due, checked both ways, and recorded."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.sandbox import chats, delivery, editing, invoices, passing_on, profile, sending
from bot.sandbox.api import HANDLERS, Call, Upload
from bot.sandbox.faults import Fault
from bot.sandbox.generic import answer_smallest
from bot.sandbox.pacing import Pacing
from bot.sandbox.queries import Queries
from bot.sandbox.refusals import ApiError, flood
from bot.sandbox.stars import Stars
from bot.sandbox.typed import Model, check_answer, parse
from bot.sandbox.world import World

Json = dict[str, Any]

CALLS_MAX = 500
_ENTERED = (chats, delivery, editing, invoices, passing_on, profile, sending)
"""They enter their methods in HANDLERS as they are imported."""
_BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"


class Cut(Exception):
    """The connection is to be cut without an answer."""


@dataclass(slots=True)
class Recorded:
    """One call as the page and the tests see it. An upload is its size in bytes; code 0: cut at once."""

    at: float
    method: str
    params: Json
    code: int = 200
    description: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: str
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def as_reply(error: ApiError) -> Reply:
    wait = error.parameters.get("retry_after")
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return Reply(error.code, _dumped(error.body()), headers=headers)


class Performer:
    def __init__(self, world: World, stars: Stars, queries: Queries) -> None:
        self._world, self._stars, self._queries = world, stars, queries
        self.pacing = Pacing(world.clock)
        self.calls: deque[Recorded] = deque(maxlen=CALLS_MAX)

    async def perform(self, model: Model, raw: Json, uploads: dict[str, Upload]) -> Reply:
        """The answer to a call, refusals included. Raises Cut where there is none."""
        call = Recorded(self._world.clock.now(), model.__api_method__, _shown(raw, uploads))
        fault = self._fault(call)
        try:
            if self._world.updates.down:
                raise Cut
            if fault is not None:
                before_effect(fault)
            answer = await self._answer(model, raw, uploads)
            if self._world.updates.down:  # it waited for updates when the line was cut
                raise Cut
        except ApiError as error:
            self._record(call, error.code, error.description)
            return as_reply(error)
        except _BadGateway:
            self._record(call, 502, "Bad Gateway")
            return Reply(502, _BAD_GATEWAY, "text/html")
        except Cut:
            self._record(call, 0, "refused")
            raise
        if answer or call.method != "getUpdates":
            self._record(call, 200, "lost" if fault is not None and fault.kind == "lost" else "")
        if fault is not None:
            await after_effect(fault)
        return Reply(200, _dumped({"ok": True, "result": answer}))

    def _fault(self, call: Recorded) -> Fault | None:
        if not self._world.faults.waiting:
            return None
        chat = str(call.params.get("chat_id", ""))
        return self._world.faults.take_call(call.method, int(chat) if chat.lstrip("-").isdecimal() else None)

    async def _answer(self, model: Model, raw: Json, uploads: dict[str, Upload]) -> Any:
        method = model.__api_method__
        call = Call(self._world, self._stars, self._queries, method, parse(model, raw), uploads)
        if self.pacing.on and (there := self._world.chats.get(call.get("chat_id"))):
            self.pacing.check(method, there.id, group=not there.private)
        handler = HANDLERS.get(method)
        answer = answer_smallest(call, model) if handler is None else handler(call)
        if inspect.isawaitable(answer):
            answer = await answer
        if self._world.validate and method != "getUpdates":  # each update was checked as it was made
            check_answer(model, answer)
        return answer

    def _record(self, call: Recorded, code: int, description: str) -> None:
        call.code, call.description = code, description
        self.calls.append(call)
        if self._world.watches.any:
            self._world.watches.tell("call", asdict(call))


class _BadGateway(Exception):
    pass


def before_effect(fault: Fault) -> None:
    if fault.kind == "refused":
        raise Cut
    if fault.kind == "html":
        raise _BadGateway
    if fault.kind == "flood":
        raise flood(max(1, round(fault.seconds)))
    if fault.kind == "restart":
        raise ApiError(500, "Internal Server Error: restart")
    if fault.kind == "error":
        raise ApiError(fault.code or 400, fault.description or "Bad Request")


async def after_effect(fault: Fault) -> None:
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    if fault.kind == "lost":
        raise Cut


def _shown(raw: Json, uploads: dict[str, Upload]) -> Json:
    shown = {**raw, **{name: len(upload.data) for name, upload in uploads.items()}}
    for name, value in raw.items():
        if uploads and isinstance(value, str) and (upload := uploads.get(value.removeprefix("attach://"))):
            shown[name] = len(upload.data)
            shown.pop(value.removeprefix("attach://"), None)
    shown.pop("secret_token", None)
    return shown


def _dumped(body: Json) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
