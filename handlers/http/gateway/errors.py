"""What goes wrong, in the shape and with the words of the OpenAI API: its clients act on them."""

import json
import math

from aiohttp import web

from billing.errors import BudgetSpent, CodeUnusable, InDebt, NotEnoughTokens, Refusal
from bot.blocks import Blocked, TooFast
from bot.clock import SECOND, now
from bot.providers.errors import (
    ContentRefused,
    ModelUnknown,
    ProjectRefused,
    ProviderError,
    Unchecked,
    UpstreamBusy,
    UpstreamOutOfCredit,
    UpstreamRefusesUs,
)
from bot.queue import Banned
from bot.storage import StorageError
from bot.texts import tokens
from bot.watch import BooksWrong
from handlers.http.auth import CodePaused

INVALID, UPSTREAM = "invalid_request_error", "upstream_error"


class ApiError(Exception):
    def __init__(
        self, status: int, type_: str, code: str | None, message: str, param: str | None = None,
        retry_after: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": type_, "param": param, "code": code}}
        self.retry_after = retry_after
        self.headers: dict[str, str] = {}

    def response(self) -> web.Response:
        headers = dict(self.headers)
        if self.retry_after is not None:
            headers["Retry-After"] = str(max(1, math.ceil(self.retry_after)))
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return web.json_response(self.body, status=self.status, headers=headers)

    def event(self) -> bytes:
        """In the middle of a stream."""
        return b"data: " + json.dumps(self.body).encode() + b"\n\n"


def bad_request(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    return ApiError(400, INVALID, code, message, param)


def too_many(message: str, wait: float) -> ApiError:
    return ApiError(429, "requests", "rate_limit_exceeded", message, retry_after=wait)


def said(error: Exception) -> ApiError:
    """What the caller is told of this; anything that is none of ours is an error of ours."""
    match error:
        case ApiError():
            return error
        case Blocked():
            return too_many(f"This {error.what} is blocked for a time.", (error.until - now()) / SECOND)
        case TooFast():
            wait = error.seconds
            told = too_many(f"More than {error.most} requests a minute.", wait)
            told.headers = {
                "x-ratelimit-limit-requests": str(error.most), "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": f"{wait:.0f}s",
            }  # fmt: skip
            return told
        case Refusal():
            return _of_refusal(error)
        case ProviderError():
            return _of_provider(error)
        case StorageError():
            return ApiError(
                503, "server_error", None, "Too much at once; nothing was charged.", retry_after=2
            )
        case web.HTTPException():
            return ApiError(error.status, INVALID, None, error.reason)
        case _:
            return ApiError(500, "server_error", None, "Something went wrong here; nothing was charged.")


def _of_refusal(error: Refusal) -> ApiError:
    quota = "insufficient_quota"
    match error:
        case NotEnoughTokens():
            need, have = tokens(error.price), tokens(error.available)
            return ApiError(
                429,
                quota,
                quota,
                f"Not enough tokens: this needs {need}, you have {have}. Buy some in the bot.",
            )
        case InDebt():
            return ApiError(429, quota, quota, f"You owe {tokens(error.amount)} tokens. Buy some in the bot.")
        case BudgetSpent():
            amounts = f"this needs {tokens(error.price)}, {tokens(error.left)} are left"
            return ApiError(429, quota, quota, f"This code's budget is spent: {amounts}.")
        case CodePaused() | CodeUnusable():
            return ApiError(401, INVALID, "invalid_api_key", "This API code is paused or ended.")
        case BooksWrong():
            message = "Nothing is taken now; the operator has been told."
            return ApiError(503, "server_error", None, message, retry_after=60)
        case Banned():
            return ApiError(403, INVALID, "account_deactivated", "This customer is blocked.")
        case _:
            return ApiError(403, INVALID, None, str(error))


def _of_provider(error: ProviderError) -> ApiError:
    if isinstance(error, ModelUnknown):
        return ApiError(
            404, INVALID, "model_not_found", "No upstream has this model. See /v1/models.", "model"
        )
    if isinstance(error, ProjectRefused):
        return ApiError(403, INVALID, "invalid_project", str(error))
    if isinstance(error, ContentRefused):
        return ApiError(400, INVALID, "content_policy_violation", "This was refused by the content rules.")
    if isinstance(error, Unchecked):
        message = (
            "This could not be checked against the content rules, so it was not sent; nothing was charged."
        )
        return ApiError(503, UPSTREAM, "moderation_unavailable", message, retry_after=error.retry_after or 5)
    if isinstance(error, UpstreamBusy | UpstreamOutOfCredit | UpstreamRefusesUs):
        message = "No upstream can take this now; nothing was charged. Try again later."
        return ApiError(503, UPSTREAM, "upstream_busy", message, retry_after=error.retry_after or 5)
    return ApiError(502, UPSTREAM, "upstream_failed", f"{error} Nothing was charged.")
