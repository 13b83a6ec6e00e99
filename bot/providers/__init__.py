"""What a provider is: it does one kind of work, and knows neither customers nor prices.

A request says what is wanted, an answer what came of it. Requests are stored as JSON with their job,
so they hold everything that is needed to do the work again after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

SPEAKING_SECONDS = 90.0
"""How much longer an answer may take that is spoken too."""


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def makes_files(self) -> bool:
        return True

    @property
    def extra_seconds(self) -> float:
        """How much longer than others of its kind it may take."""
        return 0.0


class Recording(BaseModel):
    """What a person said, kept under DATA_DIR for as long as its job may wait."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    """Of its file."""
    seconds: int = Field(ge=0)
    """How long it is, as the door was told: what its price is held for."""


class Manner(BaseModel):
    """How a person likes answers to be spoken."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    language: str | None = None
    """A language code of voices.tsv, or None: each text's own."""
    voices: tuple[str, ...] = ()
    """Voices that are preferred for their language, as `fa/dilara`."""
    style: str | None = None
    speed: int = Field(default=0, ge=-100, le=200)
    pitch: int = Field(default=0, ge=-50, le=50)


class TextRequest(_Request):
    kind: Literal["text"] = "text"
    question: str
    """"" where all of it is in a recording."""
    recording: Recording | None = None
    """The question, spoken; what is written with it belongs to it, as "translate this"."""
    only_transcript: bool = False
    """What was said is the answer."""
    mode: str | None = None
    """A text mode of the catalogue (`poem`), or None for the plain manner."""
    speak: bool = False
    """Also answer as speech."""
    speech_format: Literal["mp3", "ogg"] = "mp3"
    manner: Manner | None = None
    """How it is spoken."""
    conversation: str | None = None
    """Whose earlier turns belong to it, as `tg:<chat>:<topic>`; None: it stands alone."""

    def with_heard(self, heard: str) -> str:
        """All that is asked, once the recording is understood."""
        return "\n\n".join(filter(None, (self.question, heard)))

    @property
    def makes_files(self) -> bool:
        return self.speak

    @property
    def extra_seconds(self) -> float:
        """A recording is heard in a third of the time that it plays, and two others may be before it;
        a long answer is several notes to speak."""
        heard = self.recording.seconds if self.recording else 0
        return heard + (SPEAKING_SECONDS if self.speak else 0.0)


class ImageRequest(_Request):
    kind: Literal["image"] = "image"
    prompt: str
    style: str | None = None
    """A picture style of the catalogue (`anime`)."""
    count: int = Field(default=1, ge=1, le=10)
    negative: str | None = None
    """What the picture must not show."""


class SpeechRequest(_Request):
    kind: Literal["voice"] = "voice"
    text: str
    language: str | None = None
    """A language code of voices.tsv (`fa`), or None: found out from the text."""
    otherwise: str | None = None
    """The language of a text that has no words, as code or digits alone; None: it is refused."""
    voice: str | None = None
    """A voice of voices.tsv (`dilara`), or None: any of the language."""
    preferred: tuple[str, ...] = ()
    """Voices as `fa/dilara`, of which one is taken where it is of the language and none is asked for."""
    style: str | None = None
    format: Literal["mp3", "ogg", "wav"] = "mp3"
    """ogg is OGG/Opus, 48 kHz mono, as Telegram's voice notes want it."""
    speed: int = Field(default=0, ge=-100, le=200)
    """Percent: the tempo is x (1 + v/100) from 0 up, x (1 + v/200) below."""
    pitch: int = Field(default=0, ge=-50, le=50)
    """Percent change of the pitch."""
    notes: bool = False
    """A long text becomes several files, in order."""


Request = Annotated[TextRequest | ImageRequest | SpeechRequest, Field(discriminator="kind")]
R_contra = TypeVar("R_contra", bound=_Request, contravariant=True)


class Turn(NamedTuple):
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    text: str


class Usage(NamedTuple):
    """What an upstream counted, as the OpenAI API names it."""

    prompt_tokens: int
    completion_tokens: int


PictureMedia = Literal["image/png", "image/jpeg", "image/webp"]


@dataclass(frozen=True, slots=True)
class ProducedFile:
    """A picture or a piece of speech, as bytes in memory."""

    data: bytes
    media: PictureMedia | Literal["audio/mpeg", "audio/ogg", "audio/wav"]
    seconds: float | None = None
    """How long it plays; None for pictures."""


@dataclass(frozen=True, slots=True)
class Answer:
    text: str = ""
    """The answer; "" for pictures; for speech the words spoken."""
    files: Sequence[ProducedFile] = field(default=())
    usage: Usage | None = None
    engine: str = ""
    """What did the work, for the operator: a model's name, `espeak` …"""
    notes: Sequence[str] = field(default=())
    """What each file says, as it was written."""
    heard: str = ""
    """What a recording was understood as."""
    unspoken: Literal["", "long", "failed"] = ""
    """Why its speech ends before its text, or is missing."""
    stopped: bool = False
    """The customer stopped it; what had come by then is the answer."""
    flags: Sequence[Any] = ()
    """What the content rules have found, to be noted: each a Flag (bot/providers/moderation)."""


Progress = Callable[[str | Answer], None]
"""Called with the whole text so far (text jobs), with "1/4" (pictures done of pictures asked for), or with
the answer as far as it is made (the notes of a long speech): its files will not change any more."""


def unwatched(news: str | Answer) -> None:
    """The Progress of a job that nobody watches: its text need not come in pieces, which cost more."""


class Provider(Protocol[R_contra]):
    """Does one kind of work. Raises a ProviderError (bot/providers/errors.py), nothing else."""

    async def answer(self, request: R_contra, history: Sequence[Turn], progress: Progress) -> Answer: ...
