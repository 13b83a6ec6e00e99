"""What the Bot API says when it says no: a code, a description in its own words, sometimes parameters."""

from __future__ import annotations

from typing import Any

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


class ApiError(Exception):
    """An answer with ok=false. `code` is also the HTTP status."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(f"{code} {description}")
        self.code, self.description, self.parameters = code, description, parameters

    def body(self) -> dict[str, Any]:
        body = {"ok": False, "error_code": self.code, "description": self.description}
        return {**body, "parameters": self.parameters} if self.parameters else body


def _worded(prefix: str, text: str) -> str:
    """Lower the first letter as the server does: unless the second is upper-case or `_`, so codes stay."""
    coded = len(text) > 1 and (text[1].isupper() or text[1] == "_")
    return prefix + (text if coded else text[:1].lower() + text[1:])


def bad(text: str, **parameters: Any) -> ApiError:
    return ApiError(400, _worded("Bad Request: ", text), **parameters)


def forbidden(text: str) -> ApiError:
    return ApiError(403, _worded("Forbidden: ", text))


def conflict(text: str) -> ApiError:
    return ApiError(409, _worded("Conflict: ", text))


def flood(seconds: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
