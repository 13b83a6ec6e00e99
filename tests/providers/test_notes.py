"""A long text in notes: what is written in each, what is read out, and where it is cut."""

import time

import pytest

from bot.providers.speech.notes import in_notes

CODE = "```python\n" + "x = 'one. two. three. four. five. six'\n" * 40 + "```"


@pytest.mark.parametrize(
    ("text", "language", "notes"),
    [
        ("It is 12. I am 7.", "en", [("It is 12. I am 7.", "It is twelve. I am seven.")]),
        (
            "The **first** costs 120. The second costs 5.",
            "en",
            [
                ("The **first** costs 120.", "The first costs one hundred and twenty."),
                ("The second costs 5.", "The second costs five."),
            ],
        ),
        (
            f"Look at this here:\n{CODE}\nAnd that is all there is.",
            "en",
            [
                ("Look at this here:", "Look at this here:"),
                (CODE, "code, forty lines."),
                ("And that is all there is.", "And that is all there is."),
            ],
        ),
        ("Such is the end of this long story.\n😀😀", "en", None),
        ("😀😀 ---", "en", []),
        ("", "en", []),
    ],
)
def test_a_text_is_cut_where_it_is_written(text, language, notes):
    made = in_notes(text, language, 45)

    assert made == notes if notes is not None else [note.written for note in made] == [text]


def test_numbers_that_are_long_to_say_make_no_long_note():
    made = in_notes("123456789012345 " * 100, "en", 500)

    assert all(len(note.read) <= 500 for note in made)
    assert " ".join(note.written for note in made).split() == ["123456789012345"] * 100


def test_code_that_is_longer_than_a_note_stays_whole():
    (note,) = in_notes(f"{CODE}\n😀", "en", 30)

    assert note.read.startswith("code, forty lines.")
    assert note.written.startswith(CODE)


@pytest.mark.parametrize(
    "text", ["Eine Zeile. " * 2_500, "```\nx\n```\n" * 3_000, "$x " * 10_000, "1 " * 15_000]
)
def test_the_longest_text_is_cut_at_once(text):
    begun = time.perf_counter()

    assert len(in_notes(text, "en", 1_500)) > 1
    assert time.perf_counter() - begun < 5
