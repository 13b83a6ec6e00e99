"""What an upstream's answer, or its silence, says: whose fault it is, and whether another may be asked.

Another is asked only where this one has certainly not taken the call up: it refused, or was not reached. A
502 or 504 is somebody's in between, who doesn't know; after silence nobody does. Those calls may be paid for.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal, NamedTuple

import aiohttp
import aiohttp_socks

from bot.providers.errors import (
    BadAnswer,
    ContentRefused,
    ModelUnknown,
    NoAnswer,
    ProjectRefused,
    ProviderError,
    UpstreamBusy,
    UpstreamOutOfCredit,
    UpstreamRefusesUs,
    UpstreamUnreachable,
)

BUSY = (429, 503, 529)
TOO_SLOW = (408, 504)
UNDECIDED = (408, 502, 504)
"""Said by a proxy in between: the server behind it may be at work."""
OUT_OF_CREDIT = (
    "insufficient_quota",
    "billing_hard_limit_reached",
    "insufficient_credits",
    "billing_not_active",
)
CONTENT_REFUSED = (
    "content_policy_violation",
    "content_filter",
    "moderation_blocked",
    "image_generation_user_error",
)
NO_MODEL = ("model_not_found", "model_not_available", "deployment_not_found", "DeploymentNotFound")
HARMLESS = re.compile(r"[\w.\-]{1,60}")
"""Error codes that may be shown; messages may hold a key or a prompt, so they are not."""
WAIT_MOST = 24 * 3600.0

Blame = Literal["", "failed", "busy", "credit", "refused", "no model"]


class Verdict(NamedTuple):
    error: ProviderError
    """What the caller is told, if nobody else answers."""
    again: bool
    """Another credential may be asked."""
    blame: Blame = "failed"
    """Whose fault it is; "": not the credential's."""
    wait: float | None = None
    """For how many seconds it asks to be left alone."""


def of_answer(status: int, headers: Mapping[str, str], body: bytes) -> Verdict | None:
    """None: the credential is well, and what is wrong (if anything) is the caller's own request."""
    if status < 300:
        return None
    code, type_ = _code_of(body)
    said = f"The upstream answered {status}" + (f" ({code})." if code else ".")
    wait = seconds_to_wait(headers)
    if code in CONTENT_REFUSED or (status == 403 and _was_moderated(body)):
        return None
    if status == 402 or code in OUT_OF_CREDIT or type_ in OUT_OF_CREDIT:
        return Verdict(UpstreamOutOfCredit(said), True, "credit", wait)
    if code in NO_MODEL and status in (403, 404):
        return Verdict(UpstreamRefusesUs(said), True, "no model")
    if status in (401, 403):
        return Verdict(UpstreamRefusesUs(said), True, "refused")
    if status in BUSY:
        asked = f" It asks to wait {wait:g} s." if wait else ""
        return Verdict(UpstreamBusy(said + asked), True, "busy" if status == 429 or wait else "failed", wait)
    if status in TOO_SLOW:
        return Verdict(NoAnswer(said), False)
    if status >= 500:
        return Verdict(BadAnswer(said), status not in UNDECIDED)
    if status < 400:
        return Verdict(BadAnswer(said), False)
    return None


def of_aside(status: int, verdict: Verdict | None) -> Verdict | None:
    """Of a path that the server need not have, nor the key be good for: another may be asked."""
    if status in (401, 403, 404, 405, 501):
        return Verdict(ModelUnknown("The server does not have this for us."), True, "no model")
    if verdict is not None and verdict.blame == "credit":
        return verdict._replace(blame="busy")
    return verdict


def of_project(verdict: Verdict) -> Verdict:
    """Of a call for a project that the caller has chosen: what it is refused says nothing of other calls."""
    match verdict.blame:
        case "refused":
            return Verdict(ProjectRefused("No upstream lets us into this project."), True, "")
        case "no model":
            return Verdict(ModelUnknown("No upstream has this model in this project."), True, "")
        case "credit" | "busy":
            return verdict._replace(blame="")
    return verdict


def of_exception(error: BaseException, *, repeatable: bool = False) -> Verdict:
    """`repeatable`: nothing is paid for such a call, so it may be made twice."""
    match error:
        case UpstreamRefusesUs() | UpstreamUnreachable():  # no access token: nothing was sent
            return Verdict(error, True)
        case ProviderError():
            return Verdict(error, repeatable)
        case (
            aiohttp.ClientConnectorError()
            | aiohttp.ConnectionTimeoutError()
            | aiohttp.ClientProxyConnectionError()
            | aiohttp.ClientHttpProxyError()
            | aiohttp_socks.ProxyError()
            | aiohttp_socks.ProxyConnectionError()
            | aiohttp_socks.ProxyTimeoutError()
        ):
            return Verdict(UpstreamUnreachable("The upstream could not be reached."), True)
        case TimeoutError():
            return Verdict(NoAnswer("The upstream answered nothing in time."), repeatable)
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError():
            return Verdict(UpstreamUnreachable("The upstream broke the connection."), repeatable)
        case aiohttp.ClientPayloadError():
            said = "The upstream broke off in the middle of its answer."
            return Verdict(BadAnswer(said), repeatable)
        case aiohttp.InvalidURL():
            return Verdict(UpstreamUnreachable("The upstream's address is none."), True)
        case _:
            return Verdict(BadAnswer("The upstream's answer could not be understood."), repeatable)


def of_code(code: str) -> ProviderError:
    """An error inside of an answer that began well."""
    said = "The upstream broke off its answer" + (f" ({code})." if code else ".")
    if code in CONTENT_REFUSED:
        return ContentRefused(said)
    if code in OUT_OF_CREDIT:
        return UpstreamOutOfCredit(said)
    return UpstreamBusy(said) if code == "rate_limit_exceeded" else BadAnswer(said)


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """Retry-After in either of its spellings, or OpenAI's own in milliseconds."""
    milliseconds, given = headers.get("retry-after-ms", ""), headers.get("Retry-After", "").strip()
    try:
        if milliseconds:
            return _within(float(milliseconds) / 1000)
        return _within(float(given)) if given else None
    except ValueError:
        return _until(given)


def _until(date: str) -> float | None:
    try:
        at = parsedate_to_datetime(date)
    except ValueError:
        return None
    return _within((at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _within(seconds: float) -> float | None:
    return min(max(seconds, 0.0), WAIT_MOST) if seconds == seconds else None


def _was_moderated(body: bytes) -> bool:
    """OpenRouter's 403 for what its moderation flags looks like a refused key, but for the reasons."""
    try:
        return bool(json.loads(body)["error"]["metadata"]["reasons"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _code_of(body: bytes) -> tuple[str, str]:
    """The error's code and type, "" where there is none that may be shown."""
    try:
        error: Any = json.loads(body)["error"]
        words = (error.get("code"), error.get("type"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "", ""
    shown = [str(word) if word and HARMLESS.fullmatch(str(word)) else "" for word in words]
    return shown[0] or shown[1], shown[1]
