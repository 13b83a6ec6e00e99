"""Pictures drawn by rule for the sandbox: the scene and the colours are chosen by the prompt.

Each says that it is a sandbox picture, and what it was asked for. The same prompt and number give
the same picture.
"""

import hashlib
import io
import random
from functools import lru_cache
from typing import Literal

from PIL import Image, ImageChops, ImageDraw, ImageFont

from bot.sandbox.scenes import Palette, scene_for, weather

Format = Literal["PNG", "JPEG", "WEBP"]

LABEL = "sandbox picture"
PROMPT_LETTERS = 60
SIDE_LEAST, SIDE_MOST = 64, 2048

PALETTES: tuple[Palette, ...] = (
    ((24, 24, 72), (244, 128, 96), (96, 56, 112), (32, 24, 56)),
    ((72, 144, 216), (240, 232, 208), (96, 152, 136), (24, 72, 64)),
    ((16, 16, 40), (88, 40, 120), (56, 24, 96), (16, 8, 40)),
    ((248, 176, 120), (255, 232, 192), (208, 112, 96), (104, 48, 64)),
    ((40, 96, 120), (176, 224, 216), (48, 120, 128), (16, 56, 72)),
    ((56, 16, 72), (255, 80, 144), (120, 24, 112), (24, 8, 48)),
    ((120, 160, 200), (248, 248, 252), (168, 192, 216), (80, 112, 144)),
    ((40, 32, 24), (216, 168, 88), (128, 88, 48), (48, 32, 24)),
)
PALETTE_WORDS: dict[tuple[str, ...], tuple[int, ...]] = {
    ("sunset", "dusk", "evening", "autumn", "غروب", "پاییز", "закат", "日落"): (0, 3, 5, 7),
    ("night", "moon", "شب", "مهتاب", "ночь", "луна", "夜"): (0, 2, 5),
    ("morning", "dawn", "spring", "صبح", "طلوع", "بهار", "утро", "早晨"): (1, 3, 4, 6),
    ("snow", "winter", "برف", "زمستان", "снег", "зима", "雪"): (6, 1),
}
UNWANTED = ". Without: "
"""What comes after it in a prompt is not to be seen."""
FONTS = (
    "DejaVuSans.ttf", "Vazirmatn-Regular.ttf", "NotoNaskhArabic-Regular.ttf", "NotoSansArabic-Regular.ttf",
    "NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc", "wqy-microhei.ttc", "tahoma.ttf", "arial.ttf",
    "Arial Unicode.ttf", "PingFang.ttc", "msyh.ttc",
)  # fmt: skip
"""Looked for where the system keeps its fonts; Pillow's own has Latin letters only."""


def draw_picture(prompt: str, number: int, width: int, height: int, form: Format = "PNG") -> bytes:
    """About 150 ms at 1024x1024; call it in a thread. Sides from 64 to 2048 pixels."""
    assert SIDE_LEAST <= width <= SIDE_MOST, width
    assert SIDE_LEAST <= height <= SIDE_MOST, height
    asked = prompt.split(UNWANTED)[0]
    # Drawn from the prompt, not for secrets.
    chance = random.Random(hashlib.sha256(f"{prompt}\0{number}".encode()).digest())
    palette = _palette(asked, number)
    picture = _sky(palette, width, height)
    scene_for(asked, chance)(picture, palette, chance)
    weather(picture, asked, chance)
    picture = ImageChops.multiply(picture, _vignette(width, height))
    _label(picture, asked)
    out = io.BytesIO()
    picture.save(out, form, **({"compress_level": 3} if form == "PNG" else {"quality": 88}))
    return out.getvalue()


def _palette(prompt: str, number: int) -> Palette:
    """Pictures of one prompt differ in their colours; some words ask for some of them."""
    lowered = prompt.lower()
    asked = [at for words, at in PALETTE_WORDS.items() if any(word in lowered for word in words)]
    fitting = list(asked[0] if asked else range(len(PALETTES)))
    random.Random(hashlib.sha256(prompt.encode()).digest()).shuffle(fitting)
    return PALETTES[fitting[number % len(fitting)]]


def _sky(palette: Palette, width: int, height: int) -> Image.Image:
    above, below = palette[0], palette[1]
    return Image.composite(
        Image.new("RGB", (width, height), below),
        Image.new("RGB", (width, height), above),
        Image.linear_gradient("L").resize((width, height)),
    )


@lru_cache(maxsize=8)
def _vignette(width: int, height: int) -> Image.Image:
    edge = Image.radial_gradient("L").resize((width, height))
    return ImageChops.invert(edge.point([value // 3 for value in range(256)])).convert("RGB")


def _label(picture: Image.Image, prompt: str) -> None:
    """A plate near the foot: what it is, and what it was asked for where a font has the letters.

    It stands in the middle, where a chat that crops the picture leaves it.
    """
    width, height = picture.size
    size = max(9, width // 40)
    lines = [(LABEL, ImageFont.load_default(size))]
    words = " ".join(prompt.split())
    words = words if len(words) <= PROMPT_LETTERS else words[:PROMPT_LETTERS].rsplit(" ", 1)[0] + " …"
    if (font := _font_for(words, round(size * 0.85))) is not None and font.getlength(words) < width * 0.86:
        lines.append((words, font))
    wide = round(max(drawn_with.getlength(line) for line, drawn_with in lines) + 2 * size)
    high = round(size * (1.5 * len(lines) + 0.6))
    left, top = (width - wide) // 2, round(height * 0.88) - high
    plate = Image.new("L", (wide, high), 0)
    ImageDraw.Draw(plate).rounded_rectangle((0, 0, wide - 1, high - 1), radius=size * 0.7, fill=140)
    picture.paste((0, 0, 0), (left, top), plate)
    draw = ImageDraw.Draw(picture)
    for number, (line, drawn_with) in enumerate(lines):
        x = (width - drawn_with.getlength(line)) / 2
        draw.text((x, top + size * (0.35 + 1.5 * number)), line, font=drawn_with, fill=(245, 245, 245))


def _font_for(text: str, size: int) -> ImageFont.FreeTypeFont | None:
    """A font that has all letters of the text."""
    for name in (None, *FONTS):
        font = _font(name, size)
        if font is not None and all(_has(font, letter) for letter in set(text) if not letter.isspace()):
            return font
    return None


@lru_cache(maxsize=64)
def _font(name: str | None, size: int) -> ImageFont.FreeTypeFont | None:
    try:
        font = ImageFont.load_default(size) if name is None else ImageFont.truetype(name, size)
    except OSError:
        return None
    return font if isinstance(font, ImageFont.FreeTypeFont) else None


def _has(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    """Fonts draw one and the same box for all letters that they don't have."""
    return letter in "\u200c\u200d" or bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))
