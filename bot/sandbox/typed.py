"""The surface of the Bot API, taken from aiogram's own models: what parameters a method has, whether an
answer can be read by aiogram, and the smallest answer that can, for the methods that play no part here.
"""

from __future__ import annotations

import datetime
import enum
import inspect
import json
import time
import types
import typing
from typing import Any

import aiogram.methods
from aiogram.methods.base import TelegramMethod
from aiogram.types import BufferedInputFile, InputFile, Update
from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.sandbox.refusals import ApiError, bad

Json = dict[str, Any]
Model = type[TelegramMethod[Any]]

MODELS: dict[str, Model] = {
    model.__api_method__.lower(): model
    for model in vars(aiogram.methods).values()
    if inspect.isclass(model) and issubclass(model, TelegramMethod) and model is not TelegramMethod
}
"""Every method of the Bot API by its lower-cased name: the server does not mind the case either."""

_MISSING = {
    "text": "message text is empty",
    "chat_id": "chat_id is empty",
    "message_id": "message identifier is not specified",
    "file_id": "file_id not specified",
}
_MEDIA = {"photo", "voice", "audio", "document", "video", "animation", "sticker", "video_note"}
_UPDATE = TypeAdapter(Update)


def members(annotation: Any) -> list[Any]:
    """The plain alternatives of a union, however nested."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType, typing.Annotated):
        return [one for part in typing.get_args(annotation) for one in members(part)]
    return [annotation]


def _is_model(annotation: Any, model: type) -> bool:
    return inspect.isclass(annotation) and issubclass(annotation, model)


def _is_structure(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (list, dict) or (
        _is_model(annotation, BaseModel) and not _is_model(annotation, InputFile)
    )


class _Field:
    """How the text of one parameter is read."""

    def __init__(self, name: str, annotation: Any) -> None:
        kinds = members(annotation)
        self.words = name.replace("_", " ")
        self.structure = any(_is_structure(kind) for kind in kinds)
        self.text = str in kinds
        self.boolean = bool in kinds
        self.integer = int in kinds or datetime.datetime in kinds
        self.number = float in kinds
        self.upload_only = InputFile in kinds and not self.text

    def read(self, value: str) -> Any:
        if self.structure:
            return self._structure(value)
        if self.boolean:
            return value.lower() in ("true", "yes", "1")
        if self.integer and value.lstrip("-").isdecimal():
            return int(value)
        if self.number:
            try:
                return float(value)
            except ValueError:
                return value
        return value

    def _structure(self, value: str) -> Any:
        if value[:1] not in "[{":
            if self.text:
                return value
            raise bad(f"object expected as {self.words}")
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {self.words} JSON object") from None


_fields: dict[Model, dict[str, _Field]] = {}
_answers: dict[Model, TypeAdapter[Any]] = {}


def fields(model: Model) -> dict[str, _Field]:
    known = _fields.get(model)
    if known is None:
        known = {name: _Field(name, field.annotation) for name, field in model.model_fields.items()}
        _fields[model] = known
    return known


def parse(model: Model, raw: Json) -> Json:
    """The parameters as plain JSON values, checked by aiogram's model of the method.

    What came as text (a form knows nothing else) becomes what the model says. An empty value is a
    missing one. Files are named by their form field, as `attach://<field>`.
    """
    known = fields(model)
    params: Json = {}
    checked: Json = {}
    for name, value in raw.items():
        field = known.get(name)
        if field is None or value is None or (value == "" and name != "url"):
            continue
        params[name] = checked[name] = field.read(value) if isinstance(value, str) else value
        if field.upload_only:
            checked[name] = BufferedInputFile(b"", name)
    try:
        model.model_validate(checked)
    except ValidationError as error:
        raise _refusal(error) from None
    return params


def _refusal(error: ValidationError) -> ApiError:
    first = error.errors(include_url=False, include_context=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "request"
    if first["type"] == "missing" and len(first["loc"]) == 1:
        if name in _MEDIA:
            return bad(f"there is no {name.replace('_', ' ')} in the request")
        return bad(_MISSING.get(name, f'parameter "{name}" is required'))
    if name == "reply_markup":
        return bad(f"can't parse reply keyboard markup JSON object: {first['msg']}")
    if name.endswith("entities"):
        return bad(f"can't parse MessageEntity: {first['msg']}")
    return bad(f"can't parse {name.replace('_', ' ')}: {first['msg']}")


def check_answer(model: Model, answer: Any) -> None:
    """Raise pydantic's ValidationError, a fault of the sandbox, if aiogram could not read `answer`."""
    adapter = _answers.get(model)
    if adapter is None:
        adapter = _answers[model] = TypeAdapter(model.__returning__)
    adapter.validate_python(answer)


def check_update(update: Json) -> None:
    _UPDATE.validate_python(update)


def returns(model: Model) -> list[Any]:
    return members(model.__returning__)


def _fits(annotation: Any, value: Any) -> bool:
    try:
        TypeAdapter(annotation).validate_python(value)
    except (ValidationError, TypeError):
        return False
    return True


def smallest(annotation: Any, hints: Json | None = None, name: str = "", depth: int = 0) -> Any:
    """The smallest JSON value that aiogram reads as `annotation`; fields found in `hints` come from there."""
    hints = hints or {}
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return getattr(inner[0], "value", inner[0])
    if origin in (typing.Union, types.UnionType):
        return smallest(next(one for one in inner if one is not type(None)), hints, name, depth)
    if origin is typing.Annotated:
        return smallest(inner[0], hints, name, depth)
    if origin is list:
        return [smallest(inner[0], hints, name, depth + 1)] if name == "photo" else []
    if inspect.isclass(annotation):
        if issubclass(annotation, BaseModel):
            return _smallest_model(annotation, hints, depth)
        return _smallest_scalar(annotation, hints, name)
    return hints.get(name, "x")


def _smallest_model(model: type[BaseModel], hints: Json, depth: int) -> Json:
    made: Json = {}
    for name, field in model.model_fields.items():
        key = field.alias or name
        if hints.get(name) is not None and _fits(field.annotation, hints[name]):
            made[key] = hints[name]
        elif field.is_required():
            made[key] = smallest(field.annotation, {} if depth > 3 else hints, name, depth + 1)
        elif isinstance(field.default, enum.Enum):
            made[key] = field.default.value
        elif isinstance(field.default, str):
            made[key] = field.default
    return made


def _smallest_scalar(kind: type, hints: Json, name: str) -> Any:
    if issubclass(kind, enum.Enum):
        return next(iter(kind)).value
    if issubclass(kind, bool):
        return True
    if issubclass(kind, datetime.datetime):
        return int(time.time())
    if issubclass(kind, (int, datetime.timedelta)):
        return 1 if name.endswith("id") else 0
    if issubclass(kind, float):
        return 0.0
    return hints.get(name) or ("other" if name == "type" else "x")
