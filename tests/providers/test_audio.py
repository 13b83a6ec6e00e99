"""Sound: tempo and pitch measured, each without a change of the other; silence, loudness, joins, formats."""

import asyncio
from contextlib import suppress

import pytest

from bot.providers.speech import audio
from tests.sounds import cents, pitch_of, probed, tone, tone_wav

SECONDS, HERTZ = 3.0, 180.0


async def changed(tempo=1.0, pitch=1.0, form="wav"):
    sound = await audio.decode(tone_wav(SECONDS, HERTZ))
    return audio.trimmed(await audio.decode(await audio.finish(sound, form, tempo=tempo, pitch=pitch)))


def tempo_of(speed):
    return 1 + speed / (100 if speed >= 0 else 200)


@pytest.mark.parametrize("speed", [-100, -60, -20, 0, 15, 50, 100, 200])
async def test_tempo_is_within_3_percent_and_leaves_the_pitch(speed):
    sound = await changed(tempo=tempo_of(speed))

    assert audio.seconds(sound) == pytest.approx(SECONDS / tempo_of(speed), rel=0.03)
    assert abs(cents(pitch_of(sound), HERTZ)) < 20


@pytest.mark.parametrize("pitch", [-50, -30, -10, 10, 30, 50])
async def test_pitch_is_within_20_cents_and_leaves_the_tempo(pitch):
    sound = await changed(pitch=1 + pitch / 100)

    assert abs(cents(pitch_of(sound), HERTZ * (1 + pitch / 100))) < 20
    assert audio.seconds(sound) == pytest.approx(SECONDS, rel=0.03)


@pytest.mark.parametrize(("speed", "pitch"), [(-100, 30), (50, -30), (100, 50), (200, -50)])
async def test_both_at_once_are_what_was_asked_for(speed, pitch):
    sound = await changed(tempo_of(speed), 1 + pitch / 100)

    assert audio.seconds(sound) == pytest.approx(SECONDS / tempo_of(speed), rel=0.03)
    assert abs(cents(pitch_of(sound), HERTZ * (1 + pitch / 100))) < 20


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("mp3", "mp3 (mp3float), 48000"),
        ("ogg", "opus, 48000"),
        ("wav", "pcm_s16le, 48000"),
    ],
)
async def test_each_format_is_mono_at_48_khz(form, kind):
    sound = await audio.decode(tone_wav(1))

    data = await audio.finish(sound, form)

    assert (await probed(data)).startswith(f"{kind} Hz, mono")
    assert audio.seconds(await audio.decode(data)) == pytest.approx(1, abs=0.1)


async def test_silence_at_the_ends_goes_and_within_stays():
    gap = bytes(24_000)
    sound = await audio.decode(audio.wav(gap * 2 + tone(1) + gap + tone(1) + gap * 2, 24_000))

    assert audio.seconds(audio.trimmed(sound)) == pytest.approx(2.5, abs=0.1)


async def test_nothing_is_left_of_silence():
    sound = await audio.decode(audio.wav(bytes(48_000), 24_000))

    assert len(audio.trimmed(sound)) == 0
    assert audio.evened(sound) is sound


@pytest.mark.parametrize("gain", [-30, -12, 6])
async def test_quiet_and_loud_voices_come_out_alike(gain):
    sound = (await audio.decode(tone_wav(1))).apply_gain(gain)

    even = audio.evened(sound)

    assert even.dBFS == pytest.approx(audio.LOUDNESS, abs=0.6)
    assert even.max_dBFS <= audio.PEAK + 0.1


async def test_sounds_of_different_rates_are_joined_without_a_gap():
    one, other = await audio.decode(tone_wav(1, rate=22_050)), await audio.decode(tone_wav(1, rate=24_000))

    joined = audio.join([one, other], [0, 0])

    assert audio.seconds(joined) == pytest.approx(2, abs=0.01)
    assert min(joined[at : at + 10].rms for at in range(0, 1990, 10)) > 1000


async def test_who_goes_away_at_any_moment_leaves_nothing_broken():
    broken = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: broken.append(context))
    sound = tone_wav(10)

    for milliseconds in range(0, 60, 2):
        with suppress(TimeoutError):
            async with asyncio.timeout(milliseconds / 1000):
                await audio.ffmpeg(("-i", "pipe:0", "-t", "1", "-f", "s16le"), sound)

    assert broken == []
