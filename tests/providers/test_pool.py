"""The pool over the wire: several servers, several keys, and everything that can be wrong with them."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.providers.errors import (
    BadAnswer,
    ModelUnknown,
    NoAnswer,
    ProviderError,
    UpstreamBusy,
    UpstreamOutOfCredit,
    UpstreamRefusesUs,
    UpstreamUnreachable,
)
from bot.providers.pool.call import Call
from bot.providers.pool.credential import Credential
from bot.providers.pool.models import list_models
from bot.providers.pool.pool import News, Pool
from tests.serving import serving
from tests.world import until

Answer = Callable[[], web.StreamResponse]


class Server:
    """Answers each key in its own way, and counts."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.seen: Counter[str] = Counter()
        self.headers: list[dict[str, str]] = []
        self.at: list[float] = []
        self.models = ["m"]
        self.slow = 0.0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.seen[key] += 1
        self.headers.append(dict(request.headers))
        self.at.append(time.monotonic())
        await asyncio.sleep(self.slow)
        if key in self.answers:
            return self.answers[key]()
        if request.path.endswith("/models"):
            return web.json_response({"data": [{"id": model} for model in self.models]})
        return web.json_response({"ok": key})


def refusing(status: int, code: str = "", **headers: str) -> Answer:
    return lambda: web.json_response({"error": {"code": code}}, status=status, headers=headers)


@asynccontextmanager
async def served(server: Server) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    async with serving(app, handler_cancellation=True, shutdown_timeout=0) as address:
        yield f"{address}/v1"


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def url(server: Server) -> AsyncIterator[str]:
    async with served(server) as url:
        yield url


def keys(url: str, *names: str, **given) -> list[Credential]:
    return [Credential(number, "u", url, name, **given) for number, name in enumerate(names, 1)]


async def ask(pool: Pool, model: str = "m", seconds: float = 5) -> bytes:
    async with pool.send(Call("/chat/completions", b"{}", model, seconds=seconds)) as reply:
        return await reply.read(1_000_000)


async def test_a_call_goes_out_with_the_key_and_what_belongs_to_it(server, url):
    only = Credential(1, "u", url + "", "sk-1", headers={"OpenAI-Organization": "org-9"})

    async with Pool([only]) as pool:
        assert await ask(pool) == b'{"ok": "sk-1"}'

    sent = server.headers[0]
    assert (sent["Authorization"], sent["OpenAI-Organization"]) == ("Bearer sk-1", "org-9")
    assert sent["Accept-Encoding"] == "identity"


async def test_a_server_that_wants_another_header_gets_no_authorization(server, url):
    only = Credential(1, "azure", url, "", headers={"api-key": "abc"})

    async with Pool([only]) as pool:
        await ask(pool)

    assert "Authorization" not in server.headers[0]
    assert server.headers[0]["api-key"] == "abc"


@pytest.mark.parametrize("way", ["random", "round_robin", "least_busy"])
async def test_credentials_are_asked_by_their_weights(server, url, way):
    heavy, light = Credential(1, "u", url, "heavy", 3), Credential(2, "u", url, "light", 1)

    async with Pool([heavy, light], way=way) as pool:
        for _ in range(80):
            await ask(pool)

    if way == "random":
        assert 40 <= server.seen["heavy"] <= 76
    else:
        assert server.seen == {"heavy": 60, "light": 20}


async def test_the_least_busy_is_asked_when_many_ask_at_one_time(server, url):
    server.slow = 0.1

    async with Pool(keys(url, "a", "b", "c"), way="least_busy") as pool:
        await asyncio.gather(*(ask(pool) for _ in range(30)))

    assert set(server.seen.values()) == {10}


