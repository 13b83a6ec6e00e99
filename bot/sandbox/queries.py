"""Questions that must be answered soon: taps on buttons, and inline queries."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from typing import Any

from bot.sandbox.api import Call, answers
from bot.sandbox.refusals import TOO_OLD, bad
from bot.sandbox.world import World

Json = dict[str, Any]

QUERY_SECONDS = 60
"""How long a tap can be answered. Telegram names no figure; its apps stop waiting well before that."""
QUERIES_MAX = 10_000
TOAST_MAX = 200
INLINE_RESULTS_MAX = 50


class Tap:
    """A question put to the bot, and its answer once it came."""

    def __init__(self, id: str, person: int, chat: int | None, asked: float) -> None:
        self.id, self.person, self.chat, self.asked = id, person, chat, asked
        self.answer: Json | None = None
        self._answered = asyncio.Event()

    def take(self, answer: Json) -> None:
        self.answer = answer
        self._answered.set()

    async def answered(self, seconds: float = 10) -> Json:
        """The answer: the parameters of answerCallbackQuery (answerInlineQuery). Raises TimeoutError."""
        await asyncio.wait_for(self._answered.wait(), seconds)
        assert self.answer is not None
        return self.answer


class Queries:
    """The open questions. A restart forgets them, so that answers to them come too late."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._taps: OrderedDict[str, Tap] = OrderedDict()
        self.inline: OrderedDict[str, tuple[int, int]] = OrderedDict()
        """Chat and message of the inline messages that have a keyboard."""

    def ask(self, person: int, chat: int | None) -> Tap:
        tap = Tap(str(secrets.randbits(62)), person, chat, self._world.clock.now())
        self._taps[tap.id] = tap
        if len(self._taps) > QUERIES_MAX:
            self._taps.popitem(last=False)
        return tap

    def name_inline(self, message: Json) -> str:
        """An inline_message_id, by which the bot can edit a message in a chat that it does not see."""
        name = secrets.token_urlsafe(18)
        self.inline[name] = (message["chat"]["id"], message["message_id"])
        if len(self.inline) > QUERIES_MAX:
            self.inline.popitem(last=False)
        return name

    def open(self, id: str) -> Tap:
        """The question with this id, if it can still be answered."""
        tap = self._taps.get(id)
        if tap is None or tap.answer is not None or self._world.clock.now() - tap.asked > QUERY_SECONDS:
            raise bad(TOO_OLD)
        return tap


@answers("answerCallbackQuery")
def answer_callback_query(call: Call) -> bool:
    if len(call.get("text") or "") > TOAST_MAX:
        raise bad("MESSAGE_TOO_LONG")
    tap = call.queries.open(call.params["callback_query_id"])
    answer = {key: value for key, value in call.params.items() if key != "callback_query_id"}
    tap.take(answer)
    call.world.watches.tell("toast", {**answer, "person": tap.person}, tap.chat)
    return True


@answers("answerInlineQuery")
def answer_inline_query(call: Call) -> bool:
    if len(call.params["results"]) > INLINE_RESULTS_MAX:
        raise bad("RESULTS_TOO_MUCH")
    ids = [result["id"] for result in call.params["results"]]
    if len(ids) != len(set(ids)):
        raise bad("RESULT_ID_DUPLICATE")
    call.queries.open(call.params["inline_query_id"]).take(dict(call.params))
    return True
