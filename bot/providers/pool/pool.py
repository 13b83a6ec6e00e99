"""One call, sent to a credential that is well; to another if the first has refused it; never round in a loop.

A call ends in one of these ways: an answer; the error of the last that was asked, after at most RETRY_TIMES
more than the first; or UpstreamBusy with the time to wait, where all cool down for longer than we may wait.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import NamedTuple, Protocol

import aiohttp
import structlog
from aiohttp_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError

from bot.providers.errors import ContentRefused, ModelUnknown, ProviderError, UpstreamBusy, UpstreamRefusesUs
from bot.providers.pool.call import Call
from bot.providers.pool.choice import Choice, Way
from bot.providers.pool.connections import Connections
from bot.providers.pool.credential import PROJECT, Credential
from bot.providers.pool.health import ANY_MODEL, Health
from bot.providers.pool.reply import Reply
from bot.providers.pool.verdict import Verdict, of_answer, of_aside, of_exception, of_project
from bot.providers.pool.waiting import Waiting
from bot.spread import Spread

log = structlog.get_logger()

OUT_OF_CREDIT_SECONDS = 1_800.0
NO_MODEL_SECONDS = 600.0
REFUSED_SECONDS = 30
"""What callers are told to wait where every credential is refused: an operator must look."""
BACKOFF_SECONDS = 0.1
LIST_MOST = 4 * 1024 * 1024
"""Bytes of a server's list of models."""


class State(NamedTuple):
    """Of one credential, for the operator."""

    credential: Credential
    busy: int
    worked: int
    failed: int
    cooling: float
    """Seconds; 0: it is usable."""
    refused: bool


class News(NamedTuple):
    """What the pool has learnt of a credential: `refused` or `out of credit`, or that it is `well` again."""

    credential: Credential
    what: str
    detail: str


class Bearers(Protocol):
    async def bearer(self, credential: Credential) -> str:
        """The access token of a credential with a grant. Raises ProviderError."""
        ...

    def forget_stale(self, credential: Credential) -> bool:
        """The upstream does not take it: True where a new one may help."""
        ...


