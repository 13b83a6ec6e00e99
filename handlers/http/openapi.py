"""GET /openapi.json: OpenAPI 3.1, made from the objects with which requests are read."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from handlers.http.callback_api import CALLBACK_API, HISTORIC, PATH
from handlers.http.codes import MEANINGS
from handlers.http.contract import IMAGE, KINDS, TEXT, VOICE, Contract
from handlers.http.parameters import Parameter
from handlers.http.site import SITE

ROUTES = web.RouteTableDef()
BODIES = ("multipart/form-data", "application/x-www-form-urlencoded", "application/json")
NAMES = {TEXT: "TextRequest", IMAGE: "ImageRequest", VOICE: "SpeechRequest"}

Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}


@ROUTES.get("/openapi.json")
async def openapi(request: web.Request) -> web.Response:
    return web.json_response(document(request.app[CALLBACK_API].contract, request.app[SITE].base))


def document(contract: Contract, base: str) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Callback API",
            "version": "1",
            "description": "Post a question with an API code; the answer is posted to your address.",
        },
        "servers": [{"url": base}],
        "paths": {
            HISTORIC: {"post": _step_one(False)},
            PATH: {"post": _step_one(True)},
            f"{PATH}/{{id}}": {"parameters": [_job_id()], "get": _look(), "delete": _cancel()},
            "/api/v1/account": {"get": _get("The balance, limits and prices of the code.", "Account")},
            "/api/v1/voices": {"get": _get("Every voice, and what serves it today.", "Voices", bearer=False)},
        },
        "components": {
            "securitySchemes": {
                "code": {"type": "http", "scheme": "bearer", "description": "Your API code."}
            },
            "schemas": {
                **{NAMES[kind]: _request(contract, kind, of) for kind, of in contract.parameters().items()},
                **ANSWERS,
            },
        },
    }


def _request(contract: Contract, kind: str, parameters: Sequence[Parameter]) -> Schema:
    own = {parameter.name: described(parameter) for parameter in parameters}
    return {
        "type": "object",
        "required": ["api", "which", "text"],
        "properties": {
            "api": {"type": "string", "description": "Your API code."},
            "callback": {"type": "string", "description": "The http(s) address that receives the answer."},
            "which": {"type": "string", "const": kind, "description": contract.which.meaning},
            **own,
        },
    }


def described(parameter: Parameter) -> Schema:
    return {**parameter.schema(), "description": parameter.meaning}


def _step_one(fetched: bool) -> dict[str, Any]:
    what = "Ask; the answer may be fetched, too." if fetched else "Ask, at the historic address."
    body = {"oneOf": [_ref(NAMES[kind]) for kind in KINDS]}
    reply = {"oneOf": [_ref("Accepted"), _ref("Refused")]}
    return {
        "operationId": "ask" if fetched else "askHistoric",
        "summary": what,
        "parameters": [
            {
                "name": "Idempotency-Key", "in": "header", "required": False,
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
                "description": "The same key and content bring the stored reply, charged once.",
            }
        ],
        "requestBody": {"required": True, "content": {media: {"schema": body} for media in BODIES}},
        "responses": {
            "200": _json("Accepted, or refused: look at `status`.", reply),
            "409": _json("The first request with this Idempotency-Key is still running.", _ref("Refused")),
            "422": _json("This Idempotency-Key was used for another request.", _ref("Refused")),
        },
        "callbacks": {"answer": {"{$request.body#/callback}": {"post": _callback()}}},
    }  # fmt: skip


def _callback() -> dict[str, Any]:
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    return {
        "summary": "The answer, signed as Standard Webhooks says; tried for days until it is answered 2xx.",
        "parameters": [{"name": name, "in": "header", "required": True, "schema": STRING} for name in names],
        "requestBody": {"content": {"application/json": {"schema": _ref("Answer")}}},
        "responses": {"2XX": {"description": "It has arrived."}, "410": {"description": "Never try again."}},
    }


def _job_id() -> dict[str, Any]:
    schema = {"type": "string", "pattern": r"^[0-9]{1,18}$"}
    return {"name": "id", "in": "path", "required": True, "schema": schema}


def _look() -> dict[str, Any]:
    look = _get("The job's state, its place in the queue, and its answer.", "Job", missing=True)
    return look | {"operationId": "look"}


def _cancel() -> dict[str, Any]:
    cancel = _get("Cancel a job that has not been begun.", "Job", missing=True)
    cancel["operationId"] = "cancel"
    cancel["responses"]["409"] = _json("It has been begun, or has ended.", _ref("Error"))
    return cancel


def _get(summary: str, schema: str, *, bearer: bool = True, missing: bool = False) -> dict[str, Any]:
    responses = {"200": _json(summary, _ref(schema))}
    if bearer:
        responses["401"] = _json("No valid API code.", _ref("Error"))
        responses["429"] = _json("This address or code is blocked for a time, or too fast.", _ref("Error"))
    if missing:
        responses["404"] = _json("This code has no such job.", _ref("Error"))
    return {"summary": summary, "responses": responses, "security": [{"code": []}] if bearer else []}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(description: str, schema: Schema) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _object(properties: Mapping[str, Schema], **more: Any) -> Schema:
    """All of them are always there."""
    return {"type": "object", "required": list(properties), "properties": dict(properties), **more}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


_ADDRESSES = {"type": "array", "items": {"type": "string", "format": "uri"}}
_FILES = {
    "description": "[] where there are none, else an object.",
    "anyOf": [
        {"type": "array", "maxItems": 0},
        {"type": "object", "properties": {IMAGE: _ADDRESSES, VOICE: _ADDRESSES}},
    ],
}
_CODE = {
    "type": "integer",
    "enum": list(MEANINGS),
    "description": "; ".join(f"{code}: {meaning}" for code, meaning in MEANINGS.items()),
}
_REFUSED = {**_CODE, "enum": [code for code in MEANINGS if code < 0]}
_STEPS = {"type": "array", "items": _object({"from": INTEGER, "tokens": NUMBER})}

ANSWERS: dict[str, Schema] = {
    "Accepted": _object(
        {
            "status": {"const": True},
            "code": {"const": 100},
            "detail": STRING,
            "id": {"type": "string", "pattern": "^[0-9]+$"},
            "turn": {
                "description": "The place in the queue, 1 is next: a string for text, else an integer.",
                "anyOf": [{"type": "string", "pattern": "^[0-9]+$"}, {"type": "integer", "minimum": 1}],
            },
        },
        additionalProperties=False,
    ),
    "Refused": _object(
        {"status": {"const": False}, "code": _REFUSED, "detail": STRING}, additionalProperties=False
    ),
    "Answer": _object(
        {
            "id": INTEGER,
            "status": {"type": "integer", "enum": [0, 1]},
            "code": _CODE,
            "detail": STRING,
            "text": STRING,
            "files": _FILES,
            "token": {"type": "integer", "minimum": 0, "description": "What was charged."},
        }
    ),
    "Job": _object(
        {
            "id": INTEGER,
            "state": {"enum": ["queued", "running", "answered", "failed", "cancelled", "expired"]},
            "turn": {"type": "integer", "minimum": 0, "description": "0: it runs, or has ended."},
            "answer": _or_null(_ref("Answer")),
            "delivery": _or_null(
                _object(
                    {
                        "state": {"enum": ["pending", "sending", "done", "dead"]},
                        "tries": INTEGER,
                        "status": _or_null(INTEGER),
                        "error": _or_null(STRING),
                        "next_at": _or_null({"type": "string", "format": "date-time"}),
                    }
                )
            ),
        }
    ),
    "Account": _object(
        {
            "balance": NUMBER,
            "held": NUMBER,
            "available": NUMBER,
            "budget": _object({"left_today": _or_null(NUMBER), "left_in_all": _or_null(NUMBER)}),
            "limits": _object(
                {
                    "text_bytes": _object({"least": INTEGER, "most": INTEGER}),
                    "at_one_time": _object(dict.fromkeys(KINDS, INTEGER)),
                    "addresses_a_day": _or_null(INTEGER),
                }
            ),
            "prices": _object(
                {
                    TEXT: _object({"steps": _STEPS, "with_mode": NUMBER}),
                    IMAGE: _object({"steps": _STEPS}),
                    VOICE: _object({"steps": _STEPS, "automatic_language": NUMBER}),
                }
            ),
            "webhook_secret": {"type": "string", "description": "Callbacks are signed with it."},
        }
    ),
    "Voices": _object(
        {
            "voices": {
                "type": "array",
                "items": _object(
                    {
                        "language": STRING,
                        "code": STRING,
                        "who": STRING,
                        "gender": {"enum": ["female", "male"]},
                        "styles": {"type": "array", "items": STRING},
                        "engine": _or_null(STRING),
                    }
                ),
            }
        }
    ),
    "Error": _object({"error": _object({"message": STRING})}),
}
