"""What Prometheus is told, read over the wire from the running bot."""

import asyncio
import json
import re
import time
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from bot.credential_lines import read_lines
from bot.settings import AddressTaken
from bot.spread import Spread
from tests.gateway.conftest import models, patience, program, settings  # noqa: F401
from tests.gateway.upstream import chat, chunk
from tests.world import ADA, BEN, BOSS, hosted, settings_for, until

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture
def given():
    return {"metrics_port": 0}


class Scrape:
    """What one look at /metrics shows."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.families = {family.name: family for family in text_string_to_metric_families(text)}
        self.samples = [sample for family in self.families.values() for sample in family.samples]

    def of(self, name: str, **labels: str) -> float:
        """The sum of the samples with these labels."""
        return sum(
            sample.value
            for sample in self.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )


async def look(app) -> Scrape:
    async with aiohttp.ClientSession() as http, http.get(app.metrics) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        return Scrape(await answer.text())


async def test_requests_are_counted_by_path_and_timed(program, app, models):  # noqa: F811
    before = await look(app)
    await program.chat()
    await program.chat(stream=True)
    await program.post("/chat/completions", data=b"{")
    await program.post("/nowhere", {})

    now = await look(app)

    path = {"door": "openai", "route": "/v1/chat/completions"}
    assert now.of("bot_requests_total", **path, kind="plain", result="answered") == 1
    assert now.of("bot_requests_total", **path, kind="stream", result="answered") == 1
    assert now.of("bot_requests_total", **path, result="refused") == 1
    assert now.of("bot_requests_total", route="/v1/{rest}", result="refused") == 1
    assert now.of("bot_request_seconds_count", **path) == 3
    assert now.of("bot_request_seconds_bucket", **path, le="+Inf") == 3
    assert 0 < now.of("bot_request_seconds_sum", **path) < 10
    assert before.of("bot_requests_total", **path) == 0
    assert now.of("bot_requests_under_way") == 0


async def test_a_stream_that_breaks_off_is_a_failed_one_though_it_began_well(program, app, models):  # noqa: F811
    models.events = [chunk("half")]
    await program.chat(stream=True)
    models.events, models.gap = [chunk("abcd") for _ in range(200)], 0.02
    await program.leave_after(3)
    await program.settled()

    async def ended():
        now = await look(app)
        return now if now.of("bot_requests_total", kind="stream") == 2 else None

    now = await until(ended)
    assert now.of("bot_requests_total", kind="stream", result="failed") == 1
    assert now.of("bot_requests_total", kind="stream", result="left") == 1


async def test_held_and_captured_are_what_the_books_say(program, app, models):  # noqa: F811
    waiting = asyncio.Event()

    async def act(request, body):
        await waiting.wait()
        return web.json_response(chat())

    await program.chat()
    models.act = act
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(program.chat(max_tokens=100))
        await until(lambda: len(models.bodies) == 2)
        held = (await program.balance()).held
        during = await look(app)
        waiting.set()
    after = await look(app)

    assert held > 0
    assert during.of("bot_held_tokens") == held / 1000
    assert during.of("bot_captured_tokens_total") == 0.2
    assert after.of("bot_held_tokens") == 0
    assert (
        after.of("bot_captured_tokens_total") == (1_000_000 - (await program.balance()).posted) / 1000 == 0.4
    )
    assert after.of("bot_moved_tokens_total", kind="grant") == 1000


async def test_what_was_used_is_told_by_the_rows_of_the_price_table(program, app):  # noqa: F811
    for name in ("gpt-a", "made-up-1", "made-up-2", "cheap-x", "one"):
        await program.chat(model=name)

    now = await look(app)

    models_told = {sample.labels["model"] for sample in now.samples if "model" in sample.labels}
    assert models_told == {"*", "cheap-*", "one"}
    assert now.of("bot_gateway_usage_total", unit="prompt_tokens") == 500
    assert now.of("bot_gateway_usage_total", unit="completion_tokens", model="*") == 150
    charged = 1_000 - (await program.balance()).posted / 1000
    assert now.of("bot_gateway_charged_tokens_total") == pytest.approx(charged)


async def test_upstreams_are_told_with_their_state_and_failures(program, app, models):  # noqa: F811
    await app.operator.upstreams.add("second", models.base_url, read_lines("sk-second-second-second"))

    async def act(request, body):
        if "second" in request.headers["Authorization"]:
            return web.json_response(chat())
        return web.json_response({}, status=429, headers={"Retry-After": "30"})

    models.act = act
    for _ in range(3):
        await program.chat()

    now = await look(app)

    first, second = {"upstream": "settings", "credential": "1"}, {"upstream": "second", "credential": "2"}
    assert now.of("bot_upstream_state", **first, state="cooling") == 1
    assert now.of("bot_upstream_state", **first, state="usable") == 0
    assert now.of("bot_upstream_state", **second, state="usable") == 1
    assert 0 < now.of("bot_upstream_cooling_seconds", **first) <= 30
    assert now.of("bot_upstream_calls_total", **first, result="failed") == 1
    assert now.of("bot_upstream_calls_total", **second, result="worked") == 3
    assert now.of("bot_upstream_failures_total", upstream="settings", reason="busy") == 1
    assert now.of("bot_upstream_retries_total", upstream="second") == 1
    assert now.of("bot_upstream_seconds_count", upstream="second") == 3
    assert now.of("bot_upstream_credentials", state="usable") == 1


async def test_jobs_and_deliveries_are_told(app, telegram):
    telegram.say(ADA, "/start")
    await app.operator.credit(ADA, 10_000, "for tests", "ten")
    telegram.say(ADA, "What is 2 + 2?")

    async def delivered():
        return await app.storage.fetch("SELECT job FROM delivery WHERE state = 'done'")

    await until(delivered)
    await app.storage.write(lambda conn: conn.run("UPDATE delivery SET state = 'dead'"))
    now = await look(app)

    assert now.of("bot_jobs_total", door="telegram", kind="text", result="answered") == 1
    assert now.of("bot_job_seconds_count", kind="text") == 1
    assert now.of("bot_deliveries", door="telegram", state="dead") == 1
    assert now.of("bot_deliveries", door="telegram", state="pending") == 0
    assert now.of("bot_deliveries", door="callback_api") == 0
    assert now.of("bot_updates_waiting") == 0
    for kind in ("text", "image", "voice"):
        assert (
            now.of("bot_jobs_queued", kind=kind) == now.of("bot_jobs_queued_oldest_seconds", kind=kind) == 0
        )


@pytest.mark.parametrize("given", [{"metrics_port": 0, "text_workers": 1, "text_seconds": 5}])
async def test_what_waits_is_told_with_its_age(app, telegram, models):  # noqa: F811
    async def act(request, body):
        await asyncio.sleep(60)
        return web.Response()

    models.act = act
    telegram.say(ADA, "/start")
    await app.operator.credit(ADA, 10_000, "for tests", "ten")
    for person in (ADA, BEN, BOSS):
        await app.operator.credit(person, 10_000, "for tests", f"ten:{person}")
        telegram.say(person, "Hello there")

    async def waits():
        now = await look(app)
        counts = [now.of(f"bot_jobs_{state}", kind="text") for state in ("running", "queued")]
        return now if counts == [1, 2] else None

    now = await until(waits, 5)
    await asyncio.sleep(0.1)
    later = await look(app)
    assert now.of("bot_jobs_running", kind="text") == 1
    aged = later.of("bot_jobs_queued_oldest_seconds") - now.of("bot_jobs_queued_oldest_seconds")
    assert 0.09 < aged < 5


async def test_the_machinery_is_told(program, app, models):  # noqa: F811
    await asyncio.gather(*(program.chat() for _ in range(20)))

    async def sampled():
        now = await look(app)
        return now if now.of("bot_loop_lag_seconds_count") else None

    now = await until(sampled)
    commits = now.of("bot_writer_commit_seconds_count")
    assert commits == now.of("bot_writer_batch_size_count") > 0
    assert now.of("bot_writer_batch_size_sum") >= 40
    assert now.of("bot_audit_violations") == 0
    assert now.of("bot_takes_requests") == 1
    assert 0 <= now.of("bot_audit_age_seconds") < 60
    assert now.of("process_resident_memory_bytes") > 1e6
    assert now.of("process_open_fds") > 5


async def test_no_secret_and_no_customer_is_told(program, app, models):  # noqa: F811
    await program.chat()

    text = (await look(app)).text

    assert "sk-tests" not in text
    assert program.code not in text
    assert program.code[-6:] not in text
    assert not re.search(rf"\b{ADA}\b", text)
    assert len(text) < 60_000


async def test_metrics_have_an_address_of_their_own(app):
    async with aiohttp.ClientSession() as http:
        async with http.get(app.address + "/metrics") as answer:
            assert answer.status == 404
        async with http.get(app.metrics.replace("/metrics", "/v1/models")) as answer:
            assert answer.status == 404


@pytest.mark.parametrize("given", [{}])
async def test_without_a_port_there_are_none(app):
    assert app.metrics == ""


async def test_an_address_that_is_taken_is_named(app, telegram, models, tmp_path):  # noqa: F811
    port = int(app.metrics.rsplit(":", 1)[1].split("/")[0])
    other = settings_for(telegram, models, tmp_path / "other", metrics_port=port)

    with pytest.raises(AddressTaken, match="METRICS_PORT"):
        async with hosted(other):
            pass


QUERIES = {
    "the dashboard": [
        target["expr"]
        for panel in json.loads((DEPLOY / "grafana.json").read_text("utf-8"))["panels"]
        for target in panel.get("targets", [])
    ],
    "the alerts": re.findall(r"^ *expr: (.+)$", (DEPLOY / "alerts.yml").read_text("utf-8"), re.MULTILINE),
}


@pytest.mark.parametrize("where", QUERIES)
async def test_what_is_queried_is_there_with_its_labels(program, app, telegram, models, where):  # noqa: F811
    """By name and label, in what a bot shows that has had something to do."""
    models.act = refusing_first()
    await program.chat()
    await program.chat()
    telegram.say(ADA, "/start")
    telegram.say(ADA, "Hello there")

    async def worked():
        now = await look(app)
        return now if now.of("bot_jobs_total") else None

    now = await until(worked)
    labels: dict[str, set[str]] = {}
    for sample in now.samples:
        labels.setdefault(sample.name, set()).update(sample.labels)

    assert len(QUERIES[where]) >= 9
    for query in QUERIES[where]:
        names = re.findall(r"\b(?:bot|process)_\w+", query)
        assert names, query
        assert set(names) <= labels.keys(), query
        known = set.intersection(*(labels[name] for name in names))
        assert set(used_labels(query)) <= known, query


def used_labels(query):
    for group in re.findall(r"by \(([^)]*)\)", query):
        yield from group.split(", ")
    yield from re.findall(r"(\w+)=~?\"", query)


def refusing_first():
    asked: list[int] = []

    async def act(request, body):
        asked.append(1)
        if len(asked) == 1:
            return web.json_response({}, status=429, headers={"Retry-After": "0.1"})
        return web.json_response(chat())

    return act


def test_noting_a_value_costs_next_to_nothing():
    spread, begun = Spread(), time.perf_counter()
    for _ in range(100_000):
        spread.add(0.03)

    assert (time.perf_counter() - begun) / 100_000 < 5e-6, "measured: 0.2 µs"
    assert spread.buckets()[-1] == ("+Inf", 100_000)
    assert dict(spread.buckets())["0.025"] == 0
    assert dict(spread.buckets())["0.05"] == 100_000
