"""Picture styles: what each adds to a prompt, and the size and number of its pictures."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

STYLES_FILE = Path(__file__).with_name("picture_styles.toml")


class PictureStyle(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    words: str
    """Added to the prompt."""
    negative: str
    """What the picture must not show."""
    size: str = Field(pattern=r"^\d{2,4}x\d{2,4}$")
    """Width x height in pixels."""
    most: int = Field(ge=1, le=10)
    """The largest count."""


PLAIN = PictureStyle(name="", words="", negative="", size="1024x1024", most=10)
"""How a picture is made where no style was chosen."""


def read_styles(path: Path = STYLES_FILE) -> Mapping[str, PictureStyle]:
    """The styles by name, in the menu's order. A mistake in the file is pydantic's ValidationError."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: PictureStyle(name=name, **table) for name, table in tables.items()}
