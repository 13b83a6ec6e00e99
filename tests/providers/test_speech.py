"""Speech: real engines, real files. espeak-ng is optional; where it is missing these are skipped."""

import asyncio
import wave
from array import array
from io import BytesIO
from pathlib import Path

import pytest

from bot.catalog.voices import read_voices
from bot.providers import Answer, SpeechRequest
from bot.providers.errors import (
    BadAnswer,
    ContentRefused,
    LanguageUnknown,
    LanguageUnsupported,
    NoAnswer,
    NothingToSay,
    ProviderError,
    UpstreamBusy,
    UpstreamUnreachable,
    VoiceUnsupported,
)
from bot.providers.speech import SpeechProvider, audio, espeak
from bot.providers.speech.engine import Spoken, Words, pieces
from bot.providers.speech.espeak import Espeak, folder_of_data
from bot.providers.speech.openai import OpenAISpeech
from tests.sounds import tone_wav

pytest.importorskip("espeakng_loader", reason="the local voice is not installed")

PERSIAN = "سلام، حال شما چطور است؟ امروز هوا خیلی خوب است."
ENGLISH = "Good morning. The weather is fine today, and the sea is calm."


def speech(*engines, seconds=10):
    return SpeechProvider(engines or (Espeak(),), read_voices(), seconds=seconds)


async def spoken(provider, text, **given):
    answer = await provider.answer(SpeechRequest(text=text, **given), (), lambda text: None)
    (file,) = answer.files
    return file


def brightness(file) -> float:
    """How much of the sound is high: two takes of one voice have the same."""
    samples = array("h", file.data[44:])
    steps = sum(abs(later - sample) for sample, later in zip(samples, samples[1:], strict=False))
    high: float = steps / sum(abs(sample) for sample in samples)
    return high


class Played:
    """An engine that fails in a given way, or says what it was asked for."""

    name = "played"
    reads_mixed = False

    def __init__(self, error: Exception | None = None, languages=("en", "fa"), takes=0.0) -> None:
        self.error = error
        self.takes = takes
        self.languages = languages
        self.asked: list[Words] = []

    def speaks(self, language):
        return language in self.languages

    def stands_for(self, voice):
        return voice.name

    def styles(self, voice):
        return voice.styles

    async def speak(self, words, step):
        self.asked.append(words)
        await asyncio.sleep(self.takes)
        if self.error:
            raise self.error
        return Spoken(tone_wav(max(2, len(words.text) / 20)))


async def test_a_voice_note_is_ogg_opus_mono_at_48_khz():
    file = await spoken(speech(), PERSIAN, format="ogg")

    assert file.media == "audio/ogg"
    assert file.data.startswith(b"OggS")
    head = file.data[file.data.index(b"OpusHead") :]
    assert head[9] == 1, "mono"
    assert int.from_bytes(head[12:16], "little") == 48_000
    assert 2 < file.seconds < 8


async def test_mp3_decodes_to_what_was_said():
    file = await spoken(speech(), ENGLISH, format="mp3")

    assert file.media == "audio/mpeg"
    assert file.data[:3] == b"ID3" or file.data[0] == 0xFF
    assert audio.seconds(await audio.decode(file.data)) == pytest.approx(file.seconds, abs=0.1)
    assert 2 < file.seconds < 8


async def test_wav_is_a_wav_file():
    file = await spoken(speech(), ENGLISH, format="wav")

    with wave.open(BytesIO(file.data)) as opened:
        assert (opened.getnchannels(), opened.getsampwidth(), opened.getframerate()) == (1, 2, 48_000)
        assert opened.getnframes() / 48_000 == pytest.approx(file.seconds, abs=0.02)


@pytest.mark.parametrize(("speed", "tempo"), [(-100, 0.5), (-50, 0.75), (50, 1.5), (100, 2), (200, 3)])
@pytest.mark.parametrize("engine", [Espeak, Played])
async def test_the_tempo_is_what_the_contract_says(engine, speed, tempo):
    normal = await spoken(speech(engine()), PERSIAN, format="wav", language="fa")

    changed = await spoken(speech(engine()), PERSIAN, format="wav", language="fa", speed=speed)

    assert normal.seconds / changed.seconds == pytest.approx(tempo, rel=0.06)


@pytest.mark.parametrize("engine", [Espeak, Played])
@pytest.mark.parametrize("pitch", [-50, 50])
async def test_the_pitch_changes_and_the_tempo_does_not(engine, pitch):
    normal = await spoken(speech(engine()), PERSIAN, format="wav", language="fa")

    changed = await spoken(speech(engine()), PERSIAN, format="wav", language="fa", pitch=pitch)

    assert changed.data != normal.data
    assert changed.seconds == pytest.approx(normal.seconds, rel=0.06)


async def test_men_and_women_speak_differently_and_each_the_same_every_time():
    dilara, farid, again = [
        brightness(await spoken(speech(), PERSIAN, voice=who, format="wav"))
        for who in ("dilara", "farid", "dilara")
    ]

    assert dilara == pytest.approx(again, rel=0.02)
    assert dilara != pytest.approx(farid, rel=0.05)


