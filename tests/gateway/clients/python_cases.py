"""What the openai packages of both ages do alike, given how each asks for a chat."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

TOOL: Any = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
Ask = Callable[..., Any]
Cases = dict[str, Callable[[], Any]]


def chats(ask: Ask) -> Cases:
    return {
        "chat": lambda: hello(ask()),
        "stream": lambda: streamed(ask),
        "stream with usage": lambda: streamed(ask, stream_options={"include_usage": True}),
        "tools": lambda: tools(ask),
        "vision by url": lambda: seen(ask, os.environ["PICTURE"]),
        "vision by base64": lambda: seen(ask, os.environ["PIXEL"]),
    }


def hello(answer: Any) -> Any:
    text = answer.choices[0].message.content
    return {"id": answer.id, "text": text, "completion_tokens": answer.usage.completion_tokens}


def streamed(ask: Ask, **more: Any) -> Any:
    chunks = list(ask(stream=True, **more))
    choices = [choice for chunk in chunks for choice in chunk.choices]
    usages = [usage for chunk in chunks if (usage := getattr(chunk, "usage", None))]
    return {
        "text": "".join(getattr(choice.delta, "content", None) or "" for choice in choices),
        "finish": choices[-1].finish_reason,
        "usage": usages[0].completion_tokens if usages else None,
    }


def tools(ask: Ask) -> Any:
    choice = ask("2 + 2", tools=[TOOL]).choices[0]
    called = choice.message.tool_calls[0].function
    return {"name": called.name, "arguments": called.arguments, "finish": choice.finish_reason}


def seen(ask: Ask, url: str) -> Any:
    return hello(ask([{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}]))


def errors(refusal: Ask) -> Any:
    """`refusal` asks, and says the status and code that it is refused with."""
    return {
        "a wrong code": refusal(api_key="tb_live_wrong"),
        "no such model": refusal(model="gone"),
        "odd": refusal(temperature=9),
        "no tokens": refusal(api_key=os.environ["POOR"]),
        "busy": refusal(model="busy"),
    }


def tell(cases: Cases) -> None:
    print(json.dumps(cases[sys.argv[1]]()))
