"""Trouble on demand: what the network and Telegram's servers do on bad days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "flood", "error", "html", "restart", "lost", "refused", "slow", "dropped", "duplicated", "reordered"
]
UPDATE_KINDS = ("dropped", "duplicated", "reordered")


@dataclass(slots=True)
class Fault:
    """Happens `times` times to calls of `method` (`*`: any), in `chat` if one is named.

    flood      429, retry after `seconds`
    error      `code` with `description`, in Telegram's words
    html       502 with a page instead of JSON
    restart    500 Internal Server Error: restart
    lost       the effect is stored, then the connection is cut
    refused    the connection is cut before any effect
    slow       the answer comes after `seconds`; the effect is there at once
    dropped    an update that is created is never delivered; `method` may name its kind, as
               `callback_query`, or `successful_payment` among messages
    duplicated an update is delivered twice
    reordered  a batch of updates is delivered the wrong way round (a webhook: the second before the first)
    """

    method: str
    kind: Kind
    times: int = 1
    chat: int | None = None
    seconds: float = 0
    description: str | None = None
    code: int | None = None

    def meets(self, method: str, chat: int | None) -> bool:
        of_any_update = self.kind in UPDATE_KINDS and self.method == "getUpdates"
        named = of_any_update or self.method == "*" or self.method.lower() == method.lower()
        return named and (self.chat is None or self.chat == chat)


class Faults:
    def __init__(self, tell: Callable[[str, dict[str, Any], int | None], None]) -> None:
        self.waiting: list[Fault] = []
        self._tell = tell

    def take(self, kind: Kind, method: str, chat: int | None) -> Fault | None:
        """The next fault of this kind that meets the call, one use of it spent."""
        return self._take([one for one in self.waiting if one.kind == kind], method, chat)

    def take_call(self, method: str, chat: int | None) -> Fault | None:
        calls = [one for one in self.waiting if one.kind not in UPDATE_KINDS]
        return self._take(calls, method, chat)

    def _take(self, among: list[Fault], method: str, chat: int | None) -> Fault | None:
        for fault in among:
            if fault.meets(method, chat):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                self._tell("fault", {"kind": fault.kind, "method": method, "chat": chat}, chat)
                return fault
        return None