async def test_a_line_ends_with_a_rest():
    lines = await spoken(speech(), "# Title\n- first point\n- second point", format="wav")
    one_breath = await spoken(speech(), "Title first point second point", format="wav")

    assert lines.seconds > one_breath.seconds + 0.5


async def test_a_line_of_another_language_is_not_run_into():
    lines = await spoken(speech(), "سلام\nHello there", format="wav")
    one_breath = await spoken(speech(), "سلام Hello there", format="wav")

    assert lines.seconds - one_breath.seconds == pytest.approx(0.2, abs=0.02)


async def test_many_at_one_time_do_not_mix():
    provider = speech()
    texts = [ENGLISH * number for number in range(1, 7)]
    alone = [await spoken(provider, text, format="wav") for text in texts]

    async with asyncio.TaskGroup() as tasks:
        together = [tasks.create_task(spoken(provider, text, format="wav")) for text in texts]

    assert [task.result().seconds for task in together] == pytest.approx(
        [file.seconds for file in alone], rel=0.01
    )


async def test_the_local_voice_speaks_all_but_nine_languages():
    able = [language.code for language in read_voices() if Espeak().speaks(language.code)]

    files = [await spoken(speech(), "one two three", language=code, format="wav") for code in able]

    assert len(able) == 60
    assert all(file.seconds > 0.3 for file in files)


def test_who_asks_what_the_local_voice_speaks_does_not_wait_until_it_has_spoken():
    """The event loop asks, and everybody would wait with it."""
    engine = Espeak()
    with espeak._library()._lock:  # it speaks
        assert engine.speaks("fa")
        assert not engine.speaks("tlh"), "which nobody has asked before"


@pytest.mark.parametrize("text", ["--------", "😀😀", "**  **", "… ؟!"])
async def test_where_there_is_nothing_to_say_no_engine_is_asked(text):
    engine = Played()

    with pytest.raises(NothingToSay):
        await spoken(speech(engine), text, language="fa")
    assert not engine.asked


async def test_a_text_without_words_has_no_language():
    with pytest.raises(LanguageUnknown):
        await spoken(speech(), "12345 😀 !!!")


async def test_a_language_that_nobody_speaks_is_unsupported():
    with pytest.raises(LanguageUnsupported):
        await spoken(speech(), "Sawubona", language="zu")


async def test_a_language_that_has_no_voices_is_unsupported():
    with pytest.raises(LanguageUnsupported):
        await spoken(speech(), "Ĉu vi parolas Esperanton? Mi ŝatas ĝin tre multe, ĉar ĝi estas facila.")


@pytest.mark.parametrize(("who", "language"), [("dilara", "en"), ("nobody", None), ("jenny", None)])
async def test_a_voice_has_to_be_of_the_language(who, language):
    with pytest.raises(VoiceUnsupported):
        await spoken(speech(), PERSIAN, voice=who, language=language)


@pytest.mark.parametrize(
    "first",
    [
        Played(UpstreamUnreachable("No.")),
        Played(UpstreamBusy("No.")),
        Played(BadAnswer("No.")),
        Played(None, ("en",)),
    ],
)
async def test_an_engine_that_can_not_hands_over(first):
    second = Played()

    answer = await speech(first, second).answer(SpeechRequest(text=PERSIAN), (), lambda text: None)

    assert len(second.asked) == 1
    assert answer.engine == "played"
    assert answer.text == PERSIAN


async def test_an_engine_that_takes_too_long_hands_over():
    slow, second = Played(takes=60), Played()

    assert await spoken(speech(slow, second, seconds=1.5), ENGLISH, format="wav")
    assert len(second.asked) == 1
    with pytest.raises(NoAnswer):
        await spoken(speech(slow, seconds=0.7), ENGLISH)


async def test_what_one_engine_refuses_another_is_not_asked_to_say():
    second = Played()

    with pytest.raises(ContentRefused):
        await spoken(speech(Played(ContentRefused("No.")), second), ENGLISH)
    assert not second.asked


async def test_the_first_error_is_told_where_all_fail():
    with pytest.raises(UpstreamBusy):
        await spoken(speech(Played(UpstreamBusy("Wait.")), Played(BadAnswer("Strange."))), ENGLISH)


async def test_a_style_reaches_only_a_voice_that_has_it():
    engine = Played()

    await spoken(speech(engine), ENGLISH, voice="jenny", style="cheerful")
    await spoken(speech(engine), ENGLISH, voice="mia", style="cheerful")

    assert [words.style for words in engine.asked] == ["cheerful", None]


async def test_silence_is_no_speech():
    with pytest.raises(BadAnswer):
        await spoken(speech(), "\u200b", language="fa")


