"""A text of several languages, cut into runs by script: each is spoken by a voice of its own language."""

from typing import NamedTuple

from bot.catalog.voices import Language, Voice, Voices
from bot.providers.language import SCRIPTS, detect_language, script_of

MOST = 40
"""Runs of one text; what is beyond stays in the text's own language."""
LETTERS_LEAST = 2
"""A foreign run has as many at least: a single letter is read in the language around it."""
WORDS_LEAST = 4
"""Fewer Latin words tell no language; names and addresses among other letters are read as English."""
OPENING = "([{«“„‘\"'"


class Run(NamedTuple):
    text: str
    language: Language


def runs(text: str, language: Language, voices: Voices) -> list[Run]:
    """In the order of the text; joined they are the text."""
    own = SCRIPTS.get(language.code, frozenset({"LATIN"}))
    parts = _parts(text, own)
    if not any(is_own and _letters(part) for part, is_own in parts) and _readable_by_all(text):
        return [Run(text, language)]  # it was asked for in this language
    found: list[Run] = []
    for part, is_own in parts:
        spoken = language if is_own or len(found) >= MOST else _language_of(part, language, voices)
        if found and found[-1].language == spoken:
            found[-1] = Run(found[-1].text + part, spoken)
        else:
            found.append(Run(part, spoken))
    return found


def voice_for(run: Run, voice: Voice) -> Voice:
    """The chosen voice for its own language, one of the same gender for another."""
    if run.language.code == voice.language:
        return voice
    same = [one for one in run.language.voices if one.gender == voice.gender]
    return (same or list(run.language.voices))[0]


def _parts(text: str, own: frozenset[str]) -> list[tuple[str, bool]]:
    """Cut where the script changes; digits, blanks and points belong to what is before them."""
    parts, start, current = [], 0, None
    for at, character in enumerate(text):
        if not character.isalpha():
            continue
        now = script_of(character) in own
        if current is not None and now != current:
            cut = _before_opening(text, at)
            parts.append((text[start:cut], current))
            start = cut
        current = now
    return [*parts, (text[start:], current is not False)]


def _before_opening(text: str, at: int) -> int:
    while at > 0 and text[at - 1] in OPENING:
        at -= 1
    return at


def _language_of(part: str, around: Language, voices: Voices) -> Language:
    if _letters(part) < LETTERS_LEAST:
        return around
    if len(part.split()) < WORDS_LEAST and all(script_of(one) == "LATIN" for one in part if one.isalpha()):
        return voices.language("en") or around
    return voices.language(detect_language(part) or "") or around


def _readable_by_all(text: str) -> bool:
    """Every voice reads Latin letters; those of another script it spells one by one, or leaves out."""
    return all(script_of(one) == "LATIN" for one in text if one.isalpha())


def _letters(text: str) -> int:
    return sum(character.isalpha() for character in text)
