"""POST /api: both spellings of its fields, its answers in five languages, its limits."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.settings import SettingsError, load_settings
from tests.gateway.program import Program, Said
from tests.world import ADA, hosted, plain, until

NO_LIMITS = {"hour_limit": 0, "minute_limit": 0, "second_limit": 0}


@pytest.fixture
def patience():
    return {}


@pytest.fixture
def given():
    return NO_LIMITS


async def ask(program: Program, headers=None, **body) -> Said:
    url = program.app.address + "/api"
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, json=body, headers=headers or {}) as answer,
    ):
        return Said(answer.status, answer.headers, await answer.read())


@pytest.mark.parametrize(
    ("system", "earlier"), [("sys_content", "continuous"), ("system_content", "continuous_dialogue")]
)
async def test_a_conversation_goes_on_with_what_came_back(program, models, system, earlier):
    code = program.code
    first = json.loads((await ask(program, api_key=code, user_content="Hi", **{system: "Be kind."})).body)
    said = await ask(program, api_key=code, user_content="And?", **{earlier: first["result"]})
    second = json.loads(said.body)

    assert first == {
        "code": 200, "msg": "success", "data": {"response": "Hello there"}, "current_response": "Hello there",
        "result": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello there"}],
    }  # fmt: skip
    assert [message["role"] for message in second["result"]] == ["user", "assistant"] * 2
    assert models.bodies[0]["messages"][0] == {"role": "system", "content": "Be kind."}
    assert models.bodies[0]["max_tokens"] == 100
    assert [message["role"] for message in models.bodies[1]["messages"]] == ["user", "assistant", "user"]
    assert len(await program.relays()) == 2


async def test_a_form_and_the_header_do_as_well(program, models):
    earlier = json.dumps([{"role": "user", "content": "a"}])
    form = {"user_content": "Hi", "max_tokens": "7", "continuous": earlier, "model": "gpt-a"}
    async with program.http.post(program.app.address + "/api", data=form) as answer:
        assert answer.status == 200

    assert models.bodies[0]["max_tokens"] == 7
    assert len(models.bodies[0]["messages"]) == 2


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Wrong code"), ("fa-IR,fa;q=0.9", "کد نادرست"), ("ru", "Неверный код"),
                           ("zh-CN", "代码无效"), ("zh-TW", "代碼無效"), ("de", "Wrong code")],
)  # fmt: skip
async def test_a_refusal_is_in_the_programs_language(program, language, word):
    said = await ask(program, {"Accept-Language": language}, user_content="Hi", api_key="tb_live_no")

    body = json.loads(said.body)
    assert (said.status, body["code"], body["msg"]) == (401, 401, word)
    assert body["data"]["response"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400), ({"user_content": " "}, 400), ({"user_content": 5}, 400),
        ({"user_content": "x", "max_tokens": 3501}, 400), ({"user_content": "x", "max_tokens": "many"}, 400),
        ({"user_content": "x", "max_tokens": 0}, 400), ({"user_content": "x", "continuous": "{"}, 400),
        ({"user_content": "x", "continuous": [{"role": "root", "content": "x"}]}, 400),
        ({"user_content": "x", "system_content": ["x"]}, 400),
        ({"user_content": "x", "api_key": ""}, 401),
    ],
)  # fmt: skip
async def test_what_is_refused_costs_nothing(program, models, body, status):
    said = await ask(program, **{"api_key": program.code, **body})

    assert (said.status, json.loads(said.body)["code"]) == (status, status)
    assert models.bodies == []


async def test_too_few_tokens_are_a_402(program, app):
    await app.operator.credit(ADA, -999_999, "gone", "gone")

    said = await ask(program, api_key=program.code, user_content="Hi")

    assert said.status == 402
    assert "you have 0.001" in plain(json.loads(said.body)["data"]["response"])


async def test_an_upstream_that_fails_is_a_500(program, models):
    async def act(request, body):
        return web.json_response({}, status=500)

    models.act = act

    assert (await ask(program, api_key=program.code, user_content="Hi")).status == 500
    assert (await program.settled()).posted == 1_000_000


async def test_get_is_forbidden(program):
    async with program.http.get(program.app.address + "/api") as answer:
        assert (answer.status, (await answer.json())["code"]) == (403, 403)


@pytest.mark.parametrize("given", [{"minute_limit": 2, "second_limit": 0, "trusted_proxies": "127.0.0.1"}])
async def test_limits_are_by_address_and_only_our_proxies_say_whose(program):
    from_a = {"X-Forwarded-For": "9.9.9.9, 10.0.0.1"}
    from_b = {"X-Forwarded-For": "10.0.0.2"}

    answers = [await ask(program, from_a, api_key=program.code, user_content="Hi") for _ in range(3)]
    other = await ask(program, from_b, api_key=program.code, user_content="Hi")

    if answers[2].status != 200:  # else a new minute has just begun
        assert [said.status for said in answers] == [200, 200, 429]
        assert int(answers[2].headers["Retry-After"]) > 0
    assert other.status == 200


@pytest.mark.parametrize("given", [{"hour_limit": 3, "minute_limit": 2, "second_limit": 0}])
async def test_what_one_limit_refuses_does_not_count_for_another(program):
    statuses = [(await ask(program, api_key=program.code, user_content="Hi")).status for _ in range(5)]
    last = await ask(program, api_key=program.code, user_content="Hi")

    assert statuses[:3] == [200, 200, 429]
    assert 1 <= int(last.headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("UPDATE customer SET banned_at = 1", "مسدود است"),
        ("UPDATE api_code SET kinds = '[\"image\"]'", "اجازهٔ"),
    ],
)
async def test_who_may_not_ask_is_told_so_in_its_language(program, app, change, word):
    await app.storage.write(lambda conn: conn.run(change))

    said = await ask(program, {"Accept-Language": "fa"}, api_key=program.code, user_content="Hi")

    assert said.status == 403
    assert word in json.loads(said.body)["data"]["response"]


async def test_a_system_prompt_that_was_said_before_is_not_said_again(program, models):
    earlier = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}]

    await ask(program, api_key=program.code, user_content="And?", sys_content="Be kind.", continuous=earlier)

    assert [message["role"] for message in models.bodies[0]["messages"]] == ["system", "user", "user"]


@pytest.mark.parametrize("given", [{"minute_limit": 1}])
async def test_a_header_that_no_proxy_of_ours_wrote_changes_nothing(program):
    answers = [
        await ask(program, {"X-Forwarded-For": f"10.0.0.{n}"}, api_key=program.code, user_content="Hi")
        for n in range(3)
    ]

    assert 429 in [said.status for said in answers]


@pytest.mark.parametrize("given", [{"minute_limit": 1, "whitelisted_ips": "127.0.0.0/8", "route": "/ask/it"}])
async def test_whitelisted_addresses_have_no_limits_and_the_path_has_another_name(program):
    for _ in range(3):
        async with program.http.post(program.app.address + "/ask/it", json={"user_content": "Hi"}) as answer:
            assert answer.status == 200


def test_a_default_code_needs_a_whitelist():
    with pytest.raises(SettingsError, match="WHITELISTED_IPS"):
        load_settings(_env_file=None, api_default_code="tb_live_x")


async def test_whitelisted_addresses_may_go_without_a_code(settings, models):
    async with hosted(settings) as app, Program(app) as program:
        await program.credit(10)
        code = SecretStr(program.code)
    networks = load_settings(_env_file=None, whitelisted_ips="127.0.0.1").whitelisted_ips
    free = settings.model_copy(update={"whitelisted_ips": networks, "api_default_code": code})

    async with hosted(free) as app, aiohttp.ClientSession() as http:
        async with http.post(app.address + "/api", json={"user_content": "Hi"}) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("given", [{**NO_LIMITS, "text_model": "gpt-5-mini"}])
async def test_a_model_that_takes_its_limit_by_the_newer_name_gets_it_so(program, models):
    said = await ask(program, api_key=program.code, user_content="Hi", max_tokens=70)

    assert said.status == 200
    assert models.bodies[0]["max_completion_tokens"] == 70
    assert "max_tokens" not in models.bodies[0]


async def test_who_hangs_up_pays_nothing_and_is_no_error_of_ours(program, models):
    async def act(request, body):
        await asyncio.sleep(30)

    models.act = act
    with capture_logs() as logs:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await ask(program, api_key=program.code, user_content="Hi")
        balance = await program.settled()
        await until(lambda: not program.app.gateway.lines.of_code(1))

    assert balance == (1_000_000, 0)
    assert [row.state for row in await program.relays()] == ["left"]
    assert [line for line in logs if line["log_level"] == "error"] == []
