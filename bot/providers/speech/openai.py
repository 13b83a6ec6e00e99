"""Speech by an OpenAI-compatible upstream. Its voices are not ours: one of the same gender is taken."""

from bot.catalog.voices import Voice
from bot.providers.errors import BadAnswer
from bot.providers.speech import audio
from bot.providers.speech.engine import Spoken, Step, Words, pieces
from bot.providers.upstream import Upstream, patience, translated

INPUT_MOST = 1_500
"""Characters a call: the API takes 4,096, its newest models 2,000 units, which Persian fills sooner."""
FEMALE = ("nova", "coral", "shimmer", "sage")
MALE = ("onyx", "ash", "echo", "ballad")
SLOWEST, FASTEST = 0.25, 4.0
"""What `speed` may be."""
DEAF_TO_SPEED = ("gpt-4o", "gpt-audio")
"""Models that take `speed` and don't obey it: their sound is made quicker afterwards."""
PAUSE_SECONDS = 0.2
STYLES = (
    "cheerful", "sad", "angry", "excited", "friendly", "gentle", "serious", "rough", "whispering", "shouting",
)  # fmt: skip
"""Styles that a person may choose in a chat; the API takes those that voices.tsv gives the voice."""
LANGUAGES = frozenset((
    "af", "ar", "bg", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "fa", "fi", "fil", "fr", "gl",
    "he", "hi", "hr", "hu", "id", "is", "it", "ja", "kk", "kn", "ko", "lt", "lv", "mk", "mr", "ms", "nb",
    "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "sw", "ta", "th", "tr", "uk", "ur", "vi", "zh",
))  # fmt: skip
"""Those of ours that OpenAI names for its speech models."""


class OpenAISpeech:
    name = "openai"
    reads_mixed = True

    def __init__(self, upstream: Upstream, model: str, *, seconds: float = 40) -> None:
        self._upstream = upstream
        self._model = model
        self._seconds = seconds

    def speaks(self, language: str) -> bool:
        return language in LANGUAGES

    def stands_for(self, voice: Voice) -> str:
        return openai_voice(voice)

    def styles(self, voice: Voice) -> tuple[str, ...]:
        """Any: it is told how to speak in words."""
        return (*STYLES, *(style for style in voice.styles if style not in STYLES))

    async def speak(self, words: Words, step: Step) -> Spoken:
        parts = pieces(words.text, INPUT_MOST)
        spoken = []
        for number, part in enumerate(parts):
            step(number, len(parts))
            spoken.append(await self._part(part, words))
        tempo = self._speed(words)
        if len(spoken) == 1:
            return Spoken(spoken[0], tempo=tempo)
        sound = audio.join([await audio.decode(part) for part in spoken], [PAUSE_SECONDS] * len(spoken))
        return Spoken(await audio.encode(sound, "wav"), tempo=tempo)

    async def _part(self, text: str, words: Words) -> bytes:
        with translated():
            answer = await self._upstream.client.audio.speech.create(
                model=self._model, voice=self.stands_for(words.voice), input=text, speed=self._speed(words),
                instructions=_instructions(words), response_format="mp3", timeout=patience(self._seconds),
            )  # fmt: skip
            data = await answer.aread()
        if not data:
            raise BadAnswer("The upstream answered without sound.")
        return data

    def _speed(self, words: Words) -> float:
        if self._model.startswith(DEAF_TO_SPEED):
            return 1.0
        return round(min(FASTEST, max(SLOWEST, words.tempo)), 2)


def openai_voice(voice: Voice) -> str:
    """One of the same gender, always the same one."""
    names = FEMALE if voice.gender == "female" else MALE
    return names[sum(voice.name.encode()) % len(names)]


def _instructions(words: Words) -> str:
    tone = f" Tone: {words.style}." if words.style else ""
    return f"Speak {words.language_name.capitalize()}.{tone}"
