"""Engines that fail are left alone for a while."""

import asyncio

import pytest

from bot.catalog.voices import read_voices
from bot.providers import SpeechRequest
from bot.providers.errors import ContentRefused, NothingToSay, UpstreamBusy
from bot.providers.speech import SpeechProvider
from bot.providers.speech.engine import Spoken
from bot.providers.speech.health import Health
from tests.sounds import tone_wav


class Clock:
    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


class Engine:
    reads_mixed = False

    def __init__(self, name, languages=("en", "fa")):
        self.name = name
        self.languages = languages
        self.errors = []
        self.takes = 0.0
        self.asked = []

    def speaks(self, language):
        return language in self.languages

    def stands_for(self, voice):
        return voice.name

    def styles(self, voice):
        return ("cheerful",)

    async def speak(self, words, step):
        self.asked.append(words)
        await asyncio.sleep(self.takes)
        if self.errors:
            raise self.errors.pop(0)
        return Spoken(tone_wav(1 + len(words.text) / 20))


async def spoken(provider, text="Good morning to you", **given):
    return await provider.answer(SpeechRequest(text=text, **given), (), lambda text: None)


async def test_an_engine_that_failed_is_asked_last_until_it_has_cooled_down():
    clock, first, second = Clock(), Engine("first"), Engine("second")
    provider = SpeechProvider([first, second], read_voices(), health=Health(clock))
    first.errors = [UpstreamBusy("Wait.")]

    assert (await spoken(provider)).engine == "second"
    assert (await spoken(provider)).engine == "second"
    assert provider.engine_for("en") == "second"
    clock.seconds += 6

    assert (await spoken(provider)).engine == "first"
    assert len(first.asked) == 2


async def test_each_failure_in_a_row_is_a_longer_rest_and_a_success_ends_it():
    clock = Clock()
    health = Health(clock)

    rests = []
    for _ in range(9):
        health.failed("one", UpstreamBusy("Wait."))
        began = clock.seconds
        while not health.well("one"):
            clock.seconds += 1
        rests.append(clock.seconds - began)
    health.succeeded("one")
    health.failed("one", UpstreamBusy("Wait."))
    clock.seconds += 5

    assert rests == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert health.well("one")


@pytest.mark.parametrize("error", [ContentRefused("No."), NothingToSay("Nothing.")])
def test_what_the_text_is_to_blame_for_rests_no_engine(error):
    health = Health()

    health.failed("one", error)

    assert health.well("one")


async def test_an_engine_that_rests_is_asked_where_no_other_can():
    only = Engine("only")
    provider = SpeechProvider([only], read_voices())
    only.errors = [UpstreamBusy("Wait.")]

    with pytest.raises(UpstreamBusy):
        await spoken(provider)

    assert (await spoken(provider)).engine == "only"


async def test_an_engine_that_hangs_rests_too():
    slow, second = Engine("slow"), Engine("second")
    slow.takes = 60
    provider = SpeechProvider([slow, second], read_voices(), seconds=1.5)

    assert (await spoken(provider)).engine == "second"
    assert (await spoken(provider)).engine == "second"
    assert len(slow.asked) == 1


async def test_all_that_spoke_are_named():
    persian, english = Engine("persian", ("fa",)), Engine("english", ("en",))
    provider = SpeechProvider([persian, english], read_voices())

    answer = await spoken(provider, "من هر روز با Visual Studio کار می‌کنم و راضی هستم.")

    assert answer.engine == "persian+english"
    assert [words.text.strip() for words in english.asked] == ["Visual Studio"]
    assert english.asked[0].voice.gender == persian.asked[0].voice.gender == "female"
