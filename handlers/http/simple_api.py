"""POST /api: one question, one answer, for clients of a small chat platform. Both spellings of each field.

The gateway does the work: the same hold, upstreams and charge as /v1/chat/completions.
"""

import json
import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import structlog
from aiohttp import web
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from billing.errors import BudgetSpent, InDebt, NotEnoughTokens
from bot.blocks import network_of
from bot.settings import Settings
from bot.texts import Texts, closest, tokens
from handlers.http.bodies import BadBody, read_body
from handlers.http.gateway.asking import Asker, asker_with
from handlers.http.gateway.conversation import FIELD
from handlers.http.gateway.errors import ApiError, said
from handlers.http.gateway.lines import Left
from handlers.http.gateway.routes import GONE, Gateway
from handlers.http.origin import client_address, within

log = structlog.get_logger()

MAX_TOKENS, MAX_TOKENS_MOST = 100, 3_500
CONTINUOUS_MOST = 200
ROLES = {"user", "assistant", "system"}
WORDS = {
    400: "bad-request", 401: "bad-code", 402: "no-tokens", 403: "forbidden", 404: "not-found",
    429: "too-often",
}  # fmt: skip


class Refused(Exception):
    """With this status; the reason is a text's key with what belongs into it."""

    def __init__(self, status: int, reason: str, **values: Any) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.values = values


class Asked(NamedTuple):
    messages: list[dict[str, str]]
    """Without the system prompt, which is not repeated each turn."""
    system: str
    code: str
    body: dict[str, Any]


class SimpleApi:
    def __init__(self, gateway: Gateway, settings: Settings, texts: Texts) -> None:
        self._gateway = gateway
        self._settings = settings
        self._texts = texts
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._limits: list[RateLimitItem] = [
            kind(most)
            for kind, most in (
                (RateLimitItemPerHour, settings.hour_limit), (RateLimitItemPerMinute, settings.minute_limit),
                (RateLimitItemPerSecond, settings.second_limit),
            )
            if most
        ]  # fmt: skip

    async def take(self, request: web.Request) -> web.StreamResponse:
        try:
            if request.method != "POST":
                raise Refused(403, "only-post")
            return await self._answer(request)
        except Refused as refused:
            return self._refusal(request, refused)
        except BadBody as bad:
            return self._refusal(request, Refused(400, "bad-field", what=str(bad)))
        except NotEnoughTokens as short:
            return self._refusal(
                request,
                Refused(402, "few-tokens", price=tokens(short.price), available=tokens(short.available)),
            )
        except Left:
            return web.Response(status=GONE)
        except (BudgetSpent, InDebt):
            return self._refusal(request, Refused(402, "no-budget"))
        except Exception as error:
            told = said(error)
            if told.status == 500:
                log.exception("request failed", path=request.path)
            return self._refusal(request, refused_of(told))

    async def _answer(self, request: web.Request) -> web.Response:
        address = client_address(request)
        free = within(address, self._settings.whitelisted_ips)
        if not free:
            self._count(address)
        asked = read(await read_body(request), request)
        code = asked.code or (self._settings.api_default_code.get_secret_value() if free else "")
        asker: Asker = await asker_with(request, code, address)
        answer = json.loads(await self._gateway.answer(request, asker, asked.body))
        text = text_of(answer)
        result = [*asked.messages, {"role": "assistant", "content": text}]
        done = {"code": 200, "msg": "success", "data": {"response": text}, "current_response": text}
        kept = {FIELD: answer[FIELD]} if FIELD in answer else {}
        return web.json_response({**done, "result": result, **kept}, dumps=_dumps)

    def _count(self, address: str) -> None:
        network = network_of(address)
        for limit in self._limits:  # what is refused by one does not count for the others
            if not self._limiter.test(limit, "api", network):
                reset = self._limiter.get_window_stats(limit, "api", network).reset_time
                raise Refused(429, "wait", count=max(1, math.ceil(reset - time.time())))
        for limit in self._limits:
            self._limiter.hit(limit, "api", network)

    def _refusal(self, request: web.Request, refused: Refused) -> web.Response:
        language = self._settings.lang_api or closest(_first(request))
        say: Callable[..., str] = self._texts.say(language)
        word = WORDS.get(refused.status, "failed")
        body = {
            "code": refused.status, "msg": say(f"api-status-{word}"),
            "data": {"response": say(f"api-why-{refused.reason}", **refused.values)},
        }  # fmt: skip
        headers = {"Retry-After": str(refused.values["count"])} if "count" in refused.values else None
        return web.json_response(body, status=refused.status, headers=headers, dumps=_dumps)


