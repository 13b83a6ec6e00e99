"""What an upstream says that it did. What it doesn't say is counted: four bytes of UTF-8 are one token.

Some servers report nothing, some zeros, some the sum so far with every event, some the same twice: the last
report that says anything counts, and it is never added up.
"""

import re
from typing import Any, NamedTuple

from billing.model_prices import Units
from handlers.http.gateway.json_bytes import parsed

BYTES_PER_TOKEN = 4
COUNT_MOST = 1 << 40
CONTEXT_TOKENS = 400_000
"""As much fits into most models: what comes from elsewhere into a prompt is no longer."""
TOKEN_MOST = 1_000_000
NAMES = frozenset({
    "role", "content", "type", "text", "name", "function", "parameters", "properties", "description",
    "required", "items", "enum", "arguments", "id", "tool_calls", "tool_call_id", "image_url", "url",
})  # fmt: skip
"""Of the API's own fields, which are no part of what a model reads, or cost less than their border."""
PICTURES = {"image_url", "input_image", "image"}

_REPORT = re.compile(rb'"usage"\s*:\s*\{')
_END = re.compile(
    rb'"finish_reason"\s*:\s*"|"type"\s*:\s*"(?:(?:response|image_generation|image_edit)'
    rb'\.(?:completed|incomplete|failed)|speech\.audio\.done|transcript\.text\.done)"'
)


def words(*names: str) -> re.Pattern[bytes]:
    """Finds the answer's own words, in the fields of these names."""
    return re.compile(rb'"(?:%s)"\s*:\s*"((?:[^"\\]|\\.)*)"' % "|".join(names).encode())


def beginnings(*names: str) -> re.Pattern[bytes]:
    """Finds that there is something in the fields of these names: they may have megabytes, and no words."""
    return re.compile(rb'"(?:%s)"\s*:\s*"([^"])' % "|".join(names).encode())


_ERROR = re.compile(rb'data:\s*\{\s*"error"\s*:\s*\{|event:\s*(?:error|response\.failed)\s*\n')
"""As chats say it, and as responses do."""
REMARKABLE = (b'"usage"', b"[DONE]", b"error", b"failed")
"""Of most events nothing has to be known at once."""
DONE = b"data: [DONE]"
UNCOUNTED_MOST = 16 * 1024
"""Bytes of a stream's events that are kept uncounted."""


class Guess(NamedTuple):
    """What is no text, as tokens of a prompt: the upstream's own count is what is charged."""

    picture: int
    sound_bytes: int
    """Of base64, for a token."""
    file_bytes: int


LIKELY, MOST = Guess(1_500, 500, 10), Guess(50_000, 100, 2)
"""Small models count pictures dearly, and some recordings have few bytes."""


