"""A call of the Bot API, and the table of what answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.sandbox.access import open_chat, writable_chat
from bot.sandbox.refusals import bad
from bot.sandbox.world import Chat, World

if TYPE_CHECKING:
    from bot.sandbox.queries import Queries
    from bot.sandbox.stars import Stars

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    data: bytes
    name: str
    mime: str


@dataclass(slots=True)
class Call:
    """One call: its parameters are plain JSON, already checked against aiogram's model of the method."""

    world: World
    stars: Stars
    queries: Queries
    method: str
    params: Json
    uploads: dict[str, Upload]

    def get(self, name: str, otherwise: Any = None) -> Any:
        return self.params.get(name, otherwise)

    def chat(self) -> Chat:
        """The chat that `chat_id` names, if the bot still is in it."""
        return open_chat(self.world, self.params["chat_id"])

    def writable_chat(self) -> Chat:
        return writable_chat(self.world, self.params["chat_id"])

    def upload(self, value: str) -> Upload | None:
        """What `attach://<field>` (or an upload right in the field) points to; None for anything else."""
        if not value.startswith("attach://"):
            return None
        upload = self.uploads.get(value.removeprefix("attach://"))
        if upload is None:
            raise bad("wrong file identifier/HTTP URL specified")
        return upload


Handler = Callable[[Call], Any | Awaitable[Any]]
HANDLERS: dict[str, Handler] = {}
"""What answers a method, by its name. The methods without an entry play no part here: they get the
smallest answer that aiogram can read (generic.py)."""


def answers(*methods: str) -> Callable[[Handler], Handler]:
    def enter(handler: Handler) -> Handler:
        for method in methods:
            assert method not in HANDLERS, method
            HANDLERS[method] = handler
        return handler

    return enter
