"""POST /v1/completions where the upstream has only chat: asked as a chat, answered as a text."""

import json
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from bot.providers.errors import BadAnswer
from bot.providers.pool.call import Call
from bot.providers.pool.pool import Pool
from bot.providers.pool.reply import ERROR_MOST, Reply
from handlers.http.gateway.asking import NEWER_CAP, Given
from handlers.http.gateway.errors import bad_request
from handlers.http.gateway.events import Events
from handlers.http.gateway.json_bytes import parsed
from handlers.http.gateway.kinds import REASONING
from handlers.http.gateway.metering import Meter
from handlers.http.gateway.ways import Changed, Known

PATH, CHAT = "/completions", "/chat/completions"
LACKING = (404, 405)
REMEMBERED_SECONDS = 3_600.0
REMEMBERED = 1_000
"""Models."""
WORDLESS = b": at work\n\n"
"""What a chat has and a text has not: the program hears that something comes."""
NOT_OF_CHATS = ("prompt", "suffix", "best_of", "logprobs", "echo", NEWER_CAP)


class Completions:
    """A way. An upstream that has once said that it lacks the path is not asked for it again for a while."""

    def __init__(self, pool: Pool, *, always: bool) -> None:
        """`always`: never ask for completions."""
        self._pool = pool
        self._always = always
        self._lacking: OrderedDict[str, float] = OrderedDict()

    @asynccontextmanager
    async def ask(self, call: Call, given: Given, meter: Meter) -> AsyncIterator[Reply]:
        if not self._lacks(call.model):
            async with self._pool.send(call) as reply:
                if reply.status not in LACKING:
                    yield reply
                    return
                body = await reply.read(ERROR_MOST)
                if b"model_not_found" in body:  # that is another matter
                    yield Known(reply, body)
                    return
            self._remember(call.model)
        chat = as_chat(parsed(call.body), given)
        body = json.dumps(chat, ensure_ascii=False).encode(errors="replace")
        async with self._pool.send(replace(call, path=CHAT, body=body)) as reply:
            echo = given.body.get("prompt", "") if given.body.get("echo") is True else ""
            yield AsText(reply, _only(echo)) if reply.status < 400 else reply

    def _lacks(self, model: str) -> bool:
        return self._always or self._lacking.get(model, 0.0) > time.monotonic()

    def _remember(self, model: str) -> None:
        self._lacking[model] = time.monotonic() + REMEMBERED_SECONDS
        self._lacking.move_to_end(model)
        if len(self._lacking) > REMEMBERED:
            self._lacking.popitem(last=False)


def as_chat(body: dict[str, Any], given: Given) -> dict[str, Any]:
    """The same request as a chat. Raises ApiError for what a chat cannot do."""
    prompt = _only(body.get("prompt", ""))
    if not isinstance(prompt, str):
        raise _impossible("prompt", "prompt must be one text: this model takes neither several nor tokens")
    if body.get("suffix"):
        raise _impossible("suffix", "this model cannot insert before a suffix")
    if (body.get("best_of") or 1) > (body.get("n") or 1):
        raise _impossible("best_of", "this model cannot choose among more answers than n")
    chat = {name: value for name, value in body.items() if name not in NOT_OF_CHATS}
    if "max_tokens" in chat and REASONING.match(given.model):
        chat[NEWER_CAP] = chat.pop("max_tokens")
    system = given.alias.system if given.alias else ""
    told = [{"role": "system", "content": system}] if system else []
    return {**chat, "messages": [*told, {"role": "user", "content": prompt}]}


def _only(prompt: Any) -> Any:
    return prompt[0] if isinstance(prompt, list) and len(prompt) == 1 else prompt


def _impossible(param: str, why: str) -> Exception:
    return bad_request(f"{why.capitalize()}. Use /v1/chat/completions.", param, "unsupported_value")


class AsText(Changed):
    """A chat's answer as that of a completion, at once or event by event."""

    def __init__(self, reply: Reply, echo: str) -> None:
        """`echo`: what every text begins with."""
        super().__init__(reply)
        self._echo = echo
        self._begun: set[int] = set()
        self._events = Events()

    async def read(self, most: int) -> bytes:
        body = await self.reply.read(most)
        try:
            answer = parsed(body)
            return body if "choices" not in answer else _dumped(self._whole(answer))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise BadAnswer("The upstream's answer could not be understood.") from None

    async def more(self, most: int) -> bytes:
        while piece := await self.reply.more(most):
            if events := self._events.feed(piece):
                return b"".join(map(self._event, events)) or WORDLESS
        return b"".join(map(self._event, self._events.last()))

    def _whole(self, answer: dict[str, Any]) -> dict[str, Any]:
        choices = [self._choice(one, one.get("message") or {}, self._echo) for one in answer["choices"]]
        return {**answer, "id": _id(answer), "object": "text_completion", "choices": choices}

    def _event(self, event: bytes) -> bytes:
        """Comments, the end and errors as they are; b"" for an event without words."""
        if not event.startswith(b"data:") or event.startswith(b"data: [DONE]"):
            return event
        try:
            chunk = parsed(event[5:])
            return b"data: " + _dumped(chunk) + b"\n\n" if self._turned(chunk) else b""
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return event

    def _turned(self, chunk: dict[str, Any]) -> bool:
        """False where nothing is left to be said."""
        if "choices" not in chunk:
            return True
        worth = bool(chunk.get("usage")) or not chunk["choices"]
        choices = []
        for one in chunk["choices"]:
            delta = one.get("delta") or {}
            echo = "" if one.get("index", 0) in self._begun else self._echo
            self._begun.add(one.get("index", 0))
            choices.append(self._choice(one, delta, echo))
            worth = worth or bool(choices[-1]["text"]) or one.get("finish_reason") is not None
        chunk.update(id=_id(chunk), object="text_completion", choices=choices)
        return worth

    def _choice(self, one: dict[str, Any], said: dict[str, Any], echo: str) -> dict[str, Any]:
        return {
            "text": echo + (said.get("content") or said.get("refusal") or ""), "index": one.get("index", 0),
            "logprobs": None, "finish_reason": one.get("finish_reason"),
        }  # fmt: skip


def _id(answer: dict[str, Any]) -> str:
    return "cmpl-" + str(answer.get("id", "")).removeprefix("chatcmpl-")


def _dumped(answer: Any) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode(errors="replace")
