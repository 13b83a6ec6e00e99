"""Who writes: every update's person as a customer, and the texts in their language."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import Message, TelegramObject, User

from bot import customers
from bot.clock import now
from bot.customers import Customer
from bot.storage import Storage
from bot.texts import Texts, closest

KNOWN = 10_000
"""Customers kept in memory."""


class People:
    """The one way to customers while the bot runs, so that what is kept in memory is never old."""

    def __init__(self, storage: Storage, signup: int) -> None:
        self._storage = storage
        self._signup = signup
        self._known: OrderedDict[int, tuple[tuple[str, str | None, str], Customer]] = OrderedDict()

    async def meet(self, user: User) -> Customer:
        """Their customer; made, with the sign-up tokens, at the first contact."""
        seen = (user.full_name, user.username, closest(user.language_code))
        known = self._known.get(user.id)
        if known is not None and known[0] == seen:
            self._known.move_to_end(user.id)
            return known[1]
        customer = await self._storage.write(
            customers.meet,
            user.id,
            now(),
            name=seen[0],
            username=seen[1],
            spoken=seen[2],
            signup=self._signup,
        )
        self._known[user.id] = (seen, customer)
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)
        return customer

    async def change(self, change: Callable[..., Any], customer: Customer, *args: Any) -> None:
        """Apply one of `bot.customers`' functions to a customer."""
        await self._storage.write(change, customer.id, *args)
        self.forget(customer.telegram_id)

    def forget(self, telegram_id: int) -> None:
        """Somebody changed this customer: look again."""
        self._known.pop(telegram_id, None)


class MeetPeople(BaseMiddleware):
    """Gives handlers `customer`, `language` and `say`; drops what no person sent."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        user = data.get("event_from_user")
        if user is None or user.is_bot or _anonymous(event):
            return None
        people: People = data["people"]
        texts: Texts = data["texts"]
        customer = await people.meet(user)
        language = customer.language or closest(user.language_code)
        data.update(customer=customer, language=language, say=texts.say(language))
        return await handler(event, data)


def _anonymous(event: TelegramObject) -> bool:
    """Sent in a chat's name: nobody's balance can pay for it."""
    return isinstance(event, Message) and event.sender_chat is not None
