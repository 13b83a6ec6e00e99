"""A picture of numbers by day: bars, with the day under each and the number above it."""

import asyncio
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

SIZE = (960, 480)
LEFT, RIGHT, TOP, BOTTOM = 24, 24, 48, 56
BACKGROUND, INK, FAINT, BAR = "#ffffff", "#222222", "#c8c8c8", "#3478c6"


class Bar(NamedTuple):
    label: str
    value: Decimal


async def draw(bars: Sequence[Bar]) -> bytes:
    """A PNG, drawn beside the event loop."""
    return await asyncio.to_thread(_draw, bars)


def _draw(bars: Sequence[Bar]) -> bytes:
    picture = Image.new("RGB", SIZE, BACKGROUND)
    canvas = ImageDraw.Draw(picture)
    floor = SIZE[1] - BOTTOM
    canvas.line((LEFT, floor, SIZE[0] - RIGHT, floor), fill=FAINT, width=2)
    step = (SIZE[0] - LEFT - RIGHT) / max(len(bars), 1)
    tallest = max((bar.value for bar in bars), default=Decimal(0)) or Decimal(1)
    font = ImageFont.load_default(size=min(22, max(12, int(step / 3))))
    for position, bar in enumerate(bars):
        middle = LEFT + step * (position + 0.5)
        top = floor - float(bar.value / tallest) * (floor - TOP)
        canvas.rectangle((middle - step * 0.35, top, middle + step * 0.35, floor), fill=BAR)
        canvas.text((middle, floor + 12), bar.label, fill=INK, font=font, anchor="ma")
        if bar.value:
            canvas.text((middle, top - 6), f"{bar.value:g}", fill=INK, font=font, anchor="md")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
