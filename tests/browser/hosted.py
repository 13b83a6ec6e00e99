"""The whole app in its sandbox, in a thread of its own because the browser's driver blocks."""

import asyncio
import threading
from typing import Any

from bot.sandbox.telegram import SandboxTelegram
from bot.settings import Settings, load_settings
from bot.wiring import App, open_app


def sandbox_settings(folder: Any, **given: Any) -> Settings:
    values: dict[str, Any] = {
        "data_dir": folder, "http_port": 0, "sandbox_telegram_port": 0, "sandbox_local_model": False,
        "drain_seconds": 0, "log_level": "error", "speech_engines": ("openai",),
    }  # fmt: skip
    return load_settings(_env_file=None, **(values | given))


class Hosted:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ready, self._end = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),))
        self._loop: asyncio.AbstractEventLoop | None = None
        self.base = self.address = ""
        """`address` is that of the sandbox's page, `base` is what stands before every path."""
        self.telegram: SandboxTelegram | None = None
        self.app: App | None = None

    async def _serve(self) -> None:
        async with open_app(self._settings) as app:
            self.base, self.address = app.address, f"{app.address}/sandbox"
            self.telegram, self.app = app.surroundings.telegram, app
            self._loop = asyncio.get_running_loop()
            self._ready.set()
            await asyncio.to_thread(self._end.wait)
            assert await app.operator.audit() == []

    def __enter__(self) -> "Hosted":
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(30)

    def do(self, coroutine: Any) -> Any:
        """Run something in the app's thread."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    def cut_off_polls(self) -> int:
        assert self.telegram is not None
        calls = self.telegram.calls.copy()
        return sum(call.method == "getUpdates" and call.code == 0 for call in calls)
