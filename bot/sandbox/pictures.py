"""Pictures drawn by rule for the sandbox: landscapes, seas, cities and orbs, chosen by the prompt.

Each says that it is a sandbox picture, and what it was asked for. The same prompt and number give
the same picture.
"""

import hashlib
import io
import math
import random
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

Colour = tuple[int, int, int]
Palette = tuple[Colour, Colour, Colour, Colour]
Format = Literal["PNG", "JPEG", "WEBP"]

LABEL = "sandbox picture"
PROMPT_LETTERS = 110
SIDE_LEAST, SIDE_MOST = 64, 2048

PALETTES: tuple[Palette, ...] = (
    # sky above, sky below, far land, near land
    ((24, 24, 72), (244, 128, 96), (96, 56, 112), (32, 24, 56)),
    ((72, 144, 216), (240, 232, 208), (96, 152, 136), (24, 72, 64)),
    ((16, 16, 40), (88, 40, 120), (56, 24, 96), (16, 8, 40)),
    ((248, 176, 120), (255, 232, 192), (208, 112, 96), (104, 48, 64)),
    ((40, 96, 120), (176, 224, 216), (48, 120, 128), (16, 56, 72)),
    ((56, 16, 72), (255, 80, 144), (120, 24, 112), (24, 8, 48)),
    ((120, 160, 200), (248, 248, 252), (168, 192, 216), (80, 112, 144)),
    ((40, 32, 24), (216, 168, 88), (128, 88, 48), (48, 32, 24)),
)
SCENE_WORDS: dict[str, tuple[str, ...]] = {
    "sea": ("sea", "ocean", "beach", "wave", "boat", "ship", "دریا", "море", "海"),
    "city": ("city", "cyberpunk", "street", "tower", "neon", "شهر", "город", "城"),
    "orbs": ("space", "planet", "nebula", "abstract", "star", "texture", "فضا", "космос", "太空"),
    "hills": ("mountain", "forest", "nature", "landscape", "hill", "کوه", "جنگل", "гора", "лес", "山"),
}
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
    # Drawn from the prompt, not for secrets.
    chance = random.Random(hashlib.sha256(f"{prompt}\0{number}".encode()).digest())
    palette = chance.choice(PALETTES)
    picture = _sky(palette, width, height)
    _scene(prompt, chance)(picture, palette, chance)
    picture = ImageChops.multiply(picture, _vignette(width, height))
    _label(picture, prompt)
    out = io.BytesIO()
    picture.save(out, form, **({"compress_level": 3} if form == "PNG" else {"quality": 88}))
    return out.getvalue()


def _scene(prompt: str, chance: random.Random) -> Callable[[Image.Image, Palette, random.Random], None]:
    scenes = {"sea": _sea, "city": _city, "orbs": _orbs, "hills": _hills}
    lowered = prompt.lower()
    fitting = [scene for scene, words in SCENE_WORDS.items() if any(word in lowered for word in words)]
    return scenes[fitting[0] if fitting else chance.choice(sorted(scenes))]


def _sky(palette: Palette, width: int, height: int) -> Image.Image:
    above, below = palette[0], palette[1]
    return Image.composite(
        Image.new("RGB", (width, height), below),
        Image.new("RGB", (width, height), above),
        Image.linear_gradient("L").resize((width, height)),
    )


def _glow(picture: Image.Image, x: float, y: float, radius: float, colour: Colour) -> None:
    """A bright disc with light around it."""
    light = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(light)
    _disc(draw, x, y, radius * 2.2, 70)
    light = light.filter(ImageFilter.GaussianBlur(radius * 0.6))
    _disc(ImageDraw.Draw(light), x, y, radius, 235)
    light = light.filter(ImageFilter.GaussianBlur(max(1.0, radius / 40)))
    picture.paste(Image.new("RGB", picture.size, colour), mask=light)


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: int | Colour) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


def _stars(picture: Image.Image, chance: random.Random, count: int, down_to: float = 0.6) -> None:
    draw = ImageDraw.Draw(picture)
    for _ in range(count):
        x, y = chance.uniform(0, picture.width), chance.uniform(0, picture.height * down_to)
        _disc(draw, x, y, chance.choice((0.6, 0.9, 1.6)) * picture.width / 1024, (255, 250, 235))


def _hills(picture: Image.Image, palette: Palette, chance: random.Random) -> None:
    width, height = picture.size
    if sum(palette[0]) < 200:
        _stars(picture, chance, 160)
    _glow(
        picture,
        chance.uniform(0.2, 0.8) * width,
        chance.uniform(0.2, 0.45) * height,
        width * 0.06,
        (255, 244, 214),
    )
    draw, layers = ImageDraw.Draw(picture), 5
    for layer in range(layers):
        share = layer / (layers - 1)
        colour = _between(_between(palette[1], palette[2], 0.6), palette[3], share)
        base = height * (0.5 + 0.1 * layer)
        draw.polygon(_ridge(width, height, base, height * (0.13 - 0.015 * layer), chance), fill=colour)


def _ridge(
    width: int, height: int, base: float, rise: float, chance: random.Random
) -> list[tuple[float, float]]:
    waves = [
        (chance.uniform(0.6, 1.4) * 2**power, chance.uniform(0, math.tau), 0.55**power) for power in range(6)
    ]
    top = [
        (
            x,
            base
            - rise * sum(part * math.sin(beat * x / width * math.tau + turn) for beat, turn, part in waves),
        )
        for x in range(0, width + 4, 4)
    ]
    return [*top, (width, height), (0, height)]