class Size(NamedTuple):
    """Of what was asked."""

    text: int = 0
    """Bytes of UTF-8 of all its strings."""
    pictures: int = 0
    sound: int = 0
    files: int = 0
    parts: int = 0
    strings: int = 0
    beside: int = 0
    """Tokens at most of what need not be in the prompt: names of fields, and what is no text."""

    @property
    def most(self) -> int:
        """Tokens: a byte is one at most, and texts and messages have borders."""
        return self.text + 8 * self.parts + 4 * self.strings + self.beside + self._others(MOST)

    @property
    def likely(self) -> int:
        return -(-self.text // BYTES_PER_TOKEN) + self._others(LIKELY)

    def _others(self, guess: Guess) -> int:
        sound, files = -(-self.sound // guess.sound_bytes), -(-self.files // guess.file_bytes)
        return guess.picture * self.pictures + sound + files


def size_of(*given: Any) -> Size:
    """How much was asked: all strings, but of pictures, sound and files only that they are there."""
    text = pictures = sound = files = parts = strings = beside = 0
    waiting = list(given)
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            strings += 1
            text += len(one.encode(errors="replace"))
        elif isinstance(one, list):
            waiting += one
            beside += 0 if one else 2
        elif isinstance(one, dict):
            parts += 1
            if not NAMES.issuperset(one):
                beside += sum(len(name.encode(errors="replace")) for name in one if name not in NAMES)
            if one.get("type") in PICTURES:
                pictures += 1
            elif one.get("type") == "input_audio":
                sound += len(str(one.get("input_audio")))
            elif one.get("type") in ("file", "input_file"):
                files += len(str(one))
            else:
                waiting += one.values()
        elif isinstance(one, int) and abs(one) < TOKEN_MOST:  # texts that are tokens already
            text += 1
        else:
            beside += len(str(one))
    return Size(text, pictures, sound, files, parts, strings, beside)


def reported(answer: Any) -> Units | None:
    """The usage in an answer or an event; None where there is none, or only zeros."""
    usage = answer.get("usage") if isinstance(answer, dict) else None
    if usage is None and isinstance(answer, dict) and isinstance(answer.get("response"), dict):
        usage = answer["response"].get("usage")
    if not isinstance(usage, dict):
        return None
    prompt = _count(usage.get("prompt_tokens", usage.get("input_tokens")))
    completion = _count(usage.get("completion_tokens", usage.get("output_tokens")))
    if prompt:  # some count what a model thought in the total alone
        completion = max(completion, _count(usage.get("total_tokens")) - prompt)
    seconds = _count(usage.get("seconds"))
    return Units(prompt, completion, seconds=seconds) if prompt or completion or seconds else None


def _count(value: Any) -> int:
    if isinstance(value, float) and 0 <= value < COUNT_MOST:
        return -int(-value // 1)
    whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < COUNT_MOST
    return value if whole else 0


def size_of_words(pattern: re.Pattern[bytes], body: bytes) -> int:
    """Bytes of UTF-8, about: `\\u0633` is six bytes for two."""
    return sum(len(found) - 4 * found.count(b"\\u") for found in pattern.findall(body))


def tokens_of(size: int) -> int:
    return -(-size // BYTES_PER_TOKEN)


class StreamMeter:
    """Looks at events once, by their bytes; only what reports usage is parsed."""

    def __init__(self, pattern: re.Pattern[bytes], *, keep_usage: bool) -> None:
        """`pattern` finds the words. `keep_usage`: the program has asked for the event that reports usage."""
        self._pattern = pattern
        self.usage: Units | None = None
        self.failed = False
        """The upstream has sent an error instead of going on."""
        self._keep_usage = keep_usage
        self._uncounted: list[bytes] = []
        self._uncounted_bytes = 0
        self._produced = 0
        self._ended = False

    def take(self, events: list[bytes]) -> list[bytes]:
        """Note them; those that the program has asked for."""
        together = events[0] if len(events) == 1 else b"".join(events)
        self._uncounted.append(together)
        self._uncounted_bytes += len(together)
        if self._uncounted_bytes > UNCOUNTED_MOST:
            self._count()
        if any(mark in together for mark in REMARKABLE):
            return [event for event in events if self._look(event)]
        return events

    def _look(self, event: bytes) -> bool:
        """False where the program has not asked for it."""
        if event.startswith(DONE):
            self._ended = True
        elif _ERROR.match(event):
            self.failed = True
        return b'"usage"' not in event or _REPORT.search(event) is None or self._take_report(event)

    @property
    def produced(self) -> int:
        """Bytes of the answer's words."""
        self._count()
        return self._produced

    @property
    def ended(self) -> bool:
        """The answer has come to its end, whatever else may follow."""
        if not self._ended:
            self._count()
        return self._ended

    def _count(self) -> None:
        """Many at once: of most answers nobody asks, since the upstream reports."""
        events = b"".join(self._uncounted)
        self._uncounted.clear()
        self._uncounted_bytes = 0
        self._produced += size_of_words(self._pattern, events)
        self._ended = self._ended or _END.search(events) is not None

    def _take_report(self, event: bytes) -> bool:
        data = b"".join(line[5:] for line in event.splitlines() if line.startswith(b"data:"))
        try:
            answer = parsed(data)
        except (ValueError, RecursionError):
            return True
        self.usage = reported(answer) or self.usage
        return self._keep_usage or not (isinstance(answer, dict) and answer.get("choices") == [])
