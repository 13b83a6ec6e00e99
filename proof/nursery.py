"""A process that has all imported and forks a whole bot for each line it reads: `python -m proof.nursery`.

A start costs two seconds of imports and of reading texts, which are not what T1 is about; the fork has the
bot's own start, from opening the books. A line is JSON: `number`, `settings`, `broken`. What the bots tell is
a line of JSON each: `pid` when one is born, `recovered` when it has taken over what the last one left,
`ready` when it is up. At the end of the input all end.
"""

import asyncio
import gc
import importlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from typing import Any

BUSY_SECONDS = 0.3
"""Longer than a life."""


def main() -> None:
    _warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not waited for
    for line in sys.stdin:
        birth = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _live(birth)
        tell(birth["number"], pid=pid)
    os.killpg(0, signal.SIGKILL)


def _warm_up() -> None:
    for name in ("bot.wiring", "httpcore2"):
        importlib.import_module(name)
    importlib.import_module("bot.texts").Texts()
    importlib.import_module("handlers.telegram.door").handlers_in_order()
    importlib.import_module("bot.providers.language").read_model()
    importlib.import_module("bot.providers.speech.espeak").Espeak()
    client = importlib.import_module("openai").AsyncOpenAI(api_key="none")
    _ = client.chat.completions, client.audio.speech, client.audio.transcriptions, client.images
    gc.freeze()


def tell(number: int, **news: Any) -> None:
    """One write, which a kill can't cut."""
    os.write(1, (json.dumps({"number": number} | news) + "\n").encode())


def _live(birth: Mapping[str, Any]) -> None:
    """A bot's whole life."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        log = birth["settings"]["data_dir"] + ".log"
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
        if birth["broken"]:
            _forget_updates()
        asyncio.run(_run(birth["number"], birth["settings"]))
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


async def _run(number: int, settings: Mapping[str, Any]) -> None:
    from bot.logs import set_up_logs
    from bot.settings import load_settings
    from bot.wiring import open_app

    began = time.monotonic()
    set_up_logs("error")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    _tell_of_recovery(number)
    async with open_app(load_settings(_env_file=None, **settings)):
        tell(number, ready=time.monotonic() - began)
        await stop.wait()


def _tell_of_recovery(number: int) -> None:
    from bot import queue

    recover = queue.recover

    def timed(*args: Any) -> int:
        began = time.monotonic()
        jobs = recover(*args)
        tell(number, recovered=jobs, seconds=time.monotonic() - began)
        return jobs

    queue.recover = timed  # type: ignore[assignment]


def _forget_updates() -> None:
    """The control: updates are confirmed, kept in memory only, and handled when a busy bot comes to it."""
    from handlers.telegram.inbox import Inbox, lane_of
    from handlers.telegram.joins import Received

    async def receive(self: Inbox, bodies: list[dict[str, Any]]) -> None:
        for body in bodies:
            update = Received(int(body["update_id"]), lane_of(body), body)
            asyncio.get_running_loop().call_later(BUSY_SECONDS, self._enqueue, update)

    Inbox.receive = receive  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
