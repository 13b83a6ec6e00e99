"""What is sold and what it costs, right now: read from the books, changed by admins while the bot runs.

A change is proposed, shown as what differs, and confirmed; then it holds for whatever is asked for or bought
from now on. Jobs keep the tariff that they were submitted with, invoices the price that they were made with.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import structlog

from billing import price_lists
from billing.model_prices import Alias, ModelPrices, model_prices_of
from billing.payments.stars import Pack
from billing.price_lists import PACKS, TARIFF, PriceList
from billing.tariff import TariffError, load_tariff, tariff_of
from bot import price_words
from bot.catalog.packs import PacksError, packs_of, read_packs
from bot.clock import now
from bot.price_words import WrongPrice
from bot.prices import Prices
from bot.settings import SettingsError
from bot.storage import Storage

log = structlog.get_logger()

FILES = {TARIFF: "tariff.toml", PACKS: "packs.toml"}


class Proposal(NamedTuple):
    """What an admin must confirm: its number, and a line for each price that differs."""

    id: int
    lines: list[str]


class PriceLists:
    def __init__(self, storage: Storage, check: Callable[[Mapping[str, Pack]], None]) -> None:
        """`check` raises SettingsError where the settings sell for what no pack has a price in."""
        self._storage = storage
        self._check = check
        self._now: dict[str, PriceList] = {}
        self.packs: dict[str, Pack] = {}
        """Always those of today: who has it sees each change."""
        self.prices: Prices
        self.models: ModelPrices
        """What programs pay that ask for a model by name; today's."""

    async def open(self, tariff_file: Path, packs_file: Path) -> None:
        """Read the operator's files and what was changed since. Raises TariffError, PacksError."""
        load_tariff(tariff_file), read_packs(packs_file)
        for kind, file in ((TARIFF, tariff_file), (PACKS, packs_file)):
            body = file.read_text("utf-8")
            self._now[kind] = await self._storage.write(price_lists.adopt_file, kind, body, now())
        tariff = self._now[TARIFF]
        self.models = model_prices_of(tariff.body, FILES[TARIFF])
        self.prices = Prices(tariff_of(tariff.body, FILES[TARIFF]), tariff.id)
        for known in await self._storage.write(price_lists.confirmed, TARIFF):
            self.prices.remember(tariff_of(known.body, f"tariff {known.id}"), known.id)
        self.packs.update(packs_of(self._now[PACKS].body, FILES[PACKS]))
        self._check(self.packs)

    def body(self, kind: str) -> str:
        """As TOML."""
        return self._now[kind].body

    def lines(self) -> list[str]:
        """Every price, with its address."""
        known = price_words.tariff_lines(self.prices.tariff) | price_words.pack_lines(self.packs)
        return [f"{name}: {price}" for name, price in known.items()]

    async def edit(self, address: str, values: list[str], by: int) -> Proposal:
        """Raises WrongPrice."""
        kind = price_words.kind_of(address)
        return await self.propose(kind, price_words.edited(self.body(kind), address, values), by)

    async def propose(self, kind: str, body: str, by: int) -> Proposal:
        """Raises WrongPrice with a sentence: what is not right with this TOML."""
        base = self._now[kind]
        try:
            lines = price_words.difference(_lines(kind, base.body), _lines(kind, body))
            if kind == PACKS:
                self._check(packs_of(body, FILES[PACKS]))
        except (TariffError, PacksError, SettingsError) as error:
            raise WrongPrice(str(error)) from None
        if not lines:
            raise WrongPrice("That is how the prices are already")
        number = await self._storage.write(price_lists.propose, kind, body, base.id, by, now())
        return Proposal(number, lines)

    async def confirm(self, number: int, by: int) -> None:
        """From now on it holds. Raises Outdated."""
        confirmed = await self._storage.write(price_lists.confirm, number, by, now())
        self._now[confirmed.kind] = confirmed
        if confirmed.kind == TARIFF:
            self.prices.change(tariff_of(confirmed.body, FILES[TARIFF]), confirmed.id)
            self.models = model_prices_of(confirmed.body, FILES[TARIFF])
        else:
            self.packs.clear()
            self.packs.update(packs_of(confirmed.body, FILES[PACKS]))
        log.info("prices changed", kind=confirmed.kind, price_list=confirmed.id, admin=by)

    async def set_alias(self, name: str, alias: Alias | None, by: int) -> None:
        """A public name for a model, or (None) no more; from now on. Raises WrongPrice, Outdated."""
        changed = await self.propose(TARIFF, price_words.with_alias(self.body(TARIFF), name, alias), by)
        await self.confirm(changed.id, by)

    async def drop(self, number: int, by: int) -> bool:
        return await self._storage.write(price_lists.drop, number, by, now())

    async def history(self, most: int = 10) -> list[tuple[PriceList, list[str]]]:
        """The last changes of both kinds, the latest first, each with what it changed."""
        found: list[tuple[PriceList, list[str]]] = []
        for kind in (TARIFF, PACKS):
            lists = await self._storage.write(price_lists.confirmed, kind)
            for new, old in zip(lists, [*lists[1:], None], strict=True):
                lines = price_words.difference(_lines(kind, old.body), _lines(kind, new.body)) if old else []
                found.append((new, lines))
        return sorted(found, key=lambda one: one[0].id, reverse=True)[:most]


def _lines(kind: str, body: str) -> dict[str, str]:
    if kind == TARIFF:
        prices = price_words.tariff_lines(tariff_of(body, FILES[TARIFF]))
        return prices | price_words.model_lines(model_prices_of(body, FILES[TARIFF]))
    return price_words.pack_lines(packs_of(body, FILES[PACKS]))
