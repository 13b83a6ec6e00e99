"""The openai package of today."""

import json
import os
import sys
from typing import Any

import openai

client = openai.OpenAI(base_url=os.environ["API"], api_key=os.environ["CODE"], max_retries=0, timeout=20)
TOOL: Any = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}


def ask(content: Any = "Hi", model: str = "gpt-a", of: openai.OpenAI = client, **more: Any) -> Any:
    return of.chat.completions.create(model=model, messages=[{"role": "user", "content": content}], **more)


def hello(answer: Any) -> Any:
    text = answer.choices[0].message.content
    return {"id": answer.id, "text": text, "completion_tokens": answer.usage.completion_tokens}


def streamed(**more: Any) -> Any:
    chunks = list(ask(stream=True, **more))
    choices = [choice for chunk in chunks for choice in chunk.choices]
    return {
        "text": "".join(choice.delta.content or "" for choice in choices),
        "finish": choices[-1].finish_reason,
        "usage": next((chunk.usage.completion_tokens for chunk in chunks if chunk.usage), None),
    }


def tools() -> Any:
    choice = ask("2 + 2", tools=[TOOL]).choices[0]
    called = choice.message.tool_calls[0].function
    return {"name": called.name, "arguments": called.arguments, "finish": choice.finish_reason}


def seen(url: str) -> Any:
    return hello(ask([{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}]))


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


def errors() -> Any:
    return {
        "a wrong code": refusal(of=client.with_options(api_key="tb_live_wrong")),
        "no such model": refusal(model="gone"),
        "odd": refusal(temperature=9),
        "no tokens": refusal(of=client.with_options(api_key=os.environ["POOR"])),
        "busy": refusal(model="busy"),
    }


CASES = {
    "chat": lambda: hello(ask()),
    "stream": streamed,
    "stream with usage": lambda: streamed(stream_options={"include_usage": True}),
    "tools": tools,
    "vision by url": lambda: seen(os.environ["PICTURE"]),
    "vision by base64": lambda: seen(os.environ["PIXEL"]),
    "completions": completions,
    "responses": responses,
    "responses streamed": responses_streamed,
    "images": images,
    "embeddings": embeddings,
    "speech": speech,
    "transcription": transcription,
    "models": models,
    "errors": errors,
}
print(json.dumps(CASES[sys.argv[1]]()))
