"""Which language a text is in, above all short ones as people write them to a bot."""

import csv
from pathlib import Path

import pytest

from bot.providers.language import detect_language

PHRASES = Path(__file__).with_name("phrases.tsv")


def test_98_of_100_phrases_are_known():
    with PHRASES.open(encoding="utf-8") as file:
        phrases = [(row["lang"], row["phrase"]) for row in csv.DictReader(file, delimiter="\t")]

    missed = [
        (lang, phrase, detect_language(phrase)) for lang, phrase in phrases if detect_language(phrase) != lang
    ]

    assert len(phrases) >= 50
    assert len(missed) / len(phrases) <= 0.02, missed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("نظرت درباره Python چیست؟", "fa"),
        ("Что такое Kubernetes cluster?", "ru"),
        ("/voice Как дела?", "ru"),
        ("https://example.org/a/b سلام", "fa"),
        ("こんにちは、世界", "ja"),
        ("日本", "zh"),
        ("안녕하세요", "ko"),
        ("שלום", "he"),
        ("नमस्ते", "hi"),
        ("আপনি কেমন আছেন", "bn"),
        ("ښه یم مننه", "ps"),
        ("نه", "fa"),
        ("ممنونم", "fa"),
        ("شما", "fa"),
        ("۱. اول\n۲. دوم", "fa"),
        ("من", "ar"),
        ("من أين أنت", "ar"),
        ("٣ كتب", "ar"),
        ("Jak się masz?", "pl"),
        ("Tell me a long story", "en"),
        ("HELLO WORLD", "en"),
        ("hi", "en"),
    ],
)
def test_languages_are_told_apart(text, code):
    assert detect_language(text) == code


@pytest.mark.parametrize("text", ["", "   ", "12345", "2 + 2?", "😀😀", "https://example.org", "@someone"])
def test_a_text_without_words_has_no_language(text):
    assert detect_language(text) is None


def test_a_very_long_text_and_strange_letters_are_no_trouble():
    assert detect_language("سلام دنیا " * 50_000) == "fa"
    assert detect_language("\x00\ud800 hello \u202e") in ("en", None)
    assert detect_language("ᚠᛇᚻ ᛒᛦᚦ ᚠᚱᚩᚠᚢᚱ")
