"""The upstream's moderations: texts many at a time, pictures one by one (OpenAI takes no more in a call).

What has been judged is remembered by its digest, so that a conversation's messages are asked about once.
"""

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

from bot.providers.errors import BadAnswer, ModelUnknown, Unchecked
from bot.providers.pool.call import Call
from bot.providers.pool.pool import Pool

PATH = "/moderations"
NOT_THERE = (401, 403, 404, 405, 501)
"""What a server says that has none, or none for us."""
TEXTS_MOST, LETTERS_MOST = 32, 60_000
"""In one call."""
PIECE = 20_000
"""Letters of a long text that are judged together."""
CALLS_MOST = 40
"""For one request: more is not sent, and so not checked."""
AT_ONE_TIME = 4
REMEMBERED = 20_000
ANSWER_MOST = 4 * 1024 * 1024

Found = tuple[str, ...]
"""Categories; () where nothing was found."""


class Judge:
    def __init__(self, pool: Pool, model: str, seconds: float) -> None:
        """`seconds`: how long the upstream may be silent."""
        self.model = model
        self._pool = pool
        self._seconds = seconds
        self._known: OrderedDict[bytes, Found] = OrderedDict()

    async def texts(self, texts: Sequence[str]) -> list[Found]:
        """Raises a ProviderError, ModelUnknown where there are no moderations."""
        whole = [[text[at : at + PIECE] for at in range(0, len(text), PIECE)] for text in texts]
        known = {piece: self._recall(piece) for pieces in whole for piece in pieces}
        batches = batched([piece for piece, found in known.items() if found is None])
        for batch, results in zip(batches, await self._asked(batches), strict=True):
            for piece, found in zip(batch, results, strict=True):
                known[piece] = found
                self._remember(piece, found)
        return [together(known[piece] or () for piece in pieces) for pieces in whole]

    async def pictures(self, addresses: Sequence[str]) -> list[Found]:
        """Only those that come whole are remembered: behind an address may be another picture tomorrow."""
        known = {one: self._recall(one) for one in addresses}
        new = [one for one, found in known.items() if found is None]
        judged = await self._asked([[{"type": "image_url", "image_url": {"url": one}}] for one in new])
        for address, [found] in zip(new, judged, strict=True):
            known[address] = found
            if address.startswith("data:"):
                self._remember(address, found)
        return [known[one] or () for one in addresses]

    async def _asked(self, batches: Sequence[list[Any]]) -> list[list[Found]]:
        """The results of each call, a few at one time."""
        if len(batches) > CALLS_MOST:
            raise Unchecked("This is more than the moderations are asked about.")
        free = asyncio.Semaphore(AT_ONE_TIME)

        async def one(batch: list[Any]) -> list[Found]:
            async with free:
                return await self._ask(batch)

        if len(batches) < 2:
            return [await self._ask(batch) for batch in batches]
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(one(batch)) for batch in batches]
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return [task.result() for task in running]

    async def _ask(self, batch: list[Any]) -> list[Found]:
        body = json.dumps({"model": self.model, "input": batch}).encode()
        call = Call(PATH, body, self.model, seconds=self._seconds, free=True, aside=True)
        async with self._pool.send(call) as reply:
            answer = await reply.read(ANSWER_MOST)
        if reply.status in NOT_THERE:
            raise ModelUnknown("The upstream has no moderations.")
        if reply.status >= 400:
            raise Unchecked(f"The moderations answered {reply.status}.")
        return read_results(answer, len(batch))

    def _recall(self, text: str) -> Found | None:
        digest = digest_of(text)
        if digest in self._known:
            self._known.move_to_end(digest)
        return self._known.get(digest)

    def _remember(self, text: str, found: Found) -> None:
        self._known[digest_of(text)] = found
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def digest_of(text: str) -> bytes:
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=16).digest()


def batched(pieces: Sequence[str]) -> list[list[str]]:
    """As many in a call as it may have."""
    batches: list[list[str]] = []
    room = 0
    for piece in pieces:
        if room < len(piece) or len(batches[-1]) == TEXTS_MOST:
            batches.append([])
            room = LETTERS_MOST
        batches[-1].append(piece)
        room -= len(piece)
    return batches


def together(found: Iterable[Found]) -> Found:
    return tuple(dict.fromkeys(category for one in found for category in one))


def read_results(body: bytes, count: int) -> list[Found]:
    """The categories of each input. Raises BadAnswer for whatever does not say it clearly."""
    try:
        results = json.loads(body)["results"]
        if len(results) != count:
            raise ValueError
        return [_categories(one) for one in results]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadAnswer("The moderations could not be understood.") from None


def _categories(result: Any) -> Found:
    if not isinstance(result["flagged"], bool):
        raise TypeError
    if not result["flagged"]:
        return ()
    given: dict[str, Any] = result.get("categories") or {}
    named = tuple(str(name)[:60] for name, found in given.items() if found is True)
    return named[:30] or ("flagged",)
