"""Each of our voices has one that stands for it, of the same language and gender."""

from pathlib import Path

import pytest

from bot.catalog.voices import read_voices
from bot.providers.speech.espeak import FEMALE as ESPEAK_FEMALE
from bot.providers.speech.espeak import MALE as ESPEAK_MALE
from bot.providers.speech.openai import FEMALE, MALE
from bot.providers.speech.table import HEAD, rows

pytest.importorskip("espeakng_loader", reason="the local voice is not installed")

TABLE = Path(__file__).parents[2] / "docs" / "voices.tsv"
ROWS = [dict(zip(HEAD, row, strict=True)) for row in rows(read_voices())]


def test_the_written_table_is_the_one_that_holds():
    assert TABLE.read_text("utf-8").splitlines()[1:] == ["\t".join(row.values()) for row in ROWS]


def test_every_voice_is_in_it_and_somebody_speaks_all_of_them():
    assert len(ROWS) == 294
    assert all(row["openai"] or row["edge"] or row["gtts"] or row["espeak"] for row in ROWS)


@pytest.mark.parametrize(
    ("gender", "openai", "espeak"), [("female", FEMALE, ESPEAK_FEMALE), ("male", MALE, ESPEAK_MALE)]
)
def test_who_stands_for_a_voice_is_of_its_gender(gender, openai, espeak):
    for row in ROWS:
        if row["gender"] == gender:
            assert row["openai"] in ("", *openai)
            assert row["espeak"].partition("+")[2] in ("", *espeak)
