"""The openai package of today."""

import os
from typing import Any

import openai

from tests.gateway.clients.python_cases import chats, errors, tell

client = openai.OpenAI(base_url=os.environ["API"], api_key=os.environ["CODE"], max_retries=0, timeout=20)


def ask(content: Any = "Hi", model: str = "gpt-a", api_key: str | None = None, **more: Any) -> Any:
    of = client.with_options(api_key=api_key) if api_key else client
    return of.chat.completions.create(model=model, messages=[{"role": "user", "content": content}], **more)


def completions() -> Any:
    return {"text": client.completions.create(model="gpt-a", prompt="Once").choices[0].text}


def responses() -> Any:
    answer = client.responses.create(model="gpt-a", input="Hi")
    return {"id": answer.id, "text": answer.output_text}


def responses_streamed() -> Any:
    events = list(client.responses.create(model="gpt-a", input="Hi", stream=True))
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    return {"types": [event.type for event in events], "text": text}


def images() -> Any:
    made = client.images.generate(model="p", prompt="A cat", n=2)
    return {"pictures": [picture.b64_json for picture in made.data or []]}


def embeddings() -> Any:
    return {"numbers": client.embeddings.create(model="e", input="one").data[0].embedding}


def speech() -> Any:
    return {"sound": client.audio.speech.create(model="s", voice="alloy", input="x" * 100).content.decode()}


def transcription() -> Any:
    return {"text": client.audio.transcriptions.create(model="w", file=("a.wav", b"R" * 200_000)).text}


def models() -> Any:
    listed = [model.id for model in client.models.list()]
    return {"listed": listed, "one": client.models.retrieve("org/b").id}


def refusal(**more: Any) -> Any:
    try:
        ask(**more)
    except openai.APIStatusError as error:
        return [error.status_code, error.code]
    raise AssertionError("no error")


tell(
    {
        **chats(ask),
        "completions": completions,
        "responses": responses,
        "responses streamed": responses_streamed,
        "images": images,
        "embeddings": embeddings,
        "speech": speech,
        "transcription": transcription,
        "models": models,
        "errors": lambda: errors(refusal),
    }
)
