"""curl, as in any shell script; only what it prints is read here."""

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

API, CODE = os.environ["API"], os.environ["CODE"]
TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}


def curl(path: str, *words: str, code: str = CODE) -> bytes:
    command = [
        "curl",
        "-sS",
        "-N",
        "--max-time",
        "20",
        API + path,
        "-H",
        f"Authorization: Bearer {code}",
        *words,
    ]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def sent(path: str, body: Any, *words: str, code: str = CODE) -> bytes:
    return curl(path, "-H", "Content-Type: application/json", "-d", json.dumps(body), *words, code=code)


def post(path: str, body: Any) -> Any:
    return json.loads(sent(path, body))


def question(content: Any = "Hi", model: str = "gpt-a", **more: Any) -> Any:
    return {"model": model, "messages": [{"role": "user", "content": content}], **more}


def hello(answer: Any) -> Any:
    text, usage = answer["choices"][0]["message"]["content"], answer["usage"]
    return {"id": answer["id"], "text": text, "completion_tokens": usage["completion_tokens"]}


def events(path: str, body: Any) -> list[Any]:
    lines = [line for line in sent(path, body).decode().splitlines() if line.startswith("data: ")]
    if path == "/chat/completions":
        assert lines.pop() == "data: [DONE]"
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def streamed(**more: Any) -> Any:
    chunks = events("/chat/completions", question(stream=True, **more))
    choices = [choice for chunk in chunks for choice in chunk["choices"]]
    return {
        "text": "".join(choice["delta"].get("content") or "" for choice in choices),
        "finish": choices[-1]["finish_reason"],
        "usage": next((chunk["usage"]["completion_tokens"] for chunk in chunks if chunk.get("usage")), None),
    }


def tools() -> Any:
    choice = post("/chat/completions", question("2 + 2", tools=[TOOL]))["choices"][0]
    called = choice["message"]["tool_calls"][0]["function"]
    return {"name": called["name"], "arguments": called["arguments"], "finish": choice["finish_reason"]}


def seen(url: str) -> Any:
    content = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}]
    return hello(post("/chat/completions", question(content)))


def responses() -> Any:
    answer = post("/responses", {"model": "gpt-a", "input": "Hi"})
    return {"id": answer["id"], "text": answer["output"][0]["content"][0]["text"]}


def responses_streamed() -> Any:
    told = events("/responses", {"model": "gpt-a", "input": "Hi", "stream": True})
    return {"types": [event["type"] for event in told], "text": "".join(e.get("delta", "") for e in told)}


def transcription() -> Any:
    with tempfile.NamedTemporaryFile(suffix=".wav") as recording:
        recording.write(b"R" * 200_000)
        recording.flush()
        return {
            "text": json.loads(
                curl("/audio/transcriptions", "-F", "model=w", "-F", f"file=@{recording.name}")
            )["text"]
        }


def models() -> Any:
    listed = [model["id"] for model in json.loads(curl("/models"))["data"]]
    return {"listed": listed, "one": json.loads(curl("/models/org/b"))["id"]}


def refusal(code: str = CODE, **more: Any) -> Any:
    body, _, status = sent(
        "/chat/completions", question(**more), "-w", "\n%{http_code}", code=code
    ).rpartition(b"\n")
    return [int(status), json.loads(body)["error"]["code"]]


def errors() -> Any:
    return {
        "a wrong code": refusal("tb_live_wrong"),
        "no such model": refusal(model="gone"),
        "odd": refusal(temperature=9),
        "no tokens": refusal(os.environ["POOR"]),
        "busy": refusal(model="busy"),
    }


CASES = {
    "chat": lambda: hello(post("/chat/completions", question())),
    "stream": streamed,
    "stream with usage": lambda: streamed(stream_options={"include_usage": True}),
    "tools": tools,
    "vision by url": lambda: seen(os.environ["PICTURE"]),
    "vision by base64": lambda: seen(os.environ["PIXEL"]),
    "completions": lambda: {
        "text": post("/completions", {"model": "gpt-a", "prompt": "Once"})["choices"][0]["text"]
    },
    "responses": responses,
    "responses streamed": responses_streamed,
    "images": lambda: {
        "pictures": [
            one["b64_json"]
            for one in post("/images/generations", {"model": "p", "prompt": "A cat", "n": 2})["data"]
        ]
    },
    "embeddings": lambda: {
        "numbers": post("/embeddings", {"model": "e", "input": "one"})["data"][0]["embedding"]
    },
    "speech": lambda: {
        "sound": sent("/audio/speech", {"model": "s", "voice": "alloy", "input": "x" * 100}).decode()
    },
    "transcription": transcription,
    "models": models,
    "errors": errors,
}
print(json.dumps(CASES[sys.argv[1]]()))
