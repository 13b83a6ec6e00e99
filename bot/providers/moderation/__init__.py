"""Moderation: what is asked is looked at before an upstream gets it, by the upstream's own moderations where
there are any, else by word lists.

It knows neither customers nor doors: it says what it found, and refuses what the rules refuse. Who asked, and
what follows from it, is the engine's (bot/flagged.py).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, NamedTuple

import structlog

from bot.providers.errors import ContentRefused, ModelUnknown, ProviderError, Unchecked
from bot.providers.moderation.upstream import LETTERS_MOST, PIECE, Judge, digest_of
from bot.providers.moderation.words import WordLists

log = structlog.get_logger()

Way = Literal["auto", "upstream", "local", "both", "off"]
EXCERPT_MOST = 120
"""Characters of a text that are kept for an admin, for a few days."""
OVERLAP = 200
"""Letters that a piece of a long text has in common with the next: no phrase is cut in two."""
NONE_SECONDS = 600.0
"""So long it is not asked again whether there are moderations at all."""
FAILURES, DOWN_SECONDS = 3, 15.0
"""After so many failures in a row nobody is asked for a while: else each request would wait for it."""


class Inputs(NamedTuple):
    """Everything that an upstream would get of somebody."""

    texts: Sequence[str] = ()
    pictures: Sequence[str] = ()
    """Addresses, http(s) or data."""


class Flag(NamedTuple):
    """What the rules have found in one text or picture."""

    refused: bool
    found_by: str
    """`lists`, or the model that judged."""
    categories: tuple[str, ...]
    words: tuple[str, ...]
    """Of the lists; () where a model judged."""
    digest: bytes
    excerpt: str


class Rules(NamedTuple):
    way: Way = "auto"
    noted_only: frozenset[str] = frozenset()
    """The upstream's categories that are not refused."""
    pictures: bool = True
    """The upstream's moderations take pictures, too."""
    seconds: float = 5.0
    """In all, for one request."""


Allow = Callable[[Inputs], Awaitable[Sequence[Flag]]]
"""Gives what is to be noted. Raises ContentRefused, or Unchecked."""


class Moderation:
    def __init__(
        self, rules: Rules, lists: WordLists, judge: Judge, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rules = rules
        self._lists = lists
        self._judge = judge
        self._clock = clock
        self._none_until = self._down_until = 0.0
        self._failures = 0

    @property
    def looks(self) -> bool:
        return self._rules.way != "off"

    @property
    def takes_pictures(self) -> bool:
        return self._rules.pictures and self._rules.way != "local"

    async def allow(self, inputs: Inputs, *, closed: bool) -> Sequence[Flag]:
        """What is to be noted of it. `closed`: what can't be checked is refused, as Unchecked."""
        way = self._rules.way
        if way == "off" or not any(inputs):
            return ()
        flags = await self._by_lists(inputs) if way in ("local", "both") else []
        if way != "local" and not any(flag.refused for flag in flags):
            flags += await self._by_upstream(inputs, closed=closed)
        if any(flag.refused for flag in flags):
            raise ContentRefused("Refused by the content rules.", tuple(flags))
        return flags

    async def _by_lists(self, inputs: Inputs) -> list[Flag]:
        """Of a long text piece by piece, so that others have their turn."""
        texts = inputs.texts
        if sum(map(len, texts)) > PIECE:
            texts = [text[at : at + PIECE + OVERLAP] for text in texts for at in range(0, len(text), PIECE)]
        elif not texts or not self._lists.look(*texts).words:
            return []
        flags: list[Flag] = []
        for text in texts:
            if (found := self._lists.look(text)).words:
                digest, excerpt = digest_of(text), text[:EXCERPT_MOST]
                flags.append(Flag(found.refused, "lists", found.categories, found.words, digest, excerpt))
            if texts is not inputs.texts:
                await asyncio.sleep(0)
        return flags

    async def _by_upstream(self, inputs: Inputs, *, closed: bool) -> list[Flag]:
        try:
            return await self._judged(inputs)
        except NoModerations:
            if self._rules.way == "auto":
                return await self._by_lists(inputs)
            if closed:
                raise Unchecked("No upstream has moderations.") from None
        except Unchecked as error:
            log.warning("not moderated", closed=closed, detail=str(error))
            if closed:
                raise
        return await self._by_lists(inputs) if self._rules.way == "auto" else []

    async def _judged(self, inputs: Inputs) -> list[Flag]:
        """Raises NoModerations, or Unchecked."""
        at = self._clock()
        if at < self._none_until:
            raise NoModerations
        if at < self._down_until:
            raise Unchecked("The moderations are down.", self._down_until - at)
        try:
            async with asyncio.timeout(self._rules.seconds):
                flags = await self._flags(inputs)
        except ModelUnknown:
            self._none_until = self._clock() + NONE_SECONDS
            log.info("no moderations upstream")
            raise NoModerations from None
        except Unchecked:  # the request's own fault
            raise
        except ProviderError as error:
            self._failed()
            raise Unchecked(str(error)) from None
        except TimeoutError:
            if not inputs.pictures and sum(map(len, inputs.texts)) < LETTERS_MOST:
                self._failed()  # no large request alone brings it about that others are not looked at
            raise Unchecked("The moderations took too long.") from None
        self._failures = 0
        return flags

    async def _flags(self, inputs: Inputs) -> list[Flag]:
        pictures = inputs.pictures if self.takes_pictures else ()
        texts = list(dict.fromkeys(text for text in inputs.texts if not text.isspace() and text))
        of_texts, of_pictures = await self._judge.texts(texts), await self._judge.pictures(pictures)
        return [
            self._flag(found, digest_of(text), text[:EXCERPT_MOST])
            for text, found in zip(texts, of_texts, strict=True) if found
        ] + [
            self._flag(found, digest_of(picture), "(a picture)")
            for picture, found in zip(pictures, of_pictures, strict=True) if found
        ]  # fmt: skip

    def _flag(self, found: tuple[str, ...], digest: bytes, excerpt: str) -> Flag:
        refused = not self._rules.noted_only.issuperset(found)
        return Flag(refused, self._judge.model, found, (), digest, excerpt)

    def _failed(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES:
            self._down_until = self._clock() + DOWN_SECONDS


class NoModerations(Exception):
    """No upstream has any."""
