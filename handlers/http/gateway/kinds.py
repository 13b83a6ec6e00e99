"""The kinds of requests: what each may cost at most, at least, and what it turned out to be."""

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from billing.model_prices import ModelPrice, Units
from bot.providers.errors import BadAnswer
from handlers.http.gateway.asking import NEWER_CAP, Given, Wanted
from handlers.http.gateway.errors import bad_request
from handlers.http.gateway.json_bytes import parsed
from handlers.http.gateway.tools import hosted
from handlers.http.gateway.usage import (
    CONTEXT_TOKENS,
    Size,
    StreamMeter,
    beginnings,
    reported,
    size_of,
    size_of_words,
    tokens_of,
    words,
)

MEGABYTE = 1024 * 1024
USEFUL = 16
"""Completion tokens: with fewer an answer is not worth beginning."""
CHOICES_MOST = 128
PICTURES_MOST = 10
MAX_TOKENS_MOST = 1_000_000
SOUND_BYTES_PER_SECOND, LEAST_SOUND_BYTES = 4_000, 750
"""Of 32 kbit/s, as recordings mostly have or more, and of 6, as speech needs: what is reported counts."""
SETTINGS = frozenset({
    "model", "stream", "stream_options", "max_tokens", NEWER_CAP, "max_output_tokens", "n", "best_of",
    "temperature", "top_p", "stop", "seed", "user", "store", "logprobs", "top_logprobs", "logit_bias",
    "presence_penalty", "frequency_penalty", "parallel_tool_calls", "reasoning", "reasoning_effort",
    "metadata", "service_tier", "truncation", "include", "echo",
})  # fmt: skip
"""What is no part of a prompt; of all else an upstream may make one."""
UNSUPPORTED = "unsupported_value"
NEVER = re.compile(rb"(?!)")
REASONING = re.compile(r"(?:o\d|gpt-5|chatgpt)")
"""Models that take max_completion_tokens only."""


class Quote(NamedTuple):
    """In millitokens: without `least` it isn't begun, `most` is what it can cost."""

    least: int
    most: int


class Kind(Protocol):
    stream_words: re.Pattern[bytes]
    """Where a stream has the answer's words, pictures or sound."""
    answer_most: int
    """Bytes of an answer at once."""

    def quote(self, given: Given, price: ModelPrice) -> Quote: ...

    def fit(self, given: Given, price: ModelPrice, held: int) -> dict[str, Any]:
        """What must be changed in the request, so that the answer costs no more than is held."""
        ...

    def units(self, given: Given, body: bytes) -> Units:
        """What an answer at once was. Raises BadAnswer where it is none."""
        ...

    def units_of_stream(self, given: Given, seen: StreamMeter) -> Units:
        """What a stream was, as far as it has come."""
        ...


