"""The catalogue has what the callback API promises."""

import pytest

from bot.catalog.modes import read_modes
from bot.catalog.styles import read_styles
from bot.catalog.voices import read_voices

MODES = [
    "comedy",
    "upset",
    "depress",
    "love",
    "poem",
    "shy",
    "coward",
    "impolite",
    "rough",
    "programmer",
    "chat",
]
STYLES = [
    "paint", "game", "fantasy", "anime", "cyberpunk", "nature", "steampunk", "sci-fi", "space", "creepy",
    "tattoo", "texture", "anything", "photo", "tarot", "impasto oil", "child drawing", "saladwave",
    "woolworld", "synthwave", "midjourney", "xmas", "debug", "ImageHSIv1",
]  # fmt: skip


def test_all_modes_have_a_persona():
    modes = read_modes()

    assert list(modes) == MODES
    assert all(len(mode.persona) > 80 for mode in modes.values())


def test_all_styles_are_there_and_only_debug_adds_nothing():
    styles = read_styles()

    assert list(styles) == STYLES
    assert [name for name, style in styles.items() if not style.words] == ["debug"]


def test_a_mistake_in_the_data_is_told(tmp_path):
    wrong = tmp_path / "modes.toml"
    wrong.write_text("[poem]\npersona = ''")

    with pytest.raises(ValueError, match="persona"):
        read_modes(wrong)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("persian", "fa"), ("fa", "fa"), ("Persian ", "fa"), ("fa-IR", "fa"), ("fa_IR", "fa"),
        ("bn", "bn-BD"),
        ("bangla", "bn-BD"), ("bengali", "bn-IN"), ("bn-IN", "bn-IN"), ("zh-CN", "zh"), ("zh_TW", "zh"),
        ("en-US", "en"), ("no", "nb"), ("norwegian", "nb"), ("iw", "he"),
    ],
)  # fmt: skip
def test_languages_go_by_name_code_and_bcp_47(word, code):
    language = read_voices().language(word)

    assert language is not None
    assert language.code == code


@pytest.mark.parametrize("word", ["", "klingon", "xx", "auto", "-"])
def test_a_language_that_is_none_is_none(word):
    assert read_voices().language(word) is None


def test_voices_belong_to_their_language():
    voices = list(read_voices())
    english = read_voices().language("english")

    assert len(voices) == 69
    assert sum(len(language.voices) for language in voices) == 294
    assert english is not None
    jenny = english.voice("Jenny")
    assert jenny is not None
    assert jenny.gender == "female"
    assert "cheerful" in jenny.styles
    assert english.voice("dilara") is None
