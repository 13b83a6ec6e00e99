"""The openai package before 1.0."""

# mypy: ignore-errors

import io
import os

import openai

from tests.gateway.clients.python_cases import chats, errors, tell

openai.api_base, openai.api_key = os.environ["API"], os.environ["CODE"]


def ask(content="Hi", model="gpt-a", **more):
    messages = [{"role": "user", "content": content}]
    return openai.ChatCompletion.create(model=model, messages=messages, request_timeout=20, **more)


def embeddings():
    made = openai.Embedding.create(model="e", input="one", encoding_format="float")
    return {"numbers": made.data[0].embedding}


def transcription():
    recording = io.BytesIO(b"R" * 200_000)
    recording.name = "a.wav"
    return {"text": openai.Audio.transcribe("w", recording).text}


def models():
    listed = [model.id for model in openai.Model.list().data]
    return {"listed": listed, "one": openai.Model.retrieve("org/b").id}


def refusal(**more):
    try:
        ask(**more)
    except openai.error.ServiceUnavailableError as error:  # of a 503 it keeps only the headers
        return [error.http_status, "upstream_busy" if "Retry-After" in error.headers else None]
    except openai.error.OpenAIError as error:
        return [error.http_status, error.json_body["error"]["code"]]
    raise AssertionError("no error")


tell(
    {
        **chats(ask),
        "completions": lambda: {
            "text": openai.Completion.create(model="gpt-a", prompt="Once").choices[0].text
        },
        "images": lambda: {
            "pictures": [one.b64_json for one in openai.Image.create(model="p", prompt="A cat", n=2).data]
        },
        "embeddings": embeddings,
        "transcription": transcription,
        "models": models,
        "errors": lambda: errors(refusal),
    }
)
