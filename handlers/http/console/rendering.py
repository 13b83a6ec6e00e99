"""The console's pages, from templates that escape whatever is put into them."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.clock import MINUTE, SECOND
from bot.page_files import HEADERS
from bot.texts import tokens

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"tokens": tokens_said, "moment": moment, "lasting": lasting}
    return made


def rendered(template: str, status: int = 200, **values: Any) -> web.Response:
    text = _templates().get_template(template).render(values)
    headers = {**HEADERS, "Cache-Control": "no-store"}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def tokens_said(amount: int) -> str:
    return f"{tokens(amount):,f}" if amount % 1000 else f"{amount // 1000:,}"


def moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at / SECOND, UTC):%Y-%m-%d %H:%M}"


def lasting(milliseconds: int) -> str:
    seconds = max(0, milliseconds) / SECOND
    if seconds < 1:
        return f"{max(0, milliseconds)} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{milliseconds // MINUTE} min {seconds % 60:.0f} s"
    return f"{seconds / 3600:.1f} h"
