"""The openai package before 1.0."""

# mypy: ignore-errors

import io
import json
import os
import sys

import openai

openai.api_base, openai.api_key = os.environ["API"], os.environ["CODE"]
TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}


def ask(content="Hi", model="gpt-a", **more):
    messages = [{"role": "user", "content": content}]
    return openai.ChatCompletion.create(model=model, messages=messages, request_timeout=20, **more)


def hello(answer):
    text = answer.choices[0].message.content
    return {"id": answer.id, "text": text, "completion_tokens": answer.usage.completion_tokens}


def streamed(**more):
    chunks = list(ask(stream=True, **more))
    choices = [choice for chunk in chunks for choice in chunk.choices]
    return {
        "text": "".join(choice.delta.get("content") or "" for choice in choices),
        "finish": choices[-1].finish_reason,
        "usage": next((chunk.usage.completion_tokens for chunk in chunks if chunk.get("usage")), None),
    }


def tools():
    choice = ask("2 + 2", tools=[TOOL]).choices[0]
    called = choice.message.tool_calls[0].function
    return {"name": called.name, "arguments": called.arguments, "finish": choice.finish_reason}


def seen(url):
    return hello(ask([{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}]))


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


def errors():
    return {
        "a wrong code": refusal(api_key="tb_live_wrong"),
        "no such model": refusal(model="gone"),
        "odd": refusal(temperature=9),
        "no tokens": refusal(api_key=os.environ["POOR"]),
        "busy": refusal(model="busy"),
    }


CASES = {
    "chat": lambda: hello(ask()),
    "stream": streamed,
    "stream with usage": lambda: streamed(stream_options={"include_usage": True}),
    "tools": tools,
    "vision by url": lambda: seen(os.environ["PICTURE"]),
    "vision by base64": lambda: seen(os.environ["PIXEL"]),
    "completions": lambda: {"text": openai.Completion.create(model="gpt-a", prompt="Once").choices[0].text},
    "images": lambda: {
        "pictures": [one.b64_json for one in openai.Image.create(model="p", prompt="A cat", n=2).data]
    },
    "embeddings": embeddings,
    "transcription": transcription,
    "models": models,
    "errors": errors,
}
print(json.dumps(CASES[sys.argv[1]]()))
