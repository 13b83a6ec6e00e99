"""edge-tts against a server on this machine that speaks Edge's protocol; only names of hosts are changed."""

import asyncio
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from bot.catalog.voices import read_voices
from bot.providers import SpeechRequest
from bot.providers.errors import BadAnswer, NoAnswer, UpstreamBusy, UpstreamRefusesUs, UpstreamUnreachable
from bot.providers.speech import SpeechProvider, audio
from bot.providers.speech.edge import EdgeSpeech
from tests.sounds import tone_wav

edge_tts = pytest.importorskip("edge_tts", reason="edge-tts is not installed")

PERSIAN = "سلام، حال شما چطور است؟ امروز هوا خیلی خوب است."
SSML = re.compile(r"<voice name='(.*?)'><prosody pitch='(.*?)' rate='(.*?)'.*?>(.*)</prosody>", re.DOTALL)
VOICES = [
    {"ShortName": name, "Locale": locale, "Gender": gender, "VoiceTag": {}}
    for name, locale, gender in (
        ("fa-IR-DilaraNeural", "fa-IR", "Female"),
        ("fa-IR-FaridNeural", "fa-IR", "Male"),
        ("en-US-JennyNeural", "en-US", "Female"),
        ("en-US-GuyNeural", "en-US", "Male"),
        ("bn-BD-NabanitaNeural", "bn-BD", "Female"),
        ("bn-IN-BashkarNeural", "bn-IN", "Male"),
        ("bn-IN-TanishaaNeural", "bn-IN", "Female"),
    )
]


