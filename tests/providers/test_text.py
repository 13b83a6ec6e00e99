"""Text over the wire, against the offline upstream."""

import asyncio

import pytest

from bot.catalog.modes import read_modes
from bot.providers import Answer, ProducedFile, SpeechRequest, TextRequest, Turn
from bot.providers.errors import (
    BadAnswer,
    ContentRefused,
    LanguageUnknown,
    NoAnswer,
    ProviderError,
    UpstreamBusy,
    UpstreamOutOfCredit,
    UpstreamRefusesUs,
    UpstreamUnreachable,
)
from bot.providers.text import TextProvider
from bot.providers.upstream import open_upstream
from tests.providers.conftest import KEY
from tests.world import until

BROKEN = {
    "refuse": UpstreamUnreachable,
    "hang": NoAnswer,
    "400": BadAnswer,
    "401": UpstreamRefusesUs,
    "402": UpstreamOutOfCredit,
    "403": UpstreamRefusesUs,
    "404": UpstreamRefusesUs,
    "429": UpstreamBusy,
    "503": UpstreamBusy,
    "out-of-credit": UpstreamOutOfCredit,
    "500": BadAnswer,
    "502-html": BadAnswer,
    "html": BadAnswer,
    "malformed": BadAnswer,
    "cut": BadAnswer,
    "empty": NoAnswer,
    "content-refusal": ContentRefused,
    "content-filter": ContentRefused,
}
STREAM_BROKEN = {"no-end": BadAnswer, "error-in-stream": BadAnswer}


def text_provider(client, stream=True, seconds=10, **given):
    return TextProvider(client, "some-model", read_modes(), stream=stream, seconds=seconds, **given)


def nothing(text: str) -> None:
    pass


class Spoken:
    """A speech provider that says what it is given to say, or fails."""

    def __init__(self, error: ProviderError | None = None, takes: float = 0) -> None:
        self.error = error
        self.takes = takes
        self.asked: list[SpeechRequest] = []

    async def answer(self, request, history, progress):
        self.asked.append(request)
        await asyncio.sleep(self.takes)
        if self.error:
            raise self.error
        return Answer(request.text, (ProducedFile(b"sound", "audio/mpeg", 1.0),))


@pytest.mark.parametrize("stream", [True, False])
async def test_a_question_is_answered_with_its_usage(client, upstream, stream):
    upstream.will_say("The sky is blue because of **Rayleigh** scattering. 🙂")

    answer = await text_provider(client, stream).answer(TextRequest(question="Why?"), (), nothing)

    assert answer.text == "The sky is blue because of **Rayleigh** scattering. 🙂"
    assert answer.usage is not None
    assert answer.usage.completion_tokens > 5
    assert answer.engine == "some-model"
    assert not answer.files


async def test_a_streamed_answer_grows_and_each_step_holds_the_one_before(client, upstream):
    upstream.will_say("word " * 300)
    steps: list[str] = []

    answer = await text_provider(client).answer(TextRequest(question="Tell me"), (), steps.append)

    assert len(steps) > 50
    assert all(later.startswith(earlier) for earlier, later in zip(steps, steps[1:], strict=False))
    assert steps[-1] == answer.text == "word " * 300


async def test_the_mode_comes_first_then_what_was_said_then_the_question(client, upstream):
    history = (Turn("user", "I am Ada."), Turn("assistant", "Hello Ada."))

    await text_provider(client).answer(TextRequest(question="Who am I?", mode="poem"), history, nothing)

    messages = upstream.requests[-1].body["messages"]
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert "poet" in messages[0]["content"]
    assert messages[-1]["content"] == "Who am I?"


async def test_the_plain_manner_has_no_persona(client, upstream):
    await text_provider(client).answer(TextRequest(question="2 + 2?"), (), nothing)

    assert [message["role"] for message in upstream.requests[-1].body["messages"]] == ["user"]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("fault", BROKEN)
async def test_each_way_to_break_is_one_of_our_errors_without_secrets(client, upstream, fault, stream):
    upstream.will(fault, seconds=20 if fault in ("429", "503") else 0)
    provider = text_provider(client, stream, seconds=0.4 if BROKEN[fault] is NoAnswer else 10)

    with pytest.raises(ProviderError) as caught:
        await provider.answer(TextRequest(question="a secret question"), (), nothing)

    assert type(caught.value) is BROKEN[fault]
    said = str(caught.value)
    assert said.endswith(".")
    assert not any(secret in said for secret in (KEY, "sk-", "secret question", "127.0.0.1"))
    assert len(upstream.requests) == 1, "a paid call is not tried again here"


@pytest.mark.parametrize("fault", STREAM_BROKEN)
async def test_a_stream_that_ends_before_its_end_is_no_answer(client, upstream, fault):
    upstream.will(fault)

    with pytest.raises(STREAM_BROKEN[fault]):
        await text_provider(client).answer(TextRequest(question="Tell me a long story"), (), nothing)


async def test_a_busy_upstream_tells_how_long_to_wait(client, upstream):
    upstream.will("429", seconds=20)

    with pytest.raises(UpstreamBusy, match=r"429 \(rate_limit_exceeded\)\. It asks to wait 20 s\."):
        await text_provider(client).answer(TextRequest(question="Why?"), (), nothing)


async def test_a_slow_upstream_is_waited_for(client, upstream):
    upstream.will("slow", seconds=0.2)

    assert (await text_provider(client).answer(TextRequest(question="2+2"), (), nothing)).text


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/v1", "http://no-such-host.invalid/v1"])
async def test_an_upstream_that_is_not_there_is_unreachable(address):
    async with open_upstream(address, KEY) as client:
        with pytest.raises(UpstreamUnreachable):
            await text_provider(client).answer(TextRequest(question="Why?"), (), nothing)


async def test_a_cancelled_stream_closes_its_connection(client, upstream):
    upstream.chunk_seconds = 0.05
    begun = asyncio.Event()
    asking = text_provider(client).answer(
        TextRequest(question="Tell me a long story"), (), lambda text: begun.set()
    )
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(asking)
        await begun.wait()
        assert upstream.open_requests == 1

        task.cancel()

    assert task.cancelled()
    await until(lambda: upstream.open_requests == 0, 2)


async def test_an_answer_that_is_asked_for_as_speech_comes_with_it(client, upstream):
    upstream.will_say(
        "# Title\n\nSome **bold** words and [a link](https://example.org).\n\n```python\nx = 1\n```"
    )
    speech = Spoken()

    answer = await text_provider(client, speech=speech).answer(
        TextRequest(question="Why?", speak=True), (), nothing
    )

    assert [file.media for file in answer.files] == ["audio/mpeg"]
    assert speech.asked[0].text.startswith("# Title\n\nSome **bold** words"), "marks are the speech's affair"


@pytest.mark.parametrize("speech", [Spoken(LanguageUnknown("What is that?")), Spoken(takes=60)])
async def test_an_answer_that_can_not_be_spoken_is_text_alone(client, speech):
    provider = text_provider(client, speech=speech, speech_seconds=0.1)

    answer = await provider.answer(TextRequest(question="2+2", speak=True), (), nothing)

    assert answer.text
    assert not answer.files
    assert answer.unspoken == "failed"
