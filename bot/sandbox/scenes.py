"""What the sandbox's pictures show: hills, seas, cities, orbs, and a cat; with rain or snow over them.

A scene is drawn on the sky in the four colours of its palette.
"""

import math
import random
import re
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Palette = tuple[Colour, Colour, Colour, Colour]
"""Sky above, sky below, far land, near land."""
Scene = Callable[[Image.Image, Palette, random.Random], None]

SCENE_WORDS: dict[str, tuple[str, ...]] = {
    "cat": ("cat", "kitten", "گربه", "кот", "кошк", "猫", "貓"),
    "sea": ("sea", "ocean", "beach", "wave", "boat", "ship", "lake", "دریا", "ساحل", "море", "海"),
    "city": ("city", "cyberpunk", "street", "tower", "neon", "شهر", "خیابان", "город", "城"),
    "orbs": ("space", "planet", "nebula", "abstract", "star", "texture", "فضا", "کهکشان", "космос", "太空"),
    "hills": ("mountain", "forest", "nature", "landscape", "hill", "کوه", "جنگل", "гора", "лес", "山"),
}
RAIN = ("rain", "باران", "дожд", "雨")
SNOW = ("snow", "برف", "снег", "雪")


def scene_for(prompt: str, chance: random.Random) -> Scene:
    """The one that is named first; the words of a style come after those of the person."""
    scenes: dict[str, Scene] = {"cat": _cat, "sea": _sea, "city": _city, "orbs": _orbs, "hills": _hills}
    places = {scene: _place(prompt, words) for scene, words in SCENE_WORDS.items()}
    named = [scene for scene, place in places.items() if place >= 0]
    return scenes[min(named, key=places.__getitem__) if named else chance.choice(["sea", "city", "hills"])]


def weather(picture: Image.Image, prompt: str, chance: random.Random) -> None:
    """Rain or snow, where it is asked for."""
    if _place(prompt, RAIN) >= 0:
        _rain(picture, chance)
    elif _place(prompt, SNOW) >= 0:
        _snow(picture, chance)


def _place(prompt: str, words: tuple[str, ...]) -> int:
    """Where the first of the words stands; -1 where none does. A Latin one has to stand alone."""
    found = [match.start() for word in words if (match := re.search(_pattern(word), prompt.lower()))]
    return min(found, default=-1)


def _pattern(word: str) -> str:
    return rf"\b{word}s?\b" if word.isascii() else word


def _cat(picture: Image.Image, palette: Palette, chance: random.Random) -> None:
    """From behind, on a wall before the moon."""
    width, height = picture.size
    if sum(palette[0]) < 200:
        _stars(picture, chance, 120)
    x, foot, size = width * chance.uniform(0.42, 0.58), height * 0.74, min(width, height) * 0.4
    moon = between(palette[1], (255, 250, 230), 0.7)
    _glow(picture, x + size * 0.35, foot - size * 0.75, size * 0.62, moon)
    draw = ImageDraw.Draw(picture)
    ridge = _ridge(width, height, height * 0.72, height * 0.06, chance)
    draw.polygon(ridge, fill=between(palette[2], palette[3], 0.4))
    dark = between(palette[3], (0, 0, 0), 0.55)
    draw.rectangle((0, foot - 2, width, height), fill=between(palette[3], dark, 0.5))
    _bricks(draw, width, height, foot, dark)
    _sitting_cat(draw, x, foot, size, dark)


def _bricks(draw: ImageDraw.ImageDraw, width: int, height: int, top: float, colour: Colour) -> None:
    rows, thick = 5, max(1, width // 340)
    high = (height - top) / rows
    for row in range(rows + 1):
        y = top + row * high
        draw.line((0, y, width, y), fill=colour, width=thick)
        for brick in range(-1, 9):
            x = (brick + row % 2 / 2) * width / 8
            draw.line((x, y, x, y + high), fill=colour, width=thick)


def _sitting_cat(draw: ImageDraw.ImageDraw, x: float, foot: float, size: float, colour: Colour) -> None:
    """`x`: its middle; `foot`: where it sits; `size`: how high it is."""
    body, head, neck, waist = size * 0.27, size * 0.17, foot - size * 0.78, foot - size * 0.2
    draw.ellipse((x - body, foot - size * 0.5, x + body, foot + size * 0.04), fill=colour)
    back = [(x - head * 0.8, neck), (x + head * 0.8, neck), (x + body, waist), (x - body, waist)]
    draw.polygon(back, fill=colour)
    draw.ellipse((x - head * 1.15, neck - head, x + head * 1.15, neck + head), fill=colour)
    for side in (-1, 1):
        ear = [(1.12, 0.2), (0.92, 1.6), (0.2, 0.85)]
        draw.polygon([(x + side * head * out, neck - head * up) for out, up in ear], fill=colour)
    left, tail = x + body * 0.4, size * 0.26
    around = (left, foot - tail * 0.6, left + tail * 2, foot + tail * 1.4)
    draw.arc(around, 180, 340, colour, max(3, round(size * 0.07)))


def _rain(picture: Image.Image, chance: random.Random) -> None:
    drops = Image.new("L", picture.size, 0)
    draw, width, height = ImageDraw.Draw(drops), *picture.size
    for _ in range(420):
        x, y = chance.uniform(-0.05, 1.05) * width, chance.uniform(-0.05, 1) * height
        length = chance.uniform(0.02, 0.06) * height
        draw.line(
            (x, y, x - length * 0.22, y + length), fill=chance.randint(60, 150), width=max(1, width // 512)
        )
    picture.paste(Image.new("RGB", picture.size, (225, 235, 255)), mask=drops)


def _snow(picture: Image.Image, chance: random.Random) -> None:
    draw, width, height = ImageDraw.Draw(picture), *picture.size
    for _ in range(360):
        x, y = chance.uniform(0, width), chance.uniform(0, height)
        _disc(draw, x, y, chance.uniform(1.2, 5) * width / 1024, (250, 252, 255))


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
        colour = between(between(palette[1], palette[2], 0.6), palette[3], share)
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
        colour = between(palette[1], (255, 246, 225), chance.random())
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
        between(palette[1], (255, 255, 255), 0.4),
    )
    draw = ImageDraw.Draw(picture)
    for layer in range(3):
        colour, x = between(palette[2], palette[3], layer / 2), 0.0
        while x < width:
            wide, top = (
                chance.uniform(0.03, 0.08) * width,
                height * chance.uniform(0.3, 0.62) + layer * height * 0.12,
            )
            draw.rectangle((x, top, x + wide, height), fill=colour)
            _windows(draw, x, top, wide, height, between(palette[1], (255, 226, 150), 0.6), chance)
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
    picture.paste(between(palette[0], (8, 8, 24), 0.6), (0, 0, width, height))
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
        Image.new("RGB", ball.size, between(colour, (255, 255, 255), 0.35)),
        Image.new("RGB", ball.size, between(colour, (0, 0, 0), 0.75)),
        light,
    )
    picture.paste(face, (int(x - radius), int(y - radius)), ball)


def between(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
