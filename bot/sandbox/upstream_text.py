"""The offline upstream's text routes: chat completions, completions, responses, models."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import structlog
from aiohttp import web

from bot.sandbox.local_model import LocalModel, ModelMissing
from bot.sandbox.responder import Said, language_of, respond, rule_for
from bot.sandbox.upstream_faults import cut
from bot.sandbox.upstream_parts import FAULT, PARTS, BadRequest, Parts, json_object

log = structlog.get_logger()
routes = web.RouteTableDef()

MODELS = ("sandbox-text", "sandbox-picture", "sandbox-voice", "sandbox-embedding", "sandbox-moderation")
LETTERS_PER_UNIT = 4
"""How usage is counted: a real upstream's count is about that for English."""
CHUNKS_MOST = 150
CHUNK_LETTERS = 6
PIECES_BEFORE_CUT = 3
PERSONA_FOR_MODEL = "You are a helpful, concise assistant. Answer in two or three short sentences."


@routes.get("/v1/models")
async def models(request: web.Request) -> web.Response:
    return web.json_response({"object": "list", "data": [_model(name) for name in MODELS]})


@routes.get("/v1/models/{name}")
async def model(request: web.Request) -> web.Response:
    return web.json_response(_model(request.match_info["name"]))


@routes.post("/v1/chat/completions")
async def chat(request: web.Request) -> web.StreamResponse:
    body = await json_object(request)
    messages, most = _messages(body, "messages"), _most(body)
    if body.get("stream"):
        return await _stream(request, body, messages, most)
    text, reason = await _whole(request, messages, most)
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    return await _send(request, {
        "id": _id("chatcmpl"), "object": "chat.completion", "created": int(time.time()),
        "model": _asked_model(body), "system_fingerprint": "fp_sandbox", "service_tier": "default",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reason}],
        "usage": _usage(messages, text),
    })  # fmt: skip


@routes.post("/v1/completions")
async def completions(request: web.Request) -> web.Response:
    """The legacy route; plain only."""
    body = await json_object(request)
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or body.get("stream"):
        raise BadRequest("Here `prompt` is one string, and `stream` is not supported.", "prompt")
    messages = [Said("user", prompt)]
    text, reason = await _whole(request, messages, _most(body))
    return await _send(request, {
        "id": _id("cmpl"), "object": "text_completion", "created": int(time.time()),
        "model": _asked_model(body),
        "choices": [{"index": 0, "text": text, "logprobs": None, "finish_reason": reason}],
        "usage": _usage(messages, text),
    })  # fmt: skip


@routes.post("/v1/responses")
async def responses(request: web.Request) -> web.Response:
    body = await json_object(request)
    if body.get("stream"):
        raise BadRequest("The offline upstream answers /v1/responses plainly only.", "stream")
    if isinstance(body.get("input"), str):
        body["input"] = [{"role": "user", "content": body["input"]}]
    messages = _messages(body, "input")
    if body.get("instructions"):
        messages.insert(0, Said("system", str(body["instructions"])))
    text, _reason = await _whole(request, messages, _most(body, "max_output_tokens"))
    return await _send(request, _response(body, text, _usage(messages, text)))


async def _stream(
    request: web.Request, body: dict[str, Any], messages: list[Said], most: int
) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await answer.prepare(request)
    fault, with_usage = request.get(FAULT), bool((body.get("stream_options") or {}).get("include_usage"))
    base = {"id": _id("chatcmpl"), "object": "chat.completion.chunk", "created": int(time.time()),
            "model": _asked_model(body), "system_fingerprint": "fp_sandbox"}  # fmt: skip

    async def event(choices: list[dict[str, Any]], usage: dict[str, Any] | None = None) -> None:
        extra = {"usage": usage} if with_usage else {}
        await _event(answer, base | {"choices": choices} | extra)

    await event([_delta({"role": "assistant", "content": "", "refusal": None})])
    text, sent = "", 0
    async with aclosing(_pieces(request, messages, most)) as pieces:
        async for piece in pieces:
            text += piece
            sent += 1
            await event([_delta({"content": piece})])
            if fault in ("cut", "error-in-stream") and sent == PIECES_BEFORE_CUT:
                break
    if fault == "cut":
        cut(request)
    elif fault == "error-in-stream":
        await _event(
            answer, {"error": {"message": "The server had an error.", "type": "server_error", "code": None}}
        )
    elif fault != "no-end":
        await event([_delta({}, _reason(text, most, fault))])
        if with_usage:
            await event([], _usage(messages, text))
        await answer.write(b"data: [DONE]\n\n")
    return answer


async def _whole(request: web.Request, messages: list[Said], most: int) -> tuple[str, str]:
    """The answer and why it ended."""
    async with aclosing(_pieces(request, messages, most, paced=False)) as pieces:
        text = "".join([piece async for piece in pieces])
    return text, _reason(text, most, request.get(FAULT))