def _sea(picture: Image.Image, palette: Palette, chance: random.Random) -> None:
    width, height = picture.size
    x, horizon = chance.uniform(0.3, 0.7) * width, height * chance.uniform(0.45, 0.58)
    _glow(picture, x, horizon - height * chance.uniform(0.02, 0.2), width * 0.075, (255, 240, 205))
    upside_down = picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM).crop(
        (0, height - int(horizon), width, height)
    )
    water = Image.blend(
        upside_down.resize((width, height - int(horizon))),
        Image.new("RGB", (width, height - int(horizon)), palette[3]),
        0.45,
    )
    picture.paste(water.filter(ImageFilter.BoxBlur(3)), (0, int(horizon)))
    draw = ImageDraw.Draw(picture)
    for _ in range(220):
        depth = chance.random() ** 1.6
        y, length = horizon + depth * (height - horizon), (0.01 + 0.09 * depth) * width
        at = chance.gauss(x, width * (0.06 + 0.3 * depth))
        colour = _between(palette[1], (255, 246, 225), chance.random())
        draw.line(
            (at - length / 2, y, at + length / 2, y), fill=colour, width=max(1, int(3 * depth * width / 1024))
        )


def _city(picture: Image.Image, palette: Palette, chance: random.Random) -> None:
    width, height = picture.size
    _stars(picture, chance, 90)
    _glow(
        picture,
        chance.uniform(0.2, 0.8) * width,
        height * 0.3,
        width * 0.09,
        _between(palette[1], (255, 255, 255), 0.4),
    )
    draw = ImageDraw.Draw(picture)
    for layer in range(3):
        colour, x = _between(palette[2], palette[3], layer / 2), 0.0
        while x < width:
            wide, top = (
                chance.uniform(0.03, 0.08) * width,
                height * chance.uniform(0.3, 0.62) + layer * height * 0.12,
            )
            draw.rectangle((x, top, x + wide, height), fill=colour)
            _windows(draw, x, top, wide, height, _between(palette[1], (255, 226, 150), 0.6), chance)
            x += wide * chance.uniform(0.9, 1.25)


def _windows(
    draw: ImageDraw.ImageDraw,
    x: float,
    top: float,
    wide: float,
    height: int,
    colour: Colour,
    chance: random.Random,
) -> None:
    step = max(6.0, wide / 5)
    for row in range(int((height - top) / step)):
        for column in range(1, 4):
            if chance.random() < 0.3:
                left, upper = x + column * step, top + (row + 0.6) * step
                draw.rectangle((left, upper, left + step * 0.4, upper + step * 0.45), fill=colour)


def _orbs(picture: Image.Image, palette: Palette, chance: random.Random) -> None:
    width, height = picture.size
    picture.paste(_between(palette[0], (8, 8, 24), 0.6), (0, 0, width, height))
    for _ in range(7):
        spot = Image.new("L", (64, 64), 0)
        _disc(ImageDraw.Draw(spot), chance.uniform(8, 56), chance.uniform(8, 56), chance.uniform(6, 18), 150)
        mask = spot.filter(ImageFilter.GaussianBlur(8)).resize((width, height), Image.Resampling.BICUBIC)
        picture.paste(Image.new("RGB", picture.size, chance.choice(palette[1:3])), mask=mask)
    _stars(picture, chance, 320, down_to=1)
    for _ in range(chance.randint(1, 3)):
        _planet(picture, chance.choice((palette[1], palette[2])), chance)


def _planet(picture: Image.Image, colour: Colour, chance: random.Random) -> None:
    radius = int(picture.width * chance.uniform(0.06, 0.2))
    x, y = chance.uniform(0.15, 0.85) * picture.width, chance.uniform(0.15, 0.75) * picture.height
    ball = Image.new("L", (radius * 2, radius * 2), 0)
    _disc(ImageDraw.Draw(ball), radius, radius, radius - 1, 255)
    light = Image.radial_gradient("L").resize((radius * 4, radius * 4))
    light = ImageChops.invert(light).crop((radius, radius, radius * 3, radius * 3))
    light = ImageChops.offset(light, -radius // 3, -radius // 3)
    face = Image.composite(
        Image.new("RGB", ball.size, _between(colour, (255, 255, 255), 0.35)),
        Image.new("RGB", ball.size, _between(colour, (0, 0, 0), 0.75)),
        light,
    )
    picture.paste(face, (int(x - radius), int(y - radius)), ball)


@lru_cache(maxsize=8)
def _vignette(width: int, height: int) -> Image.Image:
    edge = Image.radial_gradient("L").resize((width, height))
    return ImageChops.invert(edge.point([value // 3 for value in range(256)])).convert("RGB")


def _between(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _label(picture: Image.Image, prompt: str) -> None:
    """A strip at the foot: what it is, and what it was asked for where a font has the letters."""
    width, height = picture.size
    size = max(9, width // 36)
    strip = Image.new("RGBA", (width, round(size * 3.4)), (0, 0, 0, 150))
    draw = ImageDraw.Draw(strip)
    draw.text((size, size * 0.4), LABEL, font=ImageFont.load_default(size), fill=(255, 255, 255))
    words = " ".join(prompt.split())
    words = words if len(words) <= PROMPT_LETTERS else words[:PROMPT_LETTERS] + " …"
    if (font := _font_for(words, round(size * 0.8))) is not None:
        while words and draw.textlength(words, font=font) > width - 2 * size:
            words = words[:-6].rstrip(" …") + " …" if len(words) > 12 else ""
        draw.text((size, size * 1.9), words, font=font, fill=(225, 225, 225))
    picture.paste(strip.convert("RGB"), (0, height - strip.height), strip.getchannel("A"))


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
