"""One OpenAI-compatible server: its client, time limits, bounds of its answers, and its errors as ours."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx2
import openai

from bot.providers.errors import (
    BadAnswer,
    ContentRefused,
    NoAnswer,
    ProviderError,
    UpstreamBusy,
    UpstreamOutOfCredit,
    UpstreamRefusesUs,
    UpstreamUnreachable,
)

OPENAI_URL = "https://api.openai.com/v1"
CONNECT_SECONDS = 10.0
UNPACKED = {"Accept-Encoding": "identity"}
CONNECTIONS = 200
"""At one time, unless more is worked on."""
MEGABYTE = 1024 * 1024
BODY_MOST = {
    "/images/generations": 96 * MEGABYTE,
    "/audio/speech": 32 * MEGABYTE,
    "/chat/completions": 8 * MEGABYTE,
}
"""Bytes of an answer, by the end of its path."""
OTHER_BODY_MOST = 24 * MEGABYTE

BUSY = (429, 503, 529)
TOO_SLOW = (408, 504)
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
HARMLESS = re.compile(r"[\w.\-]{1,60}")
"""Error codes that may be shown; messages may hold a key or a prompt, so they are not."""


class Upstream:
    def __init__(self, client: openai.AsyncOpenAI, http: httpx2.AsyncClient) -> None:
        self.client = client
        self._http = http

    async def fetch(self, address: str, seconds: float) -> bytes:
        """What the upstream keeps at an address that it answered with; without our key."""
        if not address.startswith(("http://", "https://")):
            raise BadAnswer("The upstream answered with an address that is none.")
        with translated():
            answer = await self._http.get(address, timeout=patience(seconds), follow_redirects=True)
            if answer.status_code != httpx2.codes.OK:
                raise BadAnswer(f"The upstream's file could not be fetched: {answer.status_code}.")
            return answer.content


@asynccontextmanager
async def open_upstream(
    base_url: str | None, api_key: str, proxy_url: str = "", connections: int = CONNECTIONS
) -> AsyncIterator[Upstream]:
    """`base_url` None is OpenAI's own; `proxy_url` is an http:// one."""
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    # Only what is configured counts: the environment's proxies would also catch a server on this machine.
    async with openai.DefaultAioHttpClient(
        trust_env=False, proxy=proxy_url or None, limits=limits, follow_redirects=False,
        headers=UNPACKED, event_hooks={"response": [_bound]},
    ) as http:  # fmt: skip
        client = openai.AsyncOpenAI(
            api_key=api_key, base_url=base_url or OPENAI_URL, max_retries=0, http_client=http,
            default_headers=UNPACKED,
        )  # fmt: skip
        yield Upstream(client, http)


def patience(seconds: float) -> httpx2.Timeout:
    """At most that long without a byte, and less for connecting."""
    return httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS), pool=min(seconds, CONNECT_SECONDS))


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the openai package and its transport raise into one of ours."""
    try:
        yield
    except openai.APIStatusError as error:
        raise _of_status(error) from None
    except (openai.APITimeoutError, httpx2.TimeoutException) as error:
        raise _of_silence(error) from None
    except (openai.APIConnectionError, httpx2.TransportError) as error:
        raise _of_connection(error) from None
    except openai.APIError as error:
        raise _of_code(error) from None
    except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, ValueError):
        raise BadAnswer("The upstream's answer could not be understood.") from None


def _of_status(error: openai.APIStatusError) -> ProviderError:
    status, code = error.status_code, _code(error)
    said = f"The upstream answered {status}" + (f" ({code})." if code else ".")
    if code in OUT_OF_CREDIT or error.type in OUT_OF_CREDIT or status == 402:
        return UpstreamOutOfCredit(said)
    if code in CONTENT_REFUSED:
        return ContentRefused(said)
    if status in BUSY:
        return UpstreamBusy(said + _asked_to_wait(error.response))
    if status in TOO_SLOW:
        return NoAnswer(said)
    if status in (401, 403, 404):
        return UpstreamRefusesUs(said)
    return BadAnswer(said)


def _of_code(error: openai.APIError) -> ProviderError:
    """An error inside of an answer that began well."""
    code = _code(error)
    said = "The upstream broke off its answer" + (f" ({code})." if code else ".")
    if code in CONTENT_REFUSED:
        return ContentRefused(said)
    if code in OUT_OF_CREDIT:
        return UpstreamOutOfCredit(said)
    return UpstreamBusy(said) if code == "rate_limit_exceeded" else BadAnswer(said)


def _of_silence(error: Exception) -> ProviderError:
    # The transport calls every lost connection a connect timeout.
    cause = error.__cause__ if isinstance(error, openai.APITimeoutError) else error
    if isinstance(cause, httpx2.ConnectTimeout):
        return UpstreamUnreachable("The upstream could not be reached.")
    return NoAnswer("The upstream answered nothing in time.")


def _of_connection(error: Exception) -> ProviderError:
    cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
    if isinstance(cause, httpx2.ReadError | httpx2.RemoteProtocolError):
        return BadAnswer("The upstream broke off in the middle of its answer.")
    return UpstreamUnreachable("The upstream could not be reached.")


def _code(error: openai.APIError) -> str:
    return next((word for word in (error.code, error.type) if word and HARMLESS.fullmatch(word)), "")


def _asked_to_wait(response: httpx2.Response) -> str:
    seconds = response.headers.get("retry-after", "")
    return f" It asks to wait {seconds} s." if seconds.isdigit() and len(seconds) < 7 else ""


async def _bound(response: httpx2.Response) -> None:
    """Called before an answer's body is read."""
    if response.headers.get("content-encoding", "identity") != "identity":
        # We ask for none, and a few kilobytes of it could become gigabytes.
        raise BadAnswer("The upstream packed its answer, which it was asked not to.")
    path = response.request.url.path
    most = next((most for end, most in BODY_MOST.items() if path.endswith(end)), OTHER_BODY_MOST)
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _Bounded(response.stream, most)


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, most: int) -> None:
        self._stream = stream
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        room = self._most
        async for piece in self._stream:
            room -= len(piece)
            if room < 0:
                raise BadAnswer(f"The upstream's answer is longer than {self._most // MEGABYTE} MB.")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
