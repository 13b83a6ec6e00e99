"""The first who speaks: a bot in a process of its own, and what its event loop imports, opens or starts then.

`python -m tests.first_use FOLDER` prints a line for each such thing; tests/test_first_use.py runs it.
"""

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import fasttext

from bot.sandbox.telegram import SandboxTelegram
from bot.settings import load_settings
from bot.wiring import App
from tests.world import ADA, button, hosted, until, words

HELD = "held by:"
FILE_BYTES = 100_000
"""Reading less takes no time."""


@contextmanager
def noted() -> Iterator[None]:
    """What the event loop's thread does meanwhile that may take long."""
    watching = True

    def hook(event: str, given: tuple[Any, ...]) -> None:
        if watching and threading.current_thread() is threading.main_thread() and _is_slow(event, given):
            tell(event, given[0])

    def loaded(path: str) -> Any:
        tell("model", path)
        return load(path)

    sys.addaudithook(hook)
    load, fasttext.load_model = fasttext.load_model, loaded
    try:
        yield
    finally:
        watching, fasttext.load_model = False, load


def tell(event: str, what: object) -> None:
    """Past what is logged."""
    print(HELD, event, what, flush=True)


def _is_slow(event: str, given: tuple[Any, ...]) -> bool:
    match event:
        case "import":
            return str(given[0]).partition(".")[0] not in sys.stdlib_module_names
        case "open":
            return isinstance(given[0], str) and _size(given[0]) >= FILE_BYTES
    return event in ("ctypes.dlopen", "subprocess.Popen") and "ffmpeg" not in str(given[0])


def _size(path: str) -> int:
    return Path(path).stat().st_size if Path(path).is_file() else 0


async def main(folder: Path) -> None:
    settings = load_settings(
        _env_file=None, data_dir=folder, http_port=0, sandbox_telegram_port=0, speech_engines=("espeak",),
        log_level="error", telegram_pacing=False,
    )  # fmt: skip
    async with hosted(settings) as app:
        telegram = app.surroundings.telegram
        assert telegram
        code = await app.operator.issue(ADA, "tests")
        await app.operator.credit(ADA, 100, "tests", "tests")
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {code}"}) as http:
            async with http.get(f"{app.address}/api/v1/account") as answer:
                assert answer.status == 200
            await telegram.heard(ADA, after=telegram.say(ADA, "/help")["message_id"])
            with noted():
                await in_chat(telegram)
                await over_http(app, http, code)


async def in_chat(telegram: SandboxTelegram) -> None:
    for text in ("ویس سلام دنیا", "/voice Bonjour, mes 12 amis de https://example.org"):
        asked = telegram.say(ADA, text)
        await telegram.heard(ADA, lambda m: "voice" in m, after=asked["message_id"])
    asked = telegram.say(ADA, "سلام، خوبی؟")
    await telegram.heard(ADA, lambda m: "مانده" in words(m), after=asked["message_id"])
    asked = telegram.say(ADA, "/voice_settings")
    shown = await telegram.heard(ADA, lambda m: "reply_markup" in m, after=asked["message_id"])
    telegram.tap(ADA, shown["message_id"], button(shown, -1))
    await telegram.heard(ADA, lambda m: "voice" in m, after=shown["message_id"])


async def over_http(app: App, http: aiohttp.ClientSession, code: str) -> None:
    asked = {"api": code, "which": "txtTOvoice", "text": "سلام with Visual Studio ۱۲", "callback": ""}
    async with http.post(f"{app.address}/api/v1/jobs", json=asked) as reply:
        job = (await reply.json())["id"]

    async def ended() -> bool:
        async with http.get(f"{app.address}/api/v1/jobs/{job}") as answer:
            return bool((await answer.json())["state"] == "answered")

    await until(ended)
    spoken = {"model": "tts-1", "voice": "nova", "input": "Good morning."}
    async with http.post(f"{app.address}/v1/audio/speech", json=spoken) as answer:
        assert answer.status == 200
        await answer.read()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
