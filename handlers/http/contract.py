"""What a program can ask of the callback API: the parameters of each kind, and the request they make."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bot.catalog.styles import PLAIN, PictureStyle
from bot.catalog.voices import Language, Voices
from bot.providers import ImageRequest, Request, SpeechRequest, TextRequest
from bot.providers.errors import LanguageUnsupported, VoiceUnsupported
from handlers.http.parameters import Choice, Parameter, Several, Whole, Words, Wrong

TEXT, IMAGE, VOICE = "text", "txtTOimage", "txtTOvoice"
KINDS = (TEXT, IMAGE, VOICE)
WIRE = {"text": TEXT, "image": IMAGE, "voice": VOICE}
"""The kinds of jobs as this API names them."""
WORKS = {VOICE}
AUTO = "auto"
WORD_MOST = 64


class Bytes(NamedTuple):
    """How long a text may be, in UTF-8."""

    least: int
    most: int


class Contract:
    def __init__(
        self, modes: Sequence[str], styles: Mapping[str, PictureStyle], voices: Voices, text: Bytes
    ) -> None:
        self._styles = styles
        self._voices = voices
        manners = sorted({style for one in voices for voice in one.voices for style in voice.styles})
        self.which = Choice("which", "The kind of work.", KINDS, required=True)
        self.text = Words("text", "The question, the picture's description, or the words to speak.", *text)
        self.mode = Choice("mode", "The manner of the answer.", modes, none="none")
        self.works = Several("works", "Also answer as speech.", WORKS)
        self.style = Choice("mode", "The style of the picture.", tuple(styles), none="none")
        self.count = Whole(
            "txtTOimage_count", "How many pictures; more than the mode's maximum is lowered to it.",
            1, max(style.most for style in (PLAIN, *styles.values())), 1, lowers=True,
        )  # fmt: skip
        self.negative = Words("txtTOimage_nPrompt", "What the picture must not show.", 0, text.most)
        self.language = Words(
            "txtTOvoice_lang",
            f"A language's name or code of /api/v1/voices, any BCP 47 code of it, or {AUTO}.", 0, WORD_MOST,
        )  # fmt: skip
        self.voice = Words("txtTOvoice_who", f"A voice of that language, or {AUTO}.", 0, WORD_MOST)
        self.manner = Choice("txtTOvoice_mode", "A style that the voice has.", manners, none="default")
        self.format = Choice(
            "txtTOvoice_format", "The kind of sound file.", ("mp3", "ogg", "wav"), default="mp3"
        )
        self.speed = Whole("txtTOvoice_speed", "Tempo in percent; -100 is half, 100 is double.", -100, 200, 0)
        self.pitch = Whole("txtTOvoice_pitch", "Percent change of the pitch.", -50, 50, 0)

    def parameters(self) -> dict[str, Sequence[Parameter]]:
        """Those of each kind beside `api`, `callback` and `which`."""
        voice = (self.language, self.voice, self.manner, self.format, self.speed, self.pitch)
        return {
            TEXT: (self.text, self.mode, self.works),
            IMAGE: (self.text, self.style, self.count, self.negative),
            VOICE: (self.text, *voice),
        }

    def read(self, given: Mapping[str, Any]) -> tuple[str, Request]:
        """The kind and the request. Raises Wrong. What belongs to another kind is ignored: clients send
        every parameter that they know."""
        which = self.which.read(given)
        match which:
            case "text":
                return TEXT, self._text(given)
            case "txtTOimage":
                return IMAGE, self._image(given)
        return VOICE, self._speech(given)

    def _text(self, given: Mapping[str, Any]) -> TextRequest:
        return TextRequest(
            question=self.text.read(given), mode=self.mode.read(given), speak=VOICE in self.works.read(given)
        )

    def _image(self, given: Mapping[str, Any]) -> ImageRequest:
        prompt, style = self.text.read(given), self.style.read(given)
        most = self._styles[style].most if style else PLAIN.most
        count = min(self.count.read(given), most)
        return ImageRequest(
            prompt=prompt, style=style, count=count, negative=self.negative.read(given) or None
        )

    def _speech(self, given: Mapping[str, Any]) -> SpeechRequest:
        text = self.text.read(given)
        language = self._language(self.language.read(given))
        voice, style = self._voice(language, self.voice.read(given), self.manner.read(given))
        return SpeechRequest(
            text=text, language=language and language.code, voice=voice, style=style,
            format=self.format.read(given), speed=self.speed.read(given), pitch=self.pitch.read(given),
        )  # fmt: skip

    def _language(self, word: str) -> Language | None:
        if not word or word.strip().lower() == AUTO:
            return None
        language = self._voices.language(word)
        if language is None:
            wrong = "is not a language that is spoken here; GET /api/v1/voices lists them"
            raise Wrong(self.language.name, wrong, LanguageUnsupported.code)
        return language

    def _voice(self, language: Language | None, who: str, style: str | None) -> tuple[str | None, str | None]:
        """Its name and style. Without a language that is given, the text's language has the last word."""
        name = who.strip().lower()
        among = [voice for one in ([language] if language else self._voices) for voice in one.voices]
        if name and name != AUTO:
            among = [voice for voice in among if voice.name == name]
            if not among:
                of = f"is not a voice of {language.name}" if language else "is not a voice"
                raise Wrong(self.voice.name, of, VoiceUnsupported.code)
        if style is None:
            return (name if name != AUTO else None) or None, None
        able = [voice for voice in among if style in voice.styles]
        if not able:
            raise Wrong(self.manner.name, "is not a style of this voice")
        return (able[0].name if language else None if name in ("", AUTO) else name), style
