"""Jobs over an upstream that is broken in every way: each ends in time, says why, and costs nothing."""

import resource
import time

import pytest

from bot.credential_lines import read_lines
from bot.jobs import Jobs
from bot.providers import TextRequest
from bot.queue import Job, NewJob
from tests.gateway.test_broken_upstreams import BROKEN, MANY
from tests.world import ADA, balance, until

SECONDS = 1.5
GIVEN = {
    "text_seconds": SECONDS, "running_per_customer": MANY, "upstream_wait_seconds": 0, "retry_times": 0,
    "sandbox_local_model": False,
}  # fmt: skip
SLOW = {"hangs before the headers", "hangs in the middle", "drips"}
BUSY = {"429", "429 with Retry-After"}
AT_ONE_TIME = {"5 GB": 2}


class Eyes:
    """A door whose person watches the answer grow, or does not."""

    def __init__(self, *, watches: bool) -> None:
        self.watches = watches

    def started(self, job: Job) -> None: ...

    def progressed(self, job: Job, text: str) -> None: ...

    def ended(self, job: int) -> None: ...


async def check(jobs: Jobs, app, models, name: str, first: int, times: int) -> None:
    models.act = BROKEN[name][0]
    begun = time.monotonic()
    for number in range(first, first + times):
        request = TextRequest(question="What is 2 + 2?")
        await jobs.submit(NewJob(f"t7:{number}", 1, "eyes", "t7", request, "{}", delivers=False))

    async def over():
        rows = await app.storage.fetch("SELECT state, error, charged FROM job WHERE id > :first", first=first)
        ended = [row for row in rows if row.state not in ("queued", "running")]
        return ended if len(ended) == times else None

    rows = await until(over, SECONDS + 5)

    assert time.monotonic() - begun < SECONDS + 5
    assert {row.charged for row in rows} == {0}
    assert {row.state for row in rows} <= {"failed", "expired"}
    words = {row.error for row in rows}
    if name in SLOW:
        assert words == {"error-no-answer"}
    elif name in BUSY:
        assert words == {"error-upstream-busy"}
    elif name == "refuses":
        assert words == {"error-upstream-unreachable"}
    else:
        assert words <= {"error-upstream", "error-no-answer"}, words


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("given", [GIVEN])
@pytest.mark.parametrize("watches", [False, True])
@pytest.mark.parametrize("name", BROKEN)
async def test_fifty_times_each(program, app, models, name, watches):
    at_one_time = AT_ONE_TIME.get(name, MANY)
    keys = "\n".join(f"sk-many-many-many-{number:04}" for number in range(at_one_time - 1))
    await app.operator.upstreams.add("many", models.base_url, read_lines(keys))
    app.jobs.doors["eyes"] = Eyes(watches=watches)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    for first in range(0, MANY, at_one_time):
        await check(app.jobs, app, models, name, first, at_one_time)
        for row in await app.operator.upstreams.listed():
            await app.operator.upstreams.set_state(row.id, "enabled")

    assert len(models.bodies) == MANY, "each has met the broken upstream"
    assert await balance(app, ADA) == (1_000_000, 0)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000, "kilobytes"
