"""Text modes: the manners in which a question can be answered."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

MODES_FILE = Path(__file__).with_name("text_modes.toml")


class Mode(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    persona: str = Field(min_length=1)
    """The system message that goes before the conversation."""


def read_modes(path: Path = MODES_FILE) -> Mapping[str, Mode]:
    """The modes by name, in the menu's order. A mistake in the file is pydantic's ValidationError."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        name: Mode(name=name, persona=table.pop("persona", "").strip(), **table)
        for name, table in tables.items()
    }
