"""Who is well: for each credential and model, until when it cools down.

    well ──too many failures, or asked to wait──▶ cooling ──time is over──▶ one probe
      ▲                                              ▲                        │
      └───────────────── it worked ──────────────────┼────── it failed: longer┘

Only what has failed is remembered, and of that the latest: model names are the callers' and have no end.
"""

import random
from collections import OrderedDict, deque
from collections.abc import Sequence

REMEMBERED = 2_000
WINDOW_SECONDS = 30.0
FAILURES_MOST = 5
"""In the window, and at least half of what was asked in it: then it cools down."""
FIRST_SECONDS = 1.0
LONGEST_SECONDS = 300.0
ANY_MODEL = ""


class _Health:
    __slots__ = ("probing", "times", "tries", "until")

    def __init__(self) -> None:
        self.until = 0.0
        """Cools until then, by the pool's clock."""
        self.times = 0
        """How often in a row it had to cool down; 0: it is well."""
        self.probing = False
        self.tries: deque[tuple[float, bool]] = deque(maxlen=50)
        """When, and whether it worked."""

    def usable(self, at: float) -> bool:
        return not self.times or (at >= self.until and not self.probing)

    def cool(self, at: float, seconds: float | None) -> float:
        """For that long, or growing with each time; how long."""
        self.probing = False
        self.times += 1
        if seconds is None:
            growing = min(FIRST_SECONDS * 2 ** min(self.times - 1, 20), LONGEST_SECONDS)
            seconds = growing * random.uniform(0.8, 1.2)  # noqa: S311
        self.until = max(self.until, at + seconds)
        return seconds

    def too_many_failures(self, at: float) -> bool:
        recent = [worked for when, worked in self.tries if when > at - WINDOW_SECONDS]
        failed = recent.count(False)
        return failed >= FAILURES_MOST and 2 * failed >= len(recent)


class Health:
    """By (credential, model); the credential's own, which holds for every model, is under ANY_MODEL."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, str], _Health] = OrderedDict()

    def usable(self, credential: int, model: str, at: float) -> bool:
        return all(health.usable(at) for health in self._of(credential, model))

    def wait(self, credential: int, model: str, at: float) -> float:
        """Seconds until it may be asked; 0 where that depends on a probe that is under way."""
        return max((health.until - at for health in self._of(credential, model)), default=0.0)

    def begin(self, credential: int, model: str) -> None:
        """It is asked now: if it has cooled down, this is the probe."""
        for health in self._of(credential, model):
            health.probing = bool(health.times)

    def worked(self, credential: int, model: str, at: float) -> None:
        for name in (ANY_MODEL, model):
            if health := self._known.get((credential, name)):
                if health.times:
                    del self._known[credential, name]
                else:
                    health.tries.append((at, True))

    def failed(self, credential: int, model: str, at: float) -> None:
        """A failure that may pass: only several in a short time, or that of a probe, make it cool down."""
        health = self._made(credential, model)
        health.tries.append((at, False))
        if health.times or health.too_many_failures(at):
            health.cool(at, None)
        self.left(credential, model)

    def cool(self, credential: int, model: str, at: float, seconds: float | None) -> float:
        cooled = self._made(credential, model).cool(at, seconds)
        self.left(credential, model)
        return cooled

    def left(self, credential: int, model: str) -> None:
        """Nothing was learnt: somebody else may probe."""
        for health in self._of(credential, model):
            health.probing = False

    def forget(self, credential: int) -> None:
        for key in [key for key in self._known if key[0] == credential]:
            del self._known[key]

    def cooling(self, credential: int, at: float) -> float:
        """The longest wait of all its models, 0: none."""
        waits = [h.until - at for (id_, _), h in self._known.items() if id_ == credential and h.times]
        return max(0.0, *waits) if waits else 0.0

    def _of(self, credential: int, model: str) -> Sequence[_Health]:
        if not self._known:
            return ()
        keys = {(credential, ANY_MODEL), (credential, model)}
        return [health for key in keys if (health := self._known.get(key))]

    def _made(self, credential: int, model: str) -> _Health:
        health = self._known.setdefault((credential, model), _Health())
        self._known.move_to_end((credential, model))
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return health
