"""What POST /v1/audio/speech asks for, in the words of our own engines."""

from typing import Any, NamedTuple

from bot.catalog.voices import Voices
from bot.providers import Answer, SpeechRequest
from bot.providers.speech import audio
from handlers.http.gateway.errors import ApiError, bad_request

INPUT_MOST = 4_096
"""Characters, as the OpenAI API has it."""
SLOWEST, FASTEST = 0.25, 4.0
SLOWER, FASTER = 0.5, 3.0
"""The tempo that engines take; the rest is done to their sound."""
GENDERS = dict.fromkeys(("alloy", "coral", "fable", "nova", "sage", "shimmer", "marin"), "female")
GENDERS |= dict.fromkeys(("ash", "ballad", "cedar", "echo", "onyx", "verse"), "male")
"""Of OpenAI's voices."""
PLAIN: dict[str, audio.Format] = {"mp3": "mp3", "opus": "ogg", "wav": "wav"}
MEDIA = {
    "mp3": "audio/mpeg", "opus": "audio/opus", "wav": "audio/wav", "flac": "audio/flac", "aac": "audio/aac",
    "pcm": "audio/pcm",
}  # fmt: skip
ENCODERS = {
    "flac": ("-c:a", "flac", "-f", "flac"),
    "aac": ("-c:a", "aac", "-b:a", "64k", "-f", "adts"),
    "pcm": ("-f", "s16le", "-ar", "24000", "-ac", "1"),
}
"""ffmpeg's; of `pcm` the API says the rate."""


class Asked(NamedTuple):
    request: SpeechRequest
    form: str
    tempo: float
    """What the engine is not asked for."""

    @property
    def media(self) -> str:
        return MEDIA[self.form]

    async def sound(self, answer: Answer) -> bytes:
        data = answer.files[0].data
        if self.form in PLAIN and self.tempo == 1:
            return data
        sound = await audio.decode(data)
        made = await audio.finish(sound, PLAIN.get(self.form, "wav"), tempo=self.tempo)
        return (
            made if self.form in PLAIN else await audio.ffmpeg(("-i", "pipe:0", *ENCODERS[self.form]), made)
        )


def asked_of(body: dict[str, Any], voices: Voices) -> Asked:
    """Raises ApiError."""
    text, form = body["input"], body.get("response_format") or "mp3"
    if len(text) > INPUT_MOST:
        message = f"input may have {INPUT_MOST} characters, not {len(text)}."
        raise bad_request(message, "input", "string_above_max_length")
    if form not in MEDIA:
        raise _wrong("response_format", f"must be one of {', '.join(MEDIA)}")
    if body.get("stream_format") == "sse":
        raise _wrong("stream_format", "cannot be sse here")
    tempo = _tempo(body.get("speed"))
    engines = min(max(tempo, SLOWER), FASTER)
    request = SpeechRequest(
        text=text, preferred=_preferred(body.get("voice"), voices), speed=_percent(engines),
        format=PLAIN.get(form, "wav") if tempo == engines else "wav",
    )  # fmt: skip
    return Asked(request, form, tempo / engines)


def _tempo(speed: Any) -> float:
    if speed is None:
        return 1.0
    if isinstance(speed, bool) or not isinstance(speed, int | float) or not SLOWEST <= speed <= FASTEST:
        raise _wrong("speed", f"must be {SLOWEST} to {FASTEST}")
    return float(speed)


def _percent(tempo: float) -> int:
    """As SpeechRequest has it."""
    return round((tempo - 1) * (100 if tempo >= 1 else 200))


def _preferred(voice: Any, voices: Voices) -> tuple[str, ...]:
    """For each language a voice: one of ours by its name, else one of the gender of OpenAI's."""
    name = str(voice or "alloy").lower() if not isinstance(voice, dict) else "alloy"
    code, slash, own = name.rpartition("/")
    gender = GENDERS.get(name)
    found = tuple(
        f"{language.code}/{one.name}"
        for language in voices
        if not slash or language.code.lower() == code
        for one in [next((one for one in language.voices if one.name == own or one.gender == gender), None)]
        if one is not None
    )
    if not found:
        raise _wrong("voice", f"must be one of {', '.join(GENDERS)}, or of /api/v1/voices as fa/dilara")
    return found


def _wrong(param: str, why: str) -> ApiError:
    return bad_request(f"{param} {why}.", param, "invalid_value")
