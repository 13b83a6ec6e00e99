"""run.py, with one place in it where the process kills itself: `python -m tests.crashing <place>`.

The places are wrapped from outside, so that the product has no code for them.
"""

import importlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(path: str) -> None:
    """Die when the function is called."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        def dying(*args: Any, **kwargs: Any) -> Any:
            die()

        return dying

    _replace(path, wrap)


def after_written(name: str) -> None:
    """Die as soon as the transaction that runs this function is durable."""
    from bot.storage import Storage

    write = Storage.write

    async def dying(self: Storage, fn: Any, *args: Any, **kwargs: Any) -> Any:
        result = await write(self, fn, *args, **kwargs)
        if getattr(fn, "__name__", "") == name and result not in ([], False):
            die()
        return result

    Storage.write = dying  # type: ignore[method-assign]


def when_text_has(words: int) -> None:
    """Die when an answer has grown to so many words."""
    from handlers.telegram.showing import Showing

    progressed = Showing.progressed

    def dying(self: Showing, job: Any, text: str) -> None:
        progressed(self, job, text)
        if len(text.split()) >= words and self._shown[job.id].on_screen:
            die()

    Showing.progressed = dying  # type: ignore[method-assign]


def after_notes(count: int) -> None:
    """Die as soon as so many notes of a speech that is still being made are written down as sent."""
    noted = 0

    def wrap(insist: Callable[..., Any]) -> Callable[..., Any]:
        async def dying(*args: Any) -> None:
            nonlocal noted
            await insist(*args)
            noted += 1
            if noted == count:
                die()

        return dying

    _replace("handlers.telegram.early:insist", wrap)


def _replace(path: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    module, name = path.split(":")
    owner = importlib.import_module(module)
    setattr(owner, name, wrap(getattr(owner, name)))


PLACES: dict[str, Callable[[], None]] = {
    "payment received, not credited": lambda: before("billing.payments.stars:credit"),
    "payment credited, not told": lambda: after_written("credit"),
    "job held, not begun": lambda: after_written("submit"),
    "call intended, not made": lambda: after_written("claim"),
    "in mid-stream": lambda: when_text_has(20),
    "answer there, not captured": lambda: before("bot.queue:settle"),
    "captured, not delivered": lambda: after_written("settle"),
    "delivery begun, not sent": lambda: after_written("_begin"),
    "delivered, not noted": lambda: before("handlers.telegram.answers:_done"),
    "two notes sent, the others not made": lambda: after_notes(2),
    "a note sent, not noted": lambda: before("handlers.telegram.early:_arrived"),
    "callback begun, not sent": lambda: after_written("_begin"),
    "callback sent, not noted": lambda: before("handlers.http.deliveries:_note"),
}

if __name__ == "__main__":
    import run
    from bot.providers import speech

    speech.NOTE_CHARACTERS = int(os.environ.get("NOTE_CHARACTERS", "1500"))
    if sys.argv[1] != "nowhere":
        PLACES[sys.argv[1]]()
    sys.exit(run.main([]))
