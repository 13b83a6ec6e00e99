"""Jobs are asked only what the content rules allow: whatever a person has written is looked at."""

from typing import get_args

import pytest

from bot.providers import Answer, ImageRequest, Request, SpeechRequest, TextRequest, Turn
from bot.providers.errors import ContentRefused
from bot.providers.moderation import Flag
from bot.providers.moderation.moderated import Moderated, inputs_of

CHOSEN = {
    "kind", "recording", "mode", "speech_format", "manner", "conversation", "style", "language", "voice",
    "preferred", "format", "otherwise",
}  # fmt: skip
"""Fields that hold a choice of ours, not a person's words. A recording is looked at once it is understood."""
FLAG = Flag(False, "lists", ("hate",), ("x",), b"", "x")


class Engine:
    def __init__(self) -> None:
        self.asked = 0

    async def answer(self, request, history, progress):
        self.asked += 1
        return Answer("Yes.")


def kinds() -> list[type]:
    union = get_args(Request)[0]
    return list(get_args(union))


@pytest.mark.parametrize("kind", kinds())
def test_every_field_that_a_person_writes_is_looked_at(kind):
    written = [
        name for name, field in kind.model_fields.items()
        if name not in CHOSEN and ("str" in str(field.annotation))
    ]  # fmt: skip
    request = kind(**{name: f"words of {name}" for name in written})

    assert sorted(inputs_of(request).texts) == sorted(f"words of {name}" for name in written)
    assert written


def test_what_a_person_said_before_is_looked_at_and_not_what_was_answered():
    history = [Turn("user", "one"), Turn("assistant", "two"), Turn("user", "three")]

    assert inputs_of(TextRequest(question="four"), history).texts == ["one", "three", "four"]


def test_nothing_is_made_of_what_is_empty():
    assert inputs_of(ImageRequest(prompt="a", negative=None)).texts == ["a"]
    assert inputs_of(SpeechRequest(text="b")).texts == ["b"]


async def test_what_is_refused_does_not_reach_the_engine():
    async def allow(inputs):
        raise ContentRefused("No.", (FLAG,))

    engine = Engine()
    with pytest.raises(ContentRefused):
        await Moderated(engine, allow).answer(TextRequest(question="x"), (), lambda text: None)

    assert engine.asked == 0


async def test_what_is_noted_comes_with_the_answer():
    async def allow(inputs):
        return (FLAG,)

    answer = await Moderated(Engine(), allow).answer(TextRequest(question="x"), (), lambda text: None)

    assert answer == Answer("Yes.", flags=(FLAG,))