@pytest.mark.parametrize(
    "answer",
    [
        refusing(429), refusing(429, "insufficient_quota"), refusing(402), refusing(401), refusing(403),
        refusing(500), refusing(503), refusing(529), refusing(404, "model_not_found"),
    ],
)  # fmt: skip
async def test_another_credential_is_asked_where_the_first_refuses(server, url, answer):
    server.answers["bad"] = answer

    async with Pool(keys(url, "bad", "good"), way="round_robin") as pool:
        answers = [await ask(pool) for _ in range(6)]

    assert set(answers) == {b'{"ok": "good"}'}
    assert server.seen["bad"] <= 3, "what cools down or is refused is not asked each time"


@pytest.mark.parametrize("status", [502, 504, 408])
async def test_a_call_that_may_have_been_taken_up_is_not_repeated(server, url, status):
    server.answers["bad"] = refusing(status)

    async with Pool(keys(url, "bad", "good"), way="round_robin") as pool:
        with pytest.raises((BadAnswer, NoAnswer)):
            await ask(pool)

    assert server.seen == {"bad": 1}


async def test_silence_is_not_answered_by_asking_again(server, url):
    server.slow = 5

    async with Pool(keys(url, "a", "b")) as pool:
        with pytest.raises(NoAnswer):
            await ask(pool, seconds=0.2)

    assert sum(server.seen.values()) == 1


async def test_a_server_that_is_not_there_hands_over_to_the_next(server, url):
    gone = Credential(9, "gone", "http://127.0.0.1:9/v1", "x")

    async with Pool([gone, *keys(url, "good")], way="round_robin") as pool:
        answers = [await ask(pool) for _ in range(4)]

    assert set(answers) == {b'{"ok": "good"}'}


async def test_the_requests_own_mistakes_pass_through_and_blame_nobody(server, url):
    server.answers["a"] = refusing(400, "invalid_value")

    async with Pool(keys(url, "a")) as pool:
        for _ in range(10):
            async with pool.send(Call("/chat/completions", b"{}", "m")) as reply:
                assert (reply.status, await reply.read(1000)) == (
                    400,
                    b'{"error": {"code": "invalid_value"}}',
                )
        assert pool.states()[0].failed == 0


async def test_that_there_is_no_such_model_is_passed_on_once_nobody_has_it(server, url):
    server.answers["a"] = server.answers["b"] = refusing(404, "model_not_found")

    async with Pool(keys(url, "a", "b")) as pool:
        async with pool.send(Call("/chat/completions", b"{}", "m")) as reply:
            assert reply.status == 404

    assert sum(server.seen.values()) == 2


async def test_at_most_so_many_more_are_asked(server, url):
    names = [f"k{number}" for number in range(10)]
    server.answers = dict.fromkeys(names, refusing(500))

    async with Pool(keys(url, *names), retry_times=3) as pool:
        with pytest.raises(BadAnswer, match="500"):
            await ask(pool)

    assert sum(server.seen.values()) == 4


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusing(401, "invalid_api_key"), UpstreamRefusesUs), (refusing(402), UpstreamOutOfCredit),
        (refusing(429, "insufficient_quota"), UpstreamOutOfCredit), (refusing(500), BadAnswer),
        (refusing(429, **{"Retry-After": "600"}), UpstreamBusy),
    ],
)  # fmt: skip
async def test_when_every_credential_is_bad_a_call_ends_soon_and_asks_none_twice(server, url, answer, error):
    server.answers = dict.fromkeys(("a", "b", "c"), answer)

    async with Pool(keys(url, "a", "b", "c"), wait_seconds=0.5) as pool:
        begun = time.monotonic()
        with pytest.raises(error) as caught:
            await ask(pool)
        assert time.monotonic() - begun < 2
        asked = sum(server.seen.values())
        assert asked <= 4
        for _ in range(20):
            with pytest.raises(ProviderError):
                await ask(pool)

    if error is not BadAnswer:
        assert sum(server.seen.values()) == asked == 3, "nobody is asked while all cool down"
        assert caught.value.retry_after
        assert caught.value.retry_after > 20


