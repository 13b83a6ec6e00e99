"""The ways to pay, one file each, registered in handlers/telegram/door.py: METHODS.

A way has rows of buttons for /buy, and a router with the handlers of what is done with them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from aiogram import Router
from aiogram.filters import BaseFilter
from aiogram.types import InlineKeyboardButton, Message

from billing.payments.orders import Pack
from bot.settings import Settings
from bot.texts import Say

Rows = Iterable[list[InlineKeyboardButton]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a method knows when it lays out its offers for somebody."""

    say: Say
    settings: Settings
    packs: Mapping[str, Pack]
    for_admin: bool

    def priced(self, currency: str) -> list[Pack]:
        """The packs that have a price in this currency."""
        return [pack for pack in self.packs.values() if currency in pack.prices and not pack.period]


class Method(Protocol):
    """A module of this folder."""

    @property
    def router(self) -> Router: ...

    def offers(self, shelf: Shelf) -> Rows:
        """Its rows of buttons in /buy; none where it is off."""


class PaidIn(BaseFilter):
    """Telegram says that something was paid, in Stars or in money."""

    def __init__(self, *, stars: bool) -> None:
        self._stars = stars

    async def __call__(self, message: Message) -> bool:
        paid = message.successful_payment
        return paid is not None and (paid.currency == "XTR") == self._stars
