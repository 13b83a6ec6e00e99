"""The official client decodes every route of the offline upstream."""

import base64
import io

import aiohttp
import openai
import pytest
from PIL import Image

from bot.providers.speech import audio
from bot.sandbox.responder import Said, respond, work_out
from bot.sandbox.upstream import OfflineUpstream
from tests.providers.conftest import KEY
from tests.world import until


@pytest.fixture
async def official(upstream):
    async with openai.AsyncOpenAI(api_key=KEY, base_url=upstream.base_url, max_retries=0) as client:
        yield client


def user(text: str):
    return [{"role": "user", "content": text}]


async def test_chat_completions(official):
    completion = await official.chat.completions.create(model="m", messages=user("2 + 2?"))

    assert completion.id.startswith("chatcmpl-")
    assert completion.created > 1_700_000_000
    assert completion.choices[0].finish_reason == "stop"
    assert completion.choices[0].message.content.startswith("2 + 2 = 4")
    assert (
        completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    )


async def test_streamed_chat_completions_end_with_the_usage(official):
    stream = await official.chat.completions.create(
        model="m", messages=user("سلام"), stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]

    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.usage is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].choices == []
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert "آفلاین" in "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1])


async def test_an_answer_is_as_long_as_it_may_be(official):
    completion = await official.chat.completions.create(
        model="m", messages=user("Tell me a long story"), max_tokens=10
    )

    assert len(completion.choices[0].message.content) == 40
    assert completion.choices[0].finish_reason == "length"
    assert completion.usage.completion_tokens == 10


async def test_completions(official):
    completion = await official.completions.create(model="m", prompt="7*6")

    assert completion.choices[0].text.startswith("7*6 = 42")


async def test_responses(official):
    response = await official.responses.create(
        model="m", input=user("10 / 4"), instructions="You are a poet. Sing."
    )

    assert response.output_text.startswith("10 / 4 = 2.5")
    assert "You are a poet." in response.output_text
    assert response.usage.total_tokens > 0


async def test_images_as_base64_and_by_address(official):
    by_bytes = await official.images.generate(model="m", prompt="the sea", n=2, size="320x200")
    by_address = await official.images.generate(
        model="m", prompt="the sea", size="320x200", response_format="url"
    )

    async with aiohttp.ClientSession() as session, session.get(by_address.data[0].url) as answer:
        fetched = await answer.read()
    pictures = [base64.b64decode(item.b64_json) for item in by_bytes.data]
    assert fetched == pictures[0] != pictures[1]
    assert Image.open(io.BytesIO(fetched)).size == (320, 200)


@pytest.mark.parametrize(("form", "start"), [("mp3", b"ID3"), ("opus", b"OggS"), ("wav", b"RIFF")])
async def test_speech(official, form, start):
    pytest.importorskip("espeakng_loader")

    answer = await official.audio.speech.create(
        model="m", voice="nova", input="سلام دنیا", response_format=form
    )

    data = await answer.aread()
    assert data.startswith(start)
    assert 0.5 < audio.seconds(await audio.decode(data)) < 3


async def test_transcriptions_say_what_is_missing(official):
    with pytest.raises(openai.BadRequestError, match="OPENAI_API_KEY"):
        await official.audio.transcriptions.create(model="m", file=("voice.ogg", b"OggS"))


async def test_moderations(official):
    harmless = await official.moderations.create(input="I like the sea")
    several = await official.moderations.create(input=["چطور بمب بسازم", "hello"])

    assert not harmless.results[0].flagged
    assert [result.flagged for result in several.results] == [True, False]
    assert several.results[0].categories.illicit_violent


async def test_embeddings_are_the_same_each_time_and_nearer_for_like_texts(official):
    texts = ["the cat sat on the mat", "a cat sat on a mat", "quarterly financial report"]
    answer = await official.embeddings.create(model="m", input=texts, dimensions=128)
    again = await official.embeddings.create(
        model="m", input=texts[0], dimensions=128, encoding_format="float"
    )

    cat, like, other = (item.embedding for item in answer.data)
    assert cat == pytest.approx(again.data[0].embedding, abs=1e-6)
    near, far = (sum(a * b for a, b in zip(cat, text, strict=True)) for text in (like, other))
    assert near > far


async def test_models(official):
    listed = [model.id async for model in official.models.list()]

    assert "sandbox-text" in listed
    assert (await official.models.retrieve("anything")).id == "anything"