async def test_a_429_is_obeyed_to_the_second_and_the_call_waits_for_it(server, url):
    answers = iter([refusing(429, **{"Retry-After": "1"})])
    server.answers["a"] = lambda: next(answers, lambda: web.json_response({"ok": "a"}))()

    async with Pool(keys(url, "a"), wait_seconds=5) as pool:
        assert await ask(pool) == b'{"ok": "a"}'

    first, second = server.at
    assert 1.0 <= second - first < 1.6


async def test_one_probe_goes_first_and_the_others_follow_when_it_has_worked(server, url):
    answers = iter([refusing(429, **{"Retry-After": "1"})])
    server.answers["a"] = lambda: next(answers, lambda: web.json_response({"ok": "a"}))()

    async with Pool(keys(url, "a"), wait_seconds=5, retry_times=0) as pool:
        with pytest.raises(UpstreamBusy):
            await ask(pool)
        server.slow = 0.15
        done = await asyncio.gather(*(ask(pool) for _ in range(20)))

    assert len(done) == 20
    times = server.at[1:]
    assert times[0] - server.at[0] >= 1
    assert times[1] - times[0] >= 0.14, "one probe alone"
    assert times[-1] - times[1] < 0.5


async def test_a_probe_that_fails_makes_it_cool_down_for_longer(server, url):
    server.answers["a"] = refusing(429)

    async with Pool(keys(url, "a"), wait_seconds=0, retry_times=0) as pool:
        waits: list[float] = []
        ahead = 0.0
        pool._clock = lambda: time.monotonic() + ahead
        for _ in range(3):
            with pytest.raises(UpstreamBusy):
                await ask(pool)
            waits.append(pool.states()[0].cooling)
            ahead += 60

    assert waits[0] < waits[1] < waits[2]


async def test_failures_count_only_where_many_come_in_a_short_time(server, url):
    server.answers["a"] = refusing(500)

    async with Pool(keys(url, "a"), wait_seconds=0) as pool:
        for _ in range(4):
            with pytest.raises(BadAnswer):
                await ask(pool)
        assert pool.states()[0].cooling == 0
        with pytest.raises(BadAnswer):
            await ask(pool)
        assert pool.states()[0].cooling > 0
        with pytest.raises(UpstreamBusy):
            await ask(pool)

    assert server.seen["a"] == 5


async def test_a_model_that_is_busy_leaves_the_others_alone(server, url):
    server.answers["a"] = refusing(429)

    async with Pool(keys(url, "a"), wait_seconds=0) as pool:
        with pytest.raises(UpstreamBusy):
            await ask(pool, "busy")
        server.answers.clear()
        assert await ask(pool, "other")
        with pytest.raises(UpstreamBusy):
            await ask(pool, "busy")


async def test_credit_that_is_used_up_is_so_for_every_model(server, url):
    server.answers["a"] = refusing(402)
    heard: list[News] = []

    async with Pool(keys(url, "a"), wait_seconds=0) as pool:
        pool.tell = heard.append
        for model in ("one", "two"):
            with pytest.raises((UpstreamOutOfCredit, UpstreamBusy)):
                await ask(pool, model)

    assert server.seen["a"] == 1
    assert [news.what for news in heard] == ["out of credit"]


async def test_a_caller_that_leaves_lets_another_probe(server, url):
    answers = iter([refusing(429, **{"Retry-After": "0.2"})])
    server.answers["a"] = lambda: next(answers, lambda: web.json_response({"ok": "a"}))()

    async with Pool(keys(url, "a"), wait_seconds=3, retry_times=0) as pool:
        with pytest.raises(UpstreamBusy):
            await ask(pool)
        server.slow = 30
        async with asyncio.TaskGroup() as tasks:
            probe = tasks.create_task(ask(pool))
            await until(lambda: len(server.at) == 2)
            server.slow = 0
            other = tasks.create_task(ask(pool))
            await asyncio.sleep(0.05)
            probe.cancel()

    assert other.result() == b'{"ok": "a"}'
    assert pool.states()[0].busy == 0