SIMPLE_API = web.AppKey("simple_api", SimpleApi)


async def take(request: web.Request) -> web.StreamResponse:
    return await request.app[SIMPLE_API].take(request)


def read(given: dict[str, Any], request: web.Request) -> Asked:
    """Raises Refused 400."""
    question = given.get("user_content")
    if not isinstance(question, str) or not question.strip():
        raise Refused(400, "no-question")
    system = given.get("sys_content") or given.get("system_content") or ""
    if not isinstance(system, str):
        raise Refused(400, "bad-field", what="sys_content must be a text.")
    earlier = _earlier(given.get("continuous") or given.get("continuous_dialogue"))
    messages = [*earlier, _said("user", question)]
    told = any(message["role"] == "system" for message in earlier)  # once is enough
    prompt = [_said("system", system)] if system and not told else []
    body: dict[str, Any] = {"messages": [*prompt, *messages], "max_tokens": _most(given.get("max_tokens"))}
    if given.get("model"):
        body["model"] = given["model"]
    if FIELD in given:
        body[FIELD] = given[FIELD]
    scheme, _, word = request.headers.get("Authorization", "").partition(" ")
    code = word.strip() if scheme.lower() == "bearer" else given.get("api_key")
    return Asked(messages, system, code if isinstance(code, str) else "", body)


def _said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _most(given: Any) -> int:
    if given in (None, ""):
        return MAX_TOKENS
    text = str(given)
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= MAX_TOKENS_MOST:
        raise Refused(400, "bad-max-tokens", most=MAX_TOKENS_MOST)
    return int(text)


def _earlier(given: Any) -> list[dict[str, str]]:
    """What was said before; a form sends it as JSON."""
    try:
        earlier = json.loads(given) if isinstance(given, str) and given.strip() else given or []
        said = [_said(one["role"], one["content"]) for one in earlier]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Refused(400, "bad-continuous") from None
    if len(said) > CONTINUOUS_MOST or not all(
        one["role"] in ROLES and isinstance(one["content"], str) for one in said
    ):
        raise Refused(400, "bad-continuous")
    return said


def text_of(answer: dict[str, Any]) -> str:
    """Of a chat completion. What has no words is no answer."""
    message = answer["choices"][0].get("message") or {}
    return str(message.get("content") or "")


def refused_of(told: ApiError) -> Refused:
    error = told.body["error"]
    match told.status:
        case 401:
            return Refused(401, "unknown-code")
        case 404 if error["code"] == "conversation_not_found":
            return Refused(404, "no-conversation")
        case 404:
            return Refused(404, "no-model")
        case 409:
            return Refused(429, "wait", count=1)
        case 429 if error["code"] == "rate_limit_exceeded":
            return Refused(429, "wait", count=max(1, round(told.retry_after or 1)))
        case 400 if error["code"] == "content_policy_violation":
            return Refused(400, "content")
        case 403 if error["code"] == "account_deactivated":
            return Refused(403, "blocked")
        case 403:
            return Refused(403, "not-allowed")
        case 400 as status:
            return Refused(status, "bad-field", what=error["message"])
        case _:
            return Refused(500, "upstream")


def _first(request: web.Request) -> str:
    """The language that is wanted most."""
    return request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()


def _dumps(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False)
