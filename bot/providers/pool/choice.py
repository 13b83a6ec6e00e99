"""Which of the usable credentials is asked: by chance, in turn, or the least busy; by their weights."""

import random
from collections.abc import Mapping, Sequence
from typing import Literal

from bot.providers.pool.credential import Credential

Way = Literal["random", "round_robin", "least_busy"]


class Choice:
    def __init__(self, way: Way) -> None:
        self._way = way
        self._scores: dict[int, float] = {}

    def of(self, usable: Sequence[Credential], busy: Mapping[int, int]) -> Credential:
        """`busy`: how many calls are under way with each."""
        if len(usable) == 1:
            return usable[0]
        if self._way == "random":
            return random.choices(usable, [one.weight for one in usable])[0]  # noqa: S311
        if self._way == "least_busy":
            loads = {one.id: busy.get(one.id, 0) / one.weight for one in usable}
            least = min(loads.values())
            usable = [one for one in usable if loads[one.id] == least]
        return self._in_turn(usable)

    def _in_turn(self, usable: Sequence[Credential]) -> Credential:
        """Smoothly: of weights 5, 1, 1 the first is not asked five times in a row (nginx does it so)."""
        for one in usable:
            self._scores[one.id] = self._scores.get(one.id, 0) + one.weight
        chosen = max(usable, key=lambda one: self._scores[one.id])
        self._scores[chosen.id] -= sum(one.weight for one in usable)
        return chosen

    def forget(self, but: set[int]) -> None:
        self._scores = {id_: score for id_, score in self._scores.items() if id_ in but}