async def test_a_model_is_asked_for_only_where_it_is(server, url):
    server.models = ["m"]

    async with Pool(keys(url, "a")) as pool:
        pool.check_model = True
        assert await list_models(pool, pool.credentials[0]) is None
        assert await ask(pool, "m")
        with pytest.raises(ModelUnknown):
            await ask(pool, "not-there")

    assert server.seen["a"] == 2


async def test_models_that_the_operator_named_go_to_their_credential(server, url):
    big = Credential(1, "u", url, "big", models=("gpt-*",))
    small = Credential(2, "u", url, "small", models=("tiny",))

    async with Pool([big, small]) as pool:
        answers = [await ask(pool, model) for model in ("gpt-9", "tiny", "gpt-1")]

    assert answers == [b'{"ok": "big"}', b'{"ok": "small"}', b'{"ok": "big"}']


async def test_the_list_of_credentials_changes_while_calls_are_under_way(server, url):
    server.slow = 0.2

    async with Pool(keys(url, "a")) as pool:
        async with asyncio.TaskGroup() as tasks:
            old = tasks.create_task(ask(pool))
            await until(lambda: server.seen["a"])
            pool.use([Credential(7, "u", url, "new")])
            new = tasks.create_task(ask(pool))

    assert (old.result(), new.result()) == (b'{"ok": "a"}', b'{"ok": "new"}')


async def test_a_credential_has_a_proxy_of_its_own(server):
    """The proxy is the server: it is asked for another's address."""
    async with served(server) as proxy:
        behind = Credential(1, "u", "http://upstream.invalid/v1", "sk-1", proxy=proxy.removesuffix("/v1"))
        async with Pool([behind]) as pool:
            assert await ask(pool) == b'{"ok": "sk-1"}'


async def test_nothing_that_a_credential_holds_is_shown(url):
    secret = Credential(1, "u", url, "sk-secret", proxy="http://me:secret@p", headers={"api-key": "secret"})

    assert "secret" not in repr(secret)


async def test_a_pool_without_credentials_says_so():
    async with Pool() as pool:
        with pytest.raises(UpstreamRefusesUs):
            await ask(pool)


async def test_an_address_that_is_none_is_unreachable():
    async with Pool(keys("http://", "a")) as pool:
        with pytest.raises(UpstreamUnreachable):
            await ask(pool)


@pytest.mark.parametrize(
    "answer",
    [
        refusing(401),
        refusing(403),
        refusing(404),
        refusing(405),
        refusing(501),
        refusing(404, "model_not_found"),
    ],
)
async def test_what_not_every_server_has_is_asked_elsewhere_and_says_nothing_against_the_credential(
    server, url, answer
):
    server.answers["bad"] = answer
    news: list[News] = []

    async with Pool(keys(url, "bad", "good"), way="round_robin") as pool:
        pool.tell = news.append
        for _ in range(4):
            call = Call("/moderations", b"{}", "judge", free=True, aside=True)
            async with pool.send(call) as reply:
                assert await reply.read(1_000) == b'{"ok": "good"}'
        assert server.seen == {"bad": 1, "good": 4}
        del server.answers["bad"]
        for _ in range(4):
            await ask(pool)

    assert server.seen["bad"] == 3
    assert news == []


async def test_an_account_without_credit_is_not_given_up_for_what_is_free(server, url):
    server.answers["a"] = refusing(429, "insufficient_quota")
    news: list[News] = []

    async with Pool(keys(url, "a"), wait_seconds=0) as pool:
        pool.tell = news.append
        with pytest.raises(UpstreamOutOfCredit):
            async with pool.send(Call("/moderations", b"{}", "judge", free=True, aside=True)):
                pass
        del server.answers["a"]
        assert await ask(pool) == b'{"ok": "a"}'

    assert news == []
