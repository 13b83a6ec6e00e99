"""What can go wrong outside. Each is one of ours: foreign exceptions are translated where they are met.

`code` is the callback API's (callback_api.md, "Codes") and `word` names the sentence that a person is told.
"""

from collections.abc import Sequence
from typing import Any


class ProviderError(Exception):
    """The work could not be done; nothing is charged."""

    code = -1
    word = "error-upstream"
    retry_after: float | None = None
    """Seconds after which it may be worth asking again, where that is known."""


class UpstreamUnreachable(ProviderError):
    """No connection, TLS failed, the name is unknown, or it answered nothing in time."""

    word = "error-upstream-unreachable"


class UpstreamBusy(ProviderError):
    """429, 503 or 529: it asks us to wait."""

    word = "error-upstream-busy"


class UpstreamOutOfCredit(ProviderError):
    """The operator's own credit there is used up; the admins are told."""

    word = "error-upstream"


class UpstreamRefusesUs(ProviderError):
    """401, 403 or 404: a wrong key or model; the admins are told."""

    word = "error-upstream"


class ModelUnknown(ProviderError):
    """No upstream of the pool serves this model."""

    word = "error-upstream"


class ProjectRefused(ProviderError):
    """Nobody lets us into the project that the caller has chosen: the caller's mistake, as far as we know."""


class BadAnswer(ProviderError):
    """It answered something that can't be used: not JSON, an error page, a picture that is none."""

    word = "error-upstream"


class NoAnswer(ProviderError):
    """It answered nothing within the time limit."""

    code = -9
    word = "error-no-answer"


class ContentRefused(ProviderError):
    """Refused by the content rules, ours or the upstream's."""

    code = -8
    word = "error-content-refused"

    def __init__(self, said: str, flags: Sequence[Any] = ()) -> None:
        """`flags`: what our rules have found, each a Flag (bot/providers/moderation)."""
        super().__init__(said)
        self.flags = flags


class Unchecked(UpstreamBusy):
    """It could not be looked at for the content rules, so it was not sent."""

    word = "error-unchecked"

    def __init__(self, said: str, retry_after: float | None = None) -> None:
        super().__init__(said)
        self.retry_after = retry_after


class LanguageUnknown(ProviderError):
    """Speech: the language could not be detected."""

    code = -10
    word = "error-language-unknown"


class LanguageUnsupported(ProviderError):
    """Speech: no engine speaks this language."""

    code = -11
    word = "error-language-unsupported"


class VoiceUnsupported(ProviderError):
    """Speech: no such voice, or it is not of that language."""

    code = -12
    word = "error-voice-unsupported"


class NothingToSay(BadAnswer):
    """Speech: there is no word in the text."""

    code = -3
    word = "error-nothing-to-say"


class CannotHear(ProviderError):
    """Nothing here understands speech: no upstream that does, no local model."""

    word = "error-cannot-hear"


class NotASound(ProviderError):
    """A recording that can't be read as sound."""

    word = "error-not-a-sound"


class SilentRecording(ProviderError):
    """A recording without words."""

    word = "error-silent-recording"


class RecordingLonger(ProviderError):
    """A recording that is longer than what was held for it."""

    word = "error-recording-longer"
