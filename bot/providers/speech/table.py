"""Which voice of each engine stands for each of ours: `python -m bot.providers.speech.table` writes it out.

Edge's list comes over the network; where it has the voice it is the one of that name.
"""

import sys
from collections.abc import Iterator

from bot.catalog.voices import Voice, Voices, read_voices
from bot.providers.speech.espeak import Espeak
from bot.providers.speech.gtts import GoogleSpeech
from bot.providers.speech.openai import LANGUAGES, openai_voice

HEAD = ("language", "who", "gender", "openai", "edge", "gtts", "espeak")


def rows(voices: Voices) -> Iterator[tuple[str, ...]]:
    """A row a voice; empty where the engine does not speak its language."""
    local, google = Espeak(), GoogleSpeech()
    for language in voices:
        for voice in language.voices:
            yield (
                language.name,
                voice.name,
                voice.gender,
                openai_voice(voice) if language.code in LANGUAGES else "",
                f"{_edge_language(voice)}-*-{voice.name.capitalize()}Neural",
                google.stands_for(voice) if google.speaks(language.code) else "",
                local.stands_for(voice) if local.speaks(language.code) else "",
            )


def _edge_language(voice: Voice) -> str:
    return voice.language.partition("-")[0]


def main() -> None:
    lines = ["\t".join(row) for row in (HEAD, *rows(read_voices()))]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
