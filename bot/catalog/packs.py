"""Token packs: data in packs.toml, or in the operator's own file (PACKS_FILE)."""

import tomllib
from pathlib import Path

from billing.ledger import MILLI
from billing.payments.stars import Pack

SHIPPED = Path(__file__).with_name("packs.toml")


class PacksError(Exception):
    """The packs' file can't be used; the message says what to mend."""


def read_packs(path: Path = SHIPPED) -> dict[str, Pack]:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        packs = [
            Pack(str(p["name"]), int(p["tokens"]) * MILLI, int(p["stars"]), bool(p.get("trial", False)))
            for p in data["pack"]
        ]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise PacksError(f"{path}: {error}") from None
    if any(pack.amount <= 0 or not 1 <= pack.stars <= 100_000 or len(pack.name) > 32 for pack in packs):
        raise PacksError(f"{path}: a pack has tokens, 1 to 100,000 stars and a name of at most 32 characters")
    return {pack.name: pack for pack in packs}
