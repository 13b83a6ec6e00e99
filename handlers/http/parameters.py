"""The parameters of requests: each says what it takes, reads it, and describes itself in JSON Schema.

The handlers and the OpenAPI document are made from the same objects. A value is a string in a form, and
may be of its own type in JSON; absent and empty are the same.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


class Wrong(Exception):
    """What is wrong with one parameter; `code` is the callback API's."""

    def __init__(self, parameter: str, wrong: str, code: int = -3) -> None:
        super().__init__(f"{parameter}: {wrong}")
        self.code = code


class Parameter(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def meaning(self) -> str: ...

    def read(self, given: Mapping[str, Any]) -> Any:
        """Its value in what was given, or its default. Raises Wrong."""

    def schema(self) -> dict[str, Any]: ...


def as_text(name: str, given: Mapping[str, Any]) -> str:
    """The parameter as text, "" where it is absent. Raises Wrong."""
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Wrong(name, "must be a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Wrong(name, "is not valid Unicode") from None
    return value


@dataclass(frozen=True, slots=True)
class Words:
    """Text of `least` to `most` bytes of UTF-8; with `least` 0 it may be absent."""

    name: str
    meaning: str
    least: int
    most: int

    def read(self, given: Mapping[str, Any]) -> str:
        value = as_text(self.name, given)
        size = len(value.encode())
        if self.least and not value.strip():
            raise Wrong(self.name, "is required")
        if not self.least <= size <= self.most:
            raise Wrong(self.name, f"must have {self.least} to {self.most} bytes of UTF-8, it has {size}")
        return value

    def schema(self) -> dict[str, Any]:
        # Lengths of JSON Schema count characters, ours bytes; the longest fits in as many characters.
        return {"type": "string", "maxLength": self.most}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of `options`; `none`, which may be written too, and absent are `default`."""

    name: str
    meaning: str
    options: Sequence[str]
    default: str | None = None
    none: str | None = None
    required: bool = False

    def read(self, given: Mapping[str, Any]) -> str | None:
        value = as_text(self.name, given)
        if not value and self.required:
            raise Wrong(self.name, f"is required: one of {', '.join(self.options)}")
        if not value or value == self.none:
            return self.default
        if value not in self.options:
            raise Wrong(self.name, f"must be one of {', '.join(self._written())}")
        return value

    def schema(self) -> dict[str, Any]:
        empty = [] if self.required else [""]
        return {"type": "string", "enum": [*empty, *self._written()]}

    def _written(self) -> list[str]:
        return [*([self.none] if self.none else []), *self.options]


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number; above `most` it is refused, or lowered to it where `lowers` says so."""

    name: str
    meaning: str
    least: int
    most: int
    default: int
    lowers: bool = False

    def read(self, given: Mapping[str, Any]) -> int:
        value = given.get(self.name)
        if value is None or value == "":
            return self.default
        if isinstance(value, str) and WHOLE.fullmatch(value.strip()):
            value = int(value)
        if isinstance(value, float) and value.is_integer():  # JSON's 4.0 is a whole number
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Wrong(self.name, "must be a whole number")
        if self.lowers:
            value = min(value, self.most)
        if not self.least <= value <= self.most:
            bounds = f"at least {self.least}" if self.lowers else f"from {self.least} to {self.most}"
            raise Wrong(self.name, f"must be {bounds}")
        return value

    def schema(self) -> dict[str, Any]:
        number = {"type": "integer", "minimum": self.least, "default": self.default}
        if not self.lowers:
            number["maximum"] = self.most
        return {"anyOf": [number, {"type": "string", "pattern": r"^([+-]?[0-9]{1,18})?$"}]}


@dataclass(frozen=True, slots=True)
class Several:
    """Any of `options`: an array, a JSON array in a string, or the parameter repeated as `name[]`."""

    name: str
    meaning: str
    options: Collection[str]

    def read(self, given: Mapping[str, Any]) -> frozenset[str]:
        value = given.get(self.name)
        if isinstance(value, str) and value.strip():
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                raise Wrong(self.name, f"must be a JSON array, as {self._example()}") from None
        if value is None or value == "":
            return frozenset()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise Wrong(self.name, f"must be an array of strings, as {self._example()}")
        chosen = frozenset(one for one in value if one)
        if not chosen <= frozenset(self.options):
            raise Wrong(self.name, f"may have {', '.join(sorted(self.options))} only")
        return chosen

    def _example(self) -> str:
        return json.dumps(sorted(self.options)[:1])

    def schema(self) -> dict[str, Any]:
        array = {"type": "array", "items": {"type": "string", "enum": sorted(self.options)}}
        return {"anyOf": [array, {"type": "string", "examples": ["", self._example()]}]}