class Text:
    """Chat, legacy completions, responses."""

    answer_most = 32 * MEGABYTE
    """There may be a picture in it."""

    def __init__(
        self, cap: str, must_have: str, plain: str, streamed: str, asks: tuple[str, ...],
        elsewhere: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """`cap`: the field that limits the answer. `must_have`: a field of answers. `asks`: of requests.
        `elsewhere`: fields that name what the upstream itself puts into the prompt."""
        self.stream_words = words(*streamed.split())
        self._plain_words = words(*plain.split())
        self._cap = cap
        self._must_have = must_have
        self._asks = asks
        self._elsewhere = elsewhere
        self._known = SETTINGS.union(asks)

    def quote(self, given: Given, price: ModelPrice) -> Quote:
        size = self._size(given)
        wanted = given.wanted = self._wanted(given, price)
        _, want, answers = wanted
        useful = min(want, USEFUL)
        return Quote(
            max(1, price.of(Units(size.likely, useful * answers))),
            max(1, price.of(Units(size.most, want * answers))),
        )

    def fit(self, given: Given, price: ModelPrice, held: int) -> dict[str, Any]:
        size = self._size(given)
        field, want, answers = given.wanted or self._wanted(given, price)
        affordable = price.completion_affordable(held, size.most)
        if affordable is not None and affordable < min(want, USEFUL) * answers:
            affordable = price.completion_affordable(held, size.likely)
        most = want if affordable is None else min(want, affordable // answers)
        change: dict[str, Any] = {} if given.body.get(field) == most else {field: most}
        if given.stream and self._cap != "max_output_tokens":
            options = given.body.get("stream_options")
            options = options if isinstance(options, dict) else {}
            if options.get("include_usage") is not True:
                change["stream_options"] = {**options, "include_usage": True}
        return change

    def units(self, given: Given, body: bytes) -> Units:
        answer = read_answer(body)
        if not isinstance(answer.get(self._must_have), list) or not answer[self._must_have]:
            raise BadAnswer("The upstream's answer lacks what it has to have.")
        usage = reported(answer)
        if usage is not None:
            return usage
        return Units(self._size(given).likely, tokens_of(size_of_words(self._plain_words, body)))

    def units_of_stream(self, given: Given, seen: StreamMeter) -> Units:
        return seen.usage or Units(self._size(given).likely, tokens_of(seen.produced))

    def _size(self, given: Given) -> Size:
        if given.size is None:
            system = given.alias.system if given.alias else ""
            asked = (given.body[name] for name in self._asks if given.body.get(name) is not None)
            size = size_of(system, *asked) if system else size_of(*asked)
            others = [value for name, value in given.body.items() if name not in self._known]
            beside = size_of(*others).most if others else 0
            if any(given.body.get(name) for name in self._elsewhere) or any(hosted(given.body)):
                beside += CONTEXT_TOKENS
            given.size = size._replace(beside=size.beside + beside) if beside else size
        return given.size

    def _field(self, given: Given) -> str:
        """The one field that limits the answer: with two of them upstreams differ in which one counts."""
        if not given.is_chat:
            return self._cap
        older, newer = given.body.get(self._cap), given.body.get(NEWER_CAP)
        if older is not None and newer is not None:
            message = f"Setting '{self._cap}' and '{NEWER_CAP}' at the same time is not supported."
            raise bad_request(message, self._cap, "invalid_parameter_combination")
        if older is not None:
            return self._cap
        return NEWER_CAP if NEWER_CAP in given.body or REASONING.match(given.model) else self._cap

    def _wanted(self, given: Given, price: ModelPrice) -> Wanted:
        if given.body.get("background"):  # nobody could be charged for an answer that comes later
            raise bad_request("background is not supported: wait, or stream.", "background", UNSUPPORTED)
        field = self._field(given)
        asked = given.body.get(field)
        if asked is None:
            return Wanted(field, price.answer_most, _answers(given))
        if isinstance(asked, bool) or not isinstance(asked, int) or not 1 <= asked <= MAX_TOKENS_MOST:
            raise bad_request(f"{field} must be a whole number above 0.", field)
        return Wanted(field, asked, _answers(given))


class Counted:
    """Whatever is counted before it is done: embeddings, pictures, speech, moderations, transcriptions."""

    answer_most = 96 * MEGABYTE
    """Ten pictures in base64."""

    def __init__(
        self,
        count: Callable[[Given], Units],
        check: Callable[[Units, bytes], Units] = lambda asked, body: asked,
        stream_words: re.Pattern[bytes] = NEVER,
        most: Callable[[Given], Units] | None = None,
    ) -> None:
        """`count`: what it is, where nobody says; `check`: what it turned out to be; `most`: what it can be,
        where that is more."""
        self.stream_words = stream_words
        self._count = count
        self._check = check
        self._most = most or count

    def quote(self, given: Given, price: ModelPrice) -> Quote:
        return Quote(max(1, price.of(self._count(given))), max(1, price.of(self._most(given))))

    def fit(self, given: Given, price: ModelPrice, held: int) -> dict[str, Any]:
        return {}

    def units(self, given: Given, body: bytes) -> Units:
        return self._check(self._count(given), body)

    def units_of_stream(self, given: Given, seen: StreamMeter) -> Units:
        """What was asked for: the tokens that a stream of pictures or sound reports have no price here."""
        return _timed(seen.usage) or self._count(given)


def read_answer(body: bytes) -> dict[str, Any]:
    """Raises BadAnswer for what is no JSON object, or one that is an error under another status."""
    try:
        answer = parsed(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise BadAnswer("The upstream's answer could not be understood.")
    if answer.get("error"):
        raise BadAnswer("The upstream answered with an error.")
    return answer


def _answers(given: Given) -> int:
    """How many are asked for."""
    if "n" not in given.body and "best_of" not in given.body and "prompt" not in given.body:
        return 1
    asked = [given.body.get(name) or 1 for name in ("n", "best_of")]
    if not all(isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= CHOICES_MOST for n in asked):
        raise bad_request(f"n must be 1 to {CHOICES_MOST}.", "n")
    prompts = given.body.get("prompt")
    several = len(prompts) if isinstance(prompts, list) and prompts and not isinstance(prompts[0], int) else 1
    return int(max(asked)) * min(several, 2_048)


def _embedded(given: Given) -> Units:
    return Units(prompt=size_of(given.body.get("input")).most)


def _embedding_usage(asked: Units, body: bytes) -> Units:
    answer = read_answer(body)
    if not isinstance(answer.get("data"), list):
        raise BadAnswer("The upstream answered without embeddings.")
    return reported(answer) or Units(prompt=tokens_of(asked.prompt))


def _pictures(given: Given) -> Units:
    count = given.body.get("n") or 1
    if isinstance(count, str) and count.isdecimal() and len(count) < 4:
        count = int(count)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= PICTURES_MOST:
        raise bad_request(f"n must be 1 to {PICTURES_MOST}.", "n")
    return Units(pictures=count)


def _pictures_that_came(asked: Units, body: bytes) -> Units:
    data = read_answer(body).get("data")
    if not isinstance(data, list) or not data:
        raise BadAnswer("The upstream answered without a picture.")
    return Units(pictures=min(len(data), asked.pictures))


def _characters(given: Given) -> Units:
    text = given.body.get("input")
    if not isinstance(text, str) or not text:
        raise bad_request("input must be a text.", "input")
    return Units(characters=len(text))


def _sound_that_came(asked: Units, body: bytes) -> Units:
    if not body:
        raise BadAnswer("The upstream answered without sound.")
    return asked


def _recorded(given: Given) -> Units:
    return Units(seconds=math.ceil(given.file_bytes / SOUND_BYTES_PER_SECOND))


def _recorded_at_most(given: Given) -> Units:
    return Units(seconds=math.ceil(given.file_bytes / LEAST_SOUND_BYTES))


def _understood(asked: Units, body: bytes) -> Units:
    """The recording's length as the upstream says it; subtitles say nothing. Silence is an empty line."""
    if not body:
        raise BadAnswer("The upstream answered nothing.")
    if not body.lstrip().startswith(b"{"):
        return asked
    answer = read_answer(body)
    if timed := _timed(reported(answer)):
        return timed
    duration = answer.get("duration")
    if isinstance(duration, int | float) and 0 < duration < 1e6:
        return Units(seconds=math.ceil(duration))
    return asked


def _timed(usage: Units | None) -> Units | None:
    return Units(seconds=usage.seconds) if usage is not None and usage.seconds else None


def _judged(asked: Units, body: bytes) -> Units:
    read_answer(body)
    return asked


CHAT = Text(
    "max_tokens", "choices", "content reasoning reasoning_content arguments refusal",
    "content reasoning reasoning_content arguments refusal",
    ("messages", "tools", "functions", "response_format"),
)  # fmt: skip
COMPLETIONS = Text("max_tokens", "choices", "text", "text", ("prompt", "suffix"))
RESPONSES = Text(
    "max_output_tokens",
    "output",
    "text arguments",
    "delta",
    ("input", "instructions", "tools", "text"),
    ("previous_response_id", "conversation", "prompt"),
)
EMBEDDINGS = Counted(_embedded, _embedding_usage)
IMAGES = Counted(_pictures, _pictures_that_came, beginnings("b64_json"))
SPEECH = Counted(_characters, _sound_that_came, beginnings("audio"))
TRANSCRIPTIONS = Counted(_recorded, _understood, words("delta", "text"), _recorded_at_most)
MODERATIONS = Counted(lambda given: Units(requests=1), _judged)
