"""Every language and every voice over the API, spoken offline, or refused with -11 and nothing taken."""

import itertools

import pytest

from bot.catalog.voices import read_voices
from tests.sounds import probed
from tests.world import ADA, balance

pytest.importorskip("espeakng_loader", reason="the local voice is not installed")

LANGUAGES = tuple(read_voices())
VOICES = tuple(voice for language in LANGUAGES for voice in language.voices)
SILENT = {"filipino", "galician", "javanese", "khmer", "lao", "pashto", "somali", "sundanese", "zulu"}
"""What nothing on this machine speaks."""
FORMATS = {
    "mp3": "mp3 (mp3float), 48000 Hz, mono",
    "ogg": "opus, 48000 Hz, mono",
    "wav": "pcm_s16le, 48000 Hz, mono",
}
AT_ONCE = 20


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"speech_engines": ("espeak",)})


async def spoken(program, receiver, asked):
    """The answers to requests for speech, in their order."""
    answers = []
    for some in batches(asked):
        replies = [await program.post_json("txtTOvoice", text="1 2 3 4 5 6 7", **one) for one in some]
        assert [reply["code"] for reply in replies] == [100] * len(replies)
        answers += [await receiver.answer(reply["id"]) for reply in replies]
    return answers


def batches(asked):
    return [asked[at : at + AT_ONCE] for at in range(0, len(asked), AT_ONCE)]


async def file_of(program, answer):
    (address,) = answer["files"]["txtTOvoice"]
    async with program.http.get(address) as file:
        assert file.status == 200
        return await file.read()


async def check_languages(app, program, receiver, languages):
    before = await balance(app, ADA)

    answers = await spoken(program, receiver, [{"txtTOvoice_lang": one.name} for one in languages])

    for language, answer in zip(languages, answers, strict=True):
        if language.name in SILENT:
            assert (answer["status"], answer["code"], answer["token"], answer["files"]) == (0, -11, 0, [])
        else:
            assert (answer["status"], answer["token"]) == (1, 2), language.name
            assert (await probed(await file_of(program, answer))).startswith(FORMATS["mp3"])
    able = [one for one in languages if one.name not in SILENT]
    assert await balance(app, ADA) == (before.posted - 2_000 * len(able), 0)


async def check_voices(program, receiver, voices):
    asked = [
        {"txtTOvoice_lang": one.language, "txtTOvoice_who": one.name, "txtTOvoice_format": form}
        for one, form in zip(voices, itertools.cycle(FORMATS), strict=False)
    ]

    answers = await spoken(program, receiver, asked)

    silent = {language.code for language in LANGUAGES if language.name in SILENT}
    for voice, one, answer in zip(voices, asked, answers, strict=True):
        if voice.language in silent:
            assert (answer["code"], answer["token"]) == (-11, 0), voice
        else:
            assert (answer["code"], answer["token"]) == (100, 2), voice
            sound = await probed(await file_of(program, answer))
            assert sound.startswith(FORMATS[one["txtTOvoice_format"]]), voice


async def test_a_language_is_spoken_offline_or_costs_nothing(app, program, receiver):
    sample = [one for one in LANGUAGES if one.name in ("persian", "english", "chinese", "zulu", "lao")]

    await check_languages(app, program, receiver, sample)


async def test_a_voice_is_spoken_offline_or_costs_nothing(app, program, receiver):
    await check_voices(program, receiver, VOICES[::24])


async def test_a_text_with_nothing_to_say_is_told_so_and_free(app, program, receiver):
    before = await balance(app, ADA)

    reply = await program.post_json("txtTOvoice", text="--------", txtTOvoice_lang="persian")
    answer = await receiver.answer(reply["id"])

    assert (answer["status"], answer["code"], answer["token"], answer["files"]) == (0, -3, 0, [])
    assert "nothing in it that can be spoken" in answer["detail"]
    assert await balance(app, ADA) == before


@pytest.mark.slow
async def test_each_of_the_69_languages_is_spoken_offline_or_costs_nothing(app, program, receiver):
    assert len(LANGUAGES) == 69

    await check_languages(app, program, receiver, LANGUAGES)


@pytest.mark.slow
async def test_each_of_the_294_voices_is_spoken_offline_or_costs_nothing(app, program, receiver):
    assert len(VOICES) == 294

    await check_voices(program, receiver, VOICES)
