"""Samples of voices, to be heard before one is chosen: free for the person, maybe not for the operator."""

import time
from collections import OrderedDict, deque

from bot.catalog.samples import sample_of
from bot.catalog.voices import Voice
from bot.providers import Manner, ProducedFile, SpeechRequest
from bot.providers.speech import SpeechProvider

KEPT = 64
MOST, IN_SECONDS = 20, 3_600.0
"""How many one person hears in a while."""
PEOPLE_KEPT = 10_000


class Samples:
    """Samples that were made, the latest; and who has heard how many of late."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], ProducedFile] = OrderedDict()
        self._heard: OrderedDict[int, deque[float]] = OrderedDict()

    def may(self, customer: int) -> bool:
        times = self._heard.setdefault(customer, deque(maxlen=MOST))
        self._heard.move_to_end(customer)
        while len(self._heard) > PEOPLE_KEPT:
            self._heard.popitem(last=False)
        now = time.monotonic()
        if len(times) == MOST and now - times[0] < IN_SECONDS:
            return False
        times.append(now)
        return True

    async def of(self, voice: Voice, manner: Manner, speech: SpeechProvider) -> ProducedFile:
        engine = speech.engine_for(voice.language)
        key = (engine, voice.language, voice.name, manner.style, manner.speed, manner.pitch)
        if key not in self._kept:
            request = SpeechRequest(
                text=sample_of(voice.language), language=voice.language, voice=voice.name, format="ogg",
                style=manner.style, speed=manner.speed, pitch=manner.pitch,
            )  # fmt: skip
            self._kept[key] = (await speech.answer(request, (), lambda text: None)).files[0]
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]
