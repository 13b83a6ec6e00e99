"""What every client asks for, what it must make of the answer, and what that costs.

A client is a program that takes a case's name and prints JSON. Its environment has API, CODE, POOR,
PICTURE (an address) and PIXEL (the same picture inline).
"""

from typing import Any, NamedTuple

WORDS = "".join(f"w{n} " for n in range(20))
HELLO = {"id": "chatcmpl-1", "text": "Hello there", "completion_tokens": 50}


class Case(NamedTuple):
    says: Any
    price: int = 0
    """Millitokens."""


CASES = {
    "chat": Case(HELLO, 200),
    "stream": Case({"text": WORDS, "finish": "stop", "usage": None}, 200),
    "stream with usage": Case({"text": WORDS, "finish": "stop", "usage": 50}, 200),
    "tools": Case({"name": "add", "arguments": '{"a": 2}', "finish": "tool_calls"}, 200),
    "vision by url": Case(HELLO, 200),
    "vision by base64": Case(HELLO, 200),
    "completions": Case({"text": "Hi"}, 20),
    "responses": Case({"id": "resp_1", "text": "Hi"}, 40),
    "responses streamed": Case(
        {"types": ["response.output_text.delta", "response.completed"], "text": "Hi"}, 40
    ),
    "images": Case({"pictures": ["aGk=", "aGk="]}, 6_000),
    "embeddings": Case({"numbers": [0.5, 0.25]}, 7),
    "speech": Case({"sound": "ID3sound"}, 500),
    "transcription": Case({"text": "Hello"}, 2_000),
    "models": Case({"listed": ["gpt-a", "org/b", "poet"], "one": "org/b"}),
    "errors": Case(
        {
            "a wrong code": [401, "invalid_api_key"], "no such model": [404, "model_not_found"],
            "odd": [400, "odd_temperature"], "no tokens": [429, "insufficient_quota"],
            "busy": [503, "upstream_busy"],
        }
    ),
}  # fmt: skip

LATER = {"responses", "responses streamed", "speech"}
"""What the package before 1.0 has not."""
