"""Speech measured: how fast, whether the event loop is held, eight at once, and how well it is understood.

`make bench-speech`; the local voice alone, and for the last table the local whisper (`make stt`).
"""

import asyncio
import re
import resource
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.catalog.voices import read_voices
from bot.providers import ProducedFile, Recording, SpeechRequest
from bot.providers.speech import SpeechProvider, audio
from bot.providers.speech.engine import Words
from bot.providers.speech.espeak import Espeak
from bot.providers.transcription import Transcription
from bot.providers.transcription.whisper import LocalWhisper, is_installed

PERSIAN = "سلام، حال شما چطور است؟ امروز هوا خیلی خوب است و ما به پارک نزدیک خانه می‌رویم."
LONG = (PERSIAN + " ") * 14
ROUNDS = 20
SENTENCES = (
    "The train leaves the station at seven in the morning.",
    "Please bring me a glass of cold water.",
    "My brother works in a small hospital near the river.",
    "We are going to visit our grandmother on Sunday.",
    "The children are playing football in the garden.",
    "She bought a red car last week.",
    "It has been raining since yesterday evening.",
    "Can you tell me where the library is?",
    "I would like to order a pizza with mushrooms.",
    "The teacher asked the students to open their books.",
    "There are many old buildings in this city.",
    "He wrote a long letter to his best friend.",
    "The meeting will start in twenty minutes.",
    "This computer is much faster than the old one.",
    "They found the lost dog behind the house.",
    "Learning a new language takes a lot of time.",
    "The doctor told him to drink more water.",
    "Our plane will arrive late because of the snow.",
    "I forgot my keys on the kitchen table.",
    "The museum is closed on Mondays and holidays.",
)


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def wrong(said: list[str], heard: list[str]) -> int:
    """Words to change, leave out or put in, to come from one to the other."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(said, 1):
        before, row[0] = row[0], number
        for at, other in enumerate(heard, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (word != other))
    return row[-1]


IDLE = """
import select, sys, time
worst, last = 0.0, time.perf_counter()
while not select.select([sys.stdin], [], [], 0.001)[0]:
    now = time.perf_counter()
    worst, last = max(worst, now - last), now
print(worst)
"""


@asynccontextmanager
async def watched(what: str) -> AsyncIterator[None]:
    """Print how long a turn of the event loop took at most, how much of that this thread worked, and how
    long a process that does nothing had to wait meanwhile, for the machine's other programs."""
    turns = [(0.0, 0.0)]

    async def tick() -> None:
        last = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now = time.perf_counter(), time.thread_time()
            turns.append((now[0] - last[0], now[1] - last[1]))
            last = now

    idle = await asyncio.create_subprocess_exec(sys.executable, "-c", IDLE, stdin=PIPE, stdout=PIPE)
    async with asyncio.TaskGroup() as tasks:
        ticking = tasks.create_task(tick())
        yield
        ticking.cancel()
    waited, _ = await idle.communicate(b"")
    held, worked = (max(values) * 1000 for values in zip(*turns, strict=True))
    print(
        f"{what}: the event loop was held for {held:.0f} ms at most, and worked for {worked:.0f} ms of a"
        f" turn; an idle process waited for {float(waited) * 1000:.0f} ms"
    )


async def speak(provider: SpeechProvider, text: str, **given: object) -> ProducedFile:
    request = SpeechRequest.model_validate({"text": text, "format": "ogg", **given})
    return (await provider.answer(request, (), lambda text: None)).files[0]


async def timed(provider: SpeechProvider, text: str) -> list[float]:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await speak(provider, text, language="fa")
        times.append(time.perf_counter() - began)
    return times


def memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def together(provider: SpeechProvider) -> None:
    for _ in range(50):
        async with asyncio.TaskGroup() as tasks:
            for _ in range(8):
                tasks.create_task(speak(provider, PERSIAN, language="fa"))


async def error_rate(whisper: LocalWhisper, sounds: list[audio.AudioSegment]) -> float:
    """In per cent; all sentences are one recording, with pauses between."""
    heard = await whisper.hear(audio.join(sounds, [0.8] * len(sounds)))
    said = words_of(" ".join(SENTENCES))
    return 100 * wrong(said, words_of(heard)) / len(said)


VARIANTS: dict[str, dict[str, int]] = {
    "normal": {}, "+50 % speed": {"speed": 50}, "+30 % pitch": {"pitch": 30}, "-30 % pitch": {"pitch": -30},
}  # fmt: skip


async def half_an_hour(provider: SpeechProvider) -> None:
    """A recording as long as one may be, up to where it would be heard."""
    spoken = await audio.decode((await speak(provider, LONG, language="fa")).data, 16_000)
    data = await audio.encode((spoken * 20)[: 29 * 60_000], "ogg")

    async def read(name: str) -> bytes:
        return data

    async with watched("29 minutes of a recording, made ready"):
        await Transcription([Deaf()], read).hear(Recording(name="long", seconds=29 * 60))


class Deaf:
    name = "deaf"
    part_seconds = 600

    async def hear(self, sound: audio.AudioSegment) -> str:
        return "words"


async def round_trip(provider: SpeechProvider, folder: Path) -> None:
    """Spoken, changed, encoded, understood; against the same engine's untouched sound."""
    engine = Espeak()
    language = read_voices().language("en")
    assert language is not None
    voice, raw = language.voices[0], []
    for sentence in SENTENCES:
        spoken = await engine.speak(Words(sentence, voice, "english"), lambda done, all_: None)
        raw.append(await audio.decode(spoken.data))
    async with LocalWhisper(folder) as whisper:
        async with watched("hearing, the first time"):
            untouched = await error_rate(whisper, raw)
        print(f"word error rate, {'untouched engine':21} {untouched:6.1f} %")
        for name, given in VARIANTS.items():
            files = [
                await speak(provider, one, language="en", voice=voice.name, **given) for one in SENTENCES
            ]
            rate = await error_rate(whisper, [await audio.decode(file.data) for file in files])
            print(f"word error rate, {name:21} {rate:6.1f} %   {rate - untouched:+5.1f} points")


async def main() -> None:
    provider = SpeechProvider([Espeak()], read_voices())
    await speak(provider, PERSIAN, language="fa")
    async with watched("speaking"):
        short, long = await timed(provider, PERSIAN), await timed(provider, LONG)
    for name, times in ((f"{len(PERSIAN)} Persian characters", short), (f"{len(LONG.encode())} bytes", long)):
        print(f"{name} to OGG: median {statistics.median(times):.3f} s, worst {max(times):.3f} s")
    before, began = memory(), time.perf_counter()
    async with watched("8 at once"):
        await together(provider)
    each = (time.perf_counter() - began) / 50
    print(f"8 at once, 50 times: {each:.2f} s each time, memory {before:.0f} -> {memory():.0f} MB")
    await half_an_hour(provider)
    if not is_installed():
        print("no word error rates: make stt installs the local transcription")
        return
    with tempfile.TemporaryDirectory() as folder:
        await round_trip(provider, Path(folder))


if __name__ == "__main__":
    asyncio.run(main())
