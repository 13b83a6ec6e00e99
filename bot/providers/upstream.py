"""The OpenAI API for our own jobs: a client over the pool, its time limits and bounds, its errors as ours."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import anyio
import httpx2
import openai

from bot.providers.errors import (
    BadAnswer,
    ContentRefused,
    NoAnswer,
    ProviderError,
    UpstreamRefusesUs,
    UpstreamUnreachable,
)
from bot.providers.pool.client import PoolTransport
from bot.providers.pool.credential import SETTINGS, Credential
from bot.providers.pool.pool import Pool
from bot.providers.pool.verdict import CONTENT_REFUSED, HARMLESS, of_code

OPENAI_URL = "https://api.openai.com/v1"
CONNECT_SECONDS = 10.0
UNPACKED = {"Accept-Encoding": "identity"}
CONNECTIONS = 200
"""At one time, for fetching files; the pool has its own for calls."""
MEGABYTE = 1024 * 1024
BODY_MOST = {
    "/images/generations": 96 * MEGABYTE,
    "/audio/speech": 32 * MEGABYTE,
    "/chat/completions": 8 * MEGABYTE,
}
"""Bytes of an answer, by the end of its path."""
OTHER_BODY_MOST = 24 * MEGABYTE


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
async def open_upstream(base_url: str | None, api_key: str, proxy_url: str = "") -> AsyncIterator[Upstream]:
    """A pool of one credential that waits for nothing. `base_url` None is OpenAI's own."""
    only = Credential(1, SETTINGS, (base_url or OPENAI_URL).rstrip("/"), api_key, proxy=proxy_url)
    async with Pool([only], wait_seconds=0) as pool, over(pool, only.base_url, proxy_url) as upstream:
        yield upstream


@asynccontextmanager
async def over(pool: Pool, base_url: str = OPENAI_URL, proxy_url: str = "") -> AsyncIterator[Upstream]:
    """The openai package over the pool, which knows the keys; `proxy_url` is for fetching files."""
    limits = httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    # Only what is configured counts: the environment's proxies would also catch a server on this machine.
    async with (
        openai.DefaultAioHttpClient(
            trust_env=False, proxy=proxy_url or None, limits=limits, follow_redirects=False,
            headers=UNPACKED, event_hooks={"response": [_bound]},
        ) as files,
        httpx2.AsyncClient(
            transport=PoolTransport(pool, httpx2.URL(base_url).path), event_hooks={"response": [_bound]},
            trust_env=False, follow_redirects=False,
        ) as http,
    ):  # fmt: skip
        client = openai.AsyncOpenAI(
            api_key="the pool knows it", base_url=base_url, max_retries=0, http_client=http
        )
        _import_all(client)
        yield Upstream(client, files)


def _import_all(client: openai.AsyncOpenAI) -> None:
    """Now, and not when the first one asks: it takes 60 ms, for which everybody else would wait."""
    _ = client.chat.completions, client.audio.speech, client.audio.transcriptions, client.images
    anyio.current_time()  # finds the event loop, for which it has a part of its own


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
    if code in CONTENT_REFUSED:
        return ContentRefused(said)
    if status == 404:
        return UpstreamRefusesUs(said)
    return BadAnswer(said)


def _of_code(error: openai.APIError) -> ProviderError:
    """An error inside of an answer that began well."""
    return of_code(_code(error))


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
