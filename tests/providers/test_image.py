"""Pictures over the wire, against the offline upstream."""

import io

import pytest
from PIL import Image

from bot.catalog.styles import PLAIN, read_styles
from bot.providers import ImageRequest
from bot.providers.errors import (
    BadAnswer,
    ContentRefused,
    NoAnswer,
    ProviderError,
    UpstreamBusy,
    UpstreamRefusesUs,
    UpstreamUnreachable,
)
from bot.providers.image import ImageProvider, checked_picture, picture_prompt
from bot.sandbox.pictures import draw_picture

BROKEN = {
    "refuse": UpstreamUnreachable,
    "hang": NoAnswer,
    "401": UpstreamRefusesUs,
    "429": UpstreamBusy,
    "500": BadAnswer,
    "502-html": BadAnswer,
    "malformed": BadAnswer,
    "empty": BadAnswer,
    "content-refusal": ContentRefused,
}


@pytest.fixture
def pictures(client):
    return ImageProvider(client, "some-model", read_styles(), seconds=5)


async def test_a_picture_has_the_words_and_the_size_of_its_style(pictures, upstream):
    answer = await pictures.answer(
        ImageRequest(prompt="a cat", style="anime", negative="dogs"), (), lambda text: None
    )

    (file,) = answer.files
    assert file.media == "image/png"
    assert Image.open(io.BytesIO(file.data)).size == (1024, 1536)
    asked = upstream.requests[-1].body["prompt"]
    assert asked.startswith("a cat, anime illustration")
    assert "Without: dogs, photograph" in asked
    assert answer.text == ""


async def test_several_pictures_are_asked_for_at_once_and_differ(pictures, upstream):
    steps: list[str] = []

    answer = await pictures.answer(ImageRequest(prompt="the sea", count=4), (), steps.append)

    assert len({file.data for file in answer.files}) == 4
    assert steps == ["4/4"]
    assert len(upstream.requests) == 1


async def test_nobody_gets_more_than_the_style_allows(pictures):
    answer = await pictures.answer(
        ImageRequest(prompt="the sea", style="debug", count=4), (), lambda text: None
    )

    assert len(answer.files) == read_styles()["debug"].most == 2


@pytest.mark.parametrize("fault", BROKEN)
async def test_each_way_to_break_is_one_of_our_errors(client, upstream, fault):
    upstream.will(fault, times=9)
    pictures = ImageProvider(client, "some-model", read_styles(), seconds=0.3 if fault == "hang" else 10)

    with pytest.raises(ProviderError) as caught:
        await pictures.answer(ImageRequest(prompt="a secret cat"), (), lambda text: None)

    assert type(caught.value) is BROKEN[fault]
    assert "secret" not in str(caught.value)


async def test_a_refusal_of_the_content_is_not_tried_again_one_by_one(pictures, upstream):
    upstream.will("content-refusal", times=9)

    with pytest.raises(ContentRefused):
        await pictures.answer(ImageRequest(prompt="something", count=4), (), lambda text: None)

    assert len(upstream.requests) == 1


async def test_the_plain_style_adds_nothing():
    assert picture_prompt(ImageRequest(prompt=" a cat "), PLAIN) == "a cat"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_the_three_kinds_of_pictures_are_known(form):
    assert checked_picture(draw_picture("x", 0, 64, 64, form)).media == f"image/{form.lower()}"


def test_a_picture_of_too_many_pixels_is_not_unpacked():
    out = io.BytesIO()
    Image.new("1", (6000, 6000)).save(out, "PNG")

    with pytest.raises(BadAnswer, match="pixels"):
        checked_picture(out.getvalue())


@pytest.mark.parametrize("words", ["a cat", "گربه‌ای کنار دریا", "一只猫", "", "🙂" * 300, "x" * 5000])
def test_the_sandbox_draws_whatever_it_is_asked_for(words):
    picture = Image.open(io.BytesIO(draw_picture(words, 1, 300, 200)))

    assert picture.size == (300, 200)
    assert len(picture.convert("RGB").getcolors(300 * 200) or ()) > 100