async def _pieces(
    request: web.Request, messages: list[Said], most: int, *, paced: bool = True
) -> AsyncGenerator[str, None]:
    """The answer in pieces, at most about `most` units of usage long."""
    parts, room = request.app[PARTS], most * LETTERS_PER_UNIT
    if request.get(FAULT) in ("empty", "content-filter"):
        return
    async with aclosing(_unbounded(parts, messages, most, paced)) as pieces:
        async for piece in pieces:
            yield piece[:room]
            room -= len(piece)
            if room <= 0:
                return


async def _unbounded(parts: Parts, messages: list[Said], most: int, paced: bool) -> AsyncGenerator[str, None]:
    model = None if parts.canned else _model_for(parts, messages)
    if model:
        try:
            async with aclosing(model.stream(_for_model(messages), most)) as pieces:
                async for piece in pieces:
                    yield piece
            return
        except ModelMissing as missing:
            log.warning("the sandbox answers by rules", reason=str(missing))
    text = parts.canned.popleft() if parts.canned else respond(messages)
    for piece in _chunks(text):
        if paced:
            await asyncio.sleep(parts.chunk_seconds)
        yield piece


def _model_for(parts: Parts, messages: Sequence[Said]) -> LocalModel | None:
    """The model knows English only; sums and the long story are better by rule."""
    if parts.model is None or parts.model.busy or language_of(messages) != "en":
        return None
    return None if rule_for(messages, small_talk=False) else parts.model


def _chunks(text: str) -> list[str]:
    size = max(CHUNK_LETTERS, -(-len(text) // CHUNKS_MOST))
    return [text[start : start + size] for start in range(0, len(text), size)]


def _for_model(messages: Sequence[Said]) -> list[dict[str, str]]:
    kept = [{"role": said.role, "content": said.text} for said in messages]
    return kept if kept[0]["role"] == "system" else [{"role": "system", "content": PERSONA_FOR_MODEL}, *kept]


def _messages(body: dict[str, Any], param: str) -> list[Said]:
    given = body.get(param)
    if not isinstance(given, list) or not given or not all(isinstance(message, dict) for message in given):
        raise BadRequest(f"`{param}` has to be a list of messages.", param)
    return [_said(message, param) for message in given]


def _said(message: dict[str, Any], param: str) -> Said:
    role, content = message.get("role", "user"), message.get("content") or ""
    if role not in ("system", "developer", "user", "assistant", "tool", "function"):
        raise BadRequest(f"Invalid value: {role!r}.", f"{param}[0].role", "invalid_value")
    role = "system" if role == "developer" else role
    if isinstance(content, str):
        return Said(role, content)
    parts = [part for part in content if isinstance(part, dict)]
    text = " ".join(str(part.get("text", "")) for part in parts if "text" in part)
    return Said(role, text, sum("image" in str(part.get("type")) for part in parts))


def _most(body: dict[str, Any], name: str = "max_tokens") -> int:
    given = body.get("max_completion_tokens") or body.get(name) or 100_000
    if not isinstance(given, int) or given < 1:
        raise BadRequest(f"Invalid value for `{name}`.", name)
    return given


def _reason(text: str, most: int, fault: str | None) -> str:
    if fault == "content-filter":
        return "content_filter"
    return "length" if len(text) >= most * LETTERS_PER_UNIT else "stop"


def _delta(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}


def _usage(messages: Sequence[Said], text: str) -> dict[str, Any]:
    prompt = sum(len(said.text) // LETTERS_PER_UNIT + 4 for said in messages)
    completion = -(-len(text) // LETTERS_PER_UNIT)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _response(body: dict[str, Any], text: str, usage: dict[str, Any]) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    message = {
        "type": "message",
        "id": _id("msg"),
        "status": "completed",
        "role": "assistant",
        "content": [part],
    }
    return {
        "id": _id("resp"), "object": "response", "created_at": int(time.time()), "status": "completed",
        "error": None, "incomplete_details": None, "instructions": body.get("instructions"), "metadata": {},
        "model": _asked_model(body), "output": [message], "parallel_tool_calls": True, "temperature": 1.0,
        "tool_choice": "auto", "tools": [], "top_p": 1.0, "text": {"format": {"type": "text"}},
        "usage": {
            "input_tokens": usage["prompt_tokens"], "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": usage["completion_tokens"], "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": usage["total_tokens"],
        },
    }  # fmt: skip


async def _send(request: web.Request, body: dict[str, Any]) -> web.Response:
    """The answer as JSON, or its first half where it is to break off."""
    if request.get(FAULT) != "cut":
        return web.json_response(body)
    data = json.dumps(body).encode()
    answer = web.StreamResponse(
        headers={"Content-Type": "application/json", "Content-Length": str(len(data))}
    )
    await answer.prepare(request)
    await answer.write(data[: len(data) // 2])
    cut(request)
    return web.Response()


async def _event(answer: web.StreamResponse, data: dict[str, Any]) -> None:
    await answer.write(b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n")


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "sandbox"}


def _asked_model(body: dict[str, Any]) -> str:
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise BadRequest("you must provide a model parameter", "model")
    return name


def _id(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(12)}" if kind.startswith("c") else f"{kind}_{secrets.token_hex(24)}"
