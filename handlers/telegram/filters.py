"""What a handler is for. Our own filters, because aiogram runs its `F…` in a thread, eight of them a message,
which costs more than all the rest of the way."""

from aiogram.filters import BaseFilter
from aiogram.types import CallbackQuery, Message


class Private(BaseFilter):
    """Said to the bot alone."""

    async def __call__(self, message: Message) -> bool:
        return message.chat.type == "private"


class Has(BaseFilter):
    """The message has this: `text`, `successful_payment`, `reply_to_message` …"""

    def __init__(self, field: str) -> None:
        self._field = field

    async def __call__(self, message: Message) -> bool:
        return bool(getattr(message, self._field))


class Begins(BaseFilter):
    """A private message whose first word is one of these, and which goes on: `rest` is what follows."""

    def __init__(self, *words: str) -> None:
        self._words = frozenset(words)

    async def __call__(self, message: Message) -> bool | dict[str, str]:
        first, *rest = (message.text or "").split(maxsplit=1)[:2] or [""]
        if not rest or first not in self._words or message.chat.type != "private":
            return False
        return {"rest": rest[0]}


class Button(BaseFilter):
    """A tap on a button whose data is `<name>:<rest>`."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def __call__(self, query: CallbackQuery) -> bool | dict[str, str]:
        name, colon, rest = (query.data or "").partition(":")
        return {"rest": rest} if colon and name == self._name else False