@pytest.mark.parametrize(
    ("call", "param"),
    [
        (lambda client: client.images.generate(model="m", prompt="x", size="9x9"), "size"),
        (lambda client: client.images.generate(model="m", prompt="x", n=11), "n"),
        (lambda client: client.chat.completions.create(model="m", messages=[]), "messages"),
        (lambda client: client.chat.completions.create(model="", messages=user("x")), "model"),
        (lambda client: client.audio.speech.create(model="m", voice="nova", input=""), "input"),
        (lambda client: client.embeddings.create(model="m", input=[]), "input"),
    ],
)
async def test_what_it_can_not_do_it_refuses_and_names_the_field(official, call, param):
    with pytest.raises(openai.BadRequestError) as caught:
        await call(official)

    assert caught.value.param == param


async def test_an_unknown_address_is_not_found(official):
    with pytest.raises(openai.NotFoundError):
        await official.fine_tuning.jobs.retrieve("ft-1")


async def test_it_serves_this_machine_only(upstream):
    url = upstream.base_url + "/models"
    async with aiohttp.ClientSession() as session:
        async with session.get(url, headers={"Host": "evil.example", "Authorization": "Bearer x"}) as answer:
            assert answer.status == 403
        async with session.get(url) as answer:
            assert answer.status == 401
    with pytest.raises(ValueError, match="this machine only"):
        await OfflineUpstream(model=False).start(host="0.0.0.0")


async def test_planned_faults_come_in_order_for_their_path_and_so_often(official, upstream):
    upstream.will("500", times=2, path="/chat/completions")
    upstream.will("429", path="/embeddings")

    with pytest.raises(openai.RateLimitError):
        await official.embeddings.create(model="m", input="x")
    for _ in range(2):
        with pytest.raises(openai.InternalServerError):
            await official.chat.completions.create(model="m", messages=user("x"))
    assert await official.chat.completions.create(model="m", messages=user("x"))


async def test_requests_are_kept_without_their_secrets(official, upstream):
    await official.chat.completions.create(model="m", messages=user("hello"))

    assert upstream.requests[-1].path == "/v1/chat/completions"
    assert KEY not in repr(upstream.requests)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("سلام", "آفلاین"), ("Привет", "песочницы"), ("你好", "离线"), ("مرحبا", "المجيب"),
        ("Merhaba", "çevrimdışı"),
        ("Hallo, wie geht es dir heute?", "Offline-Antworter"), ("شکریہ", "آف لائن"),
        ("hello", "offline responder"),
        ("یک داستان بلند بگو", "```python"), ("讲一个很长的故事", "```python"),
        ("Tell me a long story", "```python"),
        ("۱۲ × ۳ چند می‌شود؟", "۱۲ × ۳ = ۳۶"), ("Что я писал раньше?", "first words"),
    ],
)  # fmt: skip
def test_the_responder_says_in_the_language_of_the_question_what_it_is(question, said):
    earlier = [Said("user", "first words"), Said("assistant", "…")]

    assert said in respond([*earlier, Said("user", question)])


def test_a_long_story_has_to_be_split():
    assert len(respond([Said("user", "Tell me a long story")])) > 8_000


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("what is 2+2?", "2+2 = 4"), ("(3 + 4) * 2", "(3 + 4) * 2 = 14"), ("1/0", None), ("2**99999", None),
        ("9" * 70 + "+1", None), ("hello", None), ("5", None), ("1 / 3", "1 / 3 = 0.3333333333"),
        ("((((1+1", None),
        ("__import__('os')+1", None),
    ],
)  # fmt: skip
def test_sums_are_worked_out_and_nothing_else_is(text, result):
    assert work_out(text) == result


@pytest.mark.slow
async def test_the_local_model_answers_english_and_stops_when_left():
    pytest.importorskip("xllamacpp")
    async with OfflineUpstream(model=True) as upstream:
        assert upstream.model is not None
        async with openai.AsyncOpenAI(api_key="x", base_url=upstream.base_url, max_retries=0) as official:
            answer = await official.chat.completions.create(model="m", messages=user("Capital of France?"))
            assert "Paris" in str(answer.choices[0].message.content)

            stream = await official.chat.completions.create(
                model="m", messages=user("Tell me about Paris"), stream=True
            )
            await stream.__anext__()
            await stream.close()
            await until(lambda: upstream.open_requests == 0, 3)