class Pool:
    def __init__(
        self,
        credentials: Iterable[Credential] = (),
        *,
        way: Way = "least_busy",
        retry_times: int = 3,
        wait_seconds: float = 10.0,
        bearers: Bearers | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`wait_seconds`: how long a call may wait in all for a credential to be well again."""
        self.tell: Callable[[News], None] = lambda news: None
        self.lists: dict[int, frozenset[str]] = {}
        """The models that each credential's server has listed; none where it gave no list."""
        self.check_model = False
        """Ask only those that list the model."""
        self._way = Choice(way)
        self._retry_times = retry_times
        self._wait_seconds = wait_seconds
        self._bearers = bearers
        self._clock = clock
        self._health = Health()
        self._refused: set[int] = set()
        self._busy: Counter[int] = Counter()
        self._worked: Counter[int] = Counter()
        self._failed: Counter[int] = Counter()
        self.failures: Counter[tuple[str, str]] = Counter()
        """By upstream, and whose fault it was."""
        self.retries: Counter[str] = Counter()
        """How often an upstream was asked after another credential had failed."""
        self.seconds: dict[str, Spread] = {}
        """From asking an upstream to the beginning of its answer."""
        self._waiting = Waiting()
        self._connections = Connections()
        self.credentials: tuple[Credential, ...] = ()
        self.use(credentials)

    async def __aenter__(self) -> "Pool":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connections.close()

    def use(self, credentials: Iterable[Credential]) -> None:
        """These from now on. Those that are new, or were changed, begin anew."""
        before = {one.id: one for one in self.credentials}
        self.credentials = tuple(credentials)
        now = {one.id: one for one in self.credentials}
        for id_ in {*before, *now}:
            if before.get(id_) != now.get(id_):
                self.enable(id_)
                self.lists.pop(id_, None)
        self._way.forget(set(now))
        names = {one.upstream for one in self.credentials}
        self.seconds = {name: self.seconds.get(name) or Spread() for name in names}
        self._waiting.wake()

    def enable(self, credential: int) -> None:
        """Forget what was wrong with it."""
        self._health.forget(credential)
        self._refused.discard(credential)
        self._waiting.wake()

    def refuse(self, credential: int) -> None:
        """Ask it no more, until `enable`."""
        self._refused.add(credential)

    @property
    def waiting(self) -> int:
        """Calls that wait for a credential to be well."""
        return self._waiting.count

    def states(self) -> list[State]:
        at = self._clock()
        return [
            State(
                one, self._busy[one.id], self._worked[one.id], self._failed[one.id],
                self._health.cooling(one.id, at), one.id in self._refused,
            )
            for one in self.credentials
        ]  # fmt: skip

    @asynccontextmanager
    async def send(self, call: Call) -> AsyncIterator[Reply]:
        """The answer, which may be a refusal of the request itself (a 4xx). Raises a ProviderError.

        Leaving closes the connection where the answer is not at its end, so that the upstream stops too.
        """
        reply = await self.ask(call)
        try:
            yield reply
        except ProviderError as error:
            self.broke_off(reply, call, error)
            raise
        finally:
            self.let_go(reply)

    def broke_off(self, reply: Reply, call: Call, error: ProviderError) -> None:
        """An answer that began well did not end well."""
        if not isinstance(error, ContentRefused):
            self._note(reply.credential, call.model, Verdict(error, False))

    async def ask_this(self, credential: Credential, call: Call) -> tuple[Verdict | None, bytes]:
        """Ask this one, well or not: what is wrong with it, and its answer. Changes nothing."""
        reply, verdict = await self._ask(credential, call)
        if reply is None:
            return verdict, b""
        try:
            return verdict, await reply.read(LIST_MOST)
        except ProviderError as error:
            return verdict or Verdict(error, False), b""
        finally:
            self.let_go(reply)

    async def ask(self, call: Call) -> Reply:
        """The same for who lets the reply go, and says what broke off, by themselves."""
        deadline = self._clock() + self._wait_seconds
        tried: set[int] = set()
        last: Verdict | None = None
        for attempt in range(self._retry_times + 1):
            if attempt:
                await asyncio.sleep(BACKOFF_SECONDS * 2 ** (attempt - 1) * random.random())  # noqa: S311
            credential = await self._well(call, tried, deadline, last)
            if attempt:
                self.retries[credential.upstream] += 1
            reply, last = await self._probe(credential, call)
            tried.add(credential.id)
            if reply is not None and (last is None or self._is_last_word(last, call, tried)):
                return reply
            if reply is not None:
                self.let_go(reply)
            assert last is not None
            if not last.again:
                break
            if last.blame == "busy":  # it said when it may be asked again
                tried.discard(credential.id)
        assert last is not None
        raise self._over(last, call.model)

    def _is_last_word(self, verdict: Verdict, call: Call, tried: set[int]) -> bool:
        """That there is no such model is the caller's to read, once nobody else could have it."""
        return verdict.blame == "no model" and all(one.id in tried for one in self._serving(call.model))

    async def _well(self, call: Call, tried: set[int], deadline: float, last: Verdict | None) -> Credential:
        """One that may be asked now, waited for if need be. Raises what to tell the caller."""
        while True:
            at = self._clock()
            untried = [one for one in self._serving(call.model) if one.id not in tried]
            if usable := [one for one in untried if self._health.usable(one.id, call.model, at)]:
                return self._way.of(usable, self._busy)
            if not untried:
                raise self._over(last, call.model)
            wait = min(self._health.wait(one.id, call.model, at) for one in untried)
            if at + max(wait, 0.0) >= deadline or self._waiting.full:
                raise self._over(last, call.model, max(wait, 1.0))
            await self._waiting.wait(min(wait, deadline - at) if wait > 0 else deadline - at)

    def _serving(self, model: str) -> list[Credential]:
        return [one for one in self.credentials if one.id not in self._refused and self._serves(one, model)]

    def _serves(self, one: Credential, model: str) -> bool:
        if model == ANY_MODEL:
            return True
        if one.models:
            return one.names(model)
        listed = self.lists.get(one.id)
        return not self.check_model or not listed or model in listed

    def _over(self, last: Verdict | None, model: str, wait: float | None = None) -> ProviderError:
        """What the caller is told in the end, and after how many seconds it may be worth asking again."""
        serving = self._serving(model)
        if last is None and not serving:
            error = self._nobody(model)
        else:
            error = last.error if last else UpstreamBusy("Every upstream is busy.")
        waits = [self._health.wait(one.id, model, self._clock()) for one in serving]
        known = wait or (min(waits) if waits else REFUSED_SECONDS)
        error.retry_after = known if known > 0 else None
        return error

    def _nobody(self, model: str) -> ProviderError:
        if self.credentials and not any(self._serves(one, model) for one in self.credentials):
            return ModelUnknown("No upstream has this model.")
        return UpstreamRefusesUs("No upstream takes our credentials, or there is none.")

    async def _probe(self, credential: Credential, call: Call) -> "Outcome":
        """Ask it, and remember how it went."""
        self._health.begin(credential.id, call.model)
        try:
            outcome = await self._ask(credential, call)
            if self._needs_new_access(credential, outcome):
                outcome = await self._ask(credential, call)
        except BaseException:  # the caller left
            self._health.left(credential.id, call.model)
            self._waiting.wake()
            raise
        if call.project and outcome.verdict is not None and PROJECT not in credential.headers:
            outcome = outcome._replace(verdict=of_project(outcome.verdict))
        self._note(credential, call.model, outcome.verdict)
        return outcome

    def _needs_new_access(self, credential: Credential, outcome: "Outcome") -> bool:
        """Its access token was revoked early: the call was not taken up, and a new one may be."""
        reply, verdict = outcome
        refused = verdict is not None and verdict.blame == "refused"
        if not refused or credential.grant is None or reply is None or self._bearers is None:
            return False
        if not self._bearers.forget_stale(credential):
            return False
        self.let_go(reply)
        return True

    async def _ask(self, credential: Credential, call: Call) -> "Outcome":
        """Its answer, and what that says. It counts as busy until the reply is let go."""
        self._busy[credential.id] += 1
        reply: Reply | None = None
        begun = time.perf_counter()
        try:
            reply = Reply(await self._request(credential, call), credential)
            self._took(credential, time.perf_counter() - begun)
            if reply.status >= 300:
                verdict = of_answer(reply.status, reply.headers, await reply.look())
                return Outcome(reply, of_aside(reply.status, verdict) if call.aside else verdict)
            reply.check()
            return Outcome(reply, None)
        except BaseException as error:
            self._busy[credential.id] -= 1
            if reply is not None:
                reply.close()
            if isinstance(error, FOREIGN):
                return Outcome(None, of_exception(error, repeatable=call.free))
            raise

    def _took(self, credential: Credential, seconds: float) -> None:
        if spread := self.seconds.get(credential.upstream):  # else it has been removed meanwhile
            spread.add(seconds)

    def let_go(self, reply: Reply) -> None:
        self._busy[reply.credential.id] -= 1
        reply.close()

    async def _request(self, credential: Credential, call: Call) -> aiohttp.ClientResponse:
        key = credential.key
        if credential.grant is not None:
            assert self._bearers is not None, "grants need somebody who refreshes them"
            key = await self._bearers.bearer(credential)
        return await self._connections.request(credential, key, call)

    def _note(self, credential: Credential, model: str, verdict: Verdict | None) -> None:
        """Remember how it went."""
        at, id_ = self._clock(), credential.id
        if verdict is None:
            self._worked[id_] += 1
            self._health.worked(id_, model, at)
            return self._waiting.wake()
        self._failed[id_] += 1
        self.failures[credential.upstream, verdict.blame or "failed"] += 1
        detail = str(verdict.error)
        log.warning("upstream failed", upstream=credential.upstream, credential=id_, detail=detail)
        match verdict.blame:
            case "refused":
                self._refused.add(id_)
                self.tell(News(credential, "refused", detail))
            case "credit":
                self._health.cool(id_, ANY_MODEL, at, max(verdict.wait or 0, OUT_OF_CREDIT_SECONDS))
                self.tell(News(credential, "out of credit", detail))
            case "no model":
                self._health.cool(id_, model, at, NO_MODEL_SECONDS)
            case "busy":
                self._health.cool(id_, model, at, verdict.wait)
            case "":
                self._health.left(id_, model)
            case _:
                self._health.failed(id_, model, at)
        return self._waiting.wake()


class Outcome(NamedTuple):
    reply: Reply | None
    verdict: Verdict | None


FOREIGN = (
    ProviderError, aiohttp.ClientError, OSError, ValueError, ProxyError, ProxyConnectionError,
    ProxyTimeoutError,
)  # fmt: skip
"""What may go wrong while asking; time-outs are an OSError."""