class Mute(Played):
    """Its English is silence."""

    name = "mute"

    async def speak(self, words, step):
        if words.voice.language == "en":
            return Spoken(audio.wav(bytes(48_000), 24_000))
        return await super().speak(words, step)


@pytest.mark.parametrize("text", ["سلام دوستان Hello there خداحافظ", "Hello there"])
async def test_an_engine_whose_words_are_silent_hands_over(text):
    answer = await speech(Mute(), Played()).answer(SpeechRequest(text=text), (), lambda text: None)

    assert answer.engine == "played"


async def test_the_upstream_speaks_with_a_voice_of_the_same_gender(client, upstream):
    provider = speech(OpenAISpeech(client, "some-model"))

    file = await spoken(provider, PERSIAN, voice="farid")

    asked = upstream.requests[-1].body
    assert asked["voice"] in ("onyx", "ash", "echo", "ballad")
    assert asked["instructions"] == "Speak Persian."
    assert 2 < file.seconds < 8


async def test_a_long_text_goes_to_the_upstream_in_pieces(client, upstream, monkeypatch):
    monkeypatch.setattr("bot.providers.speech.openai.INPUT_MOST", 100)
    provider = speech(OpenAISpeech(client, "some-model"))
    steps: list[str] = []

    answer = await provider.answer(SpeechRequest(text=(ENGLISH + " ") * 3, format="ogg"), (), steps.append)

    assert len(upstream.requests) == 3
    assert all(len(seen.body["input"]) <= 100 for seen in upstream.requests)
    assert answer.files[0].seconds > 8
    assert steps == ["0/3", "1/3", "2/3"]


@pytest.mark.parametrize("fault", ["refuse", "401", "429", "500", "502-html", "html", "malformed", "empty"])
async def test_a_broken_upstream_hands_over_to_the_local_voice(client, upstream, fault):
    upstream.will(fault)
    provider = speech(OpenAISpeech(client, "some-model"), Espeak())

    answer = await provider.answer(SpeechRequest(text=PERSIAN, format="ogg"), (), lambda text: None)

    assert answer.engine == "espeak"


async def test_a_cancelled_speech_leaves_the_voice_free_for_the_next():
    provider = speech()
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(spoken(provider, ENGLISH * 2_000))
        await asyncio.sleep(0.05)
        task.cancel()

    assert task.cancelled()
    async with asyncio.timeout(2):
        assert (await spoken(provider, ENGLISH)).seconds > 2


async def test_bytes_that_are_no_sound_are_a_bad_answer():
    for data in (b"", b"no sound", b"<html></html>" * 100):
        with pytest.raises(ProviderError):
            await audio.decode(data)


async def test_sounds_are_joined_with_a_pause():
    one = await audio.decode(tone_wav(1))

    assert audio.seconds(audio.join([one, one], [0.5, 0.5])) == pytest.approx(2.5, abs=0.01)


def test_a_text_is_cut_after_sentences():
    cut = pieces("One. Two is longer. Three? " * 10, 60)

    assert all(len(piece) <= 60 for piece in cut)
    assert all(piece[-1] in ".?" for piece in cut)
    assert pieces("x" * 100, 40) == ["x" * 40, "x" * 40, "x" * 20]
    assert pieces("  ", 40) == []


def test_a_folder_with_a_long_name_gets_a_short_link(tmp_path: Path):
    data = tmp_path / ("long" * 40) / "espeak-ng-data"
    data.mkdir(parents=True)

    folder = folder_of_data(data)

    assert len(str(folder)) < 100
    assert (folder / "espeak-ng-data").samefile(data)


async def test_a_long_text_becomes_several_notes_in_order_where_they_are_wanted(monkeypatch):
    monkeypatch.setattr("bot.providers.speech.NOTE_CHARACTERS", 130)
    engine = Played()
    steps: list[str | Answer] = []
    request = SpeechRequest(text=(ENGLISH + " ") * 6, format="ogg", notes=True)

    answer = await speech(engine).answer(request, (), steps.append)

    assert len(answer.files) == len(engine.asked) == 3
    assert " ".join(words.text for words in engine.asked) == request.text.strip()
    assert [step for step in steps if isinstance(step, str)] == ["0/3", "1/3", "2/3"]
    early = [step for step in steps if isinstance(step, Answer)]
    assert [len(part.files) for part in early] == [1, 2], "the last is the answer's own"
    assert [list(part.files) for part in early] == [list(answer.files[:1]), list(answer.files[:2])]
    assert [len(part.notes) for part in (*early, answer)] == [1, 2, 3]
    whole = await speech(Played()).answer(request.model_copy(update={"notes": False}), (), steps.append)
    assert len(whole.files) == 1


async def test_a_preferred_voice_speaks_its_own_language_and_no_other():
    engine = Played()

    for text in (PERSIAN, ENGLISH):
        request = SpeechRequest(text=text, preferred=("fa/farid", "ru/dmitry"))
        await speech(engine).answer(request, (), lambda text: None)

    assert [words.voice.name for words in engine.asked] == ["farid", "jenny"]