class Edge:
    """The service: a list of voices, and a socket that speaks."""

    def __init__(self) -> None:
        self.listed = 0
        self.asked: list[dict[str, str]] = []
        self.status = 200
        self.fault = ""

    async def voices(self, request: web.Request) -> web.StreamResponse:
        self.listed += 1
        if self.fault == "list-html":
            return web.Response(text="<html>sorry</html>", content_type="text/html")
        return web.json_response(VOICES, status=self.status)

    async def speak(self, request: web.Request) -> web.StreamResponse:
        if self.status != 200 or self.fault == "html":
            return web.Response(status=self.status, text="<html>sorry</html>", content_type="text/html")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            assert message.type == WSMsgType.TEXT
            if "Path:ssml" in message.data:
                await self._say(socket, message.data)
                break
        await socket.close()
        return socket

    async def _say(self, socket: web.WebSocketResponse, asked: str) -> None:
        found = re.search(
            r"<voice name='(.*?)'><prosody pitch='(.*?)' rate='(.*?)'.*?>(.*)</prosody>", asked, re.S
        )
        assert found
        voice = found[1].removeprefix("Microsoft Server Speech Text to Speech Voice (").rstrip(")")
        words = {
            "voice": voice.replace(", ", "-"),
            "pitch": found[2],
            "rate": found[3],
            "text": unescape(found[4]),
        }
        self.asked.append(words)
        sound = await audio.encode(await audio.decode(tone_wav(len(words["text"]) / 20)), "mp3")
        await socket.send_str("X-RequestId:1\r\nContent-Type:application/json\r\nPath:turn.start\r\n\r\n{}")
        match self.fault:
            case "hang":
                await asyncio.sleep(60)
            case "silent":
                sound = b""
            case "truncated":
                sound = sound[: len(sound) // 4]
            case "strange":
                await socket.send_str("Path:nonsense\r\n\r\n<html>")
                return
        head = b"X-RequestId:1\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n"
        for at in range(0, len(sound), 4096):
            await socket.send_bytes(len(head).to_bytes(2, "big") + head + sound[at : at + 4096])
        if self.fault != "truncated":
            await socket.send_str("X-RequestId:1\r\nPath:turn.end\r\n\r\n{}")


@pytest.fixture
async def edge(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Edge]:
    edge = Edge()
    app = web.Application()
    app.router.add_get("/voices", edge.voices)
    app.router.add_get("/speech", edge.speak)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    at = f"127.0.0.1:{runner.addresses[0][1]}"
    monkeypatch.setattr("edge_tts.communicate.WSS_URL", f"ws://{at}/speech?TrustedClientToken=1")
    monkeypatch.setattr("edge_tts.voices.VOICE_LIST", f"http://{at}/voices?trustedclienttoken=1")
    yield edge
    await runner.cleanup()


async def spoken(folder: Path, text: str = PERSIAN, seconds: float = 5, **given: Any) -> Any:
    provider = SpeechProvider([EdgeSpeech(folder)], read_voices(), seconds=seconds)
    return await provider.answer(SpeechRequest(text=text, **given), (), lambda text: None)


async def test_edge_speaks_with_the_voice_of_that_name(edge, tmp_path):
    answer = await spoken(tmp_path, voice="farid", format="ogg")

    assert answer.engine == "edge"
    assert answer.files[0].data.startswith(b"OggS")
    assert answer.files[0].seconds == pytest.approx(len(PERSIAN) / 20, rel=0.1)
    assert edge.asked == [{"voice": "fa-IR-FaridNeural", "pitch": "+0Hz", "rate": "+0%", "text": PERSIAN}]


@pytest.mark.parametrize(
    ("language", "who", "name"),
    [
        ("en", "guy", "en-US-GuyNeural"),
        ("en", "monica", "en-US-JennyNeural"),
        ("en", "brandon", "en-US-GuyNeural"),
        ("bn-BD", "nabanita", "bn-BD-NabanitaNeural"),
        ("bn-IN", "bashkar", "bn-IN-BashkarNeural"),
        ("bn-BD", "pradeep", "bn-BD-NabanitaNeural"),
    ],
)
async def test_a_voice_that_it_has_not_is_stood_for_by_one_like_it(edge, tmp_path, language, who, name):
    await spoken(tmp_path, "one two three", language=language, voice=who)

    assert edge.asked[0]["voice"] == name


async def test_its_tempo_is_its_own_and_what_it_can_not_is_done_to_its_sound(edge, tmp_path):
    quick = await spoken(tmp_path, speed=50)
    quickest = await spoken(tmp_path, speed=200)

    assert [words["rate"] for words in edge.asked] == ["+50%", "+100%"]
    assert quick.files[0].seconds == pytest.approx(len(PERSIAN) / 20, rel=0.1), "the server did not obey"
    assert quickest.files[0].seconds == pytest.approx(len(PERSIAN) / 20 / 1.5, rel=0.1)


async def test_the_list_of_voices_is_fetched_once_and_kept(edge, tmp_path):
    await spoken(tmp_path)
    await spoken(tmp_path)

    assert edge.listed == 1
    assert (tmp_path / "edge_voices.json").exists()


async def test_a_kept_list_that_is_broken_is_fetched_again(edge, tmp_path):
    (tmp_path / "edge_voices.json").write_text('[{"ShortName": 1}]')

    await spoken(tmp_path)

    assert edge.listed == 1


async def test_a_language_that_the_list_lacks_is_not_spoken(edge, tmp_path):
    engine = EdgeSpeech(tmp_path)
    assert engine.speaks("ru")

    provider = SpeechProvider([engine], read_voices())
    await provider.answer(SpeechRequest(text=PERSIAN), (), lambda text: None)

    assert engine.speaks("fa")
    assert not engine.speaks("ru")


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, UpstreamBusy), (503, UpstreamBusy), (404, UpstreamRefusesUs), (500, BadAnswer)],
)
async def test_each_status_is_one_of_our_errors(edge, tmp_path, status, error):
    edge.status = status

    with pytest.raises(error):
        await spoken(tmp_path)


@pytest.mark.parametrize("fault", ["html", "list-html", "silent", "truncated", "strange"])
async def test_what_is_no_speech_is_a_bad_answer(edge, tmp_path, fault):
    edge.fault = fault

    with pytest.raises(BadAnswer):
        await spoken(tmp_path)


async def test_an_edge_that_hangs_is_left_in_time(edge, tmp_path):
    edge.fault = "hang"

    with pytest.raises(NoAnswer):
        await spoken(tmp_path, seconds=0.3)


async def test_an_edge_that_is_not_there_is_unreachable(monkeypatch, tmp_path):
    monkeypatch.setattr("edge_tts.voices.VOICE_LIST", "http://127.0.0.1:9/voices")

    with pytest.raises(UpstreamUnreachable):
        await spoken(tmp_path)


def test_without_its_package_it_speaks_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr("bot.providers.speech.edge.importlib.util.find_spec", lambda name: None)

    assert not EdgeSpeech(tmp_path).speaks("fa")
