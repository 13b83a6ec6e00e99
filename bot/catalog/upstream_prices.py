"""What upstreams charge: data in upstream_prices.toml, or in the operator's own (UPSTREAM_PRICES_FILE)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).with_name("upstream_prices.toml")
UNITS = {"text": ("prompt", "completion"), "image": ("picture",), "voice": ("characters",),
    "transcription": ("minute",), "moderation": ("request",)}  # fmt: skip


class UpstreamPricesError(Exception):
    """The file can't be used; the message says what to mend."""


@dataclass(frozen=True, slots=True)
class UpstreamPrices:
    """US dollars: of a Star; of a picture, a minute, a request; of a million of everything else."""

    star: Decimal
    known: Mapping[str, Mapping[str, Mapping[str, Decimal]]]
    """By kind of job, name, and unit."""

    def of(self, kind: str, engine: str) -> Mapping[str, Decimal] | None:
        """The prices of the longest name that `engine` is, or is a dated version of; None: not known."""
        names = [name for name in self.known[kind] if engine == name or engine.startswith(name + "-2")]
        return self.known[kind][max(names, key=len)] if names else None


def read_upstream_prices(path: Path = SHIPPED) -> UpstreamPrices:
    try:
        data = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
        known = {
            kind: {name: _prices(row, units) for name, row in data.get(kind, {}).items()}
            for kind, units in UNITS.items()
        }
        return UpstreamPrices(_dollars(data["star"]), known)
    except KeyError as error:
        raise UpstreamPricesError(f"{path}: {error} is missing") from None
    except (OSError, TypeError, ValueError, AttributeError) as error:
        raise UpstreamPricesError(f"{path}: {error}") from None


def _prices(row: Mapping[str, Any], units: tuple[str, ...]) -> dict[str, Decimal]:
    return {unit: _dollars(row[unit]) for unit in units}


def _dollars(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value < 10**6:
        raise ValueError(f"{value!r} is no price in dollars")
    return Decimal(value)
