"""gTTS against a server on this machine that speaks Google's protocol; only the host's name is changed."""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote

import gtts.tts
import pytest
from aiohttp import web

from bot.catalog.voices import read_voices
from bot.providers import SpeechRequest
from bot.providers.errors import BadAnswer, NoAnswer, UpstreamBusy, UpstreamUnreachable
from bot.providers.speech import SpeechProvider, audio
from bot.providers.speech.gtts import GoogleSpeech
from tests.sounds import tone_wav

RUSSIAN = "Доброе утро. Сегодня хорошая погода, и море спокойно."


class Google:
    """Answers each part with sound of its length, or as it is told to."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, str]] = []
        self.status = 200
        self.body: str | None = None
        self.seconds = 0.0
        self.share = 1.0
        """How much of each sound arrives."""

    async def speak(self, request: web.Request) -> web.Response:
        if self.seconds:
            await asyncio.sleep(self.seconds)
        sent = unquote(re.search("f.req=(.*)&", await request.text())[1])  # type: ignore[index]
        text, language, _speed, _null = json.loads(json.loads(sent)[0][0][1])
        self.parts.append((text, language))
        if self.status != 200 or self.body is not None:
            return web.Response(status=self.status, text=self.body)
        sound = await audio.encode(await audio.decode(tone_wav(len(text) / 40)), "mp3")
        inner = json.dumps([base64.b64encode(sound[: int(len(sound) * self.share)]).decode()])
        return web.Response(
            text=")]}'\n\n" + json.dumps([["wrb.fr", "jQ1olc", inner]], separators=(",", ":"))
        )


@pytest.fixture
async def google(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Google]:
    google = Google()
    app = web.Application()
    app.router.add_post("/{path:.*}", google.speak)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    at = f"http://127.0.0.1:{runner.addresses[0][1]}"

    def local(tld: str = "com", path: str = "") -> str:
        return f"{at}/{path}"

    monkeypatch.setattr(gtts.tts, "_translate_url", local)
    yield google
    await runner.cleanup()


async def spoken(text: str, seconds: float = 20, **given: Any) -> Any:
    provider = SpeechProvider([GoogleSpeech()], read_voices(), seconds=seconds)
    return await provider.answer(SpeechRequest(text=text, **given), (), lambda text: None)


async def test_google_speaks(google):
    answer = await spoken(RUSSIAN)

    assert answer.engine == "gtts"
    assert answer.files[0].media == "audio/mpeg"
    assert answer.files[0].seconds == pytest.approx(1.3, abs=0.2)
    assert google.parts == [(RUSSIAN, "ru")]


async def test_a_long_text_is_spoken_in_parts_one_after_the_other(google):
    answer = await spoken(RUSSIAN * 4, format="ogg")

    assert len(google.parts) > 2
    assert answer.files[0].seconds == pytest.approx(len(RUSSIAN) * 4 / 40, rel=0.2)
    assert answer.files[0].data.startswith(b"OggS")


async def test_tempo_and_pitch_are_changed_afterwards(google):
    assert (await spoken(RUSSIAN, speed=100)).files[0].seconds == pytest.approx(0.65, abs=0.15)
    assert (await spoken(RUSSIAN, pitch=40)).files[0].seconds == pytest.approx(1.3, abs=0.2)


@pytest.mark.parametrize(
    ("language", "name"), [("zh", "zh"), ("he", "iw"), ("jv", "jw"), ("fil", "tl"), ("bn-BD", "bn")]
)
async def test_languages_go_by_googles_names(google, language, name):
    await spoken("one", language=language)

    assert google.parts[0][1] == name


def test_google_has_no_persian():
    assert not GoogleSpeech().speaks("fa")
    assert GoogleSpeech().speaks("en")


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (429, "", UpstreamBusy),
        (403, "", BadAnswer),
        (500, "", BadAnswer),
        (200, "", BadAnswer),
        (200, "<html>sorry</html>", BadAnswer),
        (200, '[["wrb.fr","jQ1olc",null]]', BadAnswer),
        (200, '[["wrb.fr","jQ1olc","[\\"!!!!\\"]"]]', BadAnswer),
    ],
)
async def test_each_way_to_break_is_one_of_our_errors(google, status, body, error):
    google.status, google.body = status, body

    with pytest.raises(error):
        await spoken(RUSSIAN)


async def test_a_sound_that_breaks_off_is_a_bad_answer(google):
    google.share = 0.3

    with pytest.raises(BadAnswer, match="breaks off"):
        await spoken(RUSSIAN)


async def test_a_google_that_is_not_there_is_unreachable(monkeypatch):
    monkeypatch.setattr(gtts.tts, "_translate_url", lambda tld="com", path="": f"http://127.0.0.1:9/{path}")

    with pytest.raises(UpstreamUnreachable):
        await spoken(RUSSIAN)


async def test_a_google_that_hangs_is_left_in_time(google):
    google.seconds = 1

    with pytest.raises(NoAnswer):
        await spoken(RUSSIAN, seconds=0.2)


async def test_a_text_without_words_is_not_asked_for(google):
    with pytest.raises(BadAnswer):
        await spoken("…!?", language="ru")
    assert not google.parts
