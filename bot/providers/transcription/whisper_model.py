"""The process that hears, run by whisper.py: the model holds the interpreter too long for a process with
an event loop, and this way what it works on can be ended at any time.

In: four bytes that say how long the samples are, and the samples, 16 kHz, 16 bit, mono. Out: a line of
JSON for each, `{"words": …}` or `{"error": …}`. It ends with its input. It imports nothing of the bot.
"""

import json
import os
import sys
from typing import Any, BinaryIO

LESS_IMPORTANT = 5
"""It takes all cores but one, and leaves them to whoever serves people."""


def main() -> None:
    os.nice(LESS_IMPORTANT)
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    model = load(sys.argv[1])
    while head := asked.read(4):
        samples = asked.read(int.from_bytes(head, "big"))
        tell(told, answer(model, samples))


def answer(model: Any, samples: bytes) -> dict[str, str]:
    try:
        return {"words": words(model, samples)}
    except Exception as error:
        return {"error": type(error).__name__}


def tell(told: BinaryIO, said: dict[str, str]) -> None:
    told.write(json.dumps(said).encode() + b"\n")
    told.flush()


def load(folder: str) -> Any:
    from faster_whisper import WhisperModel

    cores = max(1, (os.cpu_count() or 2) - 1)
    return WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=cores, local_files_only=True)


def words(model: Any, samples: bytes) -> str:
    import numpy  # comes with the model's packages

    sound = numpy.frombuffer(samples, numpy.int16).astype(numpy.float32) / 32_768
    segments, _about = model.transcribe(sound, beam_size=5)
    return " ".join(segment.text.strip() for segment in segments)


if __name__ == "__main__":
    main()
