"""Token packs and monthly plans: data in packs.toml, or in the operator's own file (PACKS_FILE)."""

import tomllib
from pathlib import Path
from typing import Any

from billing.ledger import MILLI
from billing.payments.orders import Pack
from billing.payments.subscriptions import MONTH

SHIPPED = Path(__file__).with_name("packs.toml")


class PacksError(Exception):
    """The packs' file can't be used; the message says what to mend."""


def read_packs(path: Path = SHIPPED) -> dict[str, Pack]:
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise PacksError(f"{path}: {error}") from None
    return packs_of(text, str(path))


def packs_of(text: str, path: str) -> dict[str, Pack]:
    """What a file of packs says; `path` is what the sentence of a PacksError begins with."""
    try:
        data = tomllib.loads(text)
        packs = [_pack(pack, 0) for pack in data["pack"]]
        packs += [_pack(plan, MONTH) for plan in data.get("plan", ())]
    except KeyError as error:
        raise PacksError(f"{path}: {error} is missing") from None
    except (TypeError, ValueError) as error:  # what is no TOML is a ValueError, too
        raise PacksError(f"{path}: {error}") from None
    if len({pack.name for pack in packs}) < len(packs):
        raise PacksError(f"{path}: two packs have the same name")
    if any(pack.amount <= 0 or not 1 <= pack.stars <= 100_000 or len(pack.name) > 32 for pack in packs):
        raise PacksError(f"{path}: a pack has tokens, 1 to 100,000 stars and a name of at most 32 characters")
    if any(price <= 0 for pack in packs for price in pack.prices.values()):
        raise PacksError(f"{path}: a price is above zero")
    if any(pack.period and pack.stars > 10_000 for pack in packs):
        raise PacksError(f"{path}: Telegram sells a month for at most 10,000 stars")
    return {pack.name: pack for pack in packs}


def _pack(row: dict[str, Any], period: int) -> Pack:
    trial = bool(row.get("trial", False))
    prices = {str(currency): int(price) for currency, price in row.get("prices", {}).items()}
    return Pack(str(row["name"]), int(row["tokens"]) * MILLI, int(row["stars"]), trial, period, prices)
